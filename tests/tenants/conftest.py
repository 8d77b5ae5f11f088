"""One server with two tenants on each kind of database for all tests of this room."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster
from street import NAMES


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where tenants are to be. Databases are there already, with tables: to make these takes longer than the tests."""
    if request.param == "sqlite":
        folder = tmp_path / "tenants" / "tenants"
        folder.mkdir(parents=True)
        for name in NAMES:
            shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / f"{name}.db")
        yield f"sqlite:///{tmp_path}/tenants"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.execute("create database street")
    for name in NAMES:
        cluster.copy(request.getfixturevalue("template"), f"street_{name}")
    yield cluster.url("street")
    for row in cluster.execute("select datname from pg_database where datname like 'street%'"):
        cluster.execute(f'drop database "{row[0]}" with (force)')


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> str:
    """Where tenants are to be as files, for tests that no database makes a difference to."""
    (tmp_path / "tenants").mkdir()
    for name in NAMES:
        shutil.copyfile(sqlite_template, tmp_path / "tenants" / f"{name}.db")
    return f"sqlite:///{tmp_path}"
