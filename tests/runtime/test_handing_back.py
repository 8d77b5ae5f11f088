"""What went to a deputy by the rule goes back at the end, on its own: on both databases, after a stop, once."""

import asyncio
from collections import Counter

import pytest
from invariants import check
from server import HOUR, START, Bench, bpmn, line

from andante.people import Accounts, Deputies
from andante.runtime import Runtime, TaskRecord, TestClock, handing_back, membership

LEAVE = "leave " + line('<startEvent id="s"/>', '<userTask id="look" andante:assignee="ann"/>', '<endEvent id="e"/>')


async def office(runtime: Runtime) -> Deputies:
    told, now = runtime.roster.changed, runtime.clock.now
    accounts = Accounts(runtime.store, now, told=told)
    for name in ("ann", "bob", "cid"):
        await accounts.add_person(name)
    return Deputies(runtime.store, now, told)


async def have(bench: Bench) -> list[tuple[str, str]]:
    return sorted((task.assignee, task.owner) for task in await bench.todo())


async def ways(bench: Bench, task: TaskRecord) -> list[str]:
    """How the task came to those who had it."""
    entries = await bench.runtime.history(task.instance_id)
    return [str(entry.data["how"]) for entry in entries if entry.kind == "TaskAssigned"]


async def test_at_the_end_the_task_goes_back_and_once(bench: Bench) -> None:
    deputies = await office(bench.runtime)
    await deputies.add("ann", "bob", until_at=START + 2 * HOUR, who="ann")
    await bench.deploy(LEAVE)
    await bench.start("leave")
    assert await have(bench) == [("bob", "ann")]
    await bench.pass_time(2 * HOUR - 1)
    assert await have(bench) == [("bob", "ann")]
    assert bench.runtime.timekeeper._handing_back.next_at() == START + 2 * HOUR
    await bench.pass_time(1)
    assert await have(bench) == [("ann", "")]
    await bench.pass_time(HOUR)
    (task,) = await bench.todo()
    assert await ways(bench, task) == ["deputy", "deputyOver"]
    check(bench.url)


async def test_an_entry_that_is_removed_or_ended_early_is_over_at_once(bench: Bench) -> None:
    deputies = await office(bench.runtime)
    await bench.deploy(LEAVE)
    removed = await deputies.add("ann", "bob", who="ann")
    await bench.start("leave")
    await deputies.remove(removed.id)
    await bench.runtime.run_due()
    assert await have(bench) == [("ann", "")]

    ended = await deputies.add("ann", "cid", who="ann")
    await bench.start("leave")
    await bench.pass_time(HOUR)
    assert await have(bench) == [("ann", ""), ("cid", "ann")]
    await deputies.change(ended.id, until_at=bench.clock.now())
    await bench.runtime.run_due()
    assert await have(bench) == [("ann", ""), ("ann", "")]


async def test_a_server_that_was_down_at_that_moment_does_it_when_it_is_back(bench: Bench) -> None:
    deputies = await office(bench.runtime)
    await deputies.add("ann", "bob", until_at=START + HOUR, who="ann")
    await bench.deploy(LEAVE)
    await bench.start("leave")
    await bench.runtime.close()
    bench.clock.set(START + 5 * HOUR)
    bench.runtime = await Runtime.open(bench.url, clock=bench.clock, timers=False)
    await bench.runtime.run_due()
    assert await have(bench) == [("ann", "")]


async def test_what_somebody_else_gave_stays_and_suspended_ones_follow_the_resume(bench: Bench) -> None:
    deputies = await office(bench.runtime)
    await deputies.add("ann", "bob", until_at=START + HOUR, who="ann")
    await bench.deploy(LEAVE)
    for _ in range(3):
        await bench.start("leave")
    handed, waiting, _ = await bench.todo()
    await bench.runtime.task_action(handed.id, "transfer", who="ann", to="bob")
    await bench.runtime.act(waiting.instance_id, "suspend", who="oda")
    await bench.pass_time(HOUR)
    assert await have(bench) == [("ann", ""), ("bob", "")]
    await bench.runtime.act(waiting.instance_id, "resume", who="oda")
    assert await have(bench) == [("ann", ""), ("ann", ""), ("bob", "")]


async def test_what_was_given_by_what_was_known_before_follows_soon(bench: Bench) -> None:
    """Another server gives a task in the moment in which the entry ends."""
    deputies = await office(bench.runtime)
    entry = await deputies.add("ann", "bob", who="ann")
    await bench.deploy(LEAVE)
    await bench.runtime.run_due()
    known = bench.runtime.roster.known
    await deputies.remove(entry.id)
    await bench.runtime.run_due()
    bench.runtime.roster.known, fresh = known, bench.runtime.roster.known
    await bench.start("leave")
    bench.runtime.roster.known = fresh
    assert await have(bench) == [("bob", "ann")]
    await bench.pass_time(handing_back.AGAIN)
    assert await have(bench) == [("ann", "")]


async def test_many_are_looked_at_page_by_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_back, "AT_ONCE", 3)
    deputies = await office(bench.runtime)
    await deputies.add("ann", "bob", until_at=START + HOUR, who="ann")
    await deputies.add("cid", "bob", who="cid")
    await bench.deploy(LEAVE, LEAVE.replace("leave ", "other ").replace('"ann"', '"cid"'))
    for name in ("leave", "other") * 4:
        await bench.start(name)
    await bench.pass_time(HOUR)
    assert Counter(await have(bench)) == {("ann", ""): 4, ("bob", "cid"): 4}


async def test_of_several_servers_each_may_do_it_and_it_happens_once(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(membership, "BEAT", 0.02)
    clock = TestClock(START)
    servers = [await Runtime.open(postgres_url, clock=clock, timers=False) for _ in range(2)]
    try:
        deputies = await office(servers[0])
        await deputies.add("ann", "bob", until_at=START + HOUR, who="ann")
        await servers[0].deploy_xml(bpmn(LEAVE), who="dora")
        started = [(await servers[n % 2].start("leave", who="ina")).id for n in range(6)]
        await servers[1].roster.refresh()
        clock.set(START + HOUR)
        both = [each.timekeeper._handing_back for each in servers]
        for each in both:
            each._mine = lambda: True
        assert sum(await asyncio.gather(*(each.carry_out() for each in both))) == 6
        for instance_id in started:
            entries = await servers[0].history(instance_id)
            assert [e.data["how"] for e in entries if e.kind == "TaskAssigned"] == ["deputy", "deputyOver"]
    finally:
        for server in servers:
            await server.close()
    check(postgres_url)
