"""What each command does, once the gate has let it through."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import commands as cmd
from andante.engine.handlers import (
    attaching,
    counting,
    entering,
    extending,
    jobs,
    lifecycle,
    migrating,
    moving,
    signing,
    tasks,
)
from andante.engine.handlers.entering import wanted

HANDLERS: Final[dict[type, Callable[[Any, Any], None]]] = {
    cmd.Start: lifecycle.start,
    cmd.Suspend: lifecycle.suspend,
    cmd.Resume: lifecycle.resume,
    cmd.Terminate: lifecycle.terminate,
    cmd.Retry: lifecycle.retry,
    cmd.ExtendClock: extending.extend,
    cmd.MoveToken: moving.move_token,
    cmd.Modify: moving.modify,
    cmd.Migrate: migrating.migrate,
    cmd.SetVariables: lifecycle.change_variables,
    cmd.CompleteTask: tasks.complete,
    cmd.ClaimTask: tasks.claim,
    cmd.AssignTask: tasks.assign,
    cmd.LookAtDeputies: tasks.look_at_deputies,
    cmd.UnclaimTask: tasks.unclaim,
    cmd.TransferTask: tasks.transfer,
    cmd.DelegateTask: tasks.delegate,
    cmd.ResolveTask: tasks.resolve,
    cmd.AddSigners: signing.add_signers,
    cmd.ReturnTask: signing.return_task,
    cmd.CommentTask: tasks.comment,
    cmd.AddAttachment: attaching.add,
    cmd.RemoveAttachment: attaching.remove,
    cmd.RemindTask: tasks.remind,
    cmd.SetFollowUp: tasks.set_follow_up,
    cmd.ThrowTaskError: tasks.throw_task_error,
    cmd.EscalateTask: tasks.escalate_task,
    cmd.FireTimers: entering.fire_timers,
    cmd.DeliverMessage: entering.deliver_message,
    cmd.DeliverSignal: entering.deliver_signal,
    cmd.CompleteJob: jobs.complete_job,
    cmd.FailJob: jobs.fail_job,
    cmd.ThrowError: jobs.throw_job_error,
    cmd.ChangeJob: jobs.change_job,
    cmd.CompleteCall: entering.complete_call,
    cmd.FailCall: entering.fail_call,
    cmd.Escalate: entering.escalate,
    cmd.LookAtConditions: entering.look_at_conditions,
    cmd.FollowCalendar: counting.follow_calendar,
}

__all__ = ["HANDLERS", "wanted"]
