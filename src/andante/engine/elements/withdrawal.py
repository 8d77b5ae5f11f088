"""Taking back what is no longer wanted: waits, inner scopes, whole tokens (BPMN 2.0.2 section 13.5.4)."""

from typing import TYPE_CHECKING

from andante.engine import events as ev
from andante.engine.approvals import Approval
from andante.engine.commands import Terminate
from andante.engine.effects import TellChild
from andante.engine.state import TERMINATED, Scope, Token
from andante.engine.waits import Call, Clock, Job, Subscription, Task, Timer, Trigger

if TYPE_CHECKING:
    from andante.engine.step import Step


def clear_waits(step: "Step", at: Token | Scope, reason: str, node: int = -1) -> None:
    """What is still open at the token, or for the scope's event sub-processes, is no longer wanted: all of it, or what
    one `node` waits for."""
    waits = at.waits
    for key, wait in sorted(waits.items()) if waits else ():
        if node >= 0 and (isinstance(wait, Call | Approval | Clock) or wait.node != node):
            continue
        if isinstance(wait, Task):
            cancel_task(step, wait, reason)
        elif isinstance(wait, Approval):
            step.record(ev.ApprovalClosed(key, reason))
        elif isinstance(wait, Timer):
            step.record(ev.TimerCleared(key))
        elif isinstance(wait, Subscription):
            step.record(ev.SubscriptionClosed(key))
        elif isinstance(wait, Trigger):
            step.record(ev.TriggerCleared(key))
        elif isinstance(wait, Job):
            step.record(ev.JobCancelled(key))
        elif isinstance(wait, Call):
            step.record(ev.CallEnded(key, reason))
            why = f"the call was withdrawn: {reason}"
            step.ask(TellChild(wait.child_id, Terminate(TERMINATED, why, from_caller=True)))
        elif isinstance(wait, Clock):
            step.record(ev.ClockStopped(key, wait.state.finish(step.now)))


def cancel_task(step: "Step", task: Task, reason: str) -> None:
    """The task is no longer wanted: to the history, without an outcome."""
    for clock in list(task.clocks):
        step.record(ev.ClockStopped(clock.key, clock.state.finish(step.now)))
    step.record(ev.TaskCancelled(task.key, reason))


def withdraw(step: "Step", token: Token, reason: str) -> None:
    """End everything at the token's element, also inside it; the token itself stays."""
    instance = step.instance
    loop = instance.loops.get(token.key)
    if loop is not None:
        for key in list(loop.inner):
            cancel(step, instance.tokens[key], reason)
        step.record(ev.LoopClosed(token.key))
    if token.child:
        scope = instance.scopes[token.child]
        for key in list(scope.tokens):
            inner = instance.tokens.get(key)
            if inner is not None:
                cancel(step, inner, reason)
        if scope.waits:
            clear_waits(step, scope, reason)
        step.record(ev.ScopeClosed(scope.key))
    clear_waits(step, token, reason)
    if instance.incidents:
        for incident in list(instance.incidents.values()):
            if incident.token == token.key:
                step.record(ev.IncidentResolved(incident.key))


def cancel(step: "Step", token: Token, reason: str) -> None:
    """Withdraw the token with all that hangs on it. The caller sees to the scope's end."""
    withdraw(step, token, reason)
    step.record(ev.TokenCancelled(token.key))


def stop_clocks(step: "Step") -> None:
    """The instance is over: its own SLA clocks end."""
    for clock in list(step.instance.clocks.values()):
        step.record(ev.ClockStopped(clock.key, clock.state.finish(step.now)))


def close(step: "Step", state: str, reason: str) -> None:
    """End the whole instance now: withdraw every token and what waits at them."""
    instance = step.instance
    for key in list(instance.scopes[0].tokens):
        token = instance.tokens.get(key)
        if token is not None:
            cancel(step, token, reason)
    clear_waits(step, instance.scopes[0], reason)
    for incident in list(instance.incidents):
        step.record(ev.IncidentResolved(incident))
    stop_clocks(step)
    step.agenda.clear()
    step.record(ev.Terminated(state, reason))
