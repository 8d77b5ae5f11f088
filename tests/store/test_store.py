"""One writer, durable answers, one server a file."""

import sqlite3
from pathlib import Path

import pytest

from andante.store.faults import Duplicate, StoreProblem
from andante.store.opening import open_store


async def test_what_is_answered_is_seen_by_another_connection(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/a.db")
    await store.write([("insert into source (id, kind, data) values (?,?,?)", ["x", "xml", b"<a/>"])])
    other = sqlite3.connect(tmp_path / "a.db")
    assert other.execute("select data from source").fetchall() == [(b"<a/>",)]
    assert await store.read("select kind from source where id=?", ["x"]) == [("xml",)]
    assert await store.get("pragma journal_mode") == ("wal",)
    await store.close()


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/a.db")
    insert = "insert into source (id, kind, data) values (?,?,?)"
    with pytest.raises(Duplicate):
        await store.write([(insert, ["x", "xml", b""]), (insert, ["x", "xml", b""])])
    assert await store.read("select * from source") == []
    await store.write([(insert, ["x", "xml", b""])])
    assert len(await store.read("select * from source")) == 1
    await store.close()


async def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(StoreProblem, match="Another Andante server"):
        await open_store(f"sqlite:///{tmp_path}/a.db")
    await store.close()
    await (await open_store(f"sqlite:///{tmp_path}/a.db")).close()


async def test_a_database_we_do_not_know_is_refused_by_name() -> None:
    with pytest.raises(StoreProblem, match="mysql"):
        await open_store("mysql://somewhere")
