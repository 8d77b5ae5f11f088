"""A standby that lacks the last commits takes over (asynchronous replication): what is lost is lost, but nobody goes on
from it."""

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


async def test_what_a_server_remembers_of_lost_commits_is_forgotten(postgres_url: str) -> None:
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    try:
        await one.deploy_xml(bpmn(ASK), who="t")
        found = await one.start("ask", who="t")
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("create table kept as select * from instance")
            await one.set_variables(found.id, {"lost": 1}, who="t", introduce=True)
            # The standby has not got this commit: there, all is as before.
            admin.execute("delete from journal where seq>1")
            admin.execute("delete from instance")
            admin.execute("insert into instance select * from kept")
            await two.set_variables(found.id, {"kept": 2}, who="t", introduce=True)
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name=%s",
                (f"andante {one.executor.node}",),
            )
        await answer(one, found.id, new=3)
        assert await two.variables(found.id) == {"kept": 2, "new": 3}
    finally:
        await one.close()
        await two.close()
