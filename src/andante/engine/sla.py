"""SLA clocks of tasks and instances: when they start, pause and go on, and what follows when a target passes.

Contract 2.5 and 6.4. A clock is started when the task (or the instance) is created, unless its criteria are false.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from andante.bpmn.graph import ProcessGraph, Sla, SlaAction
from andante.engine import events as ev
from andante.engine.calendars import FAULT, chosen
from andante.engine.effects import Notify
from andante.engine.faults import ModelFault
from andante.engine.state import Token
from andante.engine.waits import Clock, Task
from andante.timing.calendar import BusinessCalendar
from andante.timing.sla import SlaClock, SlaPolicy

if TYPE_CHECKING:
    from andante.engine.step import Step

KINDS: Final = {"goal": "slaGoal", "deadline": "slaDeadline"}


def applying(
    step: "Step", slas: Sequence[Sla], token: Token | None, calendar: str = "", queue: str = ""
) -> tuple[int, ...]:
    """Indices of the SLAs that apply now; `calendar` is what the user task names, `queue` its work queue. Raises
    ModelFault, also for a calendar that is not there."""
    which = tuple(n for n, sla in enumerate(slas) if applies(step, sla, token))
    for n in which:
        calendar_for(step, slas[n], calendar, queue)
    return which


def calendar_for(step: "Step", sla: Sla, task: str, queue: str) -> tuple[str, BusinessCalendar]:
    """Name and calendar by which a clock that starts now counts. Raises ModelFault."""
    calendars = step.settings.calendars
    name = chosen(calendars, sla, task, queue, step.graph.calendar) if in_working_time(sla.policy) else ""
    return name, calendars.find(name)


def in_working_time(policy: SlaPolicy) -> bool:
    """Whether a business calendar decides when anything of it is due."""
    return any(target is not None and target.business for target in (policy.goal, policy.deadline))


def applies(step: "Step", sla: Sla, token: Token | None) -> bool:
    """Whether the SLA's clock is to run as things are now. Raises ModelFault."""
    return (sla.criteria is None or step.value(sla.criteria, token) is True) and (
        sla.start_when is None or step.value(sla.start_when, token) is True
    )


def start_clocks(step: "Step", task: int, slas: Sequence[Sla], which: Sequence[int]) -> None:
    """Raises ModelFault for a calendar that is not there; `applying` has seen to that."""
    calendar = queue = ""
    if task:
        held = step.instance.tasks[task]
        calendar, queue = step.graph.nodes[held.node].calendar, held.queue
    for n in which:
        name, counting = calendar_for(step, slas[n], calendar, queue)
        clock = SlaClock.start(slas[n].policy, step.now, counting)
        revision = counting.revision if in_working_time(slas[n].policy) else 0
        step.record(ev.ClockStarted(step.key(), task, n, clock, name, revision))


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


@lru_cache(maxsize=64)
def _late(graph: ProcessGraph) -> frozenset[int]:
    """The nodes with an SLA that may start late; -1 for the process."""
    places = [(-1, graph.slas), *((node.index, node.slas) for node in graph.nodes)]
    return frozenset(index for index, slas in places if any(sla.start_when is not None for sla in slas))


def _start_late(step: "Step", task: int, slas: Sequence[Sla], token: Token | None) -> None:
    started = {clock.policy for clock in step.instance.clocks.values() if clock.task == task}
    late = [n for n, sla in enumerate(slas) if sla.start_when is not None and n not in started]
    try:
        start_clocks(step, task, slas, [n for n in late if applies(step, slas[n], token)])
    except ModelFault as fault:
        if fault.kind == FAULT:
            no_calendar(step, task, fault)


def no_calendar(step: "Step", task: int, fault: ModelFault) -> None:
    """A clock cannot start. One incident tells it, however often it is tried."""
    where = step.graph.nodes[step.instance.tasks[task].node].id if task else "the SLA of the process"
    text = f"{where}: {fault.message}"
    if all(incident.message != text for incident in step.instance.incidents.values()):
        step.record(ev.IncidentRaised(step.key(), 0, fault.kind, text))


def policy_of(step: "Step", clock: Clock) -> Sla:
    """What the clock was started for."""
    return _slas(step, clock)[clock.policy]


