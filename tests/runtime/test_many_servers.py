"""Several servers on one PostgreSQL: whichever is asked, all see one truth."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Final

import psycopg
import pytest
from invariants import check
from server import HOUR, START, Letterbox, bpmn, line

from andante.codec import decode_entry
from andante.engine.events import TimerFired
from andante.runtime import Problem, Runtime, RuntimeSettings, TaskQuery, TestClock, membership
from andante.store.faults import StoreLost
from andante.store.store import Row

APPROVAL: Final = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')
WORK: Final = "work " + line(
    '<startEvent id="start"/>',
    '<serviceTask id="do"><extensionElements><zeebe:taskDefinition type="do"/></extensionElements></serviceTask>',
    '<endEvent id="end"/>',
)
WAIT: Final = "wait " + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="hour"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>",
    '<userTask id="then"/>',
    '<endEvent id="end"/>',
)


class Servers:
    def __init__(self, url: str, settings: RuntimeSettings) -> None:
        self.url = url
        self.settings = settings
        self.clock = TestClock(START)
        self.all: list[Runtime] = []

    async def open(self, count: int) -> list[Runtime]:
        for _ in range(count):
            self.all.append(await Runtime.open(self.url, clock=self.clock, timers=False, settings=self.settings))
        return self.all

    async def crash(self, runtime: Runtime) -> None:
        """It is gone from one moment to the next; its lease is what is left of it, for as long as the test wants."""
        self.all.remove(runtime)
        beating = runtime._sharing._beating
        assert beating is not None
        beating.cancel()
        await runtime.store.write([("update node set expires_at=? where id=?", [2**52, runtime.executor.node])])
        runtime.outbox.close()
        await runtime.store.close()

    async def close(self) -> None:
        for runtime in self.all:
            await runtime.close()


@pytest.fixture(params=[False, True], ids=["many instances a transaction", "one instance a transaction"])
async def servers(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Servers]:
    monkeypatch.setattr(membership, "BEAT", 0.02)
    monkeypatch.setattr(membership, "TRUST", 0.05)
    found = Servers(postgres_url, RuntimeSettings(apart=request.param))
    yield found
    await found.close()
    check(postgres_url)


async def test_each_goes_on_where_another_stopped(servers: Servers) -> None:
    one, two, three = await servers.open(3)
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    started = await two.start("approval", who="anna")
    assert (await three.act(started.id, "suspend", who="oda")).suspended
    assert not (await one.act(started.id, "resume", who="oda")).suspended
    await two.set_variables(started.id, {"amount": 5}, who="oda", introduce=True)
    assert await three.variables(started.id) == {"amount": 5}
    (task,) = (await one.tasks(TaskQuery(everything=True))).items
    await three.task_action(task.id, "claim", who="ben")
    done = await one.task_action(task.id, "complete", who="ben")
    assert done.state == "completed"
    with pytest.raises(Problem, match="closed"):
        await two.task_action(task.id, "complete", who="eve")


async def test_a_new_version_is_known_to_all_at_once(servers: Servers) -> None:
    one, two = await servers.open(2)
    for number in range(5):
        await one.deploy_xml(bpmn(APPROVAL, extra=f"<!-- {number} -->"), who="dora")
        assert (await two.start("approval", who="anna")).version == f"1.0.{number}"
    record = await two.definition_action((await two.definitions())[0].id, "deactivate", who="dora")
    with pytest.raises(Problem, match="active"):
        await one.start("approval", who="anna")
    await two.definition_action(record.id, "activate", who="dora")
    assert (await one.start("approval", who="anna")).version == record.version


async def test_all_change_one_instance_at_once_and_nothing_is_lost(servers: Servers) -> None:
    three = await servers.open(3)
    await three[0].deploy_xml(bpmn(APPROVAL), who="dora")
    started = await three[0].start("approval", who="anna")
    choose = itertools.cycle(three)
    names = [f"v{n}" for n in range(90)]
    await asyncio.gather(
        *(next(choose).set_variables(started.id, {name: 1}, who="oda", introduce=True) for name in names)
    )
    assert sorted(await three[1].variables(started.id)) == sorted(names)
    assert sum(each.executor.outrun for each in three) > 0  # they were in each other's way, or this shows nothing
    others = [await each.start("approval", who="anna") for each in three]
    assert len({other.id for other in others}) == 3


async def test_one_of_all_who_complete_a_task_does(servers: Servers) -> None:
    three = await servers.open(3)
    await three[0].deploy_xml(bpmn(APPROVAL), who="dora")
    for _ in range(5):
        started = await three[1].start("approval", who="anna")
        (task,) = (await three[2].tasks(TaskQuery(everything=True))).items
        results = await asyncio.gather(
            *(each.task_action(task.id, "complete", who="ben") for each in three), return_exceptions=True
        )
        assert sorted(getattr(result, "status", 0) for result in results) == [0, 409, 409]
        assert (await three[0].instance(started.id)).state == "Completed OK"


async def test_a_job_is_handed_to_one(servers: Servers) -> None:
    three = await servers.open(3)
    await three[0].deploy_xml(bpmn(WORK), who="dora")
    for _ in range(40):
        await three[0].start("work", who="anna")
    handed = await asyncio.gather(
        *(each.activate_jobs(["do"], worker=f"w{n}", max_jobs=5) for n, each in enumerate(three * 4))
    )
    ids = [job.id for jobs in handed for job in jobs]
    assert len(ids) == len(set(ids)) == 40
    await asyncio.gather(*(three[n % 3].job_action(id, "complete", who="w") for n, id in enumerate(ids)))
    assert await three[1].activate_jobs(["do"], worker="late", max_jobs=5) == []


async def test_a_waiting_worker_hears_of_a_job_that_another_server_made(servers: Servers) -> None:
    one, two = await servers.open(2)
    await one.deploy_xml(bpmn(WORK), who="dora")
    waiting = asyncio.create_task(two.activate_jobs(["do"], worker="w", wait_ms=30_000))
    await asyncio.sleep(0)
    started = await one.start("work", who="anna")
    (job,) = await asyncio.wait_for(waiting, 10)
    assert job.instance_id == started.id


async def test_what_is_due_happens_once(servers: Servers) -> None:
    three = await servers.open(3)
    await three[0].deploy_xml(bpmn(WAIT), who="dora")
    started = [await three[n % 3].start("wait", who="anna") for n in range(30)]
    servers.clock.set(START + HOUR)
    await asyncio.gather(*(each.run_due() for each in three))
    servers.clock.set(START + HOUR + 10_000)  # what was another's part and is late
    await asyncio.gather(*(each.run_due() for each in three))
    for each in started:
        rows = await three[0].store.get_all("select data from journal where instance_id=? order by seq", (each.id,))
        facts = [fact for (data,) in rows for fact in decode_entry(bytes(data))[1]]
        assert sum(isinstance(fact, TimerFired) for fact in facts) == 1
    assert (await three[0].tasks(TaskQuery(everything=True))).total == 30


async def test_what_a_server_promised_is_done_by_another_once_its_lease_is_over(servers: Servers) -> None:
    one, two = await servers.open(2)
    reminded = "remind " + line(
        '<startEvent id="start"/>',
        '<userTask id="do" andante:assignee="kim"><extensionElements><andante:sla name="answer" deadline="PT4H">'
        '<andante:reminder relativeTo="deadline" offset="-PT3H"/></andante:sla></extensionElements></userTask>',
        '<endEvent id="end"/>',
    )
    await one.deploy_xml(bpmn(reminded), who="dora")
    await one.start("remind", who="anna")
    one.channels.append(Letterbox(failures=1))
    after = Letterbox()
    two.channels.append(after)
    servers.clock.set(START + HOUR + 10_000)  # so late that whoever looks takes it
    await one.run_due()  # it tries once, and is to try again later
    await servers.crash(one)
    servers.clock.set(START + 2 * HOUR)
    await two.run_due()
    assert after.notes == []  # the other may yet live
    await two.store.write([("update node set expires_at=0 where id<>?", [two.executor.node])])
    await two.run_due()
    assert [note.kind for note in after.notes] == ["reminder"]


async def test_who_was_away_too_long_begins_anew_and_does_not_act_twice(servers: Servers) -> None:
    one, two = await servers.open(2)
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    started = await one.start("approval", who="anna")
    before = one.executor.node
    await one.store.write([("update node set expires_at=0 where id=?", [before])])
    membership_of_one = one._sharing.membership
    assert membership_of_one is not None
    while one.executor.node == before:
        await asyncio.sleep(0.005)
    assert one.executor.node != two.executor.node
    await two.act(started.id, "terminate", who="oda")
    with pytest.raises(Problem) as refused:
        await one.act(started.id, "suspend", who="oda")
    assert refused.value.status == 409


async def test_a_server_that_heard_of_its_new_lease_too_late_does_not_go_by_it(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease had run out and was asked for anew; it was granted, but the answer was lost."""
    (one,) = await servers.open(1)
    membership_of_one = one._sharing.membership
    assert membership_of_one is not None
    store = membership_of_one._store
    change, write = store.change, store.write

    async def unheard(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        found = await change(sql, parameters)
        if "insert into node" in sql:
            raise StoreLost("gone")
        return found

    beating = one._sharing._beating
    assert beating is not None
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    await write([("update node set expires_at=0", [])])
    with monkeypatch.context() as patch:
        patch.setattr(store, "change", unheard)
        with pytest.raises(StoreLost):
            await membership_of_one.beat()
    await membership_of_one.beat()
    assert membership_of_one.id == one.executor.node
    rows = await store.get_all("select id from node where expires_at>0")
    assert (one.executor.node,) in rows


async def test_what_one_that_is_gone_has_locked_is_free_once_its_lease_is_over(servers: Servers) -> None:
    """It was stopped in the middle of a transaction: its connection lives, and so do its locks."""
    one, two = await servers.open(2)
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    held, other = [(await one.start("approval", who="anna")).id for _ in range(2)]
    until = "(extract(epoch from clock_timestamp())*1000)::int8+2000"
    lease = f"insert into node (id, slot, started_at, expires_at) values ('gone', 60, 0, {until})"
    await two.store.write([(lease, [])])
    async with asyncio.timeout(20):
        while any(each.timekeeper.members.size < 3 for each in (one, two)):
            await asyncio.sleep(0.005)
    with psycopg.connect(servers.url, application_name="andante gone") as gone:
        gone.execute("update instance set seq=seq where id=%s", [held])
        changes = [
            one.set_variables(held, {"a": 1}, who="oda", introduce=True),
            two.set_variables(held, {"b": 1}, who="oda", introduce=True),
            two.set_variables(other, {"c": 1}, who="oda", introduce=True),
        ]
        await asyncio.wait_for(asyncio.gather(*changes), 20)
        with pytest.raises(psycopg.OperationalError):
            gone.execute("select 1")
    assert await one.variables(held) == {"a": 1, "b": 1}
