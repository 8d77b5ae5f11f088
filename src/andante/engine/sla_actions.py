"""What follows when goal, deadline or a milestone of a clock passes, and when a reminder comes.

The passing is a fact first: it happens once, and in the same step so do its actions, in the order of the model. One
that fails leaves an incident with its name; the clock, and the actions after it, go on.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from andante.bpmn.graph import Sla, SlaAction, UserTask
from andante.bpmn.slas import COMPLETE, ESCALATE, NOTIFY_MANAGER, SET_VARIABLES, TRANSFER
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.clocked import node_of, place_of, token_of
from andante.engine.effects import Notify
from andante.engine.elements.escalation import throw_escalation
from andante.engine.faults import ModelFault, Rejected
from andante.engine.recipients import named
from andante.engine.scoping import json_value, set_variables
from andante.engine.sla import calendar_of, changed_pauses, hold_clock, policy_of, start_late_clocks
from andante.engine.waits import Clock, Task
from andante.timing.sla import MILESTONE, REMINDER
from andante.timing.sla_policy import AT_CREATION, AT_DUE_DATE

if TYPE_CHECKING:
    from andante.engine.step import Step

FAULT: Final = "slaAction"
_KINDS: Final = ("slaGoal", "slaDeadline")
_MILESTONE: Final = "slaMilestone"


def advance_clocks(step: "Step") -> None:
    """Let every goal, deadline, milestone and reminder that is due by now pass."""
    instance = step.instance
    for clock in list(instance.clocks.values()):
        if not instance.ended_at and instance.clocks.get(clock.key) is clock:
            _advance(step, clock)


def look_at_clocks(step: "Step") -> None:
    """At the end of a step: start what may start now, and let conditions hold the clocks or let them go."""
    start_late_clocks(step)
    for clock, waits in changed_pauses(step):
        if waits:
            _advance(step, clock)  # what was due before the pause is not told after it
            if step.instance.ended_at:
                return
        if step.instance.clocks.get(clock.key) is clock:
            hold_clock(step, clock, waits)


def _advance(step: "Step", clock: Clock) -> None:
    sla = policy_of(step, clock)
    policy, before = sla.policy, clock.state
    due = before.next_at(policy)
    if not due or due > step.now:
        return
    state, facts = before.advance(policy, step.now, calendar_of(step, clock))
    passed = {index for index in range(len(policy.targets)) if state.has_passed(index) and not before.has_passed(index)}
    urgency = sum(target.urgency for index, target in enumerate(policy.targets) if target and index in passed)
    step.record(ev.ClockChanged(clock.key, state, list(facts), urgency))
    places = {policy.name_of(index): index for index in passed}
    for fact in facts:
        if fact.startswith(REMINDER):
            _remind(step, clock, sla, int(fact.removeprefix(REMINDER)), fact)
        elif not _follow(step, clock, sla, places[fact.removeprefix(MILESTONE)]):
            return


def _remind(step: "Step", clock: Clock, sla: Sla, index: int, fact: str) -> None:
    reminder, anchor = sla.policy.reminders[index], sla.policy.anchors[index]
    task = step.instance.tasks.get(clock.task)
    count = clock.state.count(sla.policy, index)
    words = list(reminder.to or ("assignee",))
    for level in reminder.levels:
        if count > level.after:
            words.extend(level.to)
    if anchor == AT_CREATION:
        due = clock.state.first_at or (task.due_at or 0 if task is not None else 0)
    else:
        due = clock.state.due_at if anchor == AT_DUE_DATE else clock.state.ats[anchor]
    what = "is waiting" if anchor == AT_CREATION else "is due"
    _notify(step, clock, "reminder", fact, words, due, f"{_subject(step, task)} {what}")


def _follow(step: "Step", clock: Clock, sla: Sla, index: int) -> bool:
    """Carry out the actions of a target that has passed. False when one of them has ended the clock's work: then
    nothing more of it passes."""
    instance = step.instance
    wanted = [(at, action) for at, action in enumerate(sla.actions[index]) if _wanted(step, clock, action)]
    actions = [action for _, action in wanted]
    name = sla.policy.name_of(index)
    due = clock.state.ats[index]
    # Who is told hears of it also when another action ends the work; so the notes come first.
    ends = any(action.type in (COMPLETE, ESCALATE) for action in actions)
    for number, action in enumerate(actions):
        if action.type not in _CHANGES:
            kind = _KINDS[index] if index < 2 else _MILESTONE
            task = instance.tasks.get(clock.task)
            words = action.to or (("manager",) if action.type == NOTIFY_MANAGER else ())
            text = f"{_subject(step, task)} has passed its {name if index < 2 else f'milestone {name}'}"
            _notify(step, clock, kind, f"{name}:{number}:{action.name}", words, due, text, anyway=ends)
    for at, action in wanted:
        if action.type not in _CHANGES:
            continue
        if instance.clocks.get(clock.key) is not clock:
            return False
        _attempt(step, clock, sla, index, at)
    return instance.clocks.get(clock.key) is clock


def act_again(step: "Step", sla: Sequence[int]) -> None:
    """An action that has failed, once more, as an incident names it; as the engine's own doing, whoever asks for it.
    Where its work is over, or the model has no such action any more, nothing is left to do."""
    key, index, at = sla
    clock = step.instance.clocks.get(key)
    if clock is None:
        return
    policy = policy_of(step, clock)
    actions = policy.actions[index] if index < len(policy.actions) else ()
    if at < len(actions) and actions[at].type in _CHANGES:
        actor, step.actor = step.actor, ""
        _attempt(step, clock, policy, index, at)
        step.actor = actor


def _attempt(step: "Step", clock: Clock, sla: Sla, index: int, at: int) -> None:
    """Carry out the action `at` of the target, and what follows. One that fails leaves an incident."""
    action, name = sla.actions[index][at], sla.policy.name_of(index)
    node = node_of(step.instance, clock)
    try:
        _change(step, clock, action)
    except (ModelFault, Rejected) as fault:
        where = step.graph.nodes[node].id if node >= 0 else "the process"
        what = f"the action '{action.name or action.type}' of its {name}"
        text = f"{where}: SLA '{sla.policy.name}': {what} failed: {fault.message}"
        step.record(ev.IncidentRaised(step.key(), 0, FAULT, text, [clock.key, index, at]))
    step.run()


_CHANGES: Final = frozenset((TRANSFER, COMPLETE, ESCALATE, SET_VARIABLES))


def _change(step: "Step", clock: Clock, action: SlaAction) -> None:
    """What an action does in the instance. Raises ModelFault, Rejected."""
    if action.type == TRANSFER:
        step.handle(cmd.TransferTask(clock.task, action.to[0].removeprefix("user:")))
    elif action.type == COMPLETE:
        task = step.instance.tasks[clock.task]
        step.handle(cmd.CompleteTask(task.key, action.detail or _default(step, task)))
    elif action.type == ESCALATE:
        throw_escalation(step, token_of(step.instance, clock) or step.instance.scopes[0], action.detail, {})
    else:
        place = place_of(step.instance, clock)
        values: dict[str, object] = {}
        for setting in action.values:
            values[setting.target] = json_value(step.value(setting.source, place, values))
        set_variables(step, place, values)


def _default(step: "Step", task: Task) -> str:
    """The outcome of a task that nobody has decided. Raises ModelFault where the model does not say."""
    work = step.graph.nodes[task.node].work
    if isinstance(work, UserTask) and work.approval is not None and work.approval.default_outcome:
        return work.approval.default_outcome
    if task.outcomes:
        raise ModelFault(FAULT, "the task has no default outcome: name one in the action")
    return ""


def _wanted(step: "Step", clock: Clock, action: SlaAction) -> bool:
    """A criterion that cannot be evaluated does not silence the action: somebody should rather hear of it."""
    if action.criteria is None:
        return True
    try:
        return step.value(action.criteria, place_of(step.instance, clock)) is not False
    except ModelFault:
        return True


def _subject(step: "Step", task: Task | None) -> str:
    return task.name if task is not None else step.instance.label


def _notify(
    step: "Step", clock: Clock, kind: str, what: str, words: Sequence[str], due: int, text: str,
    *, anyway: bool = False,
) -> None:  # fmt: skip
    """`what` tells the note from others of the clock in the same step; `anyway`: also when the work is over by then."""
    instance = step.instance
    task = instance.tasks.get(clock.task)
    to = named(instance, task, words)
    key = f"{instance.id}-{clock.key}-{what}-{instance.seq}"
    step.ask(Notify(key, kind, clock.task, _subject(step, task), to, due or None, text, anyway))
