"""What enters from outside the instance: time, messages, signals, workers' results, ends of called instances."""

from typing import TYPE_CHECKING

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.call_activity import bring
from andante.engine.elements.condition import check_names
from andante.engine.elements.correlation import remember
from andante.engine.elements.error import throw_error
from andante.engine.elements.escalation import throw_escalation
from andante.engine.elements.message import catchers, receiver
from andante.engine.elements.multiple_event import parallel
from andante.engine.elements.occurrence import occur, take
from andante.engine.elements.timer import fired
from andante.engine.faults import ModelFault
from andante.engine.sla_actions import advance_clocks
from andante.engine.state import Scope, owner
from andante.engine.waits import Call

if TYPE_CHECKING:
    from andante.engine.step import Step


def wanted(step: "Step", command: cmd.Command) -> bool:
    """Whether what arrives while the instance is stopped is worth keeping: whether anything awaits it."""
    instance = step.instance
    if isinstance(command, cmd.DeliverMessage):
        if _known(step, command):
            step.answer = True
            return False
        return receiver(step, command) is not None
    if isinstance(command, cmd.DeliverSignal):
        if _heard(step, command):
            step.answer = True
            return False
        return bool(catchers(instance, command))
    if isinstance(command, cmd.CompleteJob | cmd.FailJob | cmd.ThrowError):
        return command.job in instance.jobs and not any(
            isinstance(parked, cmd.CompleteJob | cmd.ThrowError) and parked.job == command.job
            for parked in instance.parked
        )
    if isinstance(command, cmd.CompleteCall | cmd.FailCall):
        return _call(step, command) is not None and not any(
            isinstance(parked, cmd.CompleteCall | cmd.FailCall) and parked.child_id == command.child_id
            for parked in instance.parked
        )
    if isinstance(command, cmd.AssignTask):
        task = instance.tasks.get(command.task)
        return task is not None and not task.assignee
    if isinstance(command, cmd.Escalate):
        return _call(step, command) is not None and not _told(step, command)
    return True


def _told(step: "Step", command: cmd.Escalate) -> bool:
    """Whether the same escalation was received, or parked, before."""
    return command.once in step.instance.seen or any(
        isinstance(parked, cmd.Escalate) and parked.once == command.once for parked in step.instance.parked
    )


def _known(step: "Step", command: cmd.DeliverMessage) -> bool:
    """Whether a message of the same id was received, or parked, before: it has its effect once."""
    once, instance = command.message_id, step.instance
    if not once:
        return False
    return once in instance.seen or any(
        isinstance(parked, cmd.DeliverMessage) and parked.message_id == once for parked in instance.parked
    )


def _heard(step: "Step", command: cmd.DeliverSignal) -> bool:
    """Whether the same throw of a signal was caught, or parked, before."""
    once, instance = command.once, step.instance
    if not once:
        return False
    return once in instance.seen or any(
        isinstance(parked, cmd.DeliverSignal) and parked.once == once for parked in instance.parked
    )


def fire_timers(step: "Step", command: cmd.FireTimers) -> None:
    """All timers that are due, in the order of their times; then the SLA clocks."""
    instance = step.instance
    due = sorted((timer.due_at, timer.key) for timer in instance.timers.values() if timer.due_at <= step.now)
    for _, key in due:
        timer = instance.timers.get(key)
        if timer is None:
            continue  # an earlier one has interrupted its activity
        try:
            node = step.graph.nodes[timer.node]
            fired(step, timer, not node.interrupting and not parallel(node))
            occur(step, timer, {})
        except ModelFault as fault:
            at = owner(instance, timer.token)
            if isinstance(at, Scope):
                step.record(ev.TimerCleared(timer.key))
                step.record(ev.IncidentRaised(step.key(), 0, fault.kind, fault.message))
            else:
                step.stall(at, fault)
        step.run()
        if instance.ended_at:
            return
    advance_clocks(step)


def deliver_message(step: "Step", command: cmd.DeliverMessage) -> None:
    """The answer tells whether it was taken, now or before."""
    step.answer = _known(step, command)
    if step.answer:
        return
    subscription = receiver(step, command)
    if subscription is not None:
        step.answer = True
        take(step, subscription)
        step.record(ev.MessageReceived(subscription.key, command.name, command.message_id))
        event = step.graph.nodes[subscription.node].event
        key = None if event is None else event.each[subscription.part].key
        if key is not None:
            remember(step, key, command.variables)
        occur(step, subscription, command.variables)


def deliver_signal(step: "Step", command: cmd.DeliverSignal) -> None:
    """The answer tells whether it was caught, now or before."""
    step.answer = _heard(step, command)
    if step.answer:
        return
    for subscription in catchers(step.instance, command):
        if step.instance.subscriptions.get(subscription.key) is not subscription:
            continue  # an earlier one has interrupted its activity
        step.answer = True
        take(step, subscription)
        step.record(ev.SignalReceived(subscription.key, command.name, command.once))
        occur(step, subscription, command.variables)


def _ignore(step: "Step", command: object) -> None:
    step.record(ev.CommandIgnored(command.__class__.__name__))


def _call(step: "Step", command: cmd.CompleteCall | cmd.FailCall | cmd.Escalate) -> Call | None:
    call = step.instance.calls.get(command.token)
    return call if call is not None and call.child_id == command.child_id else None


def complete_call(step: "Step", command: cmd.CompleteCall) -> None:
    instance = step.instance
    if _call(step, command) is None:
        _ignore(step, command)
        return
    token = instance.tokens[command.token]
    node = step.graph.nodes[token.node]
    step.record(ev.CallEnded(command.token, "completed"))
    BEHAVIOURS[node.kind].child_done(step, token, node, command.variables)


def fail_call(step: "Step", command: cmd.FailCall) -> None:
    if _call(step, command) is None:
        _ignore(step, command)
        return
    token = step.instance.tokens[command.token]
    step.record(ev.CallEnded(command.token, "failed"))
    if command.code and throw_error(step, token, command.code, command.message, {}):
        return
    why = f"nobody catches the error '{command.code}': {command.message}" if command.code else command.message
    step.stall(token, ModelFault("call", f"the called process did not end well: {why}"))


def escalate(step: "Step", command: cmd.Escalate) -> None:
    """What the called instance has so far comes out as it does at its end; then the catcher is looked for."""
    if _call(step, command) is None or _told(step, command):
        _ignore(step, command)
        return
    token = step.instance.tokens[command.token]
    try:
        bring(step, token, step.graph.nodes[token.node], command.variables)
    except ModelFault as fault:
        step.fail(token, fault)
    throw_escalation(step, token, command.code, {}, command.once)


def look_at_conditions(step: "Step", command: cmd.LookAtConditions) -> None:
    check_names(step, command.names)
