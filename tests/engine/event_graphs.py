"""Processes for the properties that hold of all: events that scopes and conditions wait for."""

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, MultiInstance, ProcessGraph, Sla
from andante.bpmn.work import CorrelationKey, CorrelationProperty
from andante.expressions import compile_feel, literal
from andante.testing import ProcessBuilder
from andante.testing.process import condition, error, escalation, message, multiple, signal, terminate, timer
from andante.timing.sla import SlaPolicy, Target

SLA = Sla(SlaPolicy("s", Target(3_600_000, urgency=1), Target(7_200_000)))


def handled() -> ProcessGraph:
    """Event sub-processes in the process, in a sub-process that runs several times, and in one another."""
    each = MultiInstance(cardinality=compile_feel("2"))
    return (
        ProcessBuilder()
        .start()
        .sub_process("each", multi=each)
        .start("s", inside="each")
        .service("job", inside="each")
        .user_task("task", inside="each", slas=[SLA])
        .end("e", inside="each")
        .throw("tell", escalation("E"), inside="each")
        .path("s", "job", "tell", "task", "e")
        .event_sub_process("heard", escalation(), inside="each", interrupting=False)
        .user_task("hear", inside="heard")
        .end("higher", inside="heard", event=escalation("E"))
        .path("heard_on", "hear", "higher")
        .boundary("high", "each", escalation("E"))
        .path("high", "last")
        .event_sub_process("mend", error("E"), inside="each")
        .user_task("repair", inside="mend")
        .end("worse", inside="mend", event=error("F"))
        .path("mend_on", "repair", "worse")
        .event_sub_process("ask", message("m", "x"), interrupting=False, inside="each")
        .service("answer", inside="ask")
        .path("ask_on", "answer")
        .event_sub_process("again", signal("s"), inside="ask")
        .user_task("redo", inside="again")
        .path("again_on", "redo")
        .event_sub_process("tick", timer("R3/PT30M"), interrupting=False)
        .user_task("look", inside="tick")
        .path("tick_on", "look")
        .event_sub_process("failed", error())
        .end("all", inside="failed", event=terminate())
        .path("failed_on", "all")
        .event_sub_process("stop", message("m"))
        .user_task("tidy", inside="stop")
        .path("stop_on", "tidy")
        .user_task("last")
        .end()
        .path("start", "each", "last", "end")
        .graph()
    )


def conditions() -> ProcessGraph:
    """Conditional events everywhere, which set each other's variables."""
    return (
        ProcessBuilder()
        .start()
        .parallel("split")
        .catch("wait", condition("x = 2"))
        .script("set", "0", "y")
        .sub_process("sub")
        .start("s", inside="sub")
        .service("job", inside="sub", inputs={"x": "x"}, outputs={"y": "x"})
        .user_task("task", inside="sub")
        .boundary("rise", "task", condition("x = y", "y"), interrupting=False, inside="sub")
        .script("fall", "-1", "y", inside="sub")
        .path("s", "job", "task")
        .path("rise", "fall")
        .event_sub_process("calm", condition("y = 0"), interrupting=False, inside="sub")
        .user_task("note", inside="calm")
        .path("calm_on", "note")
        .boundary("out", "sub", condition("x = 0"))
        .event_sub_process("end_all", condition("x = 2 and y = 2"))
        .user_task("tidy", inside="end_all")
        .path("end_all_on", "tidy")
        .node("first", kinds.EVENT_GATEWAY)
        .catch("even", condition("y = 2"))
        .catch("paid", message("m"))
        .end()
        .path("start", "split", "wait", "set", "end")
        .path("split", "sub", "end")
        .path("split", "first", "even", "end")
        .path("first", "paid", "end")
        .path("out", "end")
        .graph()
    )


def several() -> ProcessGraph:
    """Multiple events and parallel ones in all places, in a loop; thrown ones, which may interrupt themselves."""
    both = multiple(message("m"), signal("s"), parallel=True)
    return (
        ProcessBuilder()
        .start()
        .exclusive("back")
        .parallel("split")
        .catch("any", multiple(timer("PT1H"), message("m"), condition("x = 2")))
        .catch("all", multiple(timer("PT30M"), signal("s"), condition("y = x"), message("m", "x"), parallel=True))
        .sub_process("sub")
        .start("s", inside="sub")
        .service("job", inside="sub")
        .throw("tell", multiple(signal("t"), escalation("E"), message("t")), inputs={"x": "x"}, inside="sub")
        .user_task("task", inside="sub")
        .end("fail", inside="sub", event=multiple(signal("t"), error("E")))
        .path("s", "job", "tell", "task", "fail")
        .event_sub_process("ask", both, interrupting=False, inside="sub")
        .user_task("answer", inside="ask")
        .path("ask_on", "answer")
        .boundary(
            "edge",
            "task",
            multiple(condition("x = 1"), condition("y = 1"), parallel=True),
            interrupting=False,
            inside="sub",
        )
        .boundary("some", "job", multiple(error("E"), timer("R2/PT1H")), inside="sub")
        .service("note", inside="sub")
        .path("edge", "note")
        .path("some", "task")
        .boundary("out", "sub", multiple(error("E"), escalation("E"), message("m")))
        .boundary("beside", "sub", multiple(signal("s"), timer("R3/PT1H"), parallel=True), interrupting=False)
        .node("first", kinds.EVENT_GATEWAY)
        .catch("both", both)
        .catch("late", multiple(timer("PT2H"), condition("y = 0")))
        .exclusive("which", default="end")
        .end(event=multiple(signal("t"), message("t")))
        .path("start", "back", "split", "any", "end")
        .path("split", "all", "first", "both", "which")
        .path("first", "late", "end")
        .path("split", "sub", "end")
        .path("out", "end")
        .path("beside", "end")
        .flow("which", "back", "x = 1")
        .flow("which", "end")
        .graph()
    )


def keyed() -> ProcessGraph:
    """Messages that are awaited before, and after, one of them has told the key of the conversation."""
    key = CorrelationKey((CorrelationProperty("of", compile_feel("y")),))
    event = EventDefinition(kinds.MESSAGE, name=literal("m"), key=key)
    return (
        ProcessBuilder()
        .start()
        .parallel("split")
        .catch("one", event)
        .catch("two", multiple(event, signal("s"), parallel=True))
        .user_task("work")
        .boundary("more", "work", event, interrupting=False)
        .throw("tell", event, inputs={"y": "x"})
        .event_sub_process("ask", event, interrupting=False)
        .user_task("answer", inside="ask")
        .path("ask_on", "answer")
        .path("start", "split", "one", "tell")
        .path("split", "two")
        .path("split", "work")
        .path("more", "tell")
        .graph()
    )


def opened() -> ProcessGraph:
    """An instance that one of the events behind a parallel gateway begins; it may be started by itself, too."""
    return (
        ProcessBuilder()
        .start()
        .node("first", kinds.EVENT_GATEWAY, instantiates=True, parallel=True)
        .node("paid", kinds.RECEIVE_TASK, event=message("m"), outputs={"x": "y"})
        .catch("alarm", multiple(signal("s"), message("m")))
        .catch("sent", message("m"))
        .node("order", kinds.RECEIVE_TASK, event=message("m"), instantiates=True)
        .event_sub_process("ask", message("m"), interrupting=False)
        .user_task("answer", inside="ask")
        .path("ask_on", "answer")
        .parallel("join")
        .user_task("last")
        .end()
        .path("first", "paid", "join", "last", "end")
        .path("first", "alarm", "join")
        .path("first", "sent", "join")
        .path("start", "order", "last")
        .graph()
    )
