"""Several event definitions on one event: any of them, all of them, and all thrown (BPMN 2.0.2 10.5.5 and 13.5)."""

import pytest
from drawing import (
    ANY_ERROR,
    ERROR,
    HOUR,
    HOURLY,
    MESSAGE,
    OTHER_MESSAGE,
    ROOTS,
    SIGNAL,
    UP,
    boundary,
    drawn,
    event,
    job,
    on_event,
    paths,
    tasks,
    when,
)

from andante.bpmn import ModelRefused
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import BroadcastSignal, PublishMessage
from andante.engine.faults import Rejected
from andante.testing import Scenario, given

HIGH = when("=x > 5".replace(">", "&gt;"))
ALL = 'parallelMultiple="true"'
EVERY = MESSAGE + SIGNAL + HOUR + HIGH


def occur(running: Scenario, what: str) -> Scenario:
    """One of the parts of EVERY."""
    if what == "time":
        return running.pass_time("PT1H")
    if what == "message":
        return running.message("m", told=1)
    if what == "signal":
        return running.signal("s", rung=1)
    return running.when(cmd.SetVariables({"x": 6}))


PARTS = ["message", "signal", "time", "condition"]


def caught(definitions: str = EVERY, attributes: str = "") -> ProcessGraph:
    return drawn(
        event("start", "start"), event("catch", "wait", definitions, attributes), tasks("after"), event("end", "end"),
        paths("start wait after end"),
    )  # fmt: skip


@pytest.mark.parametrize("what", PARTS)
def test_any_part_of_a_multiple_event_is_enough_and_ends_the_wait_for_the_others(what: str) -> None:
    running = given(caught(), x=1).then(at=["wait"], state="Paused")
    assert (len(running.instance.subscriptions), len(running.instance.timers)) == (3, 1)
    occur(running, what).then(at=["after"])
    assert not running.instance.subscriptions
    assert not running.instance.timers
    for other in PARTS:
        occur(running, other).then(at=["after"])


@pytest.mark.parametrize("order", [PARTS, PARTS[::-1], [PARTS[2], PARTS[0], PARTS[3], PARTS[1]]])
def test_all_parts_of_a_parallel_one_must_occur_in_any_order(order: list[str]) -> None:
    running = given(caught(attributes=ALL), x=1)
    for what in order:
        running.then(at=["wait"])
        occur(running, what)
    running.then(at=["after"], variables={"told": 1, "rung": 1})
    assert not running.instance.triggers
    assert [fact.part for fact in running.facts(ev.TriggerArrived)] == [PARTS.index(what) for what in order[:3]]


def test_what_came_twice_does_not_stand_for_what_has_not_come() -> None:
    running = given(caught(MESSAGE + OTHER_MESSAGE, ALL)).message("m", a=1)
    running.message("m", a=2).then(at=["wait"])
    assert running.last.answer is False  # whoever else awaits it may have it
    running.message("n", b=3).then(at=["after"], variables={"a": 1, "b": 3})


def test_what_has_occurred_survives_a_pause_and_what_occurs_meanwhile_counts() -> None:
    running = given(caught(attributes=ALL), x=1).message("m").suspend()
    running.signal("s").when(cmd.SetVariables({"x": 6})).pass_time("PT2H").then(at=["wait"])
    running.resume().then(at=["after"])


def test_a_terminated_instance_keeps_nothing() -> None:
    running = given(caught(attributes=ALL), x=1).message("m").terminate().then(state="User Terminated")
    assert not running.instance.triggers
    assert running.facts(ev.TriggerCleared)


def test_output_mappings_see_what_all_parts_brought() -> None:
    mapped = '<extensionElements><andante:output target="sum" source="=a + b"/></extensionElements>'
    running = given(caught(mapped + MESSAGE + OTHER_MESSAGE, ALL)).message("m", a=1).message("n", b=2)
    running.then(at=["after"], variables={"sum": 3, "a": None})


def guarded(definitions: str, *, interrupting: bool = True, all: bool = False) -> ProcessGraph:
    edge = boundary("edge", "work", definitions, interrupting=interrupting)
    return drawn(
        event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"),
        edge.replace("<boundaryEvent", f"<boundaryEvent {ALL}") if all else edge, tasks("look"), paths("edge look"),
    )  # fmt: skip


@pytest.mark.parametrize("what", PARTS)
def test_at_a_boundary_any_part_interrupts(what: str) -> None:
    running = occur(given(guarded(EVERY), x=1), what).then(at=["look"])
    assert not running.instance.subscriptions
    assert not running.instance.timers


