"""Messages, signals, jobs and called processes: what crosses from one instance to another, or to a worker."""

import asyncio

import pytest
from server import HOUR, Bench, line

from andante.runtime import Problem

MESSAGE = '<message id="m" name="paid"/><signal id="s1" name="alarm"/>'
WAITS = "waits " + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
    '<endEvent id="end"/>',
)
STARTED = "started " + line(
    '<startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>',
    '<userTask id="look"/>',
    '<endEvent id="end"/>',
)
PARENT = "parent " + line(
    '<startEvent id="start"/>', '<callActivity id="call" calledElement="child"/>', '<endEvent id="end"/>'
)
CHILD = "child " + line('<startEvent id="start"/>', '<userTask id="work"/>', '<endEvent id="end"/>')
SERVICE = "service " + line(
    '<startEvent id="start"/>',
    '<serviceTask id="charge" camunda:type="external" camunda:topic="charge"/>',
    '<endEvent id="end"/>',
)


async def test_a_message_finds_its_instance_by_business_key(bench: Bench) -> None:
    await bench.deploy(WAITS, extra=MESSAGE)
    one = await bench.runtime.start("waits", business_key="A-1", who="anna")
    two = await bench.runtime.start("waits", business_key="A-2", who="anna")
    assert one.state == "Paused"
    answer = await bench.runtime.publish("paid", business_key="A-2", variables={"amount": 5}, who="bank")
    assert (answer.delivered, answer.started, answer.buffered) == ([two.id], [], False)
    assert await bench.state(two.id) == "Completed OK"
    assert await bench.state(one.id) == "Paused"
    nobody = await bench.runtime.publish("paid", business_key="A-3", who="bank")
    assert nobody.delivered == []


async def test_a_message_with_a_time_to_live_waits_for_its_receiver(bench: Bench) -> None:
    await bench.deploy(WAITS, extra=MESSAGE)
    kept = await bench.runtime.publish("paid", business_key="A-1", ttl_ms=HOUR, message_id="x1", who="bank")
    assert kept.buffered
    await bench.runtime.publish("paid", business_key="A-1", ttl_ms=HOUR, message_id="x1", who="bank")
    started = await bench.runtime.start("waits", business_key="A-1", who="anna")
    await bench.runtime.run_due()
    assert await bench.state(started.id) == "Completed OK"
    second = await bench.runtime.start("waits", business_key="A-1", who="anna")
    await bench.runtime.run_due()
    assert await bench.state(second.id) == "Paused"
    await bench.runtime.publish("paid", business_key="A-9", ttl_ms=HOUR, who="bank")
    await bench.pass_time(2 * HOUR)
    late = await bench.runtime.start("waits", business_key="A-9", who="anna")
    await bench.runtime.run_due()
    assert await bench.state(late.id) == "Paused"


async def test_a_message_starts_a_process_once_for_one_id(bench: Bench) -> None:
    await bench.deploy(STARTED, extra=MESSAGE)
    first = await bench.runtime.publish("paid", message_id="m-1", variables={"a": 1}, who="bank")
    again = await bench.runtime.publish("paid", message_id="m-1", variables={"a": 1}, who="bank")
    assert first.started == again.started
    assert len(await bench.todo()) == 1


async def test_what_arrives_while_suspended_is_applied_in_order_on_resume(bench: Bench) -> None:
    await bench.deploy(WAITS, SERVICE, extra=MESSAGE)
    started = await bench.runtime.start("waits", business_key="A-1", who="anna")
    await bench.runtime.act(started.id, "suspend", who="olga")
    answer = await bench.runtime.publish("paid", business_key="A-1", variables={"amount": 7}, who="bank")
    assert answer.delivered == [started.id]
    assert (await bench.runtime.detail(started.id)).parked == 1
    await bench.runtime.act(started.id, "resume", who="olga")
    assert await bench.state(started.id) == "Completed OK"
    assert await bench.runtime.variables(started.id) == {"amount": 7}


async def test_a_worker_fetches_does_and_reports(bench: Bench) -> None:
    await bench.deploy(SERVICE)
    started = await bench.start("service", amount=12)
    (job,) = await bench.runtime.activate_jobs(["charge"], worker="w1", lock_ms=30_000)
    assert (job.instance_id, job.element, job.variables) == (started.id, "charge", {"amount": 12})
    assert await bench.runtime.activate_jobs(["charge"], worker="w2") == []
    await bench.pass_time(31_000)
    assert len(await bench.runtime.activate_jobs(["charge"], worker="w2", lock_ms=1_000)) == 1
    await bench.runtime.job_action(job.id, "complete", who="w2", variables={"receipt": "r-1"})
    assert await bench.state(started.id) == "Completed OK"
    with pytest.raises(Problem) as gone:
        await bench.runtime.job_action(job.id, "complete", who="w1")
    assert gone.value.status == 404


