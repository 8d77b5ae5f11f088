"""Escalations, conditions, links and compensation on a real server: what crosses between instances, and what is still
there after a restart."""

import pytest
from server import HOUR, Bench, line

ROOTS = '<escalation id="late" name="late" escalationCode="late"/>'
ESCALATION = '<escalationEventDefinition escalationRef="late"/>'


def caller(name: str, called: str, *, interrupting: bool) -> str:
    cancel = "true" if interrupting else "false"
    return (
        f'{name} <startEvent id="start"/><callActivity id="call" calledElement="{called}"/><userTask id="after"/>'
        f'<boundaryEvent id="heard" attachedToRef="call" cancelActivity="{cancel}">{ESCALATION}</boundaryEvent>'
        '<userTask id="look"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="call"/>'
        '<sequenceFlow id="f2" sourceRef="call" targetRef="after"/>'
        '<sequenceFlow id="f3" sourceRef="heard" targetRef="look"/>'
    )


CHILD = "child " + line(
    '<startEvent id="start"/>', '<userTask id="first"/>',
    f'<intermediateThrowEvent id="tell">{ESCALATION}</intermediateThrowEvent>', '<userTask id="second"/>',
    '<endEvent id="end"/>',
)  # fmt: skip


async def at(bench: Bench, instance_id: str) -> list[str]:
    return sorted(token.element for token in (await bench.runtime.detail(instance_id)).tokens)


async def do(bench: Bench, element: str, **variables: object) -> None:
    """Complete the one task there, on a server that has just started, and let follow what follows."""
    await bench.reopen()
    (task,) = [task for task in await bench.todo() if task.element == element]
    await bench.complete(task, "", **variables)
    await bench.runtime.run_due()


async def test_what_a_called_process_escalates_is_caught_beside_the_call(bench: Bench) -> None:
    await bench.deploy(caller("asks", "child", interrupting=False), CHILD, extra=ROOTS)
    asks = await bench.start("asks")
    await bench.runtime.run_due()
    await do(bench, "first", sum=3)
    assert await at(bench, asks.id) == ["call", "look"]
    assert (await bench.runtime.variables(asks.id))["sum"] == 3
    assert sorted(task.element for task in await bench.todo()) == ["look", "second"]
    await do(bench, "second")
    assert await at(bench, asks.id) == ["after", "look"]


async def test_an_interrupting_catch_ends_the_called_process(bench: Bench) -> None:
    await bench.deploy(caller("asks", "child", interrupting=True), CHILD, extra=ROOTS)
    asks = await bench.start("asks")
    await bench.runtime.run_due()
    (child,) = (await bench.runtime.detail(asks.id)).children
    await do(bench, "first")
    assert [task.element for task in await bench.todo()] == ["look"]
    assert await bench.state(child) == "Terminated"


async def test_an_escalation_goes_up_through_several_calls(bench: Bench) -> None:
    middle = "middle " + line('<startEvent id="start"/>', '<callActivity id="call" calledElement="child"/>')
    await bench.deploy(caller("asks", "middle", interrupting=False), middle, CHILD, extra=ROOTS)
    asks = await bench.start("asks")
    await bench.runtime.run_due()
    await do(bench, "first")
    assert await at(bench, asks.id) == ["call", "look"]


async def test_a_suspension_loses_no_escalation_that_is_on_its_way(bench: Bench) -> None:
    await bench.deploy(caller("asks", "child", interrupting=False), CHILD, extra=ROOTS)
    asks = await bench.start("asks")
    await bench.runtime.run_due()
    (task,) = await bench.todo()
    await bench.complete(task)
    await bench.runtime.act(asks.id, "suspend", who="olga")
    await bench.runtime.run_due()
    await bench.reopen()
    assert await bench.todo() == []
    await bench.runtime.act(asks.id, "resume", who="olga")
    await bench.runtime.run_due()
    assert await at(bench, asks.id) == ["call", "look"]


CONDITION = "<conditionalEventDefinition><condition>=stock &lt; 5</condition></conditionalEventDefinition>"
WATCHES = (
    'watches <startEvent id="start"/><userTask id="work"/>'
    f'<boundaryEvent id="low" attachedToRef="work" cancelActivity="false">{CONDITION}</boundaryEvent>'
    '<userTask id="order"/>'
    '<subProcess id="empty" triggeredByEvent="true"><startEvent id="none"><conditionalEventDefinition>'
    "<condition>=stock = 0</condition></conditionalEventDefinition></startEvent>"
    '<userTask id="alarm"/><sequenceFlow id="g1" sourceRef="none" targetRef="alarm"/></subProcess>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="work"/>'
    '<sequenceFlow id="f2" sourceRef="low" targetRef="order"/>'
)