def test_at_a_boundary_each_part_that_does_not_interrupt_occurs_by_itself() -> None:
    running = given(guarded(MESSAGE + SIGNAL + HOURLY, interrupting=False))
    for number, what in enumerate(["message", "message", "signal", "time", "time"]):
        occur(running, what).then(at=["work", *["look"] * (number + 1)])
    running.complete("work")
    assert not running.instance.timers
    assert not running.instance.subscriptions


def test_a_parallel_boundary_event_interrupts_after_all_parts() -> None:
    running = given(guarded(EVERY, all=True), x=1)
    for what in PARTS:
        running.then(at=["work"])
        occur(running, what)
    running.then(at=["look"], variables={"told": 1, "rung": 1})


def test_an_activity_that_ends_forgets_what_has_occurred_at_its_boundary() -> None:
    running = given(guarded(EVERY, all=True), x=1).message("m").complete("work").then(state="Completed OK")
    assert not running.instance.triggers


def test_a_parallel_one_that_does_not_interrupt_occurs_as_often_as_all_parts_have() -> None:
    running = given(guarded(MESSAGE + SIGNAL + HIGH, interrupting=False, all=True), x=6).message("m")
    running.message("m").then(at=["work"])
    running.signal("s").then(at=["work", "look"])  # the condition was true all the time
    running.signal("s").message("m").then(at=["work", "look"])
    running.when(cmd.SetVariables({"x": 7})).then(at=["work", "look", "look"])


def test_with_a_timer_it_occurs_once() -> None:
    running = given(guarded(MESSAGE + HOURLY, interrupting=False, all=True)).pass_time("PT1H").message("m")
    running.then(at=["work", "look"])
    assert not running.instance.timers
    assert not running.instance.subscriptions


def handled(definitions: str, *, interrupting: bool = True, all: bool = False) -> ProcessGraph:
    inside = on_event("sub", definitions, interrupting=interrupting, task="look")
    return drawn(
        event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"),
        inside.replace('id="sub_on"', f'id="sub_on" {ALL}') if all else inside,
    )  # fmt: skip


@pytest.mark.parametrize("what", PARTS)
def test_any_part_starts_an_event_sub_process(what: str) -> None:
    running = occur(given(handled(EVERY), x=1), what).then(at=["look"])
    assert not running.instance.subscriptions
    assert not running.instance.timers


def test_all_parts_start_an_event_sub_process_again_and_again() -> None:
    running = given(handled(MESSAGE + SIGNAL, interrupting=False, all=True))
    for number in range(3):
        running.message("m", n=number).then(at=["work", *["look"] * number])
        running.signal("s").then(at=["work", *["look"] * (number + 1)], variables={"n": number})
    running = given(handled(MESSAGE + SIGNAL, all=True)).signal("s").message("m").then(at=["look"])
    assert not running.instance.subscriptions


def test_an_error_or_an_escalation_is_caught_beside_a_message() -> None:
    graph = drawn(
        event("start", "start"), job("work"), event("end", "end"), paths("start work end"),
        boundary("edge", "work", MESSAGE + '<errorEventDefinition errorRef="Bad" camunda:errorCodeVariable="code"/>'),
        tasks("look"), paths("edge look"),
    )  # fmt: skip
    given(graph).throw_error("work", "bad").then(at=["look"], variables={"code": "bad"})
    given(graph).message("m").then(at=["look"], variables={"code": None})
    graph = drawn(
        event("start", "start"), event("throw", "rise", UP), tasks("work"), event("end", "end"),
        paths("start rise work end"), on_event("sub", SIGNAL + UP, interrupting=False, task="look"),
    )  # fmt: skip
    given(graph).then(at=["work", "look"]).signal("s").then(at=["work", "look", "look"])


def first_of(definitions: str, attributes: str = "") -> ProcessGraph:
    return drawn(
        event("start", "start"), '<eventBasedGateway id="first"/>', event("catch", "wait", definitions, attributes),
        event("catch", "late", "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"),
        tasks("after"), tasks("missed"), event("end", "end"),
        paths("start first wait after end", "first late missed end"),
    )  # fmt: skip


def test_behind_an_event_based_gateway() -> None:
    for what in PARTS:
        occur(given(first_of(EVERY), x=1), what).then(at=["after"])
    running = given(first_of(MESSAGE + SIGNAL, ALL)).message("m").then(at=["first"])
    assert running.signal("s").then(at=["after"]).instance.triggers == {}
    running = given(first_of(MESSAGE + SIGNAL, ALL)).message("m").pass_time("P1D").then(at=["missed"])
    assert running.instance.triggers == {}


