"""SLA clocks of tasks, stages and instances: when they start, stand still, go on and begin anew.

Contract 2.5 and 6.4. A clock is started when the task (the stage, the instance) begins, unless its criteria are false.
A stage is any other activity: its clock runs from when it has begun until it is left, of a multi-instance as a whole.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from andante.bpmn import kinds
from andante.bpmn.graph import Node, ProcessGraph, Sla
from andante.engine import events as ev
from andante.engine.calendars import FAULT, chosen
from andante.engine.clocked import place_of, sla_of
from andante.engine.faults import ModelFault
from andante.engine.state import ACTIVE, Scope, Token
from andante.engine.waits import Clock, Task
from andante.expressions import Expression
from andante.timing.calendar import BusinessCalendar
from andante.timing.sla import CONDITION, SlaClock, SlaPolicy

if TYPE_CHECKING:
    from andante.engine.step import Step

# What may make a condition true or false.
_CHANGING: Final = frozenset(
    (ev.VariablesSet, ev.LocalsSet, ev.ScopeOpened, ev.ClockStarted, ev.TaskCompleted, ev.Resumed, ev.Migrated)
)


# Starting.


def applying(
    step: "Step", slas: Sequence[Sla], place: Token | Scope | None, calendar: str = "", queue: str = ""
) -> tuple[int, ...]:
    """Indices of the SLAs that apply now; `calendar` is what the activity names, `queue` its work queue. Raises
    ModelFault, also for a calendar that is not there."""
    which = tuple(n for n, sla in enumerate(slas) if applies(step, sla, place))
    for n in which:
        calendar_for(step, slas[n], calendar, queue)
    return which


def calendar_for(step: "Step", sla: Sla, activity: str, queue: str) -> tuple[str, BusinessCalendar]:
    """Name and calendar by which a clock that starts now counts. Raises ModelFault."""
    calendars = step.settings.calendars
    name = chosen(calendars, sla, activity, queue, step.graph.calendar) if in_working_time(sla.policy) else ""
    return name, calendars.find(name)


def in_working_time(policy: SlaPolicy) -> bool:
    """Whether a business calendar decides when anything of it is due."""
    return any(target is not None and target.business for target in policy.targets) or any(
        reminder.working_hours for reminder in policy.reminders
    )


def applies(step: "Step", sla: Sla, place: Token | Scope | None) -> bool:
    """Whether the SLA's clock is to run as things are now. Raises ModelFault."""
    return (sla.criteria is None or step.value(sla.criteria, place) is True) and (
        sla.start_when is None or step.value(sla.start_when, place) is True
    )


def start_clocks(
    step: "Step", task: int, slas: Sequence[Sla], which: Sequence[int], stage: Token | None = None
) -> None:
    """For a task, else for the stage at a token, else for the process. Raises ModelFault for a calendar that is not
    there; `applying` has seen to that."""
    calendar = queue = ""
    due_at = 0
    if task:
        held = step.instance.tasks[task]
        calendar, queue, due_at = step.graph.nodes[held.node].calendar, held.queue, held.due_at or 0
    elif stage is not None:
        calendar = step.graph.nodes[stage.node].calendar
    for n in which:
        name, counting = calendar_for(step, slas[n], calendar, queue)
        clock = SlaClock.start(slas[n].policy, step.now, counting, due_at)
        revision = counting.revision if in_working_time(slas[n].policy) else 0
        token = stage.key if stage is not None else 0
        step.record(ev.ClockStarted(step.key(), task, n, clock, name, revision, token))


def begin_stage(step: "Step", token: Token, node: Node) -> None:
    """The activity at the token has begun: its clocks start. A user task's start with the task. Raises ModelFault."""
    if node.slas and _is_stage(token, node):
        place = step.instance.scopes[token.child] if token.child else token
        start_clocks(step, 0, node.slas, applying(step, node.slas, place, node.calendar), token)


def _is_stage(token: Token, node: Node) -> bool:
    return node.kind != kinds.USER_TASK and not token.loop


def start_late_clocks(step: "Step") -> None:
    """Start the clocks whose `start_when` has become true. One that fails now has held before: it is not yet time. But
    where its calendar is missing the instance waits for an operator, and the clock starts at the retry."""
    graph, instance = step.graph, step.instance
    late = _late(graph)
    if not late:
        return
    if -1 in late:
        _start_late(step, 0, graph.slas, None)
    for task in list(instance.tasks.values()):
        if task.node in late:
            _start_late(step, task.key, graph.nodes[task.node].slas, instance.tokens[task.token])
    for token in list(instance.tokens.values()):
        if token.node in late and token.phase == ACTIVE and _is_stage(token, graph.nodes[token.node]):
            _start_late(step, 0, graph.nodes[token.node].slas, token)


