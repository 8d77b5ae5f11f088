"""The write path's statements say the same to both databases; PostgreSQL's also see whether another was faster."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as some

from andante.store import statements as st
from andante.store.postgres.statements import OUTRUN, TEXTS, parameters
from andante.store.schema import metadata

Row = tuple[object, ...]
VALUES: Final = {
    sa.Text: some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=6),
    sa.BigInteger: some.integers(-(2**63), 2**63 - 1),
    sa.Integer: some.integers(-(2**31), 2**31 - 1),
    sa.LargeBinary: some.binary(max_size=6),
}
INSTANCES: Final = ("a", "ä", "z'")
TABLES: Final = tuple(dict.fromkeys(statement.table for statement in st.ORDER))


def _key(statement: st.Statement) -> some.SearchStrategy[Row]:
    """Few of them, so that the same row is met again."""
    first = some.sampled_from(INSTANCES)
    others = [
        some.sampled_from(["*", "user:é"]) if isinstance(_type(statement, name), sa.Text) else some.integers(0, 3)
        for name in statement.columns[1 : statement.keys]
    ]
    return some.tuples(first, *others)


def _type(statement: st.Statement, name: str) -> Any:
    return metadata.tables[statement.table].columns[name].type


def _rows(statement: st.Statement) -> some.SearchStrategy[list[Row]]:
    """Rows of different keys: a batch has each but once."""
    rest = [VALUES[type(_type(statement, name))] for name in statement.columns[statement.keys :]]
    return some.dictionaries(_key(statement), some.tuples(*rest), max_size=4).map(
        lambda found: [(*key, *values) for key, values in found.items()]
    )


BATCHES: Final = some.lists(
    some.sampled_from(st.ORDER).flatmap(lambda s: some.tuples(some.just(s), _rows(s))), max_size=12
)


class Databases:
    """Both kinds with our tables, and what is in them."""

    def __init__(self, server: psycopg.Connection[Any]) -> None:
        engine = sa.create_engine("sqlite://")
        self.file = sqlite3.connect(":memory:")
        for table in metadata.sorted_tables:
            self.file.execute(str(sa.schema.CreateTable(table).compile(engine)))
        self.server = server
        server.execute(f"truncate {','.join(TABLES)}".encode())

    def seqs(self) -> dict[str, int]:
        return dict(self.file.execute("select id, seq from instance").fetchall())

    def run(self, statement: st.Statement, rows: Sequence[Row], bases: dict[str, int]) -> str:
        """Both carry it out, or neither; the SQLSTATE where PostgreSQL does not."""
        values = parameters(statement, rows, bases)
        kinds = [1] * len(values)
        done = self.server.pgconn.exec_params(TEXTS[statement].encode(), values, None, kinds, 1)
        if done.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
            return (done.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode()
        for sql, flat in statement.calls(rows):
            self.file.execute(sql, flat)
        return ""

    def same(self) -> bool:
        for table in TABLES:
            names = ",".join(f'"{column.name}"' for column in metadata.tables[table].columns)
            sql = f'select {names} from "{table}"'
            here = sorted(self.file.execute(sql).fetchall(), key=repr)
            there = sorted(self.server.execute(sql.encode()).fetchall(), key=repr)
            if here != there:
                return False
        return True


@pytest.fixture
def server(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def test_the_same_rows_give_the_same_tables(server: psycopg.Connection[Any]) -> None:
    @settings(max_examples=30, deadline=None)
    @given(BATCHES)
    def check(batches: list[tuple[st.Statement, list[Row]]]) -> None:
        databases = Databases(server)
        seen: set[tuple[st.Statement, Row]] = set()
        for statement, rows in batches:
            seqs = databases.seqs()
            if statement.verb == st.INSERT:  # what is there already is a fault; see below
                rows = [row for row in rows if (statement, row[: statement.keys]) not in seen]
                seen.update((statement, row[: statement.keys]) for row in rows)
            if statement.table == "instance" and statement.verb == st.UPDATE:
                rows = [row for row in rows if row[0] in seqs]
            if rows:
                assert databases.run(statement, rows, seqs) == ""
        assert databases.same()

    check()


def _instance(id: str, seq: int) -> Row:
    columns = metadata.tables["instance"].columns
    values = {"id": id, "seq": seq}
    kinds: dict[type, object] = {sa.Text: "", sa.LargeBinary: b"x"}
    return tuple(values.get(name, kinds.get(type(columns[name].type), 0)) for name in st.INSTANCE_COLUMNS)


def _change(id: str, seq: int) -> Row:
    row = dict(zip(st.INSTANCE_COLUMNS, _instance(id, seq), strict=True))
    return tuple(row[name] for name in st.INSTANCE_CHANGE.columns)


def test_who_is_outrun_writes_nothing(server: psycopg.Connection[Any]) -> None:
    databases = Databases(server)
    assert databases.run(st.INSTANCE, [_instance("a", 1), _instance("b", 1)], {}) == ""
    assert databases.run(st.INSTANCE_CHANGE, [_change("a", 2), _change("b", 4)], {"a": 1, "b": 1}) == ""
    for rows, bases in (
        ([_change("a", 3), _change("b", 5)], {"a": 1, "b": 4}),  # another was faster with a
        ([_change("b", 5), _change("gone", 5)], {"b": 4, "gone": 4}),  # another has deleted it
    ):
        assert databases.run(st.INSTANCE_CHANGE, rows, bases) == OUTRUN
        assert databases.same()
    assert databases.run(st.INSTANCE, [_instance("c", 1), _instance("a", 1)], {}) == OUTRUN
    assert databases.same()
    assert databases.seqs() == {"a": 2, "b": 4}
