"""The database goes away in the middle of something, and comes back: what was to happen happens, once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import psycopg
import pytest
from invariants import check
from server import HOUR, START, Bench, Letterbox, bpmn, line

from andante.engine.commands import DeliverMessage
from andante.engine.effects import BroadcastSignal, Effect
from andante.runtime import Problem, Runtime, TestClock, messages, outbox, runtime, timekeeper
from andante.store.faults import StoreLost, StoreProblem
from andante.store.projection import Batch
from andante.store.store import Answer, Store

WAIT = "wait " + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="hour"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>",
    '<userTask id="then"/>',
    '<endEvent id="end"/>',
)
TICK = "tick " + line(
    '<startEvent id="start"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</startEvent>",
    '<userTask id="look"/>',
    '<endEvent id="end"/>',
)
PARENT = "parent " + line(
    '<startEvent id="start"/>', '<callActivity id="call" calledElement="child"/>', '<endEvent id="end"/>'
)
CHILD = "child " + line('<startEvent id="start"/>', '<userTask id="work"/>', '<endEvent id="end"/>')
REMIND = "remind " + line(
    '<startEvent id="start"/>',
    '<userTask id="do" andante:assignee="kim"><extensionElements><andante:sla name="answer" deadline="PT4H">'
    '<andante:reminder relativeTo="deadline" offset="-PT3H"/></andante:sla></extensionElements></userTask>',
    '<endEvent id="end"/>',
)
MESSAGE = '<message id="m" name="paid"/>'
WAITS = "waits " + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
    '<endEvent id="end"/>',
)


class Trouble:
    """What stands between a runtime and its database."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.unanswered = False  # batches are written, but nobody hears of it
        self.refusing = False  # batches are not written
        self.silent = 0  # look-ups to come that are not answered
        self.batches = 0
        submit, get, get_all = store.submit, store.get, store.get_all

        def submit_with_trouble(batch: Batch, answer: Answer) -> None:
            self.batches += 1
            if self.refusing:
                answer(StoreLost("gone"))
            elif self.unanswered:
                submit(batch, lambda _: answer(StoreLost("gone")))
            else:
                submit(batch, answer)

        def fail() -> None:
            if self.silent:
                self.silent -= 1
                raise StoreLost("gone")

        async def get_with_trouble(sql: str, parameters: Sequence[object] = ()) -> Any:
            fail()
            return await get(sql, parameters)

        async def get_all_with_trouble(sql: str, parameters: Sequence[object] = ()) -> Any:
            fail()
            return await get_all(sql, parameters)

        patch.setattr(store, "submit", submit_with_trouble)
        patch.setattr(store, "get", get_with_trouble)
        patch.setattr(store, "get_all", get_all_with_trouble)


@pytest.fixture
async def trouble(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trouble]:
    for name in ("SEARCH", "FIRST_PAUSE"):
        monkeypatch.setattr(outbox, name, 0.0)
    made = Trouble(bench.runtime.store, monkeypatch)
    yield made
    made.unanswered = made.refusing = False
    made.silent = 0


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def test_what_was_written_unheard_is_carried_out_all_the_same(bench: Bench, trouble: Trouble) -> None:
    """The parent's letter to its child is in the table, under this server's name; only, it was never told so."""
    if bench.url.startswith("sqlite"):
        pytest.skip("a file answers, or it was not written")
    await bench.deploy(PARENT, CHILD)
    trouble.unanswered = True
    with pytest.raises(Problem, match="whether it has happened") as doubt:
        await bench.start("parent")
    assert doubt.value.status == 504
    trouble.unanswered = False
    await bench.runtime.run_due()
    (task,) = await bench.todo()
    await bench.complete(task)
    await bench.runtime.run_due()
    rows = await bench.runtime.store.get_all("select state from instance")
    assert rows == [("Completed OK",), ("Completed OK",)]
    check(bench.url)


async def test_a_message_meets_who_awaits_it_though_that_was_written_unheard(bench: Bench, trouble: Trouble) -> None:
    await bench.deploy(WAITS, extra=MESSAGE)
    await bench.runtime.publish("paid", business_key="A-1", ttl_ms=HOUR, message_id="x1", who="bank")
    trouble.unanswered = True
    with pytest.raises(Problem):
        await bench.runtime.start("waits", business_key="A-1", who="anna")
    trouble.unanswered = False
    await bench.runtime.run_due()
    assert await bench.runtime.store.get_all("select state from instance") == [("Completed OK",)]


@pytest.mark.interpreted
async def test_who_comes_late_finds_its_message_among_very_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MANY", 3)
    await bench.deploy(WAITS, extra=MESSAGE)
    for number in range(10):
        await bench.runtime.publish("paid", business_key=f"A-{number}", ttl_ms=HOUR, who="bank")
    told: list[str] = []
    submit = bench.runtime.executor.submit

    async def counted(instance_id: str, command: Any, *words: Any, **more: Any) -> Any:
        if isinstance(command, DeliverMessage):
            told.append(command.business_key)
        return await submit(instance_id, command, *words, **more)

    monkeypatch.setattr(bench.runtime.executor, "submit", counted)
    started = await bench.runtime.start("waits", business_key="A-8", who="anna")
    await bench.runtime.run_due()
    assert await bench.state(started.id) == "Completed OK"
    assert told == ["A-8"]  # it is not bothered with those of others
    await bench.runtime.publish("paid", ttl_ms=HOUR, who="bank")
    other = await bench.runtime.start("waits", business_key="B-1", who="anna")
    await bench.runtime.run_due()
    assert await bench.state(other.id) == "Completed OK"  # one without a key is for anybody
    ((left,),) = await bench.runtime.store.get_all("select count(*) from message")
    assert left == 9