# Thrown.


def thrown(kind: str, definitions: str) -> ProcessGraph:
    return drawn(
        event("start", "start"), event(kind, "tell", definitions), event("end", "end") if kind == "throw" else "",
        paths("start tell end" if kind == "throw" else "start tell"),
        on_event("sub", UP, interrupting=False, task="look"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["throw", "end"])
def test_all_parts_are_thrown_in_their_order(kind: str) -> None:
    running = given(thrown(kind, SIGNAL + MESSAGE + UP + OTHER_MESSAGE)).then(at=["look"])
    names = [each.name for each in running.effects if isinstance(each, BroadcastSignal | PublishMessage)]
    assert names == ["s", "m", "n"]
    told = [type(fact).__name__ for fact in running.journal[0].events]
    assert told.index("SignalThrown") < told.index("MessageThrown") < told.index("EscalationThrown")
    assert len({each.message_id for each in running.asked(PublishMessage)}) == 2


def test_an_end_event_tells_and_then_fails_or_terminates() -> None:
    graph = drawn(
        event("start", "start"), '<subProcess id="sub">', event("start", "s"), event("end", "e", MESSAGE + ERROR),
        paths("s e"), "</subProcess>", boundary("failed", "sub", ANY_ERROR), tasks("mend"), event("end", "end"),
        paths("start sub end", "failed mend"),
    )  # fmt: skip
    running = given(graph).then(at=["mend"])
    assert [each.name for each in running.asked(PublishMessage)] == ["m"]
    running = given(thrown("end", SIGNAL + "<terminateEventDefinition/>")).then(state="Terminated")
    assert [each.name for each in running.asked(BroadcastSignal)] == ["s"]


def test_a_cancel_comes_last_after_what_is_told() -> None:
    graph = drawn(
        event("start", "start"), '<transaction id="tx">', event("start", "s"), tasks("pay"),
        '<boundaryEvent id="b" attachedToRef="pay"><compensateEventDefinition/></boundaryEvent>',
        '<userTask id="refund" isForCompensation="true"/><association id="a" sourceRef="b" targetRef="refund"/>',
        event("end", "no", MESSAGE + "<cancelEventDefinition/>"), paths("s pay no"), "</transaction>",
        boundary("out", "tx", "<cancelEventDefinition/>"), tasks("regret"), event("end", "end"),
        paths("start tx end", "out regret"),
    )  # fmt: skip
    running = given(graph).complete("pay").then(tasks=["refund"])
    assert [each.name for each in running.asked(PublishMessage)] == ["m"]
    running.complete("refund").then(at=["regret"])


def test_what_an_escalation_interrupts_throws_nothing_more() -> None:
    graph = drawn(
        event("start", "start"), event("throw", "tell", MESSAGE + UP + OTHER_MESSAGE), event("end", "end"),
        paths("start tell end"), on_event("sub", UP, task="look"),
    )  # fmt: skip
    running = given(graph).then(at=["look"])
    assert [each.name for each in running.asked(PublishMessage)] == ["m"]


def test_compensation_comes_last_and_is_waited_for() -> None:
    graph = drawn(
        event("start", "start"), tasks("pay"), event("throw", "undo", MESSAGE + "<compensateEventDefinition/>"),
        '<boundaryEvent id="b" attachedToRef="pay"><compensateEventDefinition/></boundaryEvent>',
        '<userTask id="refund" isForCompensation="true"/><association id="a" sourceRef="b" targetRef="refund"/>',
        tasks("after"), event("end", "end"), paths("start pay undo after end"),
    )  # fmt: skip
    running = given(graph).complete("pay").then(tasks=["refund"])
    assert [each.name for each in running.asked(PublishMessage)] == ["m"]
    running.complete("refund").then(at=["after"])


def test_a_part_that_cannot_be_computed_stops_all_until_a_retry() -> None:
    roots = ROOTS.replace('<message id="N" name="n"/>', '<message id="N" name="=name"/>')
    graph = drawn(
        event("start", "start"), event("throw", "tell", MESSAGE + OTHER_MESSAGE), tasks("after"), event("end", "end"),
        paths("start tell after end"), roots=roots,
    )  # fmt: skip
    running = given(graph, name=5).then(incidents=["event"])
    assert running.asked(PublishMessage) == []
    running.when(cmd.SetVariables({"name": "late"})).retry().then(at=["after"])
    assert [each.name for each in running.asked(PublishMessage)] == ["m", "late"]


def test_a_part_that_cannot_be_awaited_leaves_none_awaited() -> None:
    late = "<timerEventDefinition><timeDuration>=span</timeDuration></timerEventDefinition>"
    running = given(caught(MESSAGE + late), span=5).then(incidents=["timer"])
    assert not running.instance.subscriptions
    running.when(cmd.SetVariables({"span": "PT1H"})).retry().message("m").then(at=["after"])


# Changes on the way.


def test_an_operator_moves_past_what_has_half_occurred() -> None:
    running = given(caught(attributes=ALL), x=1).message("m").move("wait", "after").then(at=["after"])
    assert not running.instance.triggers
    assert not running.instance.timers
    running.move("after", "wait").message("m").then(at=["wait"])


def test_another_version_keeps_what_has_occurred() -> None:
    graph = drawn(
        tasks("extra"), event("start", "start"), event("catch", "wait", MESSAGE + SIGNAL, ALL), tasks("after"),
        event("end", "end"), paths("start extra wait after end"),
    )  # fmt: skip
    running = given(caught(MESSAGE + SIGNAL, ALL)).message("m", told=1).migrate(graph)
    running.signal("s").then(at=["after"], variables={"told": 1})


@pytest.mark.parametrize("definitions", [SIGNAL + MESSAGE, MESSAGE + SIGNAL + HOUR, MESSAGE])
def test_other_parts_hinder_a_migration(definitions: str) -> None:
    running = given(caught(MESSAGE + SIGNAL, ALL)).message("m")
    with pytest.raises(Rejected, match="'wait'"):
        running.migrate(caught(definitions, ALL))
    running.signal("s").then(at=["after"])


def test_a_boundary_event_that_is_dropped_forgets_what_has_occurred() -> None:
    running = given(guarded(MESSAGE + SIGNAL, all=True)).message("m")
    plain = drawn(event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"))
    running.migrate(plain).then(at=["work"])
    assert not running.instance.triggers


# What is refused.


@pytest.mark.parametrize(
    ("code", "kind", "definitions", "attributes"),
    [
        ("eventKind", "catch", MESSAGE + '<linkEventDefinition name="l"/>', ""),
        ("eventKind", "catch", MESSAGE + ERROR, ""),
        ("eventKind", "throw", MESSAGE + HOUR, ""),
        ("eventKind", "throw", MESSAGE + ERROR, ""),
        ("eventOrder", "throw", "<compensateEventDefinition/>" + MESSAGE, ""),
        ("eventOrder", "end", ERROR + MESSAGE, ""),
        ("eventOrder", "end", "<terminateEventDefinition/>" + MESSAGE, ""),
        ("messageName", "catch", SIGNAL + "<messageEventDefinition/>", ""),
        ("messageName", "throw", SIGNAL + "<messageEventDefinition/>", ""),
        ("timer", "catch", SIGNAL + HOUR.replace("PT1H", "soon"), ""),
        ("unsupported", "throw", SIGNAL + '<messageEventDefinition camunda:type="external" camunda:topic="t"/>', ""),
    ],
)
def test_parts_that_make_no_sense_are_refused(code: str, kind: str, definitions: str, attributes: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        drawn(
            event("start", "start"), event(kind, "it", definitions, attributes), event("end", "end"), paths("start it"),
            paths("it end") if kind != "end" else "",
        )  # fmt: skip
    assert (code, "it") in [(each.code, each.element) for each in refused.value.findings]


@pytest.mark.parametrize(
    ("code", "definitions", "interrupting", "all"),
    [
        ("eventKind", MESSAGE + ERROR, True, True),
        ("eventKind", MESSAGE + UP, True, True),
        ("eventKind", MESSAGE + "<compensateEventDefinition/>", True, False),
        ("boundaryError", MESSAGE + ERROR, False, False),
    ],
)
def test_so_are_those_at_a_boundary(code: str, definitions: str, interrupting: bool, all: bool) -> None:
    with pytest.raises(ModelRefused) as refused:
        guarded(definitions, interrupting=interrupting, all=all)
    assert (code, "edge") in [(each.code, each.element) for each in refused.value.findings]


def test_one_definition_is_itself_even_where_all_must_occur() -> None:
    given(caught(MESSAGE, ALL)).message("m").then(at=["after"])
    start = event("start", "start", MESSAGE + SIGNAL, ALL)
    with pytest.raises(ModelRefused, match="cannot start a process"):
        drawn(start, event("end", "end"), paths("start end"))
