"""Through PgBouncer: it works where sessions are pooled, and is refused with the remedy where transactions are."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
import pytest
from cluster import Cluster
from invariants import check
from pooler import Pooler, pooling
from server import START, bpmn, line

from andante.runtime import Problem, Runtime, StoreProblem, TestClock
from andante.store.store import SharedStore

ASK: Final = "ask " + line('<startEvent id="s"/>', '<userTask id="ask"/>', '<endEvent id="e"/>')


@pytest.fixture
def pooler(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[[str], Pooler]]:
    """Starts one of that mode."""
    with ExitStack() as stack:

        def start(mode: str) -> Pooler:
            try:
                return stack.enter_context(pooling(cluster, tmp_path, mode))
            except LookupError as missing:
                pytest.skip(f"NOT TESTED WITH PGBOUNCER: {missing}")

        yield start


async def test_two_servers_work_through_pooled_sessions(pooler: Callable[[str], Pooler], postgres_url: str) -> None:
    between = pooler("session")
    clock = TestClock(START)
    one = await Runtime.open(between.url(postgres_url), clock=clock, timers=False)
    two = await Runtime.open(between.url(postgres_url), clock=clock, timers=False)
    try:
        await one.deploy_xml(bpmn(ASK), who="dora")
        found = await asyncio.gather(*(one.start("ask", who="ann") for _ in range(20)))
        await asyncio.gather(*(two.set_variables(each.id, {"a": 1}, who="bob", introduce=True) for each in found))
        assert await one.variables(found[7].id) == {"a": 1}
        heard = asyncio.Event()
        assert isinstance(one.store, SharedStore)
        assert isinstance(two.store, SharedStore)
        two.store.heard = lambda text: heard.set() if text == "hello" else None
        one.store.tell("hello")
        async with asyncio.timeout(10):
            await heard.wait()
        (settings,) = await one.store.read("select current_setting('jit')")
        assert settings == ("off",), "what a server sets holds in its sessions"
        between.kill()
        between.start()
        for _ in range(100):
            try:
                await one.set_variables(found[0].id, {"b": 2}, who="bob", introduce=True)
            except (Problem, StoreProblem):
                continue
            break
        assert await two.variables(found[0].id) == {"a": 1, "b": 2}
    finally:
        await one.close()
        await two.close()
    check(postgres_url)


async def test_pooled_transactions_are_refused_before_anything_is_made(
    pooler: Callable[[str], Pooler], cluster: Cluster
) -> None:
    cluster.execute("create database andante_pooled")
    url = cluster.url("andante_pooled")
    try:
        with pytest.raises(StoreProblem, match="pool_mode = session"):
            await Runtime.open(pooler("transaction").url(url))
        with psycopg.connect(url) as admin:
            assert admin.execute("select tablename from pg_tables where schemaname='public'").fetchall() == []
    finally:
        cluster.execute("drop database andante_pooled with (force)")
