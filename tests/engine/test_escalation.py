"""Escalations and errors by code: who catches what is thrown, and whether the thrower goes on (BPMN 2.0.2, 10.4.5)."""

import pytest
from drawing import (
    ANY_ERROR,
    ANY_ESCALATION,
    ERROR,
    ROOTS,
    UP,
    boundary,
    drawn,
    event,
    job,
    on_event,
    paths,
    sub_process,
    tasks,
)

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import TellChild, TellParent
from andante.testing import Scenario, given

HIGHER = '<escalationEventDefinition escalationRef="Higher"/>'


def escalating(*handlers: str, after: str = "", throw: str = UP) -> ProcessGraph:
    """In a sub-process: a task, an escalation, another task. Then a task `next`."""
    inside = (
        event("start", "in"), tasks("first", "second"), event("throw", "tell", throw), event("end", "out"),
        paths("in first tell second out"),
    )  # fmt: skip
    return drawn(
        event("start", "start"), sub_process("sub", *inside, *handlers), tasks("next"), event("end", "end"),
        paths("start sub next end"), after,
    )  # fmt: skip


def guard(id: str, definition: str, *, interrupting: bool) -> str:
    return boundary(id, "sub", definition, interrupting=interrupting) + tasks(f"{id}_task") + paths(f"{id} {id}_task")


def test_what_nobody_catches_has_no_effect() -> None:
    running = given(escalating()).complete("first").then(at=["second"], incidents=[])
    assert [fact.code for fact in running.facts(ev.EscalationThrown)] == ["up"]
    assert running.facts(ev.EscalationCaught) == []
    given(escalating(after=guard("g", HIGHER, interrupting=True))).complete("first").then(at=["second"])


def test_a_boundary_event_catches_it_beside_the_activity_or_instead() -> None:
    beside = given(escalating(after=guard("g", UP, interrupting=False))).complete("first")
    beside.then(at=["g_task", "second"]).complete("second").then(at=["g_task", "next"])
    instead = given(escalating(after=guard("g", UP, interrupting=True))).complete("first")
    instead.then(at=["g_task"], tasks=["g_task"])


def test_a_code_of_its_own_goes_before_a_catch_all() -> None:
    both = guard("any", ANY_ESCALATION, interrupting=False) + guard("one", UP, interrupting=False)
    given(escalating(after=both)).complete("first").then(at=["one_task", "second"])
    given(escalating(after=both, throw=HIGHER)).complete("first").then(at=["any_task", "second"])


def test_an_event_sub_process_catches_it_in_its_scope_before_the_boundary() -> None:
    outer = guard("g", UP, interrupting=False)
    beside = given(escalating(on_event("look", UP, task="see", interrupting=False), after=outer)).complete("first")
    beside.then(at=["second", "see"]).complete("second").then(at=["see"]).complete("see").then(at=["next"])
    instead = given(escalating(on_event("look", UP, task="see"), after=outer)).complete("first")
    instead.then(at=["see"], tasks=["see"]).complete("see").then(at=["next"])
    outside = given(escalating(after=on_event("look", ANY_ESCALATION, task="see", interrupting=False)))
    outside.complete("first").then(at=["second", "see"])


def test_its_own_escalation_goes_past_an_event_sub_process() -> None:
    look = on_event("look", UP, event("end", "again", UP), paths("look_on again"), interrupting=False)
    running = given(escalating(look, after=guard("g", UP, interrupting=False))).complete("first")
    running.then(at=["g_task", "second"])
    assert len(running.facts(ev.EscalationCaught)) == 2


def test_an_end_event_escalates_and_its_path_is_over() -> None:
    inside = (event("start", "in"), tasks("first"), event("end", "up", UP), paths("in first up"))
    parts = event("start", "start"), sub_process("sub", *inside), tasks("next"), event("end", "end")
    for interrupting, at in ((False, ["g_task", "next"]), (True, ["g_task"])):
        graph = drawn(*parts, paths("start sub next end"), guard("g", UP, interrupting=interrupting))
        given(graph).complete("first").then(at=at)


def test_the_code_may_be_computed_and_is_told_to_who_catches() -> None:
    roots = ROOTS.replace('escalationCode="up"', 'escalationCode="=code"')
    caught = '<escalationEventDefinition camunda:escalationCodeVariable="which"/>'
    graph = drawn(
        event("start", "start"), sub_process("sub", event("start", "in"), event("throw", "tell", UP), tasks("work"),
        paths("in tell work")), event("end", "end"), paths("start sub end"), guard("g", caught, interrupting=False),
        roots=roots,
    )  # fmt: skip
    given(graph, code="E-7").then(at=["g_task", "work"], variables={"which": "E-7"})
    given(graph, code=7).then(variables={"which": "7"})
    stuck = given(graph, code=None).then(state="Broken", at=["tell"], incidents=["event"])
    stuck.when(cmd.SetVariables({"code": "x"})).retry().then(at=["g_task", "work"], variables={"which": "x"})


