"""Lists from a replica: one that lags, dies, hangs or lacks a column costs nobody an error.

The replica here is another database, which has what it was given and no more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

import psycopg
import pytest
from cluster import Cluster
from server import START, bpmn, line

from andante.runtime import InstanceQuery, Runtime, RuntimeSettings, TaskQuery, TestClock
from andante.store.postgres import store

ASK: Final = "ask " + line('<startEvent id="s"/>', '<userTask id="ask"/>', '<endEvent id="e"/>')
NAME: Final = "andante_behind"


@pytest.fixture
def behind(cluster: Cluster, template: str) -> Iterator[str]:
    cluster.execute(f"create database {NAME} template {template}")
    yield cluster.url(NAME)
    cluster.execute(f"drop database {NAME} with (force)")


@pytest.fixture
async def runtime(postgres_url: str, behind: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Runtime]:
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    found = await Runtime.open(
        postgres_url, clock=TestClock(START), timers=False, settings=RuntimeSettings(replica=behind)
    )
    await found.deploy_xml(bpmn(ASK), who="dora")
    await found.start("ask", who="ann")
    yield found
    await found.close()


async def listed(runtime: Runtime) -> tuple[int, int]:
    """How many tasks and instances."""
    tasks = await runtime.tasks(TaskQuery(everything=True))
    instances = await runtime.instances(InstanceQuery())
    return len(tasks.items), len(instances.items)


def dead(cluster: Cluster, *, again: bool = False) -> None:
    """It takes nobody in any more, or again."""
    cluster.execute(f"alter database {NAME} allow_connections {str(again).lower()}")
    if not again:
        cluster.execute(f"select count(pg_terminate_backend(pid,10000)) from pg_stat_activity where datname='{NAME}'")


async def test_one_that_lags_shows_what_it_has(runtime: Runtime) -> None:
    assert await listed(runtime) == (0, 0)


async def test_one_that_dies_is_done_without_until_it_is_there_again(runtime: Runtime, cluster: Cluster) -> None:
    asking = [asyncio.ensure_future(listed(runtime)) for _ in range(20)]
    await asyncio.to_thread(dead, cluster)
    assert {await each for each in asking} <= {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert [await listed(runtime) for _ in range(5)] == [(1, 1)] * 5
    await asyncio.to_thread(dead, cluster, again=True)
    async with asyncio.timeout(10):
        while await listed(runtime) != (0, 0):
            continue


async def test_one_that_hangs_is_not_waited_for(runtime: Runtime, behind: str) -> None:
    with psycopg.connect(behind) as other:
        other.execute("lock table task, instance in access exclusive mode")
        assert await listed(runtime) == (1, 1)


async def test_one_that_has_not_got_a_column_yet_is_passed_by(runtime: Runtime, behind: str) -> None:
    with psycopg.connect(behind) as other:
        other.execute("alter table task drop column priority")
        other.execute("alter table instance drop column urgency")
    assert await listed(runtime) == (1, 1)


async def test_a_server_starts_without_it(postgres_url: str, behind: str, cluster: Cluster) -> None:
    await asyncio.to_thread(dead, cluster)
    settings = RuntimeSettings(replica=behind)
    runtime = await Runtime.open(postgres_url, clock=TestClock(START), timers=False, settings=settings)
    try:
        await runtime.deploy_xml(bpmn(ASK), who="dora")
        await runtime.start("ask", who="ann")
        assert await listed(runtime) == (1, 1)
    finally:
        await runtime.close()
