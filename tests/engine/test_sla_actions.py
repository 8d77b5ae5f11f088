"""What is done when goal, deadline or a milestone passes, and whom reminders reach."""

from typing import Final

import pytest
from sla_models import DAY, HOUR, a_task, assigned, clock, process, told

from andante.bpmn import read_json, read_xml
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import Notify
from andante.testing import Scenario

DEADLINE: Final = '<andante:sla name="fix" deadline="PT4H">{}</andante:sla>'


def late(action: str, attributes: str = 'andante:assignee="carl"', beside: str = "") -> Scenario:
    """A task whose deadline has the action."""
    return a_task(DEADLINE.format(f'<andante:deadlineAction name="act" {action}'), attributes, beside)


@pytest.mark.parametrize(
    ("action", "to"),
    [
        ('type="Notify Manager"/>', ["manager:carl"]),
        ('type="Notify Assignee"/>', ["carl"]),
        ('type="Notify Candidates"/>', ["anna", "group:desk", "queue:first"]),
        ('type="Notify Lead"/>', ["lead:queue:first"]),
        (
            'type="Notify" to="initiator, manager, group:board, assignee"/>',
            ["ina", "manager:carl", "group:board", "carl"],
        ),
        ('type="Webhook" to="pager"/>', ["webhook:pager"]),
    ],
)
def test_who_is_told(action: str, to: list[str]) -> None:
    attributes = (
        'andante:assignee="carl" andante:candidateUsers="anna" andante:candidateGroups="desk" andante:queue="first"'
    )
    task = late(action, attributes).start({}, by="ina").pass_time(4 * HOUR)
    assert told(task) == [("slaDeadline", to)]


@pytest.mark.parametrize(
    ("to", "who"),
    [
        ("dora", ("dora", [], "")),
        ("user:dora", ("dora", [], "")),
        ("group:second", ("", ["group:second"], "")),
        ("queue:second", ("", [], "second")),
    ],
)
def test_transfer(to: str, who: tuple[str, list[str], str]) -> None:
    task = late(f'type="Transfer" to="{to}"/>').given().pass_time(4 * HOUR)
    (found,) = task.instance.tasks.values()
    assert (found.assignee, found.groups, found.queue) == who
    task.when(cmd.ClaimTask(found.key, "dora")).complete("fix").then(state="Completed OK")


def test_completed_with_its_default_outcome() -> None:
    attributes = 'andante:outcomes="approved, rejected" andante:candidateGroups="board"'
    task = late('type="Complete" outcome="rejected"/>', attributes).given().pass_time(9 * HOUR)
    task.then(state="Completed OK")
    assert task.instance.task_outcome == "rejected"
    assert [each.state.state(task.now) for each in task.facts(ev.ClockStopped)] == ["breached"]


def test_a_task_of_no_outcomes_is_just_completed() -> None:
    late('type="Complete"/>').given().pass_time(4 * HOUR).then(state="Completed OK")


def test_who_is_told_hears_of_it_also_when_the_task_is_completed_by_it() -> None:
    both = '<andante:deadlineAction type="Complete"/><andante:deadlineAction type="Notify Manager"/>'
    task = a_task(DEADLINE.format(both)).given().pass_time(4 * HOUR).then(state="Completed OK")
    (note,) = task.asked(Notify)
    assert (note.recipients, note.anyway) == (["manager:carl"], True)


CAUGHT: Final = (
    '<boundaryEvent id="caught" attachedToRef="fix" cancelActivity="{}"><escalationEventDefinition escalationRef="e"/>'
    '</boundaryEvent><sequenceFlow id="f3" sourceRef="caught" targetRef="chief"/><userTask id="chief"/>'
)
ON_PROCESS: Final = (
    '<subProcess id="handler" triggeredByEvent="true"><startEvent id="caught" isInterrupting="{}">'
    '<escalationEventDefinition escalationRef="e"/></startEvent><sequenceFlow id="g" sourceRef="caught"'
    ' targetRef="chief"/><userTask id="chief"/></subProcess>'
)
ESCALATES: Final = '<andante:deadlineAction name="up" type="Escalate" code="late"/>'


