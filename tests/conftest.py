"""What tests of all rooms share: the databases."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster import Cluster, running

from andante.store.migrate import upgrade
from andante.store.postgres.store import engine_of

_numbers = itertools.count()


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
    cluster.execute(f"create database {name} template {template}")
    yield cluster.url(name)
    cluster.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def lasting_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an empty database of a kind ("sqlite", "postgresql"), which is there for all tests of a room."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('lasting')}/andante.db"
        cluster: Cluster = request.getfixturevalue("cluster")
        name = f"andante_{next(_numbers)}"
        cluster.execute(f"create database {name} template {request.getfixturevalue('template')}")
        return cluster.url(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: each test that wants one runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/andante.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
