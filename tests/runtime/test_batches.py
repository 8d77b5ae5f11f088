"""Many instances at once: in the background, with pause and cancel, by any server, and once with each."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from invariants import check
from server import START, Bench, bpmn, line

from andante.codec import decode_entry
from andante.engine.events import Suspended
from andante.runtime import InstanceQuery, Problem, Runtime, TestClock, batches
from andante.store import batches as rows
from andante.store.batches import BatchRecord, Chosen

APPROVAL: Final = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')
PARENT: Final = "parent " + line(
    '<startEvent id="start"/>', '<callActivity id="sub" calledElement="approval"/>', '<endEvent id="end"/>'
)
FAILING: Final = "failing " + line(
    '<startEvent id="start"/>', '<userTask id="do" andante:dueDate="=due"/>', '<endEvent id="end"/>'
)


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 3)


def every(**query: Any) -> Chosen:
    return Chosen(InstanceQuery(**query))


async def _carried_out(bench: Bench, action: str, chosen: Chosen, **more: Any) -> BatchRecord:
    batch = await bench.runtime.batches.start(action, chosen, who="oda", reason="too many", **more)
    await bench.runtime.batches.carry_out()
    await bench.runtime.outbox.drain()
    return await bench.runtime.batches.one(batch.id)


async def _suspensions(runtime: Runtime, instance_id: str) -> list[tuple[str, str]]:
    """By whom and why, of each time."""
    found = await runtime.store.read("select actor, data from journal where instance_id=? order by seq", (instance_id,))
    return [
        (actor, fact.reason)
        for actor, data in found
        for fact in decode_entry(bytes(data))[1]
        if isinstance(fact, Suspended) and not fact.held
    ]


async def test_all_that_the_query_finds_and_nothing_else(bench: Bench) -> None:
    await bench.deploy(APPROVAL, PARENT)
    mine = [(await bench.start("approval")).id for _ in range(8)]
    parent = await bench.start("parent")
    await bench.runtime.outbox.drain()
    plan = await bench.runtime.batches.plan("suspend", every())
    assert (plan.total, plan.below, len(plan.sample)) == (9, 1, 9)
    assert [await bench.state(each) for each in mine] == ["Waiting for user interaction"] * 8
    batch = await _carried_out(bench, "suspend", every(name="approval"))
    assert (batch.state, batch.total, batch.done, batch.skipped, batch.failed) == ("done", 8, 8, 0, 0)
    assert not (await bench.runtime.instance(parent.id)).suspended
    for each in mine:
        assert await _suspensions(bench.runtime, each) == [("oda", f"too many ({batch.id})")]
    again = await _carried_out(bench, "suspend", every())
    assert (again.total, again.done, again.skipped) == (9, 1, 8)
    (child,) = (await bench.runtime.detail(parent.id)).children
    assert (await bench.runtime.instance(child)).suspended
    assert [len(await _suspensions(bench.runtime, each)) for each in mine] == [1] * 8
    back = await _carried_out(bench, "resume", every())
    assert (back.done, back.skipped) == (9, 0)
    assert len(await bench.todo()) == 9


async def test_what_starts_later_is_not_concerned(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    await bench.start("approval")
    batch = await bench.runtime.batches.start("terminate", every(), who="oda")
    bench.clock.set(bench.clock.now() + 1_000)
    later = await bench.start("approval")
    await bench.runtime.batches.carry_out()
    assert (await bench.runtime.batches.one(batch.id)).done == 1
    assert await bench.state(later.id) == "Waiting for user interaction"


async def test_other_actions(bench: Bench) -> None:
    await bench.deploy(APPROVAL, FAILING)
    ids = [(await bench.start("approval")).id for _ in range(4)]
    broken = await bench.start("failing", due="nonsense")
    setting = {"variables": {"a": 1}, "introduce": True}
    done = await _carried_out(bench, "setVariables", Chosen(InstanceQuery(), [*ids, "unknown"]), arguments=setting)
    assert (done.total, done.done, done.skipped, done.failed) == (5, 4, 1, 0)
    assert await bench.runtime.variables(ids[0]) == {"a": 1}
    repeated = await _carried_out(bench, "setVariables", Chosen(InstanceQuery(), ids), arguments=setting)
    assert (repeated.done, repeated.skipped) == (0, 4)
    await bench.runtime.set_variables(broken.id, {"due": "P1D"}, who="oda")
    assert (await _carried_out(bench, "retry", every())).done == 1
    assert await bench.state(broken.id) == "Waiting for user interaction"
    await bench.runtime.deploy_xml(bpmn(APPROVAL, extra="<!-- 2 -->"), who="dora")
    migrated = await _carried_out(bench, "migrate", every(name="approval"), arguments={"version": "1.0.1"})
    assert (migrated.done, (await bench.runtime.instance(ids[0])).version) == (4, "1.0.1")
    unknown = await _carried_out(bench, "migrate", every(name="approval"), arguments={"version": "9"})
    assert (unknown.state, unknown.failed) == ("done", 4)
    why = await bench.runtime.batches.failures(unknown.id, limit=3)
    assert [each.item for each in why] == sorted(ids)[:3]
    assert {each.code for each in why} == {"bpm.definition.notFound"}
    rest = await bench.runtime.batches.failures(unknown.id, after=why[-1].item)
    assert [each.item for each in rest] == sorted(ids)[3:]
    assert (await _carried_out(bench, "terminate", every(name="approval"))).done == 4
    assert (await _carried_out(bench, "delete", every(name="approval"))).done == 4
    with pytest.raises(Problem, match="no instance"):
        await bench.runtime.instance(ids[0])
    assert {each.action for each in await bench.runtime.batches.many(100)} >= {"delete", "terminate", "migrate"}


async def test_pause_resume_and_cancel(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.deploy(APPROVAL)
    for _ in range(10):
        await bench.start("approval")
    batch = await bench.runtime.batches.start("suspend", every(), who="oda")
    act, stop_after = bench.runtime.act, {4: "pause", 7: "cancel"}
    count = 0

    async def acted(instance_id: str, action: str, *, who: str, reason: str = "") -> Any:
        nonlocal count
        count += 1
        if count in stop_after:
            await bench.runtime.batches.act(batch.id, stop_after[count])
        return await act(instance_id, action, who=who, reason=reason)

    monkeypatch.setattr(bench.runtime, "act", acted)
    await bench.runtime.batches.carry_out()
    paused = await bench.runtime.batches.one(batch.id)
    assert (paused.state, paused.done) == ("paused", 6)
    await bench.runtime.batches.carry_out()
    assert (await bench.runtime.batches.one(batch.id)).done == 6
    assert (await bench.runtime.batches.act(batch.id, "resume")).state == "queued"
    await bench.runtime.batches.carry_out()
    over = await bench.runtime.batches.one(batch.id)
    assert (over.state, over.done) == ("cancelled", 9)
    assert len(await bench.todo()) == 1
    for action in ("pause", "resume"):
        with pytest.raises(Problem, match="cancelled"):
            await bench.runtime.batches.act(batch.id, action)


async def test_what_is_asked_wrongly_is_refused(bench: Bench) -> None:
    for action, chosen, words in (
        ("explode", every(), "explode"),
        ("migrate", every(), "version"),
        ("setVariables", every(), "variables"),
        ("suspend", Chosen(InstanceQuery(), [str(n) for n in range(10_001)]), "ids"),
    ):
        with pytest.raises(Problem, match=words):
            await bench.runtime.batches.start(action, chosen, who="oda")
    found = bench.runtime.batches
    for wrong in (found.one("x"), found.act("x", "pause"), found.failures("x")):
        with pytest.raises(Problem, match="no batch"):
            await wrong
    assert await bench.runtime.batches.many() == []


@pytest.fixture
async def three(postgres_url: str) -> AsyncIterator[tuple[TestClock, list[Runtime]]]:
    clock = TestClock(START)
    found = [await Runtime.open(postgres_url, clock=clock, timers=False) for _ in range(3)]
    yield clock, found
    for each in found:
        await each.close()
    check(postgres_url)


async def test_variables_that_were_set_and_not_noted_are_not_set_over_what_came_after(
    three: tuple[TestClock, list[Runtime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, (one, two, _) = three
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    found = await one.start("approval", who="anna")
    setting: dict[str, object] = {"variables": {"a": 1}, "introduce": True}
    batch = await one.batches.start("setVariables", every(), who="oda", arguments=setting)

    async def lost(*_: Any) -> Any:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(rows, "advance", lost)
        with pytest.raises(asyncio.CancelledError):
            await one.batches.carry_out()
    await two.set_variables(found.id, {"a": 2}, who="oda")
    clock.set(START + batches.LEASE + 1_000)
    await two.batches.carry_out()
    assert ((await two.batches.one(batch.id)).done, await two.variables(found.id)) == (1, {"a": 2})


async def test_of_many_servers_one_carries_it_out(three: tuple[TestClock, list[Runtime]]) -> None:
    _, servers = three
    await servers[0].deploy_xml(bpmn(APPROVAL), who="dora")
    ids = [(await servers[n % 3].start("approval", who="anna")).id for n in range(20)]
    batch = await servers[0].batches.start("suspend", every(), who="oda")
    await asyncio.gather(*(each.batches.carry_out() for each in servers))
    done = await servers[1].batches.one(batch.id)
    assert (done.state, done.done, done.skipped) == ("done", 20, 0)
    assert [len(await _suspensions(servers[0], each)) for each in ids] == [1] * 20


async def test_another_goes_on_when_a_server_stops_in_the_midst(
    three: tuple[TestClock, list[Runtime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, (one, two, _) = three
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    ids = [(await one.start("approval", who="anna")).id for _ in range(10)]
    batch = await one.batches.start("suspend", every(), who="oda")
    advance, count = rows.advance, 0

    async def lost(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == 3:  # these are suspended, but nobody notes it
            raise asyncio.CancelledError
        return await advance(*arguments)

    monkeypatch.setattr(rows, "advance", lost)
    with pytest.raises(asyncio.CancelledError):
        await one.batches.carry_out()
    await two.batches.carry_out()
    assert (await two.batches.one(batch.id)).done == 6  # the lease of the first is good still
    back = sorted(ids)[6]
    await two.act(back, "resume", who="oda")  # meanwhile somebody wants this one to go on
    clock.set(START + batches.LEASE + 1_000)
    await two.batches.carry_out()
    done = await two.batches.one(batch.id)
    assert (done.state, done.done, done.skipped) == ("done", 10, 0)
    assert not (await two.instance(back)).suspended
    assert [len(await _suspensions(two, each)) for each in ids] == [1] * 10


def _serve_until_killed(url: str, ready: int) -> None:
    async def serve() -> None:
        runtime = await Runtime.open(url)
        os.write(ready, b"x")
        await asyncio.Event().wait()
        await runtime.close()

    asyncio.run(serve())


@pytest.mark.timeout(120)
async def test_a_batch_outlives_the_kill_of_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/batch.db"
    runtime = await Runtime.open(url, timers=False)
    await runtime.deploy_xml(bpmn(APPROVAL), who="dora")
    ids = [(await runtime.start("approval", who="anna")).id for _ in range(300)]
    batch = await runtime.batches.start("suspend", every(), who="oda")
    await runtime.close()
    monkeypatch.setattr(batches, "LEASE", 1)
    for _ in range(5):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _serve_until_killed(url, writing)
            finally:
                os._exit(1)
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        await asyncio.sleep(0.03)  # the other process is in the midst of it; no clock of ours is involved
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    runtime = await Runtime.open(url, timers=False)
    await runtime.batches.carry_out()
    done = await runtime.batches.one(batch.id)
    assert (done.state, done.done + done.skipped, done.failed) == ("done", 300, 0)
    assert [len(await _suspensions(runtime, each)) for each in ids] == [1] * 300
    await runtime.close()
    check(url)


async def test_an_undo_touches_only_what_the_batch_did(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    ids = [(await bench.start("approval")).id for _ in range(5)]
    await bench.runtime.act(ids[0], "suspend", who="oda", reason="mine")
    runtime = bench.runtime
    batch = await _carried_out(bench, "suspend", every())
    assert (batch.done, batch.skipped) == (4, 1)
    await runtime.act(ids[1], "resume", who="oda")
    await runtime.act(ids[1], "suspend", who="oda", reason="again")
    back = await runtime.batches.undo(batch.id, who="oda", reason="too early")
    assert (back.action, back.chosen.ids) == ("resume", sorted(ids[2:]))
    await runtime.batches.carry_out()
    assert [(await runtime.instance(each)).suspended for each in ids] == [True, True, False, False, False]
    with pytest.raises(Problem, match="Nothing of what the batch"):
        await runtime.batches.undo(batch.id, who="oda")
    forth = await runtime.batches.undo(back.id, who="oda")
    assert (forth.action, forth.chosen.ids) == ("suspend", sorted(ids[2:]))
    with pytest.raises(Problem, match="cancel it first"):
        await runtime.batches.undo(forth.id, who="oda")
    ended = await _carried_out(bench, "terminate", every())
    with pytest.raises(Problem, match="cannot be undone"):
        await runtime.batches.undo(ended.id, who="oda")
