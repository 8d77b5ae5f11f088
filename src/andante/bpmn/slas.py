"""SLAs as both forms write them: texts and numbers in, a checked `Sla` out (contract 2.5)."""

import re
from collections.abc import Sequence
from typing import Final

from andante.bpmn.findings import Findings
from andante.bpmn.graph import Assignment, Sla, SlaAction
from andante.expressions import Expression
from andante.timing.duration import parse_duration
from andante.timing.instants import TimingError
from andante.timing.sla_policy import CREATED, DUE_DATE, RISK_AT, Level, Reminder, SlaPolicy, Target

NOTIFY_MANAGER: Final = "Notify Manager"
NOTIFY: Final = "Notify"
WEBHOOK: Final = "Webhook"
TRANSFER: Final = "Transfer"
COMPLETE: Final = "Complete"
ESCALATE: Final = "Escalate"
SET_VARIABLES: Final = "Set Variables"
# Short for Notify with this receiver.
_TOLD: Final = {"Notify Assignee": "assignee", "Notify Candidates": "candidates", "Notify Lead": "lead"}
ACTION_TYPES: Final = (
    NOTIFY_MANAGER, NOTIFY, *_TOLD, WEBHOOK, TRANSFER, COMPLETE, ESCALATE, SET_VARIABLES,
)  # fmt: skip
_OF_TASKS: Final = frozenset((TRANSFER, COMPLETE))
_RECEIVER: Final = re.compile(r"(?:user|group|role|queue):\S.*|[^:]+")


def span(text: str) -> int:
    """An ISO 8601 duration in ms, 0 for "". Raises TimingError, also for months, whose length is not fixed."""
    if not text.strip():
        return 0
    duration = parse_duration(text)
    if duration.months:
        raise TimingError(f"'{text}' has years or months: an SLA counts in days, hours, minutes and seconds")
    return duration.ms


def target(ms: int, business: bool, urgency: int, name: str = "") -> Target | None:
    """None where no time is set. Raises TimingError."""
    return Target(ms, business, urgency, name) if ms else None


def milestone(name: str, ms: int, business: bool, urgency: int) -> Target:
    """Raises TimingError, also where no time is set."""
    if not ms:
        raise TimingError(f"the milestone '{name}' has no time: give it one")
    return Target(ms, business, urgency, name)


def reminder(
    relative_to: str,
    offset: str,
    every: str,
    count: str,
    *,
    working_hours: bool = False,
    to: tuple[str, ...] = (),
    grow: str = "",
    levels: Sequence[Level] = (),
) -> Reminder:
    """A reminder; `relative_to` "" means the deadline, a repeated one without a count comes ten times. One that is to
    `grow` reaches the queue's lead, too, after so many times, and the manager after as many again.

    Raises TimingError.
    """
    every_ms = span(every)
    if count and not (count.isdigit() and len(count) < 6):
        raise TimingError(f"a reminder's max is '{count}': write a whole number")
    if grow:
        if levels or not (grow.isdigit() and 0 < int(grow) < 100_000):
            raise TimingError(f"a reminder is to grow after '{grow}': write a whole number, or levels instead")
        levels = (Level(int(grow), ("lead",)), Level(2 * int(grow), ("manager",)))
    most = int(count) if count else 10 if every_ms else 1
    return Reminder(
        relative_to or "deadline", span(offset), every_ms, most, working_hours=working_hours, to=to,
        levels=tuple(levels),
    )  # fmt: skip


def level(after: str, to: tuple[str, ...]) -> Level:
    """Raises TimingError."""
    if not (after.isdigit() and len(after) < 6):
        raise TimingError(f"a reminder's level comes after '{after}': write how many reminders come before it")
    if not to:
        raise TimingError("a reminder's level reaches no one: name receivers in 'to'")
    return Level(int(after), to)


def share(text: str) -> int:
    """The part of the time after which work is at risk, in thousandths. Raises TimingError."""
    if not text.strip():
        return RISK_AT
    if not re.fullmatch(r"\s*(0?\.\d{1,3}|[01](\.0{1,3})?)\s*", text):
        raise TimingError(f"riskAt is '{text}': write a part of the time, such as 0.8")
    return round(float(text) * 1_000)


def anew(text: str, what: str) -> bool:
    """Whether the clock begins anew instead of going on. Raises TimingError."""
    if text not in ("", "continue", "restart"):
        raise TimingError(f"{what} is '{text}': write continue or restart")
    return text == "restart"


