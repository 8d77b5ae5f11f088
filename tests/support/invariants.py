"""What must be true of every database at any time, whatever happened to the server."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from andante.codec import decode_entry, decode_state, encode_state
from andante.engine.apply import fold
from andante.engine.state import CLOSED_STATES, Instance

Query = Callable[..., list[tuple[Any, ...]]]


@contextlib.contextmanager
def asking(url: str) -> Iterator[Query]:
    """A function that asks the database of `url`, beside whatever uses it."""
    if url.startswith("sqlite:///"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            assert file.execute("pragma integrity_check").fetchone()[0] == "ok"
            yield lambda sql, values=(): file.execute(sql, values).fetchall()
        finally:
            file.close()
        return
    with psycopg.connect(url, autocommit=True) as server:
        yield lambda sql, values=(): server.execute(sql.replace("?", "%s").encode(), values or None).fetchall()


def check(url: str) -> dict[str, int]:
    """Assert all invariants; returns the last sequence number of every instance."""
    with asking(url) as ask:
        return _check(ask)


def _check(ask: Query) -> dict[str, int]:
    seqs: dict[str, int] = {}
    for instance_id, seq, state, suspended, closed, due_at, data in ask(
        "select id, seq, state, suspended, closed, due_at, data from instance"
    ):
        seqs[instance_id] = seq
        instance = decode_state(bytes(data))
        assert (instance.id, instance.seq, instance.state) == (instance_id, seq, state)
        assert bool(closed) == (state in CLOSED_STATES)
        assert bool(suspended) == instance.stopped
        # The journal is whole, and replaying it gives the very bytes that are stored.
        journal = ask("select seq, at, actor, data from journal where instance_id=? order by seq", (instance_id,))
        assert [row[0] for row in journal] == list(range(1, seq + 1)), instance_id
        replayed = fold(
            Instance(instance_id), [(at, actor, decode_entry(bytes(entry))[1]) for _, at, actor, entry in journal]
        )
        assert encode_state(replayed) == bytes(data), instance_id
        # An open instance has something to go on with; a closed one has nothing left.
        if closed:
            assert not instance.tokens
            assert not instance.tasks
            assert not due_at
        else:
            assert instance.tokens
        for table, live in (
            ("task where state='open' and", instance.tasks),
            ("subscription where", instance.subscriptions),
            ("job where", instance.jobs),
        ):
            rows = ask(f"select key from {table} instance_id=?", (instance_id,))
            assert sorted(row[0] for row in rows) == sorted(live), (instance_id, table)
    for table in ("journal", "task", "subscription", "job", "working_clock", "outbox"):
        ((orphans,),) = ask(f"select count(*) from {table} where instance_id not in (select id from instance)")
        assert orphans == 0, table
    return seqs
