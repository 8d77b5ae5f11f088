"""Processes of many shapes, for the properties that hold of all."""

from collections.abc import Callable
from typing import Final

from approval_graphs import MAKERS as APPROVALS
from event_graphs import conditions, handled, keyed, opened, several
from sla_graphs import promised

from andante.bpmn import kinds
from andante.bpmn.draft import FlowDraft, NodeDraft
from andante.bpmn.graph import (
    Activation,
    AdHoc,
    CorrelationKey,
    CorrelationProperty,
    EventDefinition,
    MultiInstance,
    ProcessGraph,
    Repeat,
    Sla,
    SlaAction,
)
from andante.expressions import compile_feel
from andante.testing import ProcessBuilder
from andante.testing.process import (
    cancel,
    compensation,
    error,
    escalation,
    message,
    signal,
    terminate,
    timer,
)
from andante.timing.sla import Reminder, SlaPolicy, Target

HOUR: Final = 3_600_000
WORKING: Final = Sla(SlaPolicy("w", Target(HOUR, business=True), Target(30 * HOUR, business=True, urgency=1)))
SLA: Final = Sla(
    SlaPolicy("s", Target(HOUR, urgency=1), Target(2 * HOUR), (Reminder("deadline", -HOUR // 4, HOUR // 2, 3),)),
    goal_actions=(SlaAction("a", "Notify Manager"),),
)


def review() -> ProcessGraph:
    """Parallel tasks with clocks, a loop back."""
    return (
        ProcessBuilder(slas=[SLA, WORKING])
        .start()
        .parallel("split")
        .user_task("a", slas=[SLA])
        .user_task("b", assignee="anna")
        .parallel("join")
        .exclusive("again", default="end")
        .exclusive("back")
        .end()
        .path("start", "back", "split", "a", "join", "again")
        .path("split", "b", "join")
        .flow("again", "back", "x = 1")
        .flow("again", "end")
        .graph()
    )


def inclusive() -> ProcessGraph:
    """Inclusive split and join, with a branch that may leave."""
    return (
        ProcessBuilder()
        .start()
        .inclusive("split", default="a")
        .user_task("a")
        .service("b")
        .catch("c", message("m", "x"))
        .exclusive("way", default="gone")
        .user_task("gone")
        .inclusive("join")
        .user_task("after")
        .end()
        .path("start", "split")
        .flow("split", "a")
        .flow("split", "b", "x >= 0")
        .flow("split", "c", "x >= 1")
        .path("a", "join", "after", "end")
        .path("b", "way")
        .flow("way", "join", "x = 2")
        .flow("way", "gone")
        .path("c", "join")
        .graph()
    )


def guarded() -> ProcessGraph:
    """A sub-process in a sub-process with every kind of boundary event."""
    return (
        ProcessBuilder()
        .start()
        .sub_process("sub", outputs={"out": "x"})
        .start("s", inside="sub")
        .parallel("p", inside="sub")
        .service("job", inside="sub", outputs={"got": "y"})
        .user_task("task", inside="sub", slas=[SLA, WORKING])
        .boundary("tick", "task", timer("R3/PT30M"), interrupting=False, inside="sub")
        .end("e", inside="sub")
        .end("bad", inside="sub", event=error("E"))
        .end("all", inside="sub", event=terminate())
        .exclusive("x", default="e", inside="sub")
        .path("s", "p", "job", "x")
        .flow("x", "bad", "y = 1")
        .flow("x", "all", "y = 2")
        .flow("x", "e")
        .path("p", "task", "e")
        .path("tick", "e")
        .boundary("late", "sub", timer("PT2H"))
        .boundary("stop", "sub", message("m"))
        .boundary("more", "sub", signal("s"), interrupting=False)
        .boundary("failed", "sub", error("E"))
        .user_task("instead")
        .end()
        .path("start", "sub", "end")
        .path("late", "instead", "end")
        .path("stop", "instead")
        .path("more", "end")
        .path("failed", "instead")
        .graph()
    )


def many() -> ProcessGraph:
    """Multi-instances: parallel in a sub-process, sequential, calls; a completion condition."""
    each = MultiInstance(
        cardinality=compile_feel("3"), output_collection="all", output_element=compile_feel("loopCounter")
    )
    some = MultiInstance(cardinality=compile_feel("3"), completion=compile_feel("nrOfCompletedInstances = 2"))
    turn = MultiInstance(sequential=True, cardinality=compile_feel("2"))
    again = MultiInstance(repeat=Repeat(compile_feel("x = 1"), 3))
    return (
        ProcessBuilder()
        .start()
        .sub_process("each", multi=each)
        .start("s", inside="each")
        .service("job", inside="each")
        .user_task("task", inside="each")
        .end("e", inside="each")
        .path("s", "job", "task", "e")
        .user_task("turn", multi=turn, inputs={"who": "loopCounter"})
        .call("call", "child", multi=some)
        .service("again", multi=again, outputs={"z": "y + nrOfCompletedInstances"})
        .boundary("failed", "call", error())
        .boundary("told", "call", escalation("E"), interrupting=False)
        .boundary("late", "turn", timer("PT1H"))
        .end()
        .path("start", "again", "each", "turn", "call", "end")
        .path("failed", "end")
        .path("told", "end")
        .path("late", "call")
        .graph()
    )


def events() -> ProcessGraph:
    """An event-based gateway in a loop, thrown events, a condition that may fail."""
    return (
        ProcessBuilder()
        .start()
        .exclusive("back")
        .node("first", kinds.EVENT_GATEWAY)
        .catch("paid", message("m"))
        .catch("alarm", signal("s"))
        .catch("late", timer("PT1H"))
        .throw("tell", message("told"), inputs={"x": "x"})
        .exclusive("which")
        .end()
        .path("start", "back", "first", "paid", "tell", "which")
        .path("first", "alarm", "which")
        .path("first", "late", "which")
        .flow("which", "back", "x = 0")
        .flow("which", "end", "x = 1")
        .graph()
    )


def _keyed(event: EventDefinition, path: str, binding: str = "") -> EventDefinition:
    bound = compile_feel(binding) if binding else None
    event.key = CorrelationKey((CorrelationProperty("key", compile_feel(path), bound),))
    return event


def conversing() -> ProcessGraph:
    """Messages with keys: one that the first message sets, one that a variable gives."""
    return (
        ProcessBuilder()
        .start()
        .user_task("task")
        .throw("tell", _keyed(message("told"), "x"), inputs={"x": "x"})
        .catch("answered", _keyed(message("m"), "y"))
        .exclusive("back")
        .catch("paid", _keyed(message("m"), "x", "y"))
        .exclusive("which")
        .end()
        .path("start", "task", "tell", "answered", "back", "paid", "which")
        .flow("which", "back", "x = 0")
        .flow("which", "end", "x = 1")
        .graph()
    )


def broken() -> ProcessGraph:
    """Faults at every turn, which setting variables and a retry mend."""
    span = EventDefinition(kinds.TIMER, timer_kind="duration", timer=compile_feel('if y = 1 then "PT1H" else x'))
    return (
        ProcessBuilder()
        .start()
        .parallel("split")
        .script("s", "${x + y}", "z")
        .catch("wait", span)
        .service("job", outputs={"r": "${y}"})
        .user_task("task")
        .boundary("late", "task", span)
        .end()
        .path("start", "split", "s", "end")
        .path("split", "wait", "end")
        .path("split", "job", "end")
        .path("split", "task", "end")
        .path("late", "end")
        .graph()
    )


def undone() -> ProcessGraph:
    """A transaction that may be cancelled, fail or end well, and what is in it undone from inside and from outside."""
    each = MultiInstance(cardinality=compile_feel("2"))
    return (
        ProcessBuilder()
        .start()
        .transaction("tx")
        .start("s", inside="tx")
        .parallel("split", inside="tx")
        .service("hotel", inside="tx", multi=each)
        .script("undo_hotel", "{hotel: x}", inside="tx")
        .undo("hotel", "undo_hotel", inside="tx")
        .sub_process("sub", inside="tx", multi=each)
        .start("t", inside="sub")
        .user_task("meal", inside="sub")
        .user_task("undo_meal", inside="sub")
        .undo("meal", "undo_meal", inside="sub")
        .end("u", inside="sub")
        .path("t", "meal", "u")
        .event_sub_process("own", compensation(), inside="sub")
        .service("call", inside="own")
        .throw("inner", compensation(), inside="own")
        .path("own_on", "call", "inner")
        .node("some", kinds.THROW_EVENT, event=compensation("hotel", waits=False), inside="tx")
        .exclusive("x", default="e", inside="tx")
        .end("e", inside="tx", event=compensation("sub"))
        .end("no", inside="tx", event=cancel())
        .end("bad", inside="tx", event=error("E"))
        .path("s", "split", "hotel", "some", "x")
        .path("split", "sub", "x")
        .flow("x", "no", "x = 1")
        .flow("x", "bad", "x = 2")
        .flow("x", "e")
        .boundary("cancelled", "tx", cancel())
        .boundary("failed", "tx", error("E"))
        .service("pay")
        .service("undo_pay")
        .undo("pay", "undo_pay")
        .throw("all", compensation())
        .end()
        .path("start", "pay", "tx", "all", "end")
        .path("cancelled", "all")
        .path("failed", "all")
        .graph()
    )


def loose() -> ProcessGraph:
    """Ad-hoc sub-processes, parallel with a condition and sequential without, and an event sub-process in one."""
    enough = AdHoc(completion=compile_feel("x = 1"), output_collection="all", output_element=compile_feel("y"))
    return (
        ProcessBuilder()
        .start()
        .ad_hoc("box", enough, multi=MultiInstance(cardinality=compile_feel("2")))
        .user_task("a", inside="box")
        .service("b", inside="box")
        .user_task("c", inside="box")
        .path("a", "c")
        .event_sub_process("ask", message("m", "x"), interrupting=False, inside="box")
        .service("answer", inside="ask")
        .path("ask_on", "answer")
        .ad_hoc("turn", AdHoc(sequential=True))
        .service("d", inside="turn")
        .user_task("e", inside="turn")
        .service("undo_e", inside="turn")
        .undo("e", "undo_e", inside="turn")
        .event_sub_process("stop", signal("s"), inside="turn")
        .user_task("tidy", inside="stop")
        .path("stop_on", "tidy")
        .boundary("failed", "box", error("E"))
        .throw("all", compensation())
        .end()
        .path("start", "box", "turn", "all", "end")
        .path("failed", "turn")
        .graph()
    )


def choices() -> ProcessGraph:
    """Complex gateways in a loop: some of three, a way of its own for what comes late, a split."""
    some = Activation(compile_feel("activationCount >= 2 or x = 1"))
    return (
        ProcessBuilder()
        .start()
        .exclusive("back")
        .parallel("split")
        .user_task("a")
        .service("b")
        .user_task("c")
        .exclusive("gone", default="end")
        .node("some", kinds.COMPLEX_GATEWAY, work=some)
        .service("then")
        .user_task("late")
        .node("which", kinds.COMPLEX_GATEWAY, default="end")
        .end()
        .path("start", "back", "split", "a", "some")
        .path("split", "b", "some")
        .path("split", "c", "gone")
        .flow("gone", "some", "x >= 1")
        .flow("gone", "end")
        .flow("some", "then", "waitingForStart")
        .flow("some", "late", "not(waitingForStart)")
        .path("then", "which")
        .path("late", "end")
        .flow("which", "back", "x = 2")
        .flow("which", "end")
        .graph()
    )


def deciding() -> ProcessGraph:
    """A decision that is never there, beside a task."""
    return (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("a")
        .decision("gone", "no such decision", "r")
        .parallel("join")
        .end()
        .path("start", "split", "a", "join", "end")
        .path("split", "gone", "join")
        .graph()
    )


MAKERS: Final = (
    review, inclusive, guarded, many, events, conversing, broken, handled, undone, loose, choices, deciding, conditions,
    several, opened, keyed, promised, *APPROVALS,
)  # fmt: skip
# Where an instance of them begins, if not at the none start event.
BEGINS: Final = {"opened": "paid"}
GRAPHS: Final = {make.__name__: make() for make in MAKERS}


def _again(make: Callable[[], ProcessGraph]) -> ProcessGraph:
    """The same process with other elements before all others: every index is another one."""
    whole = ProcessBuilder.graph

    def graph(builder: ProcessBuilder) -> ProcessGraph:
        builder._draft.nodes[:0] = [NodeDraft("extra", kinds.TASK), NodeDraft("spare", kinds.TASK)]
        builder._draft.flows.insert(0, FlowDraft("extra-spare", "extra", "spare"))
        return whole(builder)

    ProcessBuilder.graph = graph  # type: ignore[assignment, method-assign]
    try:
        return make()
    finally:
        ProcessBuilder.graph = whole  # type: ignore[method-assign]


# The other version of each graph, by its identity.
TWINS: Final[dict[int, ProcessGraph]] = {}
for _make in MAKERS:
    _twin = _again(_make)
    TWINS[id(GRAPHS[_make.__name__])] = _twin
    TWINS[id(_twin)] = GRAPHS[_make.__name__]