def escalating(sla: str, own: str, beside: str) -> Scenario:
    task = (
        '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="fix"/>'
        f'<userTask id="fix"><extensionElements>{sla}</extensionElements></userTask>'
    )
    xml = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"'
        ' xmlns:andante="http://andante.dev/schema/bpmn/1.0"><escalation id="e" escalationCode="late"/>'
        f'<process id="P" isExecutable="true"><extensionElements>{own}</extensionElements>{task}{beside}'
        "</process></definitions>"
    )
    (graph,) = read_xml(xml.encode()).processes
    return Scenario(graph)


@pytest.mark.parametrize(("interrupts", "left"), [("true", ["chief"]), ("false", ["chief", "fix"])])
def test_an_escalation_goes_into_the_process(interrupts: str, left: list[str]) -> None:
    sla = DEADLINE.format(ESCALATES)
    for task in (escalating(sla, "", CAUGHT.format(interrupts)), escalating(sla, "", ON_PROCESS.format(interrupts))):
        task.given().pass_time(4 * HOUR).then(tasks=left)
    own = escalating("", sla, ON_PROCESS.format(interrupts)).given().pass_time(4 * HOUR)
    own.then(tasks=left)
    assert len(own.instance.clocks) == 1, "the process goes on, and so does its clock"
    own.suspend().pass_time(DAY).resume().then(tasks=left)


def test_nobody_need_catch_it() -> None:
    late('type="Escalate" code="late"/>').given().pass_time(4 * HOUR).then(tasks=["fix"], incidents=[])


def test_when_the_first_action_ends_the_work_nothing_more_of_its_clock_passes() -> None:
    sla = (
        '<andante:sla name="fix" goal="PT1H" deadline="PT2H"><andante:goalAction type="Complete"/>'
        '<andante:goalAction type="Set Variables"><andante:set name="x" value="=1"/></andante:goalAction>'
        '<andante:deadlineAction type="Notify Manager"/></andante:sla>'
    )
    task = a_task(sla).given()
    task.now += DAY  # a standstill: both are due
    task.when(cmd.FireTimers()).then(state="Completed OK", variables={"x": None})
    assert told(task) == []


def test_variables_and_the_business_status_are_set() -> None:
    action = (
        'type="Set Variables"><andante:set name="tries" value="=tries + 1"/>'
        '<andante:set name="$BP.Status" value="Late"/>'
        '<andante:set name="why" value="=&quot;try &quot; + string(tries)"/></andante:deadlineAction>'
    )
    task = late(action).given(tries=1).pass_time(4 * HOUR)
    task.then(variables={"tries": 2, "why": "try 2"})
    assert task.instance.properties["bpStatus"] == "Late"


def test_an_action_that_fails_is_named_and_stops_neither_the_clock_nor_the_actions_after_it() -> None:
    sla = (
        '<andante:sla name="fix" goal="PT4H" deadline="PT8H">'
        '<andante:goalAction name="count" type="Set Variables"><andante:set name="x" value="${missing}"/>'
        '</andante:goalAction><andante:goalAction name="decide" type="Complete"/>'
        '<andante:goalAction name="hand on" type="Transfer" to="dora"/></andante:sla>'
    )
    task = a_task(sla, 'andante:outcomes="yes, no"').given().pass_time(4 * HOUR)
    task.then(state="Broken", incidents=["slaAction", "slaAction"], tasks=["fix"])
    first, second = (incident.message for incident in task.instance.incidents.values())
    assert first.startswith("fix: SLA 'fix': the action 'count' of its goal failed: The expression")
    assert "the action 'decide' of its goal failed: the task has no default outcome" in second
    assert next(iter(task.instance.tasks.values())).assignee == "dora"
    task.pass_time(4 * HOUR)
    assert [fact.facts for fact in task.facts(ev.ClockChanged)] == [["goal"], ["deadline"]]
    assigned(task, missing=1).retry().then(incidents=["slaAction"], variables={"x": 1})


