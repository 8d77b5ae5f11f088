"""PostgreSQL as a database for the runtime: how it is found, and what becomes of connections."""

from cluster import free_port

from andante.store.opening import open_store
from andante.store.postgres import PostgresStore


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
