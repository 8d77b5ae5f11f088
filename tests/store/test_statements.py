"""Many rows in one statement give what the same rows give one by one."""

import sqlite3

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as some

from andante.store import statements as st
from andante.store.schema import metadata

KEYS = some.tuples(some.sampled_from(["a", "b"]), some.integers(0, 300))


def _database() -> sqlite3.Connection:
    engine = sa.create_engine("sqlite://")
    db = sqlite3.connect(":memory:")
    for table in metadata.sorted_tables:
        db.execute(str(sa.schema.CreateTable(table).compile(engine)))
    return db


def _run(db: sqlite3.Connection, statement: st.Statement, rows: list[tuple[object, ...]]) -> int:
    calls = list(statement.calls(rows))
    for sql, parameters in calls:
        db.execute(sql, parameters)
    return len(calls)


@settings(max_examples=30, deadline=None)
@given(some.sets(KEYS, max_size=300), some.sets(KEYS, max_size=40))
def test_inserts_and_ends(present: set[tuple[str, int]], ended: set[tuple[str, int]]) -> None:
    db = _database()
    calls = _run(db, st.SUBSCRIPTION, [(*key, "message", "paid", "") for key in sorted(present)])
    assert calls <= 3 + 8
    _run(db, st.SUBSCRIPTION_END, sorted(ended))
    left = db.execute("select instance_id, key from subscription").fetchall()
    assert set(left) == present - ended


def test_a_task_ends_once_and_keeps_its_other_columns() -> None:
    db = _database()
    rows: list[tuple[object, ...]] = [
        ("a", n, f"task {n}", "t", "", "*", "", "", "", "", 0, 50, 0, 1, 0, 0, 0, 0, "", "", 1, 0, "p", "open")
        for n in range(200)
    ]
    _run(db, st.TASK, rows)
    _run(db, st.TASK_END, [("a", n, "completed", "agree", 9, "berta") for n in range(150)])
    assert db.execute("select state, count(*), min(name<>'') from task group by state order by state").fetchall() == [
        ("completed", 150, 1),
        ("open", 50, 1),
    ]