def test_each_action_is_done_once_whatever_comes_between() -> None:
    action = 'type="Set Variables"><andante:set name="n" value="=n + 1"/></andante:deadlineAction>'
    task = late(action).given(n=0).pass_time(3 * HOUR).suspend().pass_time(DAY).resume().pass_time(HOUR)
    task.suspend().resume().when(cmd.FireTimers()).pass_time(DAY)
    task.when(cmd.TransferTask(task.task("fix"), "dora")).then(variables={"n": 1})


def test_set_variables_may_hold_the_clock_itself() -> None:
    sla = (
        '<andante:sla name="fix" goal="PT4H" deadline="P1D" pauseWhen="=asked">'
        '<andante:goalAction type="Set Variables">'
        '<andante:set name="asked" value="=true"/></andante:goalAction></andante:sla>'
    )
    task = a_task(sla).given(asked=False).pass_time(9 * DAY)
    assert clock(task).state(task.now) == "paused"
    assigned(task, asked=False)
    assert clock(task).deadline_at == task.now + 20 * HOUR


# Reminders.


def reminded(reminder: str, attributes: str = 'andante:assignee="carl"', deadline: str = "P1D") -> Scenario:
    return a_task(f'<andante:sla name="fix" deadline="{deadline}">{reminder}</andante:sla>', attributes).start(
        {}, by="ina"
    )


def test_a_reminder_grows_from_the_assignee_to_the_lead_and_the_manager() -> None:
    reminder = '<andante:reminder every="PT1H" max="5" grow="2"/>'
    task = reminded(reminder, 'andante:assignee="carl" andante:queue="first"').pass_time(9 * DAY)
    lead, manager = "lead:queue:first", "manager:carl"
    assert [to for _, to in told(task)] == [
        ["carl"], ["carl"], ["carl", lead], ["carl", lead], ["carl", lead, manager],
    ]  # fmt: skip


def test_levels_of_ones_own() -> None:
    reminder = (
        '<andante:reminder every="PT1H" max="3" to="candidates"><andante:level after="1" to="group:chiefs, initiator"/>'
        "</andante:reminder>"
    )
    task = reminded(reminder, 'andante:candidateGroups="desk"').pass_time(9 * DAY)
    assert [to for _, to in told(task)] == [["group:desk"], *[["group:desk", "group:chiefs", "ina"]] * 2]


def test_in_working_hours_only() -> None:
    # Monday, 9:00; the deadline is on Friday evening, and the server's calendar has Monday to Friday.
    reminder = '<andante:reminder offset="PT12H" every="PT6H" max="3" workingHours="true"/>'
    task = reminded(reminder, deadline="P4DT11H").pass_time(9 * DAY)
    sent = [entry.now for entry in task.journal for event in entry.events if _is_reminder(event)]
    monday = task.now - 2 * DAY - 9 * HOUR
    assert sent == [monday, monday + 2 * HOUR, monday + 8 * HOUR]


def _is_reminder(event: object) -> bool:
    return isinstance(event, ev.ClockChanged) and "reminder:0" in event.facts


ALONE: Final = (
    '<andante:reminder relativeTo="created" offset="PT2H"/><andante:reminder relativeTo="dueDate" offset="-PT1H"/>'
)


def test_a_task_without_an_sla_is_reminded_of_by_its_creation_and_its_due_date() -> None:
    task = a_task(ALONE, 'andante:assignee="carl" andante:dueDate="PT6H"').given().pass_time(DAY)
    created, due = task.asked(Notify)
    assert [note.recipients for note in (created, due)] == [["carl"], ["carl"]]
    assert created.text == "Fix it is waiting"
    assert due.due_at == task.now - DAY + 6 * HOUR
    assert task.instance.urgency == 0
    never = a_task('<andante:reminder relativeTo="dueDate"/>').given().pass_time(DAY)
    assert told(never) == []