async def test_variables_that_are_set_wake_conditions_after_a_restart(bench: Bench) -> None:
    await bench.deploy(WATCHES)
    started = await bench.start("watches", stock=9)
    for stock, expected in ((7, ["work"]), (4, ["order", "work"]), (3, ["order", "order", "work"]), (0, ["alarm"])):
        await bench.reopen()
        await bench.runtime.set_variables(started.id, {"stock": stock}, who="olga")
        assert (stock, await at(bench, started.id)) == (stock, expected)
    assert [task.element for task in await bench.todo()] == ["alarm"]


async def test_what_was_set_while_it_was_suspended_is_looked_at_on_resume(bench: Bench) -> None:
    await bench.deploy(WATCHES)
    started = await bench.start("watches", stock=9)
    await bench.runtime.act(started.id, "suspend", who="olga")
    await bench.runtime.set_variables(started.id, {"stock": 4}, who="olga")
    assert await at(bench, started.id) == ["work"]
    await bench.reopen()
    await bench.runtime.act(started.id, "resume", who="olga")
    assert await at(bench, started.id) == ["order", "work"]


async def test_a_link_leads_back_after_a_restart(bench: Bench) -> None:
    link = '<linkEventDefinition name="again"/>'
    await bench.deploy(
        f'turns <startEvent id="start"/><intermediateCatchEvent id="in">{link}</intermediateCatchEvent>'
        '<userTask id="work"/><exclusiveGateway id="done" default="no"/><endEvent id="end"/>'
        f'<intermediateThrowEvent id="out">{link}</intermediateThrowEvent>'
        '<sequenceFlow id="f0" sourceRef="start" targetRef="work"/>'
        '<sequenceFlow id="f1" sourceRef="in" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="done"/>'
        '<sequenceFlow id="no" sourceRef="done" targetRef="out"/>'
        '<sequenceFlow id="yes" sourceRef="done" targetRef="end"><conditionExpression>=ready</conditionExpression>'
        "</sequenceFlow>"
    )
    started = await bench.start("turns", ready=False)
    await do(bench, "work")
    await do(bench, "work")
    assert await at(bench, started.id) == ["work"]
    await do(bench, "work", ready=True)
    assert await bench.state(started.id) == "Completed OK"


def undone(id: str) -> str:
    return (
        f'<boundaryEvent id="on_{id}" attachedToRef="{id}"><compensateEventDefinition/></boundaryEvent>'
        f'<serviceTask id="undo_{id}" camunda:type="external" camunda:topic="undo_{id}" isForCompensation="true"/>'
        f'<association id="to_{id}" sourceRef="on_{id}" targetRef="undo_{id}"/>'
    )


TRIP = (
    "trip "
    + line(
        '<startEvent id="start"/>',
        '<userTask id="flight"/>',
        '<userTask id="hotel"/>',
        '<userTask id="think"/>',
        '<intermediateThrowEvent id="undo"><compensateEventDefinition/></intermediateThrowEvent>',
        '<endEvent id="end"/>',
    )
    + undone("flight")
    + undone("hotel")
)


@pytest.mark.parametrize("stopped", [False, True])
async def test_what_was_done_before_a_restart_is_undone_after_it(bench: Bench, stopped: bool) -> None:
    await bench.deploy(TRIP)
    started = await bench.start("trip")
    for element in ("flight", "hotel", "think"):
        await do(bench, element)
    for element in ("hotel", "flight"):  # the last is undone first, one after the other
        await bench.reopen()
        topics = ["undo_flight", "undo_hotel"]
        (job,) = await bench.runtime.activate_jobs(topics, worker="w", lock_ms=HOUR)
        assert job.element == f"undo_{element}"
        if stopped:
            await bench.runtime.act(started.id, "suspend", who="olga")
            await bench.reopen()
        await bench.runtime.job_action(job.id, "complete", who="w")
        if stopped:
            assert await bench.runtime.activate_jobs(topics, worker="w") == []
            await bench.runtime.act(started.id, "resume", who="olga")
    assert await bench.state(started.id) == "Completed OK"


async def test_terminating_amid_compensation_ends_it(bench: Bench) -> None:
    await bench.deploy(TRIP)
    started = await bench.start("trip")
    for element in ("flight", "hotel", "think"):
        await do(bench, element)
    await bench.reopen()
    await bench.runtime.act(started.id, "terminate", who="olga")
    assert await bench.runtime.activate_jobs(["undo_hotel", "undo_flight"], worker="w") == []
    assert await bench.state(started.id) == "User Terminated"
