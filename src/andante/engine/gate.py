"""The gate: what each command may do in each condition of the instance. One table; buttons and codes derive from it.

Conditions: RUNNING (open), STOPPED (open, suspended itself or held by its parent), CLOSED.
Sources: contract 3.4 and section 7 rows 1 to 4, 11 to 13.
"""

from typing import Final

from andante.engine import commands as cmd
from andante.engine.state import Instance

PROCESS: Final = 0  # carry it out
REJECT: Final = 1  # refuse it: 409
HOLD: Final = 2  # keep it in the instance, in order; resume applies it
NOOP: Final = 3  # accept it without effect

RUNNING: Final = 0
STOPPED: Final = 1
CLOSED: Final = 2

#                          running  stopped  closed
GATE: Final[dict[type, tuple[int, int, int]]] = {
    cmd.Start: (NOOP, NOOP, NOOP),  # the instance is there already: a repeated start
    cmd.Suspend: (PROCESS, PROCESS, REJECT),
    cmd.Resume: (NOOP, PROCESS, REJECT),
    cmd.Terminate: (PROCESS, PROCESS, REJECT),
    cmd.CompleteTask: (PROCESS, REJECT, REJECT),
    cmd.ClaimTask: (PROCESS, REJECT, REJECT),
    cmd.AssignTask: (PROCESS, HOLD, NOOP),
    cmd.UnclaimTask: (PROCESS, REJECT, REJECT),
    cmd.TransferTask: (PROCESS, REJECT, REJECT),
    cmd.DelegateTask: (PROCESS, REJECT, REJECT),
    cmd.ResolveTask: (PROCESS, REJECT, REJECT),
    cmd.AddSigners: (PROCESS, REJECT, REJECT),
    cmd.ReturnTask: (PROCESS, REJECT, REJECT),
    cmd.CommentTask: (PROCESS, PROCESS, REJECT),
    cmd.AddAttachment: (PROCESS, PROCESS, REJECT),
    cmd.RemoveAttachment: (PROCESS, PROCESS, PROCESS),  # who may delete it may also when all is over
    cmd.RemindTask: (PROCESS, REJECT, REJECT),
    cmd.SetFollowUp: (PROCESS, REJECT, REJECT),
    cmd.ThrowTaskError: (PROCESS, REJECT, REJECT),
    cmd.EscalateTask: (PROCESS, REJECT, REJECT),
    cmd.CompleteJob: (PROCESS, HOLD, NOOP),
    cmd.FailJob: (PROCESS, HOLD, NOOP),
    cmd.ThrowError: (PROCESS, HOLD, NOOP),
    cmd.ChangeJob: (PROCESS, REJECT, REJECT),
    cmd.DeliverMessage: (PROCESS, HOLD, NOOP),
    cmd.DeliverSignal: (PROCESS, HOLD, NOOP),
    cmd.FireTimers: (PROCESS, NOOP, NOOP),
    cmd.CompleteCall: (PROCESS, HOLD, NOOP),
    cmd.FailCall: (PROCESS, HOLD, NOOP),
    cmd.Escalate: (PROCESS, HOLD, NOOP),
    cmd.LookAtConditions: (PROCESS, HOLD, NOOP),
    cmd.LookAtDeputies: (PROCESS, NOOP, NOOP),  # the resume looks itself
    cmd.FollowCalendar: (PROCESS, PROCESS, NOOP),
    cmd.SetVariables: (PROCESS, PROCESS, REJECT),
    cmd.Retry: (PROCESS, REJECT, REJECT),
    cmd.ExtendClock: (PROCESS, PROCESS, REJECT),
    cmd.MoveToken: (PROCESS, REJECT, REJECT),
    cmd.Modify: (PROCESS, REJECT, REJECT),
    cmd.Migrate: (PROCESS, PROCESS, REJECT),
}

# Stale follow-ups from our own side leave a trace in the journal; what people repeat does not.
RECORDED: Final = frozenset(
    (cmd.CompleteJob, cmd.FailJob, cmd.ThrowError, cmd.CompleteCall, cmd.FailCall, cmd.Escalate)
)


def condition(instance: Instance) -> int:
    if instance.ended_at:
        return CLOSED
    return STOPPED if instance.suspended or instance.held else RUNNING


def verdict(command: cmd.Command, instance: Instance) -> int:
    return GATE[command.__class__][condition(instance)]


def allowed(instance: Instance) -> dict[str, bool]:
    """Which of the operators' actions would be carried out now: for buttons."""
    now = condition(instance)
    actions: dict[str, type] = {"suspend": cmd.Suspend, "resume": cmd.Resume, "terminate": cmd.Terminate}
    result = {name: GATE[kind][now] == PROCESS for name, kind in actions.items()}
    result["suspend"] = now == RUNNING
    result["resume"] = now == STOPPED and not instance.held
    result["retry"] = now == RUNNING and bool(instance.incidents)
    return result
