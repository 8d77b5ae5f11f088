"""Migrations run while servers of the release before are at work: each only adds, and what those servers write can
still be written."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from cluster import Cluster

import andante.store
from andante.store import migrate
from andante.store.migrate import LOCK, upgrade
from andante.store.postgres.store import engine_of

# The first schema that a release with several servers had: from here on every step is taken beside servers at work.
FIRST: Final = "0004"


def migrations() -> list[str]:
    """All, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(Path(andante.store.__file__).parent / "migrations"))
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def steps() -> list[tuple[str, str]]:
    """Each migration since FIRST, with the one before it."""
    known = migrations()
    return list(pairwise(known[known.index(FIRST) :]))


def test_what_was_taken_away_stays_away() -> None:
    """The name of a migration that takes something away says which servers can still use the database. What comes
    later says the same, or more."""
    oldest = [each.partition(migrate.FROM)[2] for each in migrations()]
    assert oldest == sorted(oldest)
    assert migrations() == sorted(migrations())


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """A database of each kind, without tables."""
    if request.param == "sqlite":
        yield sa.create_engine(f"sqlite:///{tmp_path}/old.db")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.execute("create database andante_online")
    found = engine_of(cluster.url("andante_online"))
    yield found
    found.dispose()
    cluster.execute("drop database andante_online with (force)")


@pytest.fixture
def postgres(cluster: Cluster) -> Iterator[tuple[sa.Engine, str]]:
    """A PostgreSQL without tables, and its address."""
    cluster.execute("create database andante_online")
    url = cluster.url("andante_online")
    found = engine_of(url)
    yield found, url
    found.dispose()
    cluster.execute("drop database andante_online with (force)")


def _tables(engine: sa.Engine) -> dict[str, sa.Table]:
    seen = sa.MetaData()
    # SQLite's index of words has tables of its own.
    seen.reflect(engine, only=lambda name, _: not name.startswith("search_index"))
    return {name: table for name, table in seen.tables.items() if name != "alembic_version"}


def _values(table: sa.Table, text: str) -> dict[str, Any]:
    """A row as a server writes it that knows just these columns."""
    kinds: tuple[tuple[type, Any], ...] = (
        (sa.LargeBinary, text.encode()),
        (sa.String, text),
        (sa.Integer, len(text)),
    )
    return {
        column.name: next(value for kind, value in kinds if isinstance(column.type, kind)) for column in table.columns
    }


def _unique(table: sa.Table) -> set[tuple[str, ...]]:
    return {tuple(each.columns.keys()) for each in table.indexes if each.unique}


def only_adds(old: dict[str, sa.Table], new: dict[str, sa.Table]) -> None:
    """What is there stays as it is, and what is new need not be written."""
    assert old.keys() <= new.keys()
    for name, table in old.items():
        now = new[name]
        assert now.primary_key.columns.keys() == table.primary_key.columns.keys(), name
        assert table.columns.keys() <= now.columns.keys(), name
        for column in table.columns:
            assert str(now.columns[column.name].type) == str(column.type), (name, column.name)
            assert now.columns[column.name].nullable == column.nullable, (name, column.name)
        for column in now.columns:
            if column.name not in table.columns:
                assert column.nullable or column.server_default is not None, (name, column.name)
        assert _unique(now) == _unique(table), name


def writes_on(connection: sa.Connection, old: dict[str, sa.Table]) -> None:
    """Each table holds a row, "one", that was written before. A server that knows these tables writes another beside
    it, changes the first and deletes it."""
    for name, table in old.items():
        one, four = _values(table, "one"), _values(table, "four")
        connection.execute(sa.insert(table), four)
        found = sorted((dict(row) for row in connection.execute(sa.select(table)).mappings()), key=str)
        assert found == sorted((one, four), key=str), name
        keys = [column == one[column.name] for column in table.primary_key.columns]
        rest = {n: v for n, v in _values(table, "thirteen").items() if n not in table.primary_key.columns}
        if rest:
            assert connection.execute(sa.update(table).where(*keys).values(**rest)).rowcount == 1, name
        assert connection.execute(sa.delete(table).where(*keys)).rowcount == 1, name


def test_servers_of_the_release_before_go_on_writing(engine: sa.Engine) -> None:
    """Through each step of one database in turn: to come to each from the first takes the square of their number."""
    for before, after in steps():
        print(before, after)  # shown where one fails
        upgrade(engine, before)
        old = _tables(engine)
        with engine.begin() as connection:
            for table in old.values():
                connection.execute(sa.delete(table))
                connection.execute(sa.insert(table), _values(table, "one"))
        upgrade(engine, after)
        only_adds(old, _tables(engine))
        with engine.begin() as connection:
            writes_on(connection, old)


