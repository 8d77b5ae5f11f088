"""A process with SLAs of every kind, for the properties that hold of all."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.graph import Assignment, Call, MultiInstance, ProcessGraph, Sla, SlaAction, UserTask
from andante.expressions import compile_feel, literal
from andante.testing import ProcessBuilder
from andante.testing.process import escalation
from andante.timing.sla import Level, Reminder, SlaPolicy, Target

HOUR: Final = 3_600_000


def _setting(name: str, text: str) -> SlaAction:
    return SlaAction(f"set {name}", "Set Variables", values=(Assignment(name, compile_feel(text)),))


TASK: Final = Sla(
    SlaPolicy(
        "task", Target(HOUR, urgency=1), Target(3 * HOUR, business=True, urgency=2),
        (
            Reminder("seen", -HOUR // 4, HOUR // 4, 3),
            Reminder("deadline", 0, HOUR, 4, working_hours=True, levels=(Level(1, ("lead",)), Level(2, ("manager",)))),
            Reminder("created", HOUR // 2),
            Reminder("dueDate", -HOUR),
        ),
        milestones=(Target(HOUR // 2, name="seen", urgency=1), Target(2 * HOUR, name="checked")),
        restart_on_resume=True, restart_on_transfer=True,
    ),
    goal_actions=(
        SlaAction("on", "Transfer", to=("queue:second",)), _setting("late", "true"), _setting("x", "nobody.knows"),
    ),
    deadline_actions=(SlaAction("done", "Complete", compile_feel("y = 2")), SlaAction("up", "Escalate", detail="E")),
    milestone_actions=((SlaAction("tell", "Notify", to=("candidates",)),), (SlaAction("up", "Escalate", detail="F"),)),
    pause_when=compile_feel("x = 2"),
)  # fmt: skip
STAGE: Final = Sla(
    SlaPolicy("stage", Target(2 * HOUR), None, milestones=(Target(HOUR, name="half"),)),
    start_when=compile_feel("y != 0"),
    pause_when=compile_feel("y = 1"),
    goal_actions=(SlaAction("out", "Escalate", detail="E"),),
    milestone_actions=((SlaAction("tell", "Notify Manager"),),),
)
WHOLE: Final = Sla(
    SlaPolicy("whole", None, Target(4 * HOUR), (Reminder("deadline", -HOUR, HOUR // 2, 3),)),
    deadline_actions=(SlaAction("help", "Escalate", detail="G"),),
    pause_when=compile_feel("x = 0"),
)


def promised() -> ProcessGraph:
    """Clocks of tasks, of a stage, of several stages at once, of a call and of the process; what they do goes on in a
    boundary event and in event sub-processes."""
    return (
        ProcessBuilder(slas=[WHOLE])
        .start()
        .node("stage", kinds.SUB_PROCESS, slas=[STAGE], inputs={"y": "0"})
        .start("in", inside="stage")
        .node("fix", kinds.USER_TASK, inside="stage", work=UserTask(due=literal("PT5H"), queue="first"), slas=[TASK])
        .end("out", inside="stage")
        .path("in", "fix", "out")
        .boundary("up", "fix", escalation("F"), interrupting=False, inside="stage")
        .user_task("look", inside="stage", slas=[TASK])
        .path("up", "look")
        .boundary("late", "stage", escalation("E"))
        .node("each", kinds.SUB_PROCESS, multi=MultiInstance(cardinality=literal(2)), slas=[STAGE])
        .start("s", inside="each")
        .user_task("one", inside="each")
        .path("s", "one")
        .node("call", kinds.CALL_ACTIVITY, work=Call(literal("child")), slas=[STAGE])
        .event_sub_process("help", escalation("G"), interrupting=False)
        .user_task("chief", inside="help", slas=[TASK])
        .path("help_on", "chief")
        .end()
        .path("start", "stage", "each", "call", "end")
        .path("late", "each")
        .graph()
    )
