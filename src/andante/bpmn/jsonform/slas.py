"""The contract's SLAs (2.5) and which task or process each belongs to."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Sla, SlaAction
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.slas import action, level, milestone, misplaced, reminder, reminders_alone, sla, target
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError
from andante.timing.sla_policy import Reminder, Target

_SUFFIX: Final = "_sla"


def attach_slas(draft: ProcessDraft, fields: Fields, uses: dict[str, tuple[str, ...]]) -> None:
    """`slas` defines them, `usingSLA` names those of the process, `uses` those of each activity.

    One that nobody names belongs to the activity it is called after: `approve_sla` to `approve`.
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
    activities: dict[str, NodeDraft] = {}
    for node in draft.nodes:
        for name in uses.get(node.id, ()):
            node.slas.extend(_find(name, node.id, defined, fields))
            used.add(name)
        if node.id in uses:
            activities[node.id] = node
    for name, found in defined.items():
        if found is None or name in used:
            continue
        node_id = name.removesuffix(_SUFFIX)
        if node_id != name and node_id in activities:
            activities[node_id].slas.append(found)
        else:
            message = "No one uses the SLA. Name it in usingSLA of the process or of an activity."
            fields.findings.warn("unusedSla", name, 0, message)
    _check(draft.slas, draft.id, False, fields)
    for node in activities.values():
        _check(node.slas, node.id, node.kind == kinds.USER_TASK, fields)


def _check(slas: list[Sla], where: str, task: bool, fields: Fields) -> None:
    """Whether each can be the SLA of a task, or of a stage or the process."""
    for each in slas:
        why = misplaced(each, task)
        if why:
            fields.findings.fault("sla", where, 0, f"The SLA '{each.policy.name}' cannot be used here: {why}.")


def read_reminders(node: NodeDraft, item: Fields) -> None:
    """The `reminders` of a user task that belong to no SLA."""
    try:
        found = [_reminder(each) for each in item.objects("reminders")]
        if found:
            node.slas.append(reminders_alone(found))
    except TimingError as fault:
        item.fault("sla", f"The reminder cannot be read: {fault}.")


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
    criteria, start_when, pause_when = (item.condition(each) for each in ("criteria", "startWhen", "pauseWhen"))
    on_resume, on_transfer, risk_at = item.text("onResume"), item.text("onTransfer"), _plain(item.raw("riskAt"))
    calendar = item.text("calendar")
    made: Sla | None = None
    try:
        goal, deadline = _target("goal", item), _target("deadline", item)
        reminders = tuple(_reminder(each) for each in item.objects("reminders"))
        milestones = [_milestone(each) for each in item.objects("milestones")]
        if goal is None and deadline is None and not milestones:
            message = "The SLA sets neither goal nor deadline: it has no effect. Set a time."
            item.findings.warn("emptySla", name, 0, message)
        elif active:
            made = sla(
                name, goal, deadline, reminders, criteria=criteria, start_when=start_when,
                goal_actions=goal_actions, deadline_actions=deadline_actions, milestones=milestones,
                pause_when=pause_when, on_resume=on_resume, on_transfer=on_transfer, risk_at=risk_at, calendar=calendar,
            )  # fmt: skip
    except TimingError as fault:
        item.fault("sla", f"The SLA cannot be read: {fault}.")
    item.close()
    return made


def _plain(value: object) -> str:
    """A number or text as text; "" for none."""
    return "" if value is None else str(value)


def _target(prefix: str, item: Fields) -> Target | None:
    business = item.flag(f"{prefix}OnlyBusinessDays")
    return target(_time(prefix, item), business, item.number(f"{prefix}IncreaseUrgencyBy"))


def _time(prefix: str, item: Fields) -> int:
    """The contract's days, hours and minutes, in ms. Raises TimingError."""
    units = ("Days", "Hours", "Minutes") if prefix else ("days", "hours", "minutes")
    days, hours, minutes = (item.number(f"{prefix}{unit}") for unit in units)
    if min(days, hours, minutes) < 0:
        raise TimingError(f"the {prefix or 'milestone'} has a negative time: use 0 or more")
    return days * DAY + hours * HOUR + minutes * MINUTE


def _milestone(item: Fields) -> tuple[Target, tuple[SlaAction, ...]]:
    name = item.text("name")
    made = milestone(name, _time("", item), item.flag("onlyBusinessDays"), item.number("increaseUrgencyBy"))
    item.text("label")
    actions = _actions("actions", item)
    item.close()
    return made, actions


def _reminder(item: Fields) -> Reminder:
    levels = []
    for each in item.objects("levels"):
        levels.append(level(_plain(each.raw("after")), each.names("to")))
        each.close()
    count, grow = item.number("max"), item.number("grow")
    made = reminder(
        item.text("relativeTo"), item.text("offset"), item.text("every"), str(count) if count else "",
        working_hours=item.flag("workingHours"), to=item.names("to"), grow=str(grow) if grow else "", levels=levels,
    )  # fmt: skip
    item.text("name")
    item.close()
    return made


def _actions(name: str, item: Fields) -> tuple[SlaAction, ...]:
    made: list[SlaAction] = []
    for each in item.objects(name):
        if each.has("action"):
            each.fault("unsupported", f"The action '{each.text('action')}' is not supported. Use the type alone.")
        criteria, to = each.condition("criteria"), each.names("to")
        found = action(
            each.text("name"), each.text("type"), criteria, to, item.where, 0, item.findings, code=each.text("code"),
            outcome=each.text("outcome"), values=tuple(each.mappings("set")),
        )  # fmt: skip
        if found is not None:
            made.append(found)
        each.text("label")
        each.close()
    return tuple(made)
