"""What tests of all rooms share: the databases."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cluster import Cluster, running
from hypothesis import settings

from andante.store.migrate import upgrade
from andante.store.postgres.store import engine_of

_numbers = itertools.count()
# `make fuzz`: what is made up is other things each time, also where a machine of CI would have it be the same.
settings.register_profile("fuzz", settings.get_profile("default"), derandomize=False, print_blob=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups come first, for they are long: begun last, one would leave the other cores idle."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for all tests that want one."""
    try:
        with running() as found:
            yield found
    except LookupError as missing:
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {missing}")


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """A database with our tables, to be copied."""
    cluster.execute("create database andante_template")
    upgrade(engine_of(cluster.url("andante_template")))
    return "andante_template"


@pytest.fixture
def postgres_url(cluster: Cluster, template: str) -> Iterator[str]:
    """A database of the test's own."""
    name = f"andante_{next(_numbers)}"
    cluster.copy(template, name)
    yield cluster.url(name)
    cluster.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables, to be copied: to make them takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "andante.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def lasting_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an empty database of a kind ("sqlite", "postgresql"), which is there for all tests of a room."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            path = tmp_path_factory.mktemp("lasting") / "andante.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        cluster: Cluster = request.getfixturevalue("cluster")
        name = f"andante_{next(_numbers)}"
        cluster.copy(request.getfixturevalue("template"), name)
        return cluster.url(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: each test that wants one runs on both kinds."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "andante.db")
        return f"sqlite:///{tmp_path}/andante.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
