"""An operator gives SLA clocks more time, and says why."""

from typing import TYPE_CHECKING

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.clocked import node_of
from andante.engine.faults import NO_CLOCK, NOT_EXTENDED, TASK_NOT_FOUND, Rejected
from andante.engine.sla import calendar_of, policy_of
from andante.engine.waits import Clock
from andante.timing.calendar import LONGEST
from andante.timing.instants import TimingError
from andante.timing.sla import SlaClock, SlaPolicy

if TYPE_CHECKING:
    from andante.engine.step import Step


def extend(step: "Step", command: cmd.ExtendClock) -> None:
    """Every target still to come moves; what has passed stays as it is. All of the clocks that are meant, or none."""
    if bool(command.until) == bool(command.by_ms) or not 0 <= command.by_ms <= LONGEST:
        raise Rejected(NOT_EXTENDED, "Say by how long, more than nothing and at most 100 years, or until when.")
    changed = []
    for clock in _meant(step, command):
        try:
            by_ms, state, targets = _extended(step, clock, command)
        except TimingError as fault:
            raise Rejected(NOT_EXTENDED, f"It cannot be extended so far: {fault}.") from None
        if targets:
            changed.append(ev.ClockExtended(clock.key, state, list(targets), by_ms, command.reason))
    if not changed:
        what = f"its {command.target}" if command.target else "goal, deadline and milestones"
        raise Rejected(NOT_EXTENDED, f"There is nothing to extend: {what} passed, or is not there.")
    for event in changed:
        step.record(event)


def _meant(step: "Step", command: cmd.ExtendClock) -> list[Clock]:
    instance, nodes = step.instance, step.graph.nodes
    if command.task and command.task not in instance.tasks:
        raise Rejected(TASK_NOT_FOUND, f"The task {instance.id}-{command.task} is not open.")
    found = []
    for clock in instance.clocks.values():
        node = node_of(instance, clock)
        if command.task or not command.element:
            ours = clock.task == command.task and not clock.token
        else:
            ours = node >= 0 and nodes[node].id == command.element
        policy = policy_of(step, clock).policy
        if ours and command.sla in ("", policy.name) and clock.state.first_at:
            found.append(clock)
    if not found:
        whose = "task" if command.task else f"element '{command.element}'" if command.element else "process itself"
        called = f" called '{command.sla}'" if command.sla else ""
        raise Rejected(NO_CLOCK, f"No SLA clock{called} of the {whose} is running.")
    if command.until and len(found) > 1:
        names = ", ".join(policy_of(step, clock).policy.name for clock in found)
        raise Rejected(NOT_EXTENDED, f"Several clocks are running ({names}): name one of them to extend it until then.")
    return found


def _extended(step: "Step", clock: Clock, command: cmd.ExtendClock) -> tuple[int, SlaClock, tuple[str, ...]]:
    """By how much, the clock, and the names of the targets that move. Raises Rejected, TimingError."""
    policy, calendar, state = policy_of(step, clock).policy, calendar_of(step, clock), clock.state
    by_ms, target = command.by_ms, command.target
    if command.until:
        if state.paused_at:
            raise Rejected(NOT_EXTENDED, "The clock stands still, so nobody knows when it ends: say by how long.")
        index = _open(state, policy, target)
        if index < 0:
            return 0, state, ()
        target = policy.name_of(index)
        at = state.ats[index]
        working = policy.targets[index]
        by_ms = calendar.between(at, command.until) if working is not None and working.business else command.until - at
        if by_ms <= 0:
            raise Rejected(NOT_EXTENDED, f"until: the {target} is due later than that, or at the same time of work.")
    extended, targets = state.extend(policy, step.now, calendar, by_ms, target)
    return by_ms, extended, targets


def _open(state: SlaClock, policy: SlaPolicy, target: str) -> int:
    """The target that is meant by a moment: the one of this name, else the last of those to come. -1 for none."""
    coming = [
        (at, index)
        for index, at in enumerate(state.ats)
        if at and not state.has_passed(index) and target in ("", policy.name_of(index))
    ]
    return max(coming)[1] if coming else -1