async def test_a_timer_that_could_not_fire_fires_when_the_database_is_back(bench: Bench, trouble: Trouble) -> None:
    await bench.deploy(WAIT)
    started = await bench.start("wait")
    trouble.refusing = True
    with pytest.raises(Problem) as away:
        await bench.pass_time(HOUR)
    assert away.value.status == 504
    trouble.refusing = False
    await bench.runtime.run_due()
    assert [task.instance_id for task in await bench.todo()] == [started.id]


async def test_a_start_by_timer_is_not_left_out_while_the_database_is_away(bench: Bench, trouble: Trouble) -> None:
    await bench.deploy(TICK)
    trouble.refusing = True
    with pytest.raises(Problem):
        await bench.pass_time(HOUR)
    trouble.refusing = False
    await bench.runtime.run_due()
    assert len(await bench.todo()) == 1


async def test_a_note_waits_until_the_database_is_back(
    bench: Bench, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.deploy(REMIND)
    await bench.start("remind")
    post = Letterbox()
    bench.runtime.channels.append(post)
    bench.clock.set(START + HOUR)
    carried_out = bench.runtime.outbox._try
    fails = [True, True]

    async def away(*words: Any) -> None:
        trouble.silent = bool(fails and fails.pop())
        await carried_out(*words)

    monkeypatch.setattr(bench.runtime.outbox, "_try", away)
    await bench.runtime.run_due()
    assert [note.kind for note in post.notes] == ["reminder"]
    assert await bench.runtime.store.get_all("select * from outbox") == []


async def test_the_timekeeper_outlives_the_database(
    bench: Bench, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timekeeper, "AWAY", 0.001)
    await bench.deploy(WAIT)
    await bench.start("wait")
    keeper = bench.runtime.timekeeper
    running = asyncio.create_task(keeper.run())
    for lost in (1, 2, 3, 4, 5):  # in each of its questions once
        trouble.silent = lost
        keeper.wake()
        await until(lambda: not trouble.silent)
    bench.clock.set(START + HOUR)
    keeper.wake()
    async with asyncio.timeout(20):
        while not await bench.todo():
            await asyncio.sleep(0.001)
    assert not running.done()
    running.cancel()


async def test_what_is_refused_is_not_written_again_at_once(bench: Bench, trouble: Trouble) -> None:
    trouble.refusing = True
    bench.runtime.executor.outbox_done(("nothing", 1, 0))
    for _ in range(200):
        await asyncio.sleep(0)
    assert trouble.batches == 1
    trouble.refusing = False
    await bench.runtime.executor.idle()
    assert trouble.batches == 2


async def test_a_server_can_be_stopped_while_its_database_is_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "PATIENCE", 0.2)
    server = await Runtime.open(database_url, clock=TestClock(START), timers=False)
    Trouble(server.store, monkeypatch).refusing = True
    server.executor.outbox_done(("nothing", 1, 0))
    async with asyncio.timeout(20):
        await server.close()


async def test_a_server_that_could_not_begin_leaves_nothing_behind(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: messages.Messages) -> None:
        raise StoreLost("gone")

    with monkeypatch.context() as patch:
        patch.setattr(messages.Messages, "sweep", away)
        with pytest.raises(StoreLost):
            await Runtime.open(postgres_url)
    mine = "select (select count(*) from node), count(*) from pg_stat_activity where application_name like 'andante%'"
    with psycopg.connect(postgres_url, autocommit=True) as other:
        async with asyncio.timeout(20):
            while other.execute(f"{mine} and datname=current_database()".encode()).fetchone() != (0, 0):
                await asyncio.sleep(0.01)


async def test_a_letter_taken_over_comes_before_what_was_asked_later(bench: Bench) -> None:
    delivered: list[int] = []

    async def deliver(key: tuple[str, int, int], effect: Effect) -> None:
        delivered.append(key[1])

    box = bench.runtime.outbox
    box._deliver = deliver
    for seq in (7, 9, 5, 7):
        box._put(("some", seq, 0), BroadcastSignal("alarm", {}))
    await box.drain()
    assert delivered == [5, 7, 9]


async def test_what_another_server_has_taken_over_is_left_to_it(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One was away for longer than its lease; its note is in the other's hands when it comes to send it."""
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    await one.deploy_xml(bpmn(REMIND), who="dora")
    await one.start("remind", who="anna")
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    mine, others = Letterbox(), Letterbox()
    one.channels.append(mine)
    two.channels.append(others)
    carried_out = one.outbox._try

    async def late(*words: Any) -> None:
        await two.store.write([("update outbox set node=?", [two.executor.node])])
        await carried_out(*words)

    monkeypatch.setattr(one.outbox, "_try", late)
    monkeypatch.setattr(outbox, "SEARCH", 0.0)
    clock.set(START + HOUR + timekeeper.LATE)
    await one.run_due()
    assert mine.notes == []
    assert len(await two.store.get_all("select * from outbox")) == 1
    await two.run_due()
    assert [note.kind for note in others.notes] == ["reminder"]
    await one.close()
    await two.close()


@pytest.mark.parametrize("fault", [StoreLost("gone"), StoreProblem("no room")])
async def test_whether_it_may_have_happened_is_said(
    bench: Bench, fault: StoreProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.deploy(WAIT)

    def submit(batch: Batch, answer: Answer) -> None:
        answer(fault)

    with monkeypatch.context() as patch:
        patch.setattr(bench.runtime.store, "submit", submit)
        with pytest.raises(Problem) as refused:
            await bench.start("wait")
    assert ("whether it has happened" in str(refused.value)) == isinstance(fault, StoreLost)
    assert ("nothing was changed" in str(refused.value)) != isinstance(fault, StoreLost)
