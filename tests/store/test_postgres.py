"""PostgreSQL as a database for the runtime: how it is found, and what becomes of connections."""

import asyncio
import socket

import pytest
from cluster import free_port

from andante.store.faults import StoreLost
from andante.store.opening import open_store
from andante.store.postgres import PostgresStore
from andante.store.postgres.hosts import apart
from andante.store.postgres.pipe import Pipe


async def test_of_several_hosts_the_one_that_can_be_written_to_is_taken(postgres_url: str) -> None:
    """As for a primary and its standby: it is not known which of them is which."""
    somewhere = f"127.0.0.1:{free_port()},127.0.0.1"
    url = postgres_url.replace("127.0.0.1", somewhere, 1) + "?target_session_attrs=read-write"
    store = await open_store(url)
    assert isinstance(store, PostgresStore)
    await store.write([("insert into source (id, kind, data) values (?,?,?)", ["x", "xml", b"<a/>"])])
    assert await store.get("select kind from source where id=?", ["x"]) == ("xml",)
    assert await store.read("select data from source") == [(b"<a/>",)]
    await store.close()


@pytest.mark.parametrize("attrs", ["", "?target_session_attrs=read-write"])
async def test_a_host_that_says_nothing_is_not_waited_for(postgres_url: str, attrs: str) -> None:
    """As a machine that hangs: the connection is made, and nobody speaks."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        before = f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1"
        loop = asyncio.get_running_loop()
        begin = loop.time()
        pipe = await Pipe.open(postgres_url.replace("127.0.0.1", before, 1) + attrs)
        assert loop.time() - begin < 4, "connect_timeout is 5 s"
        pipe.close()
        only = (
            f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]},127.0.0.1:{free_port()}/none?connect_timeout=2"
        )
        with pytest.raises(StoreLost):
            await Pipe.open(only)


def test_each_host_has_its_own_port() -> None:
    assert [(each["host"], each.get("port")) for each in apart({"host": "a,b", "port": "1,2"})] == [
        ("a", "1"),
        ("b", "2"),
    ]
    assert [(each["host"], each.get("port")) for each in apart({"host": "a,b", "port": "1"})] == [
        ("a", "1"),
        ("b", "1"),
    ]
    assert [(each["host"], each.get("port")) for each in apart({"host": "a,b"})] == [("a", None), ("b", None)]
    for together in (
        {"host": "a"},
        {"host": "a,b", "target_session_attrs": "prefer-standby"},
        {"host": "a,b,c", "port": "1,2"},
    ):
        assert apart(together) == [together]
