"""The migrations make exactly the tables that the code names."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from andante.store.migrate import upgrade
from andante.store.schema import metadata


def _ours(name: str | None, kind: str, parents: object) -> bool:
    """All but SQLite's index of words, which has tables of its own."""
    return kind != "table" or not (name or "").startswith("search_index")


def test_migrations_and_schema_agree(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/schema.db")
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        ours = MigrationContext.configure(connection, opts={"include_name": _ours})
        assert compare_metadata(ours, metadata) == []
        columns = {
            table.name: [column["name"] for column in sa.inspect(connection).get_columns(table.name)]
            for table in metadata.sorted_tables
        }
    assert columns == {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}


def test_every_row_of_a_command_is_found_by_its_instance() -> None:
    for name in ("journal", "task", "candidate", "subscription", "job", "working_clock", "outbox"):
        assert next(iter(metadata.tables[name].primary_key.columns)).name == "instance_id"
