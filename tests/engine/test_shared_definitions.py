"""Event definitions that stand beside the processes, to which events refer (BPMN 2.0.2 section 10.5)."""

import pytest
from drawing import ROOTS, boundary, drawn, event, paths, tasks

from andante.bpmn import ModelRefused
from andante.engine import commands as cmd
from andante.engine.effects import BroadcastSignal
from andante.testing import given

SHARED = """
<timerEventDefinition id="hour"><timeDuration>PT1H</timeDuration></timerEventDefinition>
<messageEventDefinition id="told" messageRef="M"/>
<signalEventDefinition id="alarm" signalRef="S"/>
<errorEventDefinition id="bad" errorRef="Bad"/>
<escalationEventDefinition id="up" escalationRef="Up"/>
<conditionalEventDefinition id="high"><condition>=x > 5</condition></conditionalEventDefinition>
<terminateEventDefinition id="stop"/>
<linkEventDefinition id="there" name="there"/>
<compensateEventDefinition id="undo"/>
<cancelEventDefinition id="cancel"/>
"""


def ref(id: str) -> str:
    return f"<eventDefinitionRef>{id}</eventDefinitionRef>"


@pytest.mark.parametrize("name", ["hour", "told", "alarm", "high"])
def test_what_is_awaited_may_be_declared_once_for_several_events(name: str) -> None:
    graph = drawn(
        event("start", "start"), event("catch", "one", ref(name)), tasks("work"), event("end", "end"),
        boundary("out", "work", ref(name)), tasks("after"), paths("start one work end", "out after"),
        roots=ROOTS + SHARED,
    )  # fmt: skip
    running = given(graph, x=0)
    for place in ("work", "after"):
        if name == "hour":
            running.pass_time("PT1H")
        elif name == "told":
            running.message("m")
        elif name == "alarm":
            running.signal("s")
        else:
            running.when(cmd.SetVariables({"x": 6}))
            place = "after"  # still true at the boundary, where it is looked at on arrival
        running.then(at=[place])
        if place == "after":
            break


def test_what_is_thrown_may_be_declared_beside_the_processes() -> None:
    graph = drawn(
        event("start", "start"), '<subProcess id="sub">', event("start", "s"), event("throw", "tell", ref("alarm")),
        event("throw", "go", ref("there")), event("catch", "come", ref("there")), event("throw", "rise", ref("up")),
        event("end", "fail", ref("bad")), paths("s tell go", "come rise fail"), "</subProcess>",
        boundary("risen", "sub", ref("up"), interrupting=False), tasks("note"), event("end", "all", ref("stop")),
        boundary("failed", "sub", ref("bad")), tasks("mend"), paths("start sub", "risen note all", "failed mend"),
        roots=ROOTS + SHARED,
    )  # fmt: skip
    running = given(graph).then(tasks=["note", "mend"])
    assert [each.name for each in running.asked(BroadcastSignal)] == ["s"]
    running.complete("note").then(state="Terminated")


def test_a_transaction_is_cancelled_and_undone_by_shared_definitions() -> None:
    graph = drawn(
        event("start", "start"), '<transaction id="tx">', event("start", "s"), tasks("pay"),
        '<boundaryEvent id="b" attachedToRef="pay">', ref("undo"), "</boundaryEvent>",
        '<userTask id="refund" isForCompensation="true"/><association id="a" sourceRef="b" targetRef="refund"/>',
        event("end", "no", ref("cancel")), paths("s pay no"), "</transaction>", event("end", "end"),
        boundary("out", "tx", ref("cancel")), tasks("regret"), paths("start tx end", "out regret"),
        roots=ROOTS + SHARED,
    )  # fmt: skip
    running = given(graph).complete("pay").then(tasks=["refund"])
    running.complete("refund").then(tasks=["regret"])


def test_a_reference_to_nothing_is_refused_at_its_event() -> None:
    with pytest.raises(ModelRefused) as refused:
        drawn(event("start", "start"), event("catch", "one", ref("gone")), event("end", "end"), paths("start one end"))
    assert [(each.code, each.element) for each in refused.value.findings] == [("unknownEventDefinition", "one")]
    with pytest.raises(ModelRefused, match="has no id"):
        drawn(event("start", "start"), event("end", "end"), paths("start end"), roots="<terminateEventDefinition/>")