@lru_cache(maxsize=64)
def _late(graph: ProcessGraph) -> frozenset[int]:
    """The nodes with an SLA that may start late; -1 for the process."""
    places = [(-1, graph.slas), *((node.index, node.slas) for node in graph.nodes)]
    return frozenset(index for index, slas in places if any(sla.start_when is not None for sla in slas))


def _start_late(step: "Step", task: int, slas: Sequence[Sla], token: Token | None) -> None:
    stage = None if task else token
    key = stage.key if stage is not None else 0
    started = {clock.policy for clock in step.instance.clocks.values() if clock.task == task and clock.token == key}
    late = [n for n, sla in enumerate(slas) if sla.start_when is not None and n not in started]
    place = step.instance.scopes[token.child] if token is not None and token.child else token
    try:
        start_clocks(step, task, slas, [n for n in late if applies(step, slas[n], place)], stage)
    except ModelFault as fault:
        if fault.kind == FAULT:
            no_calendar(step, step.graph.nodes[token.node].id if token is not None else "", fault)


def no_calendar(step: "Step", element: str, fault: ModelFault) -> None:
    """A clock cannot start. One incident tells it, however often it is tried."""
    text = f"{element or 'the SLA of the process'}: {fault.message}"
    if all(incident.message != text for incident in step.instance.incidents.values()):
        step.record(ev.IncidentRaised(step.key(), 0, fault.kind, text))


# Standing still and going on.


def policy_of(step: "Step", clock: Clock) -> Sla:
    """What the clock was started for."""
    return sla_of(step.graph, step.instance, clock)


def calendar_of(step: "Step", clock: Clock) -> BusinessCalendar:
    """What the clock counts by."""
    return step.settings.calendars.known(clock.calendar)


def pause_clocks(step: "Step") -> None:
    """The instance is suspended: every clock keeps what is left."""
    for clock in list(step.instance.clocks.values()):
        paused = clock.state.pause(policy_of(step, clock).policy, step.now, calendar_of(step, clock))
        step.record(ev.ClockChanged(clock.key, paused, ["paused"], 0))


def resume_clocks(step: "Step") -> None:
    """Every clock goes on with what was left, unless its condition holds it."""
    for clock in list(step.instance.clocks.values()):
        policy, calendar = policy_of(step, clock).policy, calendar_of(step, clock)
        running = clock.state.resume(policy, step.now, calendar)
        step.record(ev.ClockChanged(clock.key, running, ["resumed"], 0, _newer(policy, calendar, clock)))


def _newer(policy: SlaPolicy, calendar: BusinessCalendar, clock: Clock) -> int:
    """The revision of the calendar by which the clock goes on, 0 where it is the one of before."""
    return calendar.revision if in_working_time(policy) and calendar.revision != clock.revision else 0


def changed_pauses(step: "Step") -> list[tuple[Clock, bool]]:
    """The clocks whose pause condition has become true, or is true no more, by what was recorded in this step. What
    cannot be computed is not true (decision 0018)."""
    instance = step.instance
    if not instance.clocks or not _pausing(step.graph):
        return []
    if not any(event.__class__ in _CHANGING for event in step.events):
        return []
    found = []
    for clock in instance.clocks.values():
        condition = policy_of(step, clock).pause_when
        if condition is not None:
            wanted = _true(step, condition, place_of(instance, clock))
            if wanted != bool(clock.state.why & CONDITION):
                found.append((clock, wanted))
    return found


@lru_cache(maxsize=64)
def _pausing(graph: ProcessGraph) -> bool:
    slas = [*graph.slas, *(sla for node in graph.nodes for sla in node.slas)]
    return any(sla.pause_when is not None for sla in slas)


def _true(step: "Step", condition: Expression, place: Token | Scope | None) -> bool:
    try:
        return step.value(condition, place) is True
    except ModelFault:
        return False


def hold_clock(step: "Step", clock: Clock, waits: bool) -> None:
    """The clock's condition has become true (`waits`), or is true no more: then it goes on or begins anew."""
    policy, calendar = policy_of(step, clock).policy, calendar_of(step, clock)
    if waits:
        changed = clock.state.pause(policy, step.now, calendar, CONDITION)
        step.record(ev.ClockChanged(clock.key, changed, ["waiting"], 0))
        return
    changed = clock.state.resume(policy, step.now, calendar, CONDITION)
    fact = "restarted" if policy.restart_on_resume else "going on"
    step.record(ev.ClockChanged(clock.key, changed, [fact], 0, _newer(policy, calendar, clock)))


def restart_clocks(step: "Step", task: Task) -> None:
    """The task is another's now: the clocks of SLAs that say so begin anew."""
    for clock in list(task.clocks):
        policy = policy_of(step, clock).policy
        if policy.restart_on_transfer:
            anew = clock.state.restart(policy, step.now, calendar_of(step, clock))
            if anew != clock.state:
                step.record(ev.ClockChanged(clock.key, anew, ["restarted"], 0))
