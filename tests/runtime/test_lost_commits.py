"""A standby that lacks the last commits takes over (asynchronous replication): what is lost is lost, but nobody goes on
from it."""

import asyncio

import psycopg
from server import START, bpmn, line

from andante.runtime import Problem, Runtime, StoreProblem, TestClock

ASK = "ask " + line('<startEvent id="start"/>', '<userTask id="ask"/>', '<endEvent id="end"/>')


async def answer(runtime: Runtime, instance_id: str, **values: object) -> None:
    """Ask until the server has its connection again."""
    for _ in range(100):
        try:
            await runtime.set_variables(instance_id, dict(values), who="t", introduce=True)
        except (Problem, StoreProblem):
            continue
        return
    raise AssertionError("the server does not come back")


async def changed_elsewhere(one: Runtime, two: Runtime, url: str) -> str:
    """An instance of which `one` remembers a commit that is lost, where `two` has gone on with the same number."""
    await one.deploy_xml(bpmn(ASK), who="t")
    found = await one.start("ask", who="t")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create table kept as select * from instance")
        await one.set_variables(found.id, {"lost": 1}, who="t", introduce=True)
        # The standby has not got this commit: there, all is as before.
        admin.execute("delete from journal where seq>1")
        admin.execute("delete from instance")
        admin.execute("insert into instance select * from kept")
    await two.set_variables(found.id, {"kept": 2}, who="t", introduce=True)
    return found.id


async def test_what_a_server_remembers_of_lost_commits_is_forgotten(postgres_url: str) -> None:
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    try:
        instance_id = await changed_elsewhere(one, two, postgres_url)
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            (ended,) = admin.execute(
                "select count(pg_terminate_backend(pid,10000)) from pg_stat_activity where application_name=%s",
                (f"andante {one.executor.node}",),
            ).fetchone() or (0,)
            assert ended == 1
        await answer(one, instance_id, new=3)
        assert await two.variables(instance_id) == {"kept": 2, "new": 3}
    finally:
        await one.close()
        await two.close()


async def test_what_was_judged_by_lost_commits_begins_anew(postgres_url: str) -> None:
    """The connection is lost between the step and its writing."""
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    try:
        instance_id = await changed_elsewhere(one, two, postgres_url)
        stepped = one.executor.commands
        asked = asyncio.ensure_future(one.set_variables(instance_id, {"new": 3}, who="t", introduce=True))
        fresh = asyncio.ensure_future(one.start("ask", who="t"))
        while one.executor.commands == stepped:
            await asyncio.sleep(0)
        one.executor.forget()
        await asyncio.gather(asked, fresh)
        assert await two.variables(instance_id) == {"kept": 2, "new": 3}
        assert (await two.instance(fresh.result().id)).id == fresh.result().id
    finally:
        await one.close()
        await two.close()
