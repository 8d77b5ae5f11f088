"""One thing of every class that is written to disks, and some whole states.

Run as a program it adds what `golden/` lacks; it never changes a line that is there, for there are disks with it.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, get_args

from andante.bpmn import kinds
from andante.bpmn.graph import MultiInstance, Sla, SlaAction, UserTask
from andante.bpmn.voting import EVERY_ONE, ApprovalPolicy
from andante.bpmn.work import Assignment
from andante.codec import encode_effect, encode_entry, encode_state
from andante.codec.values import COMMANDS, EFFECTS, EVENTS, LATER
from andante.engine import commands as cmd
from andante.engine import effects as fx
from andante.engine import events as ev
from andante.engine.state import Instance
from andante.expressions import compile_feel, compile_juel, literal
from andante.testing import ProcessBuilder, Scenario
from andante.testing.process import compensation, condition, message, multiple, signal, timer
from andante.timing.sla import Reminder, SlaClock, SlaPolicy, Target

GOLDEN: Final = Path(__file__).parent / "golden"
HOUR: Final = 3_600_000
CLOCK: Final = SlaClock.from_tuple((1_000, 2_000, 0, 0, 5, 0, 200, 0, 0, 1, 3, 0))
# A value for an argument, by what its annotation begins with.
VALUES: Final[dict[str, object]] = {
    "int": 70_000,
    "bool": True,
    "str": "straße €",
    "dict": {"amount": 12.5, "who": ["anna", None], "deep": {"ok": True}},
    "list[str]": ["anna", "berta"],
    "list[andante.engine.commands.moving.MoveToken]": [cmd.MoveToken("a", "b", "why", 3), cmd.MoveToken("", "c")],
    "list[list[str]]": [["user:anna"], ["group:law", "user:berta"]],
    "list[int]": [3, 70_000],
    "list[object]": [1, "two", None],
    "SlaClock": CLOCK,
    "object": "anything",
    "Command": cmd.DeliverMessage("paid", {"sum": 3}, "B-1", {"order": 7}, "m-1"),
}


def sample(kind: type, full: bool) -> Any:
    """`full` False takes the defaults, and None where that is allowed."""
    values: list[object] = []
    for parameter in inspect.signature(kind).parameters.values() if "__init__" in vars(kind) else ():
        note = parameter.annotation
        text = note if isinstance(note, str) else inspect.formatannotation(note)
        if not full and parameter.default is not inspect.Parameter.empty:
            continue
        if not full and text.endswith("| None"):
            values.append(None)
        else:
            values.append(next(value for name, value in VALUES.items() if text.startswith(name)))
    return kind(*values)


def things() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of everything that is written to disks."""
    for full in (True, False):
        how = "full" if full else "least"
        for kind in get_args(cmd.Command):
            yield f"command {kind.__name__} {how}", encode_entry(sample(kind, full), [])
        for kind in get_args(ev.Event):
            yield f"event {kind.__name__} {how}", encode_entry(cmd.FireTimers(), [sample(kind, full)])
        for kind in get_args(fx.Effect):
            yield f"effect {kind.__name__} {how}", encode_effect(sample(kind, full))
    for kind in sorted(LATER, key=lambda kind: kind.__name__):  # as they are written since the argument was added
        if kind in COMMANDS.values():
            yield f"command {kind.__name__} later", encode_entry(sample(kind, True), [])
        elif kind in EVENTS.values():
            yield f"event {kind.__name__} later", encode_entry(cmd.FireTimers(), [sample(kind, True)])
        elif kind in EFFECTS.values():
            yield f"effect {kind.__name__} later", encode_effect(sample(kind, True))
    for name, make in STATES.items():
        yield f"state {name}", encode_state(make())


def _everything() -> Scenario:
    """An instance that has one of all it can have."""
    policy = SlaPolicy("s", Target(HOUR, urgency=1), Target(2 * HOUR), (Reminder("deadline", -HOUR, HOUR, 3),))
    sla = Sla(policy, goal_actions=(SlaAction("a", "Notify Manager"),))
    each = MultiInstance(
        collection=compile_feel("items"), element_variable="item", output_collection="all", sequential=True
    )
    graph = (
        ProcessBuilder(slas=[sla])
        .start()
        .parallel("split")
        .user_task("sign", assignee="anna", users="berta", groups="clerks", outcomes=["yes", "no"], slas=[sla])
        .service("charge", inputs={"sum": "amount"})
        .catch("paid", message("paid", "order"))
        .catch("later", timer("P1D"))
        .call("call", "child")
        .script("faulty", "${missing}")
        .sub_process("each", multi=each)
        .start("s", inside="each")
        .user_task("inner", inside="each")
        .path("s", "inner")
        .boundary("tick", "each", timer("R3/PT1H"), interrupting=False)
        .parallel("join")
        .path("start", "split", "sign", "join")
        .path("split", "charge", "join")
        .path("split", "paid", "join")
        .path("split", "later", "join")
        .path("split", "call", "join")
        .path("split", "faulty", "join")
        .path("split", "each", "join")
        .path("tick", "join")
        .graph()
    )
    scenario = Scenario(graph, id="002N00000golden00001")
    scenario.start({"amount": 12.5, "order": 7, "items": ["a", "b"]}, by="ina", business_key="B-1", title="A title")
    return scenario


def _running() -> Instance:
    return _everything().pass_time(HOUR).message("paid", business_key="7", id="m-1", sum=3).instance


def _reminded() -> Instance:
    scenario = _everything()
    return scenario.when(cmd.RemindTask(scenario.task("sign")), by="ina").instance


