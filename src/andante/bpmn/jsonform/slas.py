"""The contract's SLAs (2.5) and which task or process each belongs to."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Sla, SlaAction
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.slas import action, reminder, sla, target
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError
from andante.timing.sla import Reminder, Target

_SUFFIX: Final = "_sla"


def attach_slas(draft: ProcessDraft, fields: Fields, uses: dict[str, tuple[str, ...]]) -> None:
    """`slas` defines them, `usingSLA` names those of the process, `uses` those of each user task.

    One that nobody names belongs to the user task it is called after: `approve_sla` to `approve`.
    """
    defined: dict[str, Sla | None] = {}
    for item in fields.objects("slas"):
        name = item.text("name")
        if not name or name in defined:
            item.fault("duplicateId", f"The SLA name '{name}' is missing or used twice. Give each a name of its own.")
        defined[name] = _sla(name, item)
    used: set[str] = set()
    for name in fields.names("usingSLA"):
        draft.slas.extend(_find(name, draft.id, defined, fields))
        used.add(name)
    tasks: dict[str, NodeDraft] = {}
    for node in draft.nodes:
        for name in uses.get(node.id, ()):
            node.slas.extend(_find(name, node.id, defined, fields))
            used.add(name)
        if node.kind == kinds.USER_TASK:
            tasks[node.id] = node
    for name, found in defined.items():
        if found is None or name in used:
            continue
        node_id = name.removesuffix(_SUFFIX)
        if node_id != name and node_id in tasks:
            tasks[node_id].slas.append(found)
        else:
            message = "No one uses the SLA. Name it in usingSLA of the process or of a user task."
            fields.findings.warn("unusedSla", name, 0, message)


def _find(name: str, where: str, defined: dict[str, Sla | None], fields: Fields) -> list[Sla]:
    if name not in defined:
        fields.findings.fault("unknownSla", where, 0, f"usingSLA names '{name}', but there is no such SLA. Define it.")
        return []
    found = defined[name]
    return [found] if found is not None else []


def _sla(name: str, item: Fields) -> Sla | None:
    """None where it is inactive or faulty."""
    active = item.flag("active", True)
    item.text("label")
    item.text("description")
    if variable := item.text("variable"):
        item.fault("unsupported", f"The SLA's variable '{variable}' is not supported. Remove it.")
    goal_actions = _actions("goalActions", item)
    deadline_actions = (*_actions("deadlineActions", item), *_actions("actions", item))
    calendar = item.text("calendar")
    criteria, start_when = item.condition("criteria"), item.condition("startWhen")
    made: Sla | None = None
    try:
        goal, deadline = _target("goal", item), _target("deadline", item)
        reminders = tuple(_reminder(each) for each in item.objects("reminders"))
        if goal is None and deadline is None:
            message = "The SLA sets neither goal nor deadline: it has no effect. Set a time."
            item.findings.warn("emptySla", name, 0, message)
        elif active:
            made = sla(
                name, goal, deadline, reminders, criteria=criteria, start_when=start_when,
                goal_actions=goal_actions, deadline_actions=deadline_actions, calendar=calendar,
            )  # fmt: skip
    except TimingError as fault:
        item.fault("sla", f"The SLA cannot be read: {fault}.")
    item.close()
    return made


def _target(prefix: str, item: Fields) -> Target | None:
    days, hours, minutes = (item.number(f"{prefix}{unit}") for unit in ("Days", "Hours", "Minutes"))
    if min(days, hours, minutes) < 0:
        raise TimingError(f"the {prefix} has a negative time: use 0 or more")
    business = item.flag(f"{prefix}OnlyBusinessDays")
    urgency = item.number(f"{prefix}IncreaseUrgencyBy")
    return target(days * DAY + hours * HOUR + minutes * MINUTE, business, urgency)


def _reminder(item: Fields) -> Reminder:
    count = item.number("max")
    made = reminder(item.text("relativeTo"), item.text("offset"), item.text("every"), str(count) if count else "")
    item.text("name")
    item.close()
    return made


def _actions(name: str, item: Fields) -> tuple[SlaAction, ...]:
    made: list[SlaAction] = []
    for each in item.objects(name):
        if each.has("action"):
            each.fault("unsupported", f"The action '{each.text('action')}' is not supported. Use the type alone.")
        criteria, to = each.condition("criteria"), each.names("to")
        found = action(each.text("name"), each.text("type"), criteria, to, item.where, 0, item.findings)
        if found is not None:
            made.append(found)
        each.text("label")
        each.close()
    return tuple(made)
