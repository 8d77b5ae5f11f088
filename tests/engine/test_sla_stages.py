"""Milestones, and the clocks of stages: of sub-processes, called processes, work that others do."""

from typing import Final

import pytest
from sla_models import DAY, HOUR, a_task, assigned, clock, process, told

from andante.bpmn import read_xml
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.due import next_due
from andante.testing import Scenario

SLA: Final = (
    '<andante:sla name="stage" goal="PT4H" goalIncreaseUrgencyBy="1">'
    '<andante:goalAction name="tell" type="Notify Manager"/></andante:sla>'
)


def around(element: str, sla: str = SLA, beside: str = "") -> Scenario:
    """start -> the element `stage` -> end."""
    return process(
        '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="stage"/>'
        + element.replace("SLA", f"<extensionElements>{sla}</extensionElements>")
        + f'<sequenceFlow id="f2" sourceRef="stage" targetRef="end"/><endEvent id="end"/>{beside}'
    )


INNER: Final = (
    '<startEvent id="in"/><sequenceFlow id="g" sourceRef="in" targetRef="ask"/><userTask id="ask"/>'
    '<sequenceFlow id="h" sourceRef="ask" targetRef="out"/><endEvent id="out"/>'
)
SUB_PROCESS: Final = f'<subProcess id="stage">SLA{INNER}</subProcess>'
SEVERAL: Final = (
    '<subProcess id="stage">SLA<multiInstanceLoopCharacteristics isSequential="true">'
    f"<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>{INNER}</subProcess>"
)
CALL: Final = '<callActivity id="stage" calledElement="child">SLA</callActivity>'
RECEIVE: Final = '<receiveTask id="stage" messageRef="m">SLA</receiveTask>'
SERVICE: Final = '<serviceTask id="stage" andante:type="charge">SLA</serviceTask>'


def test_milestones_raise_urgency_and_are_told() -> None:
    task = a_task(
        '<andante:sla name="fix" deadline="P1D">'
        '<andante:milestone name="seen" after="PT1H" increaseUrgencyBy="2">'
        '<andante:action name="tell" type="Notify" to="group:desk"/></andante:milestone>'
        '<andante:milestone name="checked" after="PT12H" increaseUrgencyBy="3"/></andante:sla>'
    ).given()
    task.pass_time(HOUR)
    assert (told(task), task.instance.urgency) == ([("slaMilestone", ["group:desk"])], 2)
    task.pass_time(2 * DAY)
    assert (len(told(task)), task.instance.urgency) == (1, 5)
    assert [fact.facts for fact in task.facts(ev.ClockChanged)] == [
        ["milestone:seen"], ["milestone:checked"], ["deadline"],
    ]  # fmt: skip


@pytest.mark.parametrize("element", [SUB_PROCESS, SEVERAL, CALL, RECEIVE, SERVICE])
def test_a_stage_has_a_clock_from_its_beginning_to_its_end(element: str) -> None:
    beside = ""
    head = around(element.replace('messageRef="m"', ""), beside=beside) if element is not RECEIVE else _receiving()
    stage = head.start({}, by="ina")
    assert clock(stage).goal_at == stage.now + 4 * HOUR
    stage.pass_time(HOUR).suspend().pass_time(DAY).resume()
    assert next_due(stage.instance, stage.graph) == stage.now + 3 * HOUR
    stage.pass_time(3 * HOUR)
    assert (told(stage), stage.instance.urgency) == ([("slaGoal", ["manager:ina"])], 1)
    if element is CALL:
        stage.complete_call("stage")
    elif element is RECEIVE:
        stage.message("m")
    elif element is SERVICE:
        stage.complete_job("stage")
    else:
        stage.complete("ask")
        if element is SEVERAL:
            assert len(stage.instance.clocks) == 1, "one for all of it"
            stage.complete("ask")
    stage.then(state="Completed OK")
    (stopped,) = stage.facts(ev.ClockStopped)
    assert stopped.state.state(stage.now) == "goal passed"


def _receiving() -> Scenario:
    xml = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"'
        ' xmlns:andante="http://andante.dev/schema/bpmn/1.0"><message id="m" name="m"/>'
        '<process id="P" isExecutable="true"><startEvent id="start"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="stage"/>'
        + RECEIVE.replace("SLA", f"<extensionElements>{SLA}</extensionElements>")
        + "</process></definitions>"
    )
    (graph,) = read_xml(xml.encode()).processes
    return Scenario(graph)


