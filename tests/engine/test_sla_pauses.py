"""The clock waits for the customer, begins anew, and is given more time."""

from typing import Final

import pytest
from sla_models import DAY, HOUR, a_task, assigned, clock, process, told

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import CLOSED, NO_CLOCK, NOT_EXTENDED, TASK_NOT_FOUND, Rejected
from andante.testing import Scenario
from andante.timing.instants import parse_instant

WAITING: Final = '<andante:sla name="fix" goal="PT4H" deadline="P1D" pauseWhen="=status = &quot;waiting&quot;" {}/>'


def waiting(more: str = "") -> Scenario:
    return a_task(WAITING.format(more)).given(status="open")


def test_the_clock_stands_still_while_we_wait_for_the_customer() -> None:
    task = waiting().pass_time(HOUR)
    assigned(task, status="waiting").pass_time(DAY)
    assert clock(task).state(task.now) == "paused"
    assert told(task) == []
    assigned(task, status="open")
    assert clock(task).goal_at == task.now + 3 * HOUR
    assert [fact.facts for fact in task.facts(ev.ClockChanged)] == [["waiting"], ["going on"]]


def test_it_may_begin_anew_instead() -> None:
    task = waiting('onResume="restart"').pass_time(HOUR)
    assigned(assigned(task, status="waiting").pass_time(DAY), status="open")
    assert clock(task).ats == (task.now + 4 * HOUR, task.now + DAY)
    assert task.facts(ev.ClockChanged)[-1].facts == ["restarted"]


def test_who_waits_from_the_start_has_all_the_time_left() -> None:
    task = a_task(WAITING.format("")).given(status="waiting").pass_time(DAY)
    assert assigned(task, status="open").now + 4 * HOUR == clock(task).goal_at


def test_a_condition_that_cannot_be_computed_holds_nothing() -> None:
    task = a_task('<andante:sla name="fix" goal="PT4H" pauseWhen="${nobody.knows}"/>').given()
    assert assigned(task, x=1).pass_time(4 * HOUR).facts(ev.ClockChanged)[0].facts == ["goal"]


@pytest.mark.parametrize("condition_ends_first", [True, False])
def test_suspended_while_it_waits_it_goes_on_when_both_have_ended(condition_ends_first: bool) -> None:
    task = waiting().pass_time(HOUR)
    assigned(task, status="waiting").pass_time(HOUR).suspend().pass_time(HOUR)
    if condition_ends_first:
        # Nobody looks at a condition while the instance is suspended.
        assigned(task, status="open").pass_time(HOUR).resume()
    else:
        task.resume().pass_time(HOUR)
        assert clock(task).state(task.now) == "paused"
        assigned(task, status="open")
    assert clock(task).goal_at == task.now + 3 * HOUR
    assert told(task) == []


def test_what_came_true_while_suspended_holds_the_clock_from_the_resume_on() -> None:
    task = waiting().pass_time(HOUR).suspend()
    assigned(task, status="waiting").pass_time(DAY).resume()
    assert clock(task).state(task.now) == "paused"
    assigned(task.pass_time(DAY), status="open")
    assert clock(task).goal_at == task.now + 3 * HOUR


def test_what_was_due_when_the_wait_began_is_told_then_and_not_after_it() -> None:
    task = waiting()
    task.now += 5 * HOUR  # nobody has looked at the time meanwhile
    assigned(task, status="waiting")
    assert [fact.facts for fact in task.facts(ev.ClockChanged)] == [["goal"], ["waiting"]]


def test_a_task_done_while_it_waits_met_its_sla() -> None:
    task = waiting().pass_time(HOUR)
    assigned(task, status="waiting").pass_time(9 * DAY).complete("fix").then(state="Completed OK")
    (stopped,) = task.facts(ev.ClockStopped)
    assert stopped.state.state(task.now) == "met"


def test_local_variables_of_a_stage_hold_its_clock() -> None:
    stage = process(
        '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="stage"/><subProcess id="stage">'
        '<extensionElements><andante:input source="=&quot;open&quot;" target="status"/>'
        '<andante:sla name="stage" goal="PT4H" pauseWhen="=status = &quot;waiting&quot;"/></extensionElements>'
        '<startEvent id="i"/><sequenceFlow id="g" sourceRef="i" targetRef="ask"/><userTask id="ask"/>'
        '<sequenceFlow id="h" sourceRef="ask" targetRef="more"/><userTask id="more"/></subProcess>'
    ).given()
    stage.pass_time(HOUR).complete("ask", status="waiting").pass_time(DAY)
    assert clock(stage).state(stage.now) == "paused"
    stage.complete("more", status="open").then(state="Completed OK")
    (stopped,) = stage.facts(ev.ClockStopped)
    assert stopped.state.state(stage.now) == "met", "it ended while it waited"


def test_handed_over_it_begins_anew_where_the_model_says_so() -> None:
    sla = '<andante:sla name="fix" goal="PT4H" deadline="PT6H" onTransfer="restart"/>'
    task = a_task(sla).given().pass_time(HOUR)
    task.when(cmd.TransferTask(task.task("fix"), "carl"))
    assert clock(task).goal_at == task.now + 3 * HOUR, "it was carl's already"
    task.when(cmd.TransferTask(task.task("fix"), "dora"))
    assert clock(task).goal_at == task.now + 4 * HOUR
    task.pass_time(5 * HOUR).when(cmd.UnclaimTask(task.task("fix")))
    assert clock(task).ats == (task.now - HOUR, task.now + 6 * HOUR), "the goal has passed for good"
    kept = a_task(sla.replace("restart", "continue")).given().pass_time(HOUR)
    kept.when(cmd.TransferTask(kept.task("fix"), "dora"))
    assert clock(kept).goal_at == kept.now + 3 * HOUR