def test_out_of_a_called_process_it_goes_to_the_caller_and_the_called_one_goes_on() -> None:
    called = Scenario(escalating()).start({"sum": 3}, parent="caller").complete("first").then(at=["second"])
    (letter,) = called.asked(TellParent)
    assert isinstance(letter.command, cmd.Escalate)
    assert (letter.command.token, letter.command.code, letter.command.variables) == (1, "up", {"sum": 3})
    inside = Scenario(escalating(after=guard("g", UP, interrupting=False))).start(parent="caller").complete("first")
    assert inside.asked(TellParent) == []


def calling(definition: str, *, interrupting: bool, mapping: str = "") -> ProcessGraph:
    return drawn(
        event("start", "start"), f'<callActivity id="call" calledElement="other">{mapping}</callActivity>',
        event("end", "end"), paths("start call end"), boundary("g", "call", definition, interrupting=interrupting),
        tasks("look"), paths("g look"),
    )  # fmt: skip


def test_the_caller_catches_it_beside_the_call_as_often_as_it_comes() -> None:
    running = given(calling(UP, interrupting=False)).escalate_call("call", "up", sum=3)
    running.then(at=["call", "look"], variables={"sum": 3})
    running.escalate_call("call", "higher").then(at=["call", "look"])
    running.escalate_call("call", "up").then(at=["call", "look", "look"])
    running.complete_call("call").then(at=["look", "look"])


def test_the_same_escalation_of_a_called_process_has_its_effect_once() -> None:
    running = given(calling(UP, interrupting=False))
    (call,) = running.instance.calls.values()
    again = cmd.Escalate(call.token, call.child_id, "up", {}, "child-7-1")
    running.when(again, again).then(at=["call", "look"])
    running.suspend().when(again, cmd.Escalate(call.token, call.child_id, "up", {}, "child-8-1"))
    running.when(cmd.Escalate(call.token, call.child_id, "up", {}, "child-8-1"))
    running.resume().then(at=["call", "look", "look"])
    running.complete_call("call").when(again).then(at=["look", "look"])
    assert [fact.what for fact in running.facts(ev.CommandIgnored)] == ["Escalate"] * 4


def test_an_interrupting_catch_ends_the_called_process() -> None:
    running = given(calling(ANY_ESCALATION, interrupting=True)).escalate_call("call", "up").then(at=["look"])
    (letter,) = running.asked(TellChild)
    assert isinstance(letter.command, cmd.Terminate)


def test_only_what_is_mapped_comes_out_with_it() -> None:
    mapping = '<extensionElements><camunda:out source="sum" target="total"/></extensionElements>'
    running = given(calling(UP, interrupting=False, mapping=mapping)).escalate_call("call", "up", sum=3, other=1)
    running.then(variables={"total": 3, "other": None, "sum": None})
    faulty = mapping.replace('source="sum"', 'sourceExpression="${sum + 1}"')
    stuck = given(calling(UP, interrupting=False, mapping=faulty)).escalate_call("call", "up")
    stuck.then(at=["call", "look"], incidents=["expression"])


@pytest.mark.parametrize("interrupting", [True, False])
def test_what_is_escalated_while_the_caller_is_suspended_is_caught_on_resume(interrupting: bool) -> None:
    running = given(calling(UP, interrupting=interrupting)).suspend().escalate_call("call", "up")
    running.complete_call("call").then(at=["call"])
    running.resume().then(at=["look"])


def failing(definition: str, roots: str = ROOTS, *, caught: str = ANY_ERROR) -> ProcessGraph:
    inside = (event("start", "in"), job("pay"), event("end", "bad", definition), paths("in pay bad"))
    return drawn(
        event("start", "start"), sub_process("sub", *inside), event("end", "end"), paths("start sub end"),
        guard("g", caught, interrupting=True), roots=roots,
    )  # fmt: skip


def test_an_error_end_event_may_compute_its_code_and_its_message() -> None:
    roots = ROOTS.replace('errorCode="bad"', 'errorCode="${code}" camunda:errorMessage="no ${what}"')
    caught = '<errorEventDefinition camunda:errorCodeVariable="which" camunda:errorMessageVariable="why"/>'
    running = given(failing(ERROR, roots, caught=caught), code="E-7", what="money").complete_job("pay")
    running.then(at=["g_task"], variables={"which": "E-7", "why": "no money"})
    specific = '<errorEventDefinition errorRef="Worse"/>'
    given(failing(ERROR, roots, caught=specific), code="worse", what="x").complete_job("pay").then(at=["g_task"])
    given(failing(ERROR, roots, caught=specific), code="E-7", what="x").complete_job("pay").then(state="Completed OK")
    stuck = given(failing(ERROR, roots), what="x").complete_job("pay")
    stuck.then(state="Broken", at=["bad"], incidents=["expression"])