def test_a_stage_that_is_left_by_a_boundary_event_or_terminated_has_no_clock_any_more() -> None:
    beside = (
        '<boundaryEvent id="late" attachedToRef="stage"><timerEventDefinition><timeDuration>PT6H</timeDuration>'
        '</timerEventDefinition></boundaryEvent><sequenceFlow id="f3" sourceRef="late" targetRef="end"/>'
    )
    stage = around(SUB_PROCESS, beside=beside).given().pass_time(6 * HOUR)
    stage.then(state="Completed OK")
    assert [each.state.state(stage.now) for each in stage.facts(ev.ClockStopped)] == ["goal passed"]
    ended = around(SUB_PROCESS).given().pass_time(HOUR).suspend().terminate()
    ended.then(state="User Terminated")
    assert [each.state.state(ended.now) for each in ended.facts(ev.ClockStopped)] == ["met"]


def test_work_done_at_once_needs_no_clock() -> None:
    at_once = around('<manualTask id="stage">SLA</manualTask>').given().then(state="Completed OK")
    assert at_once.facts(ev.ClockStarted) == []


def test_a_stage_whose_sla_cannot_be_judged_stands_at_an_incident_and_can_be_retried() -> None:
    sla = '<andante:sla name="stage" goal="PT4H" criteria="${urgent}"/>'
    stage = around(SUB_PROCESS, sla).given().then(state="Broken", incidents=["expression"], at=["stage"])
    assigned(stage, urgent=True).retry().then(tasks=["ask"])
    assert len(stage.instance.clocks) == 1


def test_the_clock_of_a_stage_may_start_late() -> None:
    sla = '<andante:sla name="stage" goal="PT4H" startWhen="=paid"/>'
    stage = around(SUB_PROCESS, sla).given(paid=False).pass_time(DAY)
    assert stage.instance.clocks == {}
    assigned(stage, paid=True)
    assert clock(stage).goal_at == stage.now + 4 * HOUR


def test_an_event_sub_process_is_a_stage() -> None:
    handled = a_task(
        "",
        beside='<subProcess id="late" triggeredByEvent="true"><extensionElements>'
        '<andante:sla name="stage" goal="PT2H"/></extensionElements>'
        '<startEvent id="tick" isInterrupting="false"><timerEventDefinition>'
        "<timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
        '<sequenceFlow id="g" sourceRef="tick" targetRef="look"/><userTask id="look"/></subProcess>',
    ).given()
    handled.pass_time(HOUR)
    assert clock(handled).goal_at == handled.now + 2 * HOUR
    handled.complete("look")
    assert handled.instance.clocks == {}


def test_a_token_moved_into_a_stage_starts_its_clock_and_out_of_it_ends_it() -> None:
    stage = around(
        '<userTask id="stage"/><sequenceFlow id="f4" sourceRef="stage" targetRef="sub"/>'
        + SUB_PROCESS.replace('id="stage"', 'id="sub"')
    ).given()
    stage.move("stage", "ask")
    assert clock(stage).goal_at == stage.now + 4 * HOUR
    stage.move("ask", "stage")
    assert stage.instance.clocks == {}


def test_a_stage_keeps_its_clock_in_the_next_version() -> None:
    old, new = around(SUB_PROCESS).given().pass_time(HOUR), around(f'<task id="before"/>{SUB_PROCESS}')
    before = clock(old)
    old.migrate(new.graph)
    assert clock(old) == before
    old.pass_time(3 * HOUR)
    assert told(old)[0][0] == "slaGoal"


def test_a_version_with_other_milestones_is_no_home_for_the_clock() -> None:
    sla = '<andante:sla name="stage" goal="PT4H"><andante:milestone name="{}" after="PT1H"/></andante:sla>'
    old, new = around(SUB_PROCESS, sla.format("seen")).given(), around(SUB_PROCESS, sla.format("read"))
    with pytest.raises(Exception, match="other targets or other reminders"):
        old.migrate(new.graph)


def test_a_user_task_of_several_has_a_clock_each() -> None:
    many = process(
        '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="sign"/><userTask id="sign">'
        '<extensionElements><andante:sla name="fix" goal="PT4H"/></extensionElements>'
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        "</userTask>"
    ).given()
    assert sorted(each.task for each in many.instance.clocks.values()) == sorted(many.instance.tasks)
    many.when(cmd.CompleteTask(min(many.instance.tasks)))
    assert len(many.instance.clocks) == 2
