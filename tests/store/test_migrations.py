"""What an older release has written is there after the upgrade, in its new form."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.util import CommandError
from cluster import Cluster

from andante.store.migrate import upgrade
from andante.store.postgres.store import engine_of


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """A database of each kind, without tables."""
    if request.param == "sqlite":
        yield sa.create_engine(f"sqlite:///{tmp_path}/old.db")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.execute("create database andante_old")
    found = engine_of(cluster.url("andante_old"))
    yield found
    found.dispose()
    cluster.execute("drop database andante_old")


def test_definitions_of_one_start_event_get_their_numbers(engine: sa.Engine) -> None:
    upgrade(engine, "0003")
    rows = [
        ("d1", 3, "message", "paid", 0, "", 0),
        ("d1", 3 + 65_536, "timer", "", 1_000, "R/PT1H", -1),
        ("d1", 3 + 2 * 65_536, "timer", "", 2_000, "", 0),
        ("d2", 0, "signal", "alarm", 0, "", 0),
    ]
    names = ("definition_id", "node", "kind", "name", "due_at", "cycle", "remaining")
    table = sa.table("start_event", *map(sa.column, names))
    with engine.begin() as connection:
        connection.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])
    upgrade(engine)
    with engine.connect() as connection:
        query = (
            "select definition_id, node, part, kind, name, due_at, cycle, remaining from start_event order by 1, 2, 3"
        )
        assert [tuple(row) for row in connection.execute(sa.text(query))] == [
            ("d1", 3, 0, "message", "paid", 0, "", 0),
            ("d1", 3, 1, "timer", "", 1_000, "R/PT1H", -1),
            ("d1", 3, 2, "timer", "", 2_000, "", 0),
            ("d2", 0, 0, "signal", "alarm", 0, "", 0),
        ]
        seen = sa.inspect(connection)
        assert seen.get_pk_constraint("start_event")["constrained_columns"] == ["definition_id", "node", "part"]
        assert {index["name"] for index in seen.get_indexes("start_event")} >= {
            "ix_start_event_due",
            "ix_start_event_name",
        }
    upgrade(engine)


def _note(engine: sa.Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num=:it"), {"it": revision})


def test_what_the_next_release_has_migrated_is_used_as_it_is(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        newest = connection.scalar(sa.text("select version_num from alembic_version"))
    for later in ("9000", f"9000_from_{newest}"):
        _note(engine, later)
        upgrade(engine)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("select version_num from alembic_version")) == later


def test_what_a_later_release_took_away_from_is_refused(engine: sa.Engine) -> None:
    upgrade(engine)
    _note(engine, "9001_from_9000")
    with pytest.raises(CommandError, match="this release is too old"):
        upgrade(engine)
    _note(engine, "c0ffee")
    with pytest.raises(CommandError, match="c0ffee"):
        upgrade(engine)


def test_the_database_of_another_program_is_left_alone(engine: sa.Engine) -> None:
    """In PostgreSQL others' tables may be beside ours, where none has a name of ours."""
    metadata = sa.MetaData()
    sa.Table("customer", metadata, sa.Column("id", sa.Integer))
    if engine.dialect.name == "postgresql":
        sa.Table("task", metadata, sa.Column("id", sa.Integer))
    metadata.create_all(engine)
    with pytest.raises(CommandError, match=r"another program, whose tables it has \((customer|task)\)\. Name another"):
        upgrade(engine)
    assert set(sa.inspect(engine).get_table_names()) == set(metadata.tables)
    if engine.dialect.name == "postgresql":
        metadata.tables["task"].drop(engine)
        upgrade(engine)
        assert {"customer", "task", "instance"} <= set(sa.inspect(engine).get_table_names())
