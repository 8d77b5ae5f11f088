"""An SLA action that has failed is carried out again by a retry: once, and it alone."""

import pytest
from sla_models import HOUR, a_task, assigned

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import NOTHING_TO_RETRY, Rejected
from andante.testing import Scenario


def count(name: str, of: str) -> str:
    """Sets a variable to one more than another, which is not there at first."""
    value = f'<andante:set name="{name}" value="${{{of} + 1}}"/>'
    return f'<andante:goalAction name="{name}" type="Set Variables">{value}</andante:goalAction>'


def sla(*actions: str, more: str = "") -> str:
    return f'<andante:sla name="fix" goal="PT4H" deadline="PT8H">{"".join(actions)}{more}</andante:sla>'


def failed(*actions: str, attributes: str = 'andante:assignee="carl"', **variables: object) -> Scenario:
    return a_task(sla(*actions), attributes).start(variables, by="ina").pass_time(4 * HOUR)


def test_the_action_is_carried_out_again_and_once() -> None:
    task = failed(count("n", "m"), count("done", "done"), n=0, done=0)
    task.then(incidents=["slaAction"], variables={"n": 0, "done": 1})
    assigned(task, m=1).retry()
    task.then(incidents=[], state="Waiting for user interaction", variables={"m": 1, "n": 2, "done": 1})
    with pytest.raises(Rejected) as refused:
        task.retry()
    assert refused.value.code == NOTHING_TO_RETRY
    task.pass_time(HOUR)
    assert task.variables == {"m": 1, "n": 2, "done": 1}
    assert [fact.facts for fact in task.facts(ev.ClockChanged)] == [["goal"]]


def test_one_incident_of_two_alone() -> None:
    task = failed(count("n", "m"), count("k", "l"), n=0, k=0)
    first, second = task.instance.incidents.values()
    assigned(task, m=1, l=1).retry(second.key).then(variables={"m": 1, "l": 1, "n": 0, "k": 2})
    assert list(task.instance.incidents) == [first.key]
    task.retry(first.key).then(variables={"m": 1, "l": 1, "n": 2, "k": 2}, incidents=[])


def test_one_that_fails_again_can_be_tried_again() -> None:
    task = failed(count("n", "m"), n=0).retry().then(incidents=["slaAction"])
    assigned(task, m=4).retry().then(incidents=[], variables={"m": 4, "n": 5})


def test_the_work_goes_on_by_what_the_action_does() -> None:
    action = '<andante:goalAction type="Complete" outcome="{}"/>'
    outcomes = 'andante:assignee="carl" andante:outcomes="yes, no"'
    task = failed(action.format("maybe"), attributes=outcomes).then(incidents=["slaAction"], tasks=["fix"])
    mended = a_task(sla(action.format("no")), outcomes)
    task.migrate(mended.graph).retry().then(state="Completed OK")
    assert task.instance.task_outcome == "no"


def test_it_is_the_engines_doing_whoever_asks_for_it() -> None:
    """Who retries is not asked whether they may do the task."""
    outcomes = 'andante:candidateUsers="carl" andante:notBy="initiator" andante:outcomes="yes, no"'
    action = '<andante:goalAction type="Complete" outcome="{}"/>'
    task = failed(action.format("maybe"), attributes=outcomes).then(incidents=["slaAction"])
    task.migrate(a_task(sla(action.format("yes")), outcomes).graph)
    task.when(cmd.Retry(), by="ina").then(state="Completed OK")
    assert task.journal[-1].actor == "ina"


def test_when_the_task_is_over_nothing_is_left_to_do() -> None:
    task = a_task(
        sla(count("n", "m")), beside='<userTask id="last"/>'
        '<sequenceFlow id="f3" sourceRef="start" targetRef="last"/>',
    ).start({"n": 0}, by="ina").pass_time(4 * HOUR)  # fmt: skip
    task.complete("fix").then(incidents=["slaAction"], tasks=["last"], state="Broken")
    assigned(task, m=1).retry().then(incidents=[], variables={"m": 1, "n": 0}, state="Waiting for user interaction")


def test_what_the_model_does_not_have_any_more_is_not_done() -> None:
    task = failed(count("n", "m"), n=0)
    task.migrate(a_task(sla()).graph)
    assigned(task, m=1).retry().then(incidents=[], variables={"m": 1, "n": 0})


def test_of_a_stage_and_of_the_process() -> None:
    own = '<andante:sla name="all" goal="PT4H" deadline="P1D">' + count("n", "m") + "</andante:sla>"
    task = a_task("", own=own).start({"n": 0}, by="ina").pass_time(4 * HOUR)
    task.then(incidents=["slaAction"])
    assigned(task, m=2).retry().then(incidents=[], variables={"m": 2, "n": 3})