def _failed() -> Instance:
    """An SLA action that has failed."""
    action = SlaAction("set", "Set Variables", values=(Assignment("n", compile_juel("${missing}")),))
    sla = Sla(SlaPolicy("fix", Target(HOUR), None), goal_actions=(action,))
    graph = ProcessBuilder().start().user_task("sign", slas=[sla]).path("start", "sign").graph()
    return Scenario(graph, id="002N00000golden00011").given().pass_time(HOUR).instance


def _suspended() -> Instance:
    return _everything().pass_time(HOUR).suspend().complete_job("charge", receipt="r-1").instance


def _undoing() -> Instance:
    graph = (
        ProcessBuilder()
        .start()
        .service("hotel", multi=MultiInstance(collection=compile_feel("items"), element_variable="item"))
        .service("leave")
        .undo("hotel", "leave")
        .throw("all", compensation())
        .path("start", "hotel", "all")
        .graph()
    )
    scenario = Scenario(graph, id="002N00000golden00002").start({"items": ["a", "b", "c"]}, by="ina")
    for _ in range(3):
        scenario.complete_job("hotel")
    return scenario.complete_job("leave").instance


def _gathering() -> Instance:
    parts = multiple(message("paid", "order"), timer("P1D"), message("sent"), parallel=True)
    graph = ProcessBuilder().start().catch("all", parts).path("start", "all").graph()
    scenario = Scenario(graph, id="002N00000golden00003").start({"order": 7}, by="ina")
    return scenario.message("paid", business_key="7", id="m-1", sum=3).instance


def _handling() -> Instance:
    """What is awaited belongs to scopes: the process, a sub-process, and an event sub-process that runs in it."""
    parts = multiple(message("m", "order"), signal("s"), parallel=True)
    graph = (
        ProcessBuilder()
        .start()
        .sub_process("sub")
        .start("in", inside="sub")
        .user_task("work", inside="sub")
        .path("in", "work")
        .event_sub_process("again", message("again", "order"), inside="sub", interrupting=False)
        .event_sub_process("within", signal("s"), inside="again")
        .user_task("answer", inside="again")
        .path("again_on", "answer")
        .user_task("redo", inside="within")
        .path("within_on", "redo")
        .event_sub_process("tick", timer("R/PT1H"), interrupting=False)
        .user_task("look", inside="tick")
        .path("tick_on", "look")
        .event_sub_process("low", condition("order > 10"))
        .user_task("stop", inside="low")
        .path("low_on", "stop")
        .event_sub_process("all", parts, interrupting=False)
        .user_task("both", inside="all")
        .path("all_on", "both")
        .path("start", "sub")
        .graph()
    )
    scenario = Scenario(graph, id="002N00000golden00004").start({"order": 7}, by="ina")
    return scenario.message("again", business_key="7").message("m", business_key="7", sum=3).pass_time(HOUR).instance


def _deciding() -> Instance:
    """A vote that one has cast, and one that was sent back and keeps its votes."""
    all_agree = ApprovalPolicy(EVERY_ONE, default_outcome="no")
    graph = (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("write")
        .user_task("check", users="anna, berta", outcomes=["yes", "no"], actions=["return"], approval=all_agree)
        .user_task("sign", users="anna, berta", outcomes=["yes", "no"], approval=all_agree)
        .path("start", "split", "write", "check")
        .path("split", "sign")
        .graph()
    )
    scenario = Scenario(graph, id="002N00000golden00005").start(by="ina").complete("sign", "yes", by="anna")
    scenario.complete("write", by="carl").when(cmd.CompleteTask(scenario.task("check"), "no", None, "why"), by="anna")
    return scenario.when(cmd.ReturnTask(scenario.task("check"), "write", True, "see"), by="berta").instance


def _promising() -> Instance:
    """Clocks with milestones, working hours and pauses by a condition: of a task, of a stage, and of the process."""
    policy = SlaPolicy(
        "s",
        Target(HOUR, business=True),
        None,
        (Reminder("created", HOUR), Reminder("goal", 0, HOUR, 3, working_hours=True), Reminder("dueDate")),
        milestones=(Target(HOUR // 2, name="seen"), Target(9 * HOUR, business=True, name="checked")),
    )
    sla = Sla(policy, pause_when=compile_feel("waits"))
    graph = (
        ProcessBuilder(slas=[sla])
        .start()
        .node("stage", kinds.SUB_PROCESS, slas=[sla])
        .start("s", inside="stage")
        .node("fix", kinds.USER_TASK, inside="stage", work=UserTask(due=literal("PT5H")), slas=[sla])
        .path("s", "fix")
        .path("start", "stage")
        .graph()
    )
    scenario = Scenario(graph, id="002N00000golden00006").start({"waits": False}, by="ina").pass_time(HOUR // 2)
    scenario.when(cmd.ExtendClock(by_ms=HOUR, reason="why"), cmd.SetVariables({"waits": True}))
    return scenario.pass_time(HOUR).suspend().instance


def _closed() -> Instance:
    return _everything().terminate().instance


STATES: Final[dict[str, Callable[[], Instance]]] = {
    "new": lambda: Instance("002N00000golden00000"),
    "running": _running,
    "suspended": _suspended,
    "gathering": _gathering,
    "handling": _handling,
    "closed": _closed,
    "undoing": _undoing,
    "promising": _promising,
    "reminded": _reminded,
    "deciding": _deciding,
    "failed": _failed,
}


def golden(version: int) -> dict[str, bytes]:
    """What disks may hold since that version of the bytes: name -> bytes."""
    path = GOLDEN / f"v{version}.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: bytes.fromhex(data) for name, _, data in (line.partition(": ") for line in lines)}


if __name__ == "__main__":
    number = int(sys.argv[1])
    known = golden(number)
    with (GOLDEN / f"v{number}.txt").open("a") as file:
        for label, written in things():
            if label not in known:
                file.write(f"{label}: {written.hex()}\n")
