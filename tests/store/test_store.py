"""One writer, durable answers, one server a file."""

import sqlite3
from pathlib import Path

import pytest

from andante.store.store import Store, StoreProblem


async def test_what_is_answered_is_seen_by_another_connection(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    await store.write([("insert into source (id, kind, data) values (?,?,?)", ["x", "xml", b"<a/>"])])
    other = sqlite3.connect(tmp_path / "a.db")
    assert other.execute("select data from source").fetchall() == [(b"<a/>",)]
    assert await store.read("select kind from source where id=?", ["x"]) == [("xml",)]
    assert store.get("pragma journal_mode") == ("wal",)
    store.close()


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    insert = "insert into source (id, kind, data) values (?,?,?)"
    with pytest.raises(sqlite3.IntegrityError):
        await store.write([(insert, ["x", "xml", b""]), (insert, ["x", "xml", b""])])
    assert await store.read("select * from source") == []
    await store.write([(insert, ["x", "xml", b""])])
    assert len(await store.read("select * from source")) == 1
    store.close()


def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(StoreProblem, match="Another Andante server"):
        Store(f"sqlite:///{tmp_path}/a.db")
    store.close()
    Store(f"sqlite:///{tmp_path}/a.db").close()


def test_a_database_we_do_not_know_is_refused_by_name() -> None:
    with pytest.raises(StoreProblem, match="mysql"):
        Store("mysql://somewhere")