def _slas(step: "Step", clock: Clock) -> Sequence[Sla]:
    if clock.task:
        return step.graph.nodes[step.instance.tasks[clock.task].node].slas
    return step.graph.slas


def pause_clocks(step: "Step") -> None:
    """The instance is suspended: every clock keeps what is left."""
    for clock in list(step.instance.clocks.values()):
        policy = policy_of(step, clock).policy
        paused = clock.state.pause(policy, step.now, step.settings.calendars.known(clock.calendar))
        step.record(ev.ClockChanged(clock.key, paused, ["paused"], 0))


def resume_clocks(step: "Step") -> None:
    """Every clock goes on with what was left."""
    for clock in list(step.instance.clocks.values()):
        policy = policy_of(step, clock).policy
        calendar = step.settings.calendars.known(clock.calendar)
        running = clock.state.resume(policy, step.now, calendar)
        revision = calendar.revision if in_working_time(policy) and calendar.revision != clock.revision else 0
        step.record(ev.ClockChanged(clock.key, running, ["resumed"], 0, revision))


def advance_clocks(step: "Step") -> None:
    """Let every goal, deadline and reminder that is due by now pass."""
    for clock in list(step.instance.clocks.values()):
        sla = policy_of(step, clock)
        due = clock.state.next_at(sla.policy)
        if not due or due > step.now:
            continue
        state, facts = clock.state.advance(sla.policy, step.now, step.settings.calendars.known(clock.calendar))
        urgency = 0
        if "goal" in facts and sla.policy.goal is not None:
            urgency += sla.policy.goal.urgency
        if "deadline" in facts and sla.policy.deadline is not None:
            urgency += sla.policy.deadline.urgency
        step.record(ev.ClockChanged(clock.key, state, list(facts), urgency))
        for fact in facts:
            _follow(step, clock, sla, fact)


def _follow(step: "Step", clock: Clock, sla: Sla, fact: str) -> None:
    task = step.instance.tasks.get(clock.task)
    if fact.startswith("reminder"):
        reminder = sla.policy.reminders[int(fact.partition(":")[2])]
        due = clock.state.goal_at if reminder.relative_to == "goal" else clock.state.deadline_at
        to = workers(task) or [name for name in (step.instance.created_by,) if name]
        _notify(step, clock, task, "reminder", fact, to, due, f"{_subject(step, task)} is due")
        return
    actions = sla.goal_actions if fact == "goal" else sla.deadline_actions
    for action in actions:
        if _wanted(step, task, action):
            due = clock.state.goal_at if fact == "goal" else clock.state.deadline_at
            text = f"{_subject(step, task)} has passed its {fact}"
            _notify(step, clock, task, KINDS[fact], f"{fact}:{action.name}", receivers(step, task, action), due, text)


def _wanted(step: "Step", task: Task | None, action: SlaAction) -> bool:
    """A criterion that cannot be evaluated does not silence the action: somebody should rather hear of it."""
    if action.criteria is None:
        return True
    token = step.instance.tokens.get(task.token) if task is not None else None
    try:
        return step.value(action.criteria, token) is not False
    except ModelFault:
        return True


def workers(task: Task | None) -> list[str]:
    """Who holds the task; while nobody does, its candidates."""
    if task is None:
        return []
    if task.assignee:
        return [task.assignee]
    queue = [f"queue:{task.queue}"] if task.queue else []
    return [*task.users, *task.groups, *queue]


def receivers(step: "Step", task: Task | None, action: SlaAction) -> list[str]:
    """Those the action names; else the managers of who holds the task, or of the initiator."""
    if action.to:
        return list(action.to)
    return [f"manager:{name}" for name in workers(task) or [step.instance.created_by] if name]


def _subject(step: "Step", task: Task | None) -> str:
    return task.name if task is not None else step.instance.label


def _notify(
    step: "Step", clock: Clock, task: Task | None, kind: str, what: str, to: list[str], due: int, text: str
) -> None:
    key = f"{step.instance.id}-{clock.key}-{what}-{step.instance.seq}"
    step.ask(Notify(key, kind, clock.task, _subject(step, task), to, due or None, text))
