"""Which one of several gets a task: in turn, by who has least to do, by skill; on both databases and many servers."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from server import START, Bench, bpmn, line

from andante.people import Accounts, Deputies, Teams
from andante.runtime import Runtime, TaskQuery, TestClock
from andante.runtime.choosing import following

NAMES = ("ann", "bob", "cid")


def claim(rule: str, more: str = "", attributes: str = "") -> str:
    return "claim " + line(
        '<startEvent id="start"/>',
        f'<userTask id="look" andante:queue="claims" {attributes}><extensionElements>'
        f'<andante:assignment rule="{rule}" {more}/></extensionElements></userTask>',
        '<endEvent id="end"/>',
    )


async def office(runtime: Runtime, **skills: dict[str, int]) -> tuple[Accounts, Teams, Deputies]:
    told, now = runtime.roster.changed, runtime.clock.now
    accounts, teams = Accounts(runtime.store, now, told=told), Teams(runtime.store, now, told)
    for name in NAMES:
        await accounts.add_person(name, queues=["claims"], skills=skills.get(name, {}))
    return accounts, teams, Deputies(runtime.store, now, told)


async def holders(runtime: Runtime) -> list[str]:
    await runtime.run_due()
    page = await runtime.tasks(TaskQuery(everything=True, limit=1_000))
    return sorted(task.assignee for task in page.items)


async def test_in_turn_each_gets_one_after_the_other(bench: Bench) -> None:
    await office(bench.runtime)
    await bench.deploy(claim("roundRobin"))
    for n in range(7):
        await bench.start("claim")
        counts = Counter(await holders(bench.runtime))
        assert sum(counts.values()) == n + 1
        assert max(counts.values()) - min(counts[name] for name in NAMES) <= 1
    assert "" not in counts
    (task, *_) = await bench.todo()
    entries = await bench.runtime.history(task.instance_id)
    assert [e.data["how"] for e in entries if e.kind == "TaskAssigned"] == ["roundRobin"]


async def test_started_all_at_once_it_is_fair_too(bench: Bench) -> None:
    await office(bench.runtime)
    await bench.deploy(claim("roundRobin"))
    await asyncio.gather(*(bench.start("claim") for _ in range(30)))
    assert Counter(await holders(bench.runtime)) == dict.fromkeys(NAMES, 10)


async def test_the_rule_of_the_queue_counts_where_the_model_names_none(bench: Bench) -> None:
    _, teams, _ = await office(bench.runtime)
    await teams.add("queue", "claims", rule="roundRobin")
    await bench.deploy(
        "plain " + line('<startEvent id="s"/>', '<userTask id="t" andante:queue="claims"/>', '<endEvent id="e"/>'),
        claim("offer"),
    )
    await bench.start("plain")
    assert await holders(bench.runtime) == ["ann"]
    await bench.start("claim")
    assert await holders(bench.runtime) == ["", "ann"], "the model offers it to all"


async def test_who_has_least_to_do_gets_the_next(bench: Bench) -> None:
    await office(bench.runtime)
    await bench.deploy(claim("leastLoaded"))
    for _ in range(6):
        await bench.start("claim")
        await bench.runtime.run_due()
    assert Counter(await holders(bench.runtime)) == dict.fromkeys(NAMES, 2)
    mine = [task for task in await bench.todo() if task.assignee == "bob"]
    for task in mine:
        await bench.runtime.task_action(task.id, "complete", who="bob")
    await bench.start("claim")
    await bench.start("claim")
    assert Counter(await holders(bench.runtime)) == dict.fromkeys(NAMES, 2)


async def test_by_skill_only_those_who_have_it(bench: Bench) -> None:
    await office(bench.runtime, ann={"french": 1}, bob={"french": 2, "law": 1}, cid={"french": 3})
    await bench.deploy(claim("skill", 'skills="french: 2, law"'))
    await bench.start("claim")
    await bench.start("claim")
    assert await holders(bench.runtime) == ["bob", "bob"]


async def test_nobody_with_the_skill_leaves_it_to_all(bench: Bench) -> None:
    await office(bench.runtime)
    await bench.deploy(claim("skill", 'skills="chinese"'))
    await bench.start("claim")
    assert await holders(bench.runtime) == [""]


async def test_who_is_away_disabled_or_kept_from_it_is_left_out(bench: Bench) -> None:
    accounts, _, deputies = await office(bench.runtime)
    await deputies.add("ann", "", until_at=START + 86_400_000, who="ada")
    await bench.deploy(claim("roundRobin", attributes='andante:notBy="initiator"'))
    for _ in range(4):
        await bench.runtime.start("claim", who="bob")
    assert Counter(await holders(bench.runtime)) == {"cid": 4}
    await accounts.change_person("cid", disabled=True)
    bench.clock.set(START + 86_400_000)
    await bench.runtime.start("claim", who="bob")
    assert Counter(await holders(bench.runtime)) == {"ann": 1, "cid": 4}


async def test_suspended_meanwhile_it_is_assigned_when_it_goes_on(bench: Bench) -> None:
    await office(bench.runtime)
    await bench.deploy(claim("roundRobin"))
    started = await bench.start("claim")
    await bench.runtime.act(started.id, "suspend", who="oda")
    await bench.runtime.run_due()
    await bench.runtime.act(started.id, "resume", who="oda")
    assert await holders(bench.runtime) == ["ann"]
    await bench.runtime.act(started.id, "terminate", who="oda")
    assert await holders(bench.runtime) == []


async def test_three_servers_give_turns_fairly(postgres_url: str) -> None:
    clock = TestClock(START)
    servers = [await Runtime.open(postgres_url, clock=clock, timers=False) for _ in range(3)]
    try:
        await office(servers[0])
        await servers[0].deploy_xml(bpmn(claim("roundRobin")), who="dora")
        for server in servers:
            await server.roster.refresh()
        await asyncio.gather(*(servers[n % 3].start("claim", who="ina") for n in range(30)))
        for server in servers:
            await server.run_due()
        assert Counter(await holders(servers[0])) == dict.fromkeys(NAMES, 10)
    finally:
        for server in servers:
            await server.close()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=8, unique=True), st.integers(1, 60))
def test_turns_differ_by_one_at_most(names: list[str], count: int) -> None:
    ordered, last, given_to = sorted(names), "", Counter[str]()
    for _ in range(count):
        last = following(ordered, last)
        given_to[last] += 1
    assert max(given_to.values()) - min(given_to[name] for name in names) <= 1


@pytest.mark.parametrize(("last", "who"), [("", "ann"), ("ann", "bob"), ("b", "bob"), ("cid", "ann"), ("zoe", "ann")])
def test_who_is_gone_is_followed_by_the_next(last: str, who: str) -> None:
    assert following(NAMES, last) == who
