"""SLAs as both forms write them: texts and numbers in, a checked `Sla` out (contract 2.5)."""

from typing import Final

from andante.bpmn.findings import Findings
from andante.bpmn.graph import Sla, SlaAction
from andante.expressions import Expression
from andante.timing.duration import parse_duration
from andante.timing.instants import TimingError
from andante.timing.sla import Reminder, SlaPolicy, Target

NOTIFY_MANAGER: Final = "Notify Manager"
NOTIFY: Final = "Notify"
ACTION_TYPES: Final = (NOTIFY_MANAGER, NOTIFY)


def span(text: str) -> int:
    """An ISO 8601 duration in ms, 0 for "". Raises TimingError, also for months, whose length is not fixed."""
    if not text.strip():
        return 0
    duration = parse_duration(text)
    if duration.months:
        raise TimingError(f"'{text}' has years or months: an SLA counts in days, hours, minutes and seconds")
    return duration.ms


def target(ms: int, business: bool, urgency: int) -> Target | None:
    """None where no time is set. Raises TimingError."""
    return Target(ms, business, urgency) if ms else None


def reminder(relative_to: str, offset: str, every: str, count: str) -> Reminder:
    """A reminder; `relative_to` "" means the deadline, a repeated one without a count comes ten times.

    Raises TimingError.
    """
    every_ms = span(every)
    if count and not (count.isdigit() and len(count) < 6):
        raise TimingError(f"a reminder's max is '{count}': write a whole number")
    return Reminder(relative_to or "deadline", span(offset), every_ms, int(count) if count else 10 if every_ms else 1)


def action(
    name: str, type: str, criteria: Expression | None, to: tuple[str, ...], where: str, line: int, findings: Findings
) -> SlaAction | None:
    """An action of a known type; None with a fault."""
    type = type or NOTIFY_MANAGER
    if type not in ACTION_TYPES:
        known = " or ".join(f"'{each}'" for each in ACTION_TYPES)
        findings.fault("slaAction", where, line, f"The SLA action type '{type}' is not known. Use {known}.")
        return None
    if type == NOTIFY and not to:
        findings.fault("slaAction", where, line, f"The SLA action '{name}' notifies no one. Name receivers in 'to'.")
        return None
    return SlaAction(name, type, criteria, to)


def sla(
    name: str,
    goal: Target | None,
    deadline: Target | None,
    reminders: tuple[Reminder, ...],
    *,
    criteria: Expression | None,
    start_when: Expression | None,
    goal_actions: tuple[SlaAction, ...],
    deadline_actions: tuple[SlaAction, ...],
    calendar: str = "",
) -> Sla:
    """Raises TimingError where the parts do not fit together."""
    for actions, what, at in ((goal_actions, "goal", goal), (deadline_actions, "deadline", deadline)):
        if actions and at is None:
            raise TimingError(f"SLA '{name}' has actions for its {what}, but no {what}")
    return Sla(
        SlaPolicy(name, goal, deadline, reminders),
        criteria=criteria,
        start_when=start_when,
        goal_actions=goal_actions,
        deadline_actions=deadline_actions,
        calendar=calendar,
    )