def test_one_at_creation_comes_at_once_and_then_again_in_its_interval() -> None:
    reminder = '<andante:reminder relativeTo="created" offset="PT0S" every="PT2H" max="3"/>'
    task = a_task(reminder, 'andante:assignee="carl"').given().pass_time(0)
    assert [note.text for note in task.asked(Notify)] == ["Fix it is waiting"]
    created = task.now
    task.pass_time(DAY)
    sent = [entry.now - created for entry in task.journal for event in entry.events if _is_reminder(event)]
    assert sent == [0, 2 * HOUR, 4 * HOUR]


def test_none_while_suspended_and_no_burst_after_it() -> None:
    reminders = '<andante:reminder relativeTo="dueDate" offset="-PT1H" every="PT1H" max="30"/>' + ALONE
    task = a_task(reminders, 'andante:assignee="carl" andante:dueDate="PT6H"').given().pass_time(HOUR)
    task.suspend().pass_time(DAY).resume()
    assert told(task) == []
    task.pass_time(HOUR)
    # Of the due date's hours the next one comes, and the hour that was left of the two after the creation is over.
    assert [note.text for note in task.asked(Notify)] == ["Fix it is due", "Fix it is waiting"]
    task.complete("fix").pass_time(DAY)
    assert len(told(task)) == 2


def test_in_the_json_form_the_same() -> None:
    (graph,) = read_json(
        {
            "name": "J",
            "label": "J",
            "version": "1",
            "variables": [
                {"name": "status", "type": "Text", "value": "open"},
                {"name": "n", "type": "Number", "value": 0},
            ],
            "startEvents": [{"name": "start", "type": "Start", "connector": "stage"}],
            "subProcesses": [
                {
                    "name": "stage",
                    "connector": "end",
                    "usingSLA": ["stage"],
                    "startEvents": [{"name": "in", "type": "Start", "connector": "fix"}],
                    "userTasks": [
                        {
                            "name": "fix",
                            "label": "Fix it",
                            "connector": "out",
                            "assignee": "carl",
                            "reminders": [{"relativeTo": "created", "offset": "PT30M"}],
                        }
                    ],
                    "endEvents": [{"name": "out", "type": "End"}],
                }
            ],
            "endEvents": [{"name": "end", "type": "End"}],
            "slas": [
                {
                    "name": "stage",
                    "goalHours": 4,
                    "pauseWhen": "{!status} == 'waiting'",
                    "onResume": "restart",
                    "milestones": [
                        {
                            "name": "seen",
                            "hours": 1,
                            "increaseUrgencyBy": 2,
                            "actions": [{"name": "count", "type": "Set Variables", "set": {"n": "=n + 1"}}],
                        }
                    ],
                    "goalActions": [{"name": "up", "type": "Escalate", "code": "late"}],
                },
                {
                    "name": "fix_sla",
                    "deadlineHours": 6,
                    "onTransfer": "restart",
                    "riskAt": 0.5,
                    "deadlineActions": [{"name": "on", "type": "Transfer", "to": "queue:second"}],
                    "reminders": [{"every": "PT1H", "max": 4, "grow": 1, "workingHours": True, "to": ["assignee"]}],
                },
            ],
        }
    ).processes
    stage = Scenario(graph).given().pass_time(HOUR)
    stage.then(variables={"n": 1})
    assert stage.instance.urgency == 2
    assert told(stage) == [("reminder", ["carl"])]
    stage.when(cmd.SetVariables({"status": "waiting"})).pass_time(HOUR).when(cmd.SetVariables({"status": "open"}))
    of_stage = next(each.state for each in stage.instance.clocks.values() if each.token)
    assert of_stage.goal_at == stage.now + 4 * HOUR
    stage.pass_time(4 * HOUR)
    assert [fact.code for fact in stage.facts(ev.EscalationThrown)] == ["late"]
    assert next(iter(stage.instance.tasks.values())).queue == "second"
    assert (
        next(each.state for each in stage.instance.clocks.values() if each.task and each.state.first_at).state(
            stage.now
        )
        == "breached"
    )


def test_a_process_without_slas_is_what_it_was() -> None:
    process('<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/>').given().then(
        state="Completed OK"
    )