# What a migration must not do, and whether a server of the release before stumbles at once when it writes.
BREAKING: Final = (
    ("alter table note rename column text to body", True),
    ("alter table note drop column text", True),
    ("alter table note rename to letter", True),
    ("alter table note add column size bigint not null default 1; alter table note alter size drop default", True),
    ("create unique index one_at_a_time on note (number)", False),
    ("alter table note alter text type varchar(3)", True),
    ("alter table note alter number drop not null", False),
    ("alter table note drop constraint note_pkey, add primary key (id, number)", False),
)


@pytest.mark.parametrize(("statement", "at_once"), BREAKING)
def test_a_migration_that_breaks_servers_of_the_release_before_is_found(
    postgres: tuple[sa.Engine, str], statement: str, at_once: bool
) -> None:
    engine, _ = postgres
    made = "create table note (id text primary key, text text not null, number bigint not null)"
    with engine.begin() as connection:
        connection.execute(sa.text(made))
    old = _tables(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(old["note"]), _values(old["note"], "one"))
        for each in statement.split(";"):
            connection.execute(sa.text(each))
    with pytest.raises(AssertionError):
        only_adds(old, _tables(engine))
    if at_once:
        with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
            writes_on(connection, old)


class Thread(threading.Thread):
    """Carries something out meanwhile; `end` raises what went wrong in it."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work
        self._fault: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work()
        except BaseException as fault:  # told to who waits
            self._fault = fault

    def end(self) -> None:
        self.join(60)
        assert not self.is_alive()
        if self._fault is not None:
            raise self._fault


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline


INSERT: Final = "insert into instance (id, data) values (%s, '')"


def test_indexes_are_built_while_others_write(postgres: tuple[sa.Engine, str]) -> None:
    engine, url = postgres
    upgrade(engine, FIRST)
    with psycopg.connect(url) as slow, psycopg.connect(url, autocommit=True) as quick:
        slow.execute(INSERT, ("slow",))  # and does not commit: who builds an index has to wait for it
        upgrading = Thread(lambda: upgrade(engine))
        building = (
            "select count(*) from pg_stat_activity where state='active' and query ilike 'create index concurrently%'"
        )
        _until(lambda: quick.execute(building).fetchone() == (1,))
        quick.execute("set lock_timeout = '5s'")
        quick.execute(INSERT, ("quick",))  # but nobody has to wait for them
        quick.execute("update instance set ended_at=5 where id='quick'")
        slow.commit()
    upgrading.end()
    valid = sa.text("select indisvalid from pg_index where indexrelid='ix_instance_over'::regclass")
    with engine.connect() as connection:
        assert connection.execute(valid).all() == [(True,)]


def test_what_a_broken_off_attempt_left_is_made_anew(postgres: tuple[sa.Engine, str]) -> None:
    engine, url = postgres
    upgrade(engine, FIRST)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("create index ix_instance_over on instance (name)")
    upgrade(engine)
    (index,) = (each for each in sa.inspect(engine).get_indexes("instance") if each["name"] == "ix_instance_over")
    assert index["column_names"] == ["definition_id", "ended_at", "id"]


def test_several_servers_start_at_once(postgres: tuple[sa.Engine, str]) -> None:
    engine, url = postgres
    engines = [engine_of(url) for _ in range(3)]
    for thread in [Thread(lambda each=each: upgrade(each)) for each in engines]:  # type: ignore[misc]
        thread.end()
    upgrade(engine)
    with engine.connect() as connection:
        held = sa.text("select count(*) from pg_locks where locktype='advisory' and objid=:lock")
        assert connection.scalar(held, {"lock": LOCK}) == 0


def test_a_lock_that_is_not_to_be_had_is_tried_again(
    postgres: tuple[sa.Engine, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, url = postgres
    upgrade(engine, FIRST)
    monkeypatch.setattr(migrate, "WAIT", "set lock_timeout = '20ms'")
    tries: list[int] = []
    look = migrate._stays

    with psycopg.connect(url) as other:
        other.execute("lock table alembic_version in access exclusive mode")

        def counted(*arguments: Any) -> bool:
            tries.append(1)
            if len(tries) == 3:
                other.rollback()
            return look(*arguments)

        monkeypatch.setattr(migrate, "_stays", counted)
        upgrade(engine)
    assert len(tries) == 3
    assert "archive" in _tables(engine)
