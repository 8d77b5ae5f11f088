"""Replay: an instance as it was after each of its commands."""

import pytest
from server import HOUR, MINUTE, START, Bench, line

from andante.runtime import Past, Problem, replay

ORDER = "order " + line(
    '<startEvent id="start"/>',
    '<userTask id="approve" name="Approve" camunda:candidateGroups="managers"><extensionElements>'
    '<andante:sla name="answer" goal="PT2H" deadline="PT4H"/></extensionElements></userTask>',
    '<serviceTask id="pay"><extensionElements><zeebe:taskDefinition type="pay" retries="2"/></extensionElements>'
    "</serviceTask>",
    '<intermediateCatchEvent id="cool"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>",
    '<receiveTask id="paid" messageRef="m"/>',
    '<callActivity id="ship" calledElement="shipping"/>',
    '<endEvent id="end"/>',
)
SHIPPING = "shipping " + line('<startEvent id="s"/>', '<userTask id="pack"/>', '<endEvent id="e"/>')
PAID = '<message id="m" name="paid" andante:correlation="=number"/>'


async def run_through(bench: Bench) -> str:
    await bench.deploy(ORDER, SHIPPING, extra=PAID)
    order = await bench.start("order", number=7)
    bench.clock.set(START + 30 * MINUTE)
    await bench.runtime.act(order.id, "suspend", who="oda", reason="holiday")
    bench.clock.set(START + HOUR)
    await bench.runtime.act(order.id, "resume", who="oda")
    (task,) = await bench.todo()
    await bench.complete(task, amount=5)
    (job,) = await bench.runtime.activate_jobs(["pay"], worker="w")
    await bench.runtime.job_action(job.id, "fail", who="w", retries=0, message="no money")
    await bench.runtime.act(order.id, "retry", who="oda")
    (job,) = await bench.runtime.activate_jobs(["pay"], worker="w")
    await bench.runtime.job_action(job.id, "complete", who="w")
    await bench.pass_time(HOUR)
    await bench.runtime.publish("paid", correlation={"number": 7}, who="bank")
    await bench.runtime.run_due()
    (pack,) = await bench.todo()
    await bench.complete(pack)
    await bench.runtime.run_due()
    assert await bench.state(order.id) == "Completed OK"
    return order.id


async def story(bench: Bench, instance_id: str) -> list[Past]:
    last = (await bench.runtime.replay(instance_id)).last
    return [await bench.runtime.replay(instance_id, until=seq) for seq in range(1, last + 1)]


async def test_each_command_shows_what_was_so_after_it(bench: Bench) -> None:
    order = await run_through(bench)
    past = await story(bench, order)
    told = [(each.command, each.who, [token.element for token in each.tokens], each.record.suspended) for each in past]
    assert told[:4] == [
        ("Start", "anna", ["approve"], False),
        ("Suspend", "oda", ["approve"], True),
        ("Resume", "oda", ["approve"], False),
        ("CompleteTask", "berta", ["pay"], False),
    ]
    first, held, *_ = past
    assert [(task.element, task.groups) for task in first.tasks] == [("approve", ["group:managers"])]
    assert [(clock.name, clock.deadline_at) for clock in first.sla] == [("answer", START + 4 * HOUR)]
    assert [clock.paused_at for clock in held.sla] == [START + 30 * MINUTE]
    assert first.variables == {"number": 7}
    assert past[3].variables == {"number": 7, "amount": 5}
    assert [(job.type, job.retries) for job in past[3].jobs] == [("pay", 2)]
    broken = next(each for each in past if each.incidents)
    assert (broken.command, broken.record.state, broken.incidents[0].element) == ("FailJob", "Broken", "pay")
    assert broken.tokens[0].state == "failed"
    cooling = next(each for each in past if each.timers)
    assert [(timer.element, timer.due_at) for timer in cooling.timers] == [("cool", START + 2 * HOUR)]
    waiting = next(each for each in past if each.awaited)
    assert [(each.element, each.kind, each.name) for each in waiting.awaited] == [("paid", "message", "paid")]
    called = next(each for each in past if each.calls)
    assert [(call.element, call.name) for call in called.calls] == [("ship", "shipping")]
    over = past[-1]
    assert (over.record.state, over.tokens, over.tasks, over.seq, over.last) == ("Completed OK", [], [], 10, 10)
    assert all(fact.seq == each.seq for each in past for fact in each.facts)
    assert "Suspended" in [fact.kind for fact in held.facts]


async def test_the_last_is_what_is_stored(bench: Bench) -> None:
    await bench.deploy(ORDER, SHIPPING, extra=PAID)
    order = await bench.start("order", number=7)
    past = await bench.runtime.replay(order.id)
    detail = await bench.runtime.detail(order.id)
    assert past.detail == detail
    assert past.variables == await bench.runtime.variables(order.id)
    assert [task.id for task in past.tasks] == [task.id for task in await bench.todo()]


async def test_by_the_time(bench: Bench) -> None:
    order = await run_through(bench)
    at_half_past = await bench.runtime.replay(order, at=START + 30 * MINUTE)
    assert (at_half_past.seq, at_half_past.record.suspended) == (2, True)
    assert (await bench.runtime.replay(order, at=START + 30 * MINUTE - 1)).seq == 1
    with pytest.raises(Problem, match="not been started") as refused:
        await bench.runtime.replay(order, at=START - 1)
    assert refused.value.status == 400


async def test_by_the_version_that_it_went_by_then(bench: Bench) -> None:
    await bench.deploy("p " + line('<startEvent id="s"/>', '<userTask id="old"/>', '<endEvent id="e"/>'))
    started = await bench.start("p")
    await bench.deploy("p " + line('<startEvent id="s"/>', '<userTask id="new"/>', '<endEvent id="e"/>'))
    await bench.runtime.migrate(started.id, "1.0.1", who="oda", mapping={"old": "new"})
    before, after = await story(bench, started.id)
    assert [token.element for token in before.tokens] == ["old"]
    assert [token.element for token in after.tokens] == ["new"]


async def test_a_long_journal_is_read_in_parts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PAGE", 2)
    order = await run_through(bench)
    assert (await bench.runtime.replay(order)).seq == 10
    assert (await bench.runtime.replay(order, until=4)).seq == 4


async def test_what_there_was_not(bench: Bench) -> None:
    order = await run_through(bench)
    for instance_id, until, status in ((order, 11, 400), ("nobody", 0, 404)):
        with pytest.raises(Problem) as refused:
            await bench.runtime.replay(instance_id, until=until)
        assert refused.value.status == status
