"""What went to a deputy by the rule goes back when the deputy's time is over."""

from collections.abc import Callable

import pytest
from approving import bpmn

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.roster import Roster
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, roster
from andante.timing.instants import parse_instant

UNTIL_FEBRUARY = [("ann", "bob", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]


def one_task(attributes: str) -> ProcessGraph:
    return bpmn(
        '<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="approve"/>'
        f'<userTask id="approve" {attributes}/><sequenceFlow id="b" sourceRef="approve" targetRef="end"/>'
        '<endEvent id="end"/>'
    )


def begun(attributes: str, people: Roster) -> Scenario:
    return Scenario(one_task(attributes), settings=EngineSettings(roster=people)).start({}, by="ina")


def given_to_bob(*deputies: tuple[str, ...], attributes: str = 'andante:assignee="ann"') -> Scenario:
    asked = begun(attributes, roster(["cid"], deputies=[*UNTIL_FEBRUARY, *deputies]))  # type: ignore[list-item]
    assert holder(asked) == ("bob", "ann")
    return asked


def looked_at(asked: Scenario, day: str) -> Scenario:
    asked.now = parse_instant(f"{day}T00:00:00Z", "UTC")
    return asked.when(cmd.LookAtDeputies())


def holder(asked: Scenario) -> tuple[str, str]:
    task = asked.instance.tasks[asked.task("approve")]
    return task.assignee, task.owner


def test_a_task_goes_back_when_the_deputys_time_is_over_and_once() -> None:
    asked = given_to_bob().when(cmd.LookAtDeputies())
    assert holder(asked) == ("bob", "ann")  # it is not over
    looked_at(looked_at(asked, "2026-02-01"), "2026-02-02")
    assert holder(asked) == ("ann", "")
    assert [fact.how for fact in asked.facts(ev.TaskAssigned)] == ["deputy", "deputyOver"]
    asked.complete("approve", by="ann").then(state="Completed OK")


@pytest.mark.parametrize(
    ("make", "has"),
    [
        (lambda key: cmd.TransferTask(key, "cid"), ("cid", "")),
        (lambda key: cmd.TransferTask(key, "bob"), ("bob", "")),
        (lambda key: cmd.DelegateTask(key, "cid"), ("cid", "ann")),
        (lambda key: cmd.UnclaimTask(key), ("", "")),
    ],
)
def test_who_got_it_otherwise_keeps_it(make: Callable[[int], cmd.Command], has: tuple[str, str]) -> None:
    asked = given_to_bob()
    asked.when(make(asked.task("approve")), by="bob")
    assert holder(looked_at(asked, "2026-02-01")) == has


def test_who_took_it_from_the_candidates_keeps_it() -> None:
    asked = begun('andante:candidateUsers="ann"', roster(deputies=UNTIL_FEBRUARY))
    asked.when(cmd.ClaimTask(asked.task("approve"), "bob"), by="bob")
    looked_at(asked, "2026-02-01")
    assert holder(asked) == ("bob", "")


def test_who_stands_in_next_gets_it_at_once() -> None:
    asked = given_to_bob(("ann", "cid", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))
    looked_at(asked, "2026-02-01")
    assert holder(asked) == ("cid", "ann")
    looked_at(asked, "2026-03-01")
    assert holder(asked) == ("ann", "")


def test_a_deputys_deputy_gives_back_to_the_deputy() -> None:
    people = roster(deputies=[("ann", "bob", "", ""), ("bob", "cid", "", "2026-02-01T00:00:00Z")])
    asked = begun('andante:assignee="ann"', people)
    assert holder(asked) == ("cid", "ann")
    looked_at(asked, "2026-02-01")
    assert holder(asked) == ("bob", "ann")


def test_while_suspended_it_stays_and_goes_back_with_the_resume() -> None:
    asked = looked_at(given_to_bob().suspend(), "2026-02-01")
    assert holder(asked) == ("bob", "ann")
    asked.resume()
    assert holder(asked) == ("ann", "")


def test_it_does_not_go_back_to_one_who_is_gone() -> None:
    asked = given_to_bob()
    asked.settings.roster = roster(["bob"], disabled=["ann"])
    looked_at(asked, "2026-02-01")
    assert holder(asked) == ("bob", "ann")