async def test_a_job_of_a_suspended_instance_is_not_handed_out_but_its_result_is_kept(bench: Bench) -> None:
    await bench.deploy(SERVICE)
    started = await bench.start("service")
    (job,) = await bench.runtime.activate_jobs(["charge"], worker="w1", lock_ms=1_000)
    await bench.runtime.act(started.id, "suspend", who="olga")
    await bench.pass_time(2_000)
    assert await bench.runtime.activate_jobs(["charge"], worker="w2") == []
    await bench.runtime.job_action(job.id, "complete", who="w1", variables={"receipt": "r-1"})
    assert (await bench.runtime.instance(started.id)).closed is False
    await bench.runtime.act(started.id, "resume", who="olga")
    assert await bench.state(started.id) == "Completed OK"
    assert await bench.runtime.variables(started.id) == {"receipt": "r-1"}


async def test_a_job_that_fails_too_often_breaks_the_instance_and_retry_goes_on(bench: Bench) -> None:
    await bench.deploy(SERVICE)
    started = await bench.start("service")
    (job,) = await bench.runtime.activate_jobs(["charge"], worker="w1", lock_ms=1_000)
    await bench.runtime.job_action(job.id, "fail", who="w1", retries=0, message="card refused")
    assert await bench.state(started.id) == "Broken"
    detail = await bench.runtime.detail(started.id)
    assert [(i.element, "card refused" in i.message) for i in detail.incidents] == [("charge", True)]
    assert detail.allowed["retry"]
    await bench.runtime.act(started.id, "retry", who="olga")
    (again,) = await bench.runtime.activate_jobs(["charge"], worker="w1")
    await bench.runtime.job_action(again.id, "complete", who="w1")
    assert await bench.state(started.id) == "Completed OK"


async def test_a_long_poll_is_woken_by_the_job_it_waits_for(bench: Bench) -> None:
    await bench.deploy(SERVICE)
    waiting = asyncio.create_task(bench.runtime.activate_jobs(["charge"], worker="w1", wait_ms=20_000))
    await asyncio.sleep(0)
    started = await bench.start("service")
    (job,) = await asyncio.wait_for(waiting, 5)
    assert job.instance_id == started.id


async def test_suspend_resume_and_terminate_go_down_the_tree(bench: Bench) -> None:
    await bench.deploy(PARENT, CHILD)
    parent = await bench.start("parent", amount=3)
    await bench.runtime.run_due()
    (task,) = await bench.todo()
    child = await bench.runtime.instance(task.instance_id)
    assert (child.parent_id, child.name) == (parent.id, "child")
    assert (await bench.runtime.detail(parent.id)).children == [child.id]
    assert await bench.runtime.variables(child.id) == {"amount": 3}

    await bench.runtime.act(parent.id, "suspend", who="olga")
    await bench.runtime.run_due()
    assert (await bench.runtime.instance(child.id)).suspended
    assert await bench.todo() == []
    with pytest.raises(Problem) as held:
        await bench.runtime.act(child.id, "resume", who="olga")
    assert (held.value.status, held.value.code) == (409, "bpm.instance.parentSuspended")
    await bench.runtime.act(parent.id, "resume", who="olga")
    await bench.runtime.run_due()
    assert len(await bench.todo()) == 1

    other = await bench.start("parent")
    await bench.runtime.run_due()
    await bench.runtime.act(other.id, "terminate", who="olga")
    await bench.runtime.run_due()
    assert [t.instance_id for t in await bench.todo()] == [child.id]

    await bench.complete(task, result="ok")
    await bench.runtime.run_due()
    assert await bench.state(parent.id) == "Completed OK"
    assert (await bench.runtime.variables(parent.id))["result"] == "ok"


async def test_a_call_of_nothing_is_an_incident_that_retry_mends(bench: Bench) -> None:
    await bench.deploy(PARENT)
    parent = await bench.start("parent")
    await bench.runtime.run_due()
    assert await bench.state(parent.id) == "Broken"
    await bench.deploy(CHILD)
    await bench.runtime.act(parent.id, "retry", who="olga")
    await bench.runtime.run_due()
    assert len(await bench.todo()) == 1


async def test_processes_that_call_each_other_for_ever_are_stopped(bench: Bench) -> None:
    loop = "loop " + line(
        '<startEvent id="start"/>', '<callActivity id="call" calledElement="loop"/>', '<endEvent id="end"/>'
    )
    await bench.deploy(loop)
    await bench.start("loop")
    await bench.runtime.run_due()
    rows = await bench.runtime.store.read("select count(*), count(case when state='Broken' then 1 end) from instance")
    assert 2 < rows[0][0] < 200
    assert rows[0][1] == 1


async def test_a_timer_starts_a_process_again_and_again(bench: Bench) -> None:
    timer = "tick " + line(
        '<startEvent id="start"><timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>'
        "</startEvent>",
        '<userTask id="look"/>',
        '<endEvent id="end"/>',
    )
    await bench.deploy(timer)
    for expected in (1, 2, 2):
        await bench.pass_time(HOUR)
        assert len(await bench.todo()) == expected


async def test_a_global_task_is_called_as_a_process(bench: Bench) -> None:
    caller = PARENT.replace('calledElement="child"', 'calledElement="look"')
    await bench.deploy(caller, extra='<globalUserTask id="look" name="Look at it"/>')
    started = await bench.start("parent", sum=3)
    await bench.runtime.run_due()
    (task,) = await bench.todo()
    assert (task.name, task.element) == ("Look at it", "look")
    await bench.complete(task, fine=True)
    await bench.runtime.run_due()
    assert await bench.state(started.id) == "Completed OK"