# More time.

DUE: Final = (
    '<andante:sla name="fix" goal="PT4H" deadline="P1D"><andante:reminder relativeTo="deadline" offset="-PT1H"/>'
    '<andante:milestone name="seen" after="PT1H"/></andante:sla>'
)


def extension(scenario: Scenario, **what: object) -> cmd.ExtendClock:
    return cmd.ExtendClock(scenario.task("fix"), reason="the customer asked", **what)  # type: ignore[arg-type]


def test_an_operator_extends_what_is_still_to_come_and_reminders_move() -> None:
    task = a_task(DUE).given().pass_time(2 * HOUR)
    start = task.now - 2 * HOUR
    task.when(extension(task, by_ms=3 * HOUR), by="olga")
    assert clock(task).ats == (start + 7 * HOUR, start + 27 * HOUR, start + HOUR)
    (extended,) = task.facts(ev.ClockExtended)
    assert (extended.targets, extended.by_ms, extended.reason) == (
        ["goal", "deadline"], 3 * HOUR, "the customer asked",
    )  # fmt: skip
    assert task.journal[-1].actor == "olga"
    task.pass_time(25 * HOUR)
    assert [(fact.facts, kind) for fact, kind in zip(task.facts(ev.ClockChanged), "abcd", strict=True)] == [
        (["milestone:seen"], "a"), (["goal"], "b"), (["reminder:0"], "c"), (["deadline"], "d"),
    ]  # fmt: skip
    assert told(task) == [("reminder", ["carl"])]


def test_until_a_moment_moves_the_last_target_or_the_one_that_is_named() -> None:
    task = a_task(DUE).given()
    start = task.now
    task.when(extension(task, until=start + 3 * DAY))
    assert clock(task).ats[:2] == (start + 4 * HOUR, start + 3 * DAY)
    task.when(extension(task, until=start + 5 * HOUR, target="goal"))
    assert clock(task).ats[:2] == (start + 5 * HOUR, start + 3 * DAY)


def test_working_time_is_extended_in_working_time() -> None:
    friday = parse_instant("2026-01-09T16:00", "UTC")
    sla = '<andante:sla name="fix" goal="PT4H" goalBusinessDays="true"/>'
    task = a_task(sla)
    task.now = friday
    task.given().when(extension(task, by_ms=8 * HOUR))
    assert clock(task).goal_at == parse_instant("2026-01-12T04:00", "UTC")
    task.when(extension(task, until=parse_instant("2026-01-12T10:00", "UTC")))
    assert clock(task).goal_at == parse_instant("2026-01-12T10:00", "UTC")


def test_a_suspended_clock_may_be_given_more_time() -> None:
    task = a_task(DUE).given().pass_time(2 * HOUR).suspend().pass_time(DAY)
    task.when(extension(task, by_ms=HOUR))
    assert clock(task).lefts[:2] == (3 * HOUR, 23 * HOUR)
    with pytest.raises(Rejected, match="stands still") as refused:
        task.when(extension(task, until=task.now + 9 * DAY))
    assert refused.value.code == NOT_EXTENDED
    assert clock(task.resume()).goal_at == task.now + 3 * HOUR


def test_a_stage_and_the_process_are_extended_by_their_place() -> None:
    stages = process(
        '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="stage"/><subProcess id="stage">'
        '<extensionElements><andante:sla name="one" goal="PT4H"/></extensionElements>'
        '<startEvent id="i"/><sequenceFlow id="g" sourceRef="i" targetRef="ask"/><userTask id="ask"/></subProcess>',
        '<andante:sla name="whole" goal="P1D"/>',
    ).given()
    start = stages.now
    stages.when(cmd.ExtendClock(element="stage", by_ms=HOUR), cmd.ExtendClock(by_ms=2 * HOUR))
    whole, stage = stages.instance.clocks.values()
    assert (whole.state.goal_at, stage.state.goal_at) == (start + 26 * HOUR, start + 5 * HOUR)


@pytest.mark.parametrize(
    ("what", "code", "says"),
    [
        ({"task": 99, "by_ms": 1}, TASK_NOT_FOUND, "99 is not open"),
        ({"by_ms": 1}, NO_CLOCK, "the process itself"),
        ({"element": "fix", "sla": "other", "by_ms": 1}, NO_CLOCK, "called 'other' of the element 'fix'"),
        ({"element": "fix"}, NOT_EXTENDED, "by how long"),
        ({"element": "fix", "by_ms": 1, "until": 2}, NOT_EXTENDED, "by how long"),
        ({"element": "fix", "by_ms": -5}, NOT_EXTENDED, "by how long"),
        ({"element": "fix", "by_ms": 1, "target": "seen"}, NOT_EXTENDED, "its seen passed"),
        ({"element": "fix", "until": 1_000}, NOT_EXTENDED, "due later than that"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(what: dict[str, int], code: str, says: str) -> None:
    task = a_task(DUE).given().pass_time(2 * HOUR)
    before = clock(task)
    with pytest.raises(Rejected, match=says) as refused:
        task.when(cmd.ExtendClock(**what))  # type: ignore[arg-type]
    assert (refused.value.code, clock(task)) == (code, before)


def test_what_is_over_is_not_extended() -> None:
    task = a_task(DUE).given()
    late = extension(task, by_ms=HOUR)
    task.complete("fix")
    with pytest.raises(Rejected) as refused:
        task.when(late)
    assert refused.value.code == CLOSED