def action(
    name: str,
    type: str,
    criteria: Expression | None,
    to: tuple[str, ...],
    where: str,
    line: int,
    findings: Findings,
    *,
    code: str = "",
    outcome: str = "",
    values: tuple[Assignment, ...] = (),
) -> SlaAction | None:
    """An action of a known type; None with a fault."""

    def fault(message: str) -> None:
        findings.fault("slaAction", where, line, message)

    type = type or NOTIFY_MANAGER
    if type not in ACTION_TYPES:
        known = ", ".join(f"'{each}'" for each in ACTION_TYPES)
        fault(f"The SLA action type '{type}' is not known. Use one of {known}.")
        return None
    for given, kind, what in ((code, ESCALATE, "code"), (outcome, COMPLETE, "outcome"), (values, SET_VARIABLES, "set")):
        if given and type != kind:
            fault(f"The SLA action '{name}' has {what}, which belongs to the type '{kind}'. Remove it.")
            return None
    if type in _TOLD:
        type, to = NOTIFY, (_TOLD[type], *to)
    if type == WEBHOOK:
        type, to = NOTIFY, tuple(f"webhook:{each.removeprefix('webhook:')}" for each in to)
    if type == NOTIFY and not to:
        fault(f"The SLA action '{name}' notifies no one. Name receivers in 'to'.")
        return None
    if type == TRANSFER and (len(to) != 1 or not _RECEIVER.fullmatch(to[0])):
        fault(f"The SLA action '{name}' must say who gets the task. Name one user, group:x, role:x or queue:x in 'to'.")
        return None
    if type == ESCALATE and not code:
        fault(f"The SLA action '{name}' escalates without a code. Write the escalation's code.")
        return None
    if type == SET_VARIABLES and not values:
        fault(f"The SLA action '{name}' sets nothing. Name variables and their values.")
        return None
    return SlaAction(name, type, criteria, to, code or outcome, values)


def sla(
    name: str,
    goal: Target | None,
    deadline: Target | None,
    reminders: tuple[Reminder, ...],
    *,
    criteria: Expression | None = None,
    start_when: Expression | None = None,
    goal_actions: tuple[SlaAction, ...] = (),
    deadline_actions: tuple[SlaAction, ...] = (),
    milestones: Sequence[tuple[Target, tuple[SlaAction, ...]]] = (),
    pause_when: Expression | None = None,
    on_resume: str = "",
    on_transfer: str = "",
    risk_at: str = "",
    calendar: str = "",
) -> Sla:
    """Raises TimingError where the parts do not fit together."""
    for actions, what, at in ((goal_actions, "goal", goal), (deadline_actions, "deadline", deadline)):
        if actions and at is None:
            raise TimingError(f"SLA '{name}' has actions for its {what}, but no {what}")
    if on_resume and pause_when is None:
        raise TimingError(f"SLA '{name}' says onResume, but not when it pauses: write pauseWhen")
    policy = SlaPolicy(
        name, goal, deadline, reminders, milestones=tuple(each for each, _ in milestones), risk_at=share(risk_at),
        restart_on_resume=anew(on_resume, "onResume"), restart_on_transfer=anew(on_transfer, "onTransfer"),
    )  # fmt: skip
    return Sla(
        policy,
        criteria=criteria,
        start_when=start_when,
        goal_actions=goal_actions,
        deadline_actions=deadline_actions,
        milestone_actions=tuple(actions for _, actions in milestones),
        pause_when=pause_when,
        calendar=calendar,
    )


def reminders_alone(found: Sequence[Reminder]) -> Sla:
    """Reminders of a task without an SLA. Raises TimingError where one is relative to a target."""
    for each in found:
        if each.relative_to not in (CREATED, DUE_DATE):
            raise TimingError(
                f"a reminder outside of an SLA is relative to {each.relative_to!r}: write {CREATED} or {DUE_DATE}"
            )
    return Sla(SlaPolicy("", None, None, tuple(found)))


def misplaced(found: Sla, task: bool) -> str:
    """Why the SLA cannot be that of a task, or of a stage or process; "" where it can."""
    if task:
        return ""
    for action in (each for actions in found.actions for each in actions):
        if action.type in _OF_TASKS:
            return f"the action '{action.name}' of type '{action.type}' is for user tasks only"
    if found.policy.restart_on_transfer:
        return "onTransfer is for user tasks only"
    if any(each.relative_to == DUE_DATE for each in found.policy.reminders):
        return f"a reminder relative to {DUE_DATE} is for user tasks only"
    return ""
