"""`andante:sla` and `andante:reminder`, of the process and of its activities (docs/reference/bpmn-xml.md)."""

from andante.bpmn.graph import Assignment, Sla, SlaAction
from andante.bpmn.slas import action, level, milestone, misplaced, reminder, reminders_alone, sla, span, target
from andante.bpmn.vendors.base import Vendor, csv
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import literal
from andante.timing.instants import TimingError
from andante.timing.sla_policy import Reminder, Target


def read_slas(vendor: Vendor, element: Element, reading: Reading, *, task: bool = False) -> list[Sla]:
    """Those of the process or of an activity; of a user `task` also the reminders that belong to no SLA."""
    found: list[Sla] = []
    for source in vendor.elements(element, "sla"):
        try:
            made = _sla(vendor, source, element, reading)
            why = misplaced(made, task)
            if why:
                raise TimingError(why)
            found.append(made)
        except TimingError as fault:
            reading.findings.fault("sla", element.label, source.line, f"The SLA cannot be read: {fault}.")
        reading.leftovers(source)
    sources = vendor.elements(element, "reminder") if task else []
    if sources:
        try:
            found.append(reminders_alone([_reminder(vendor, source, reading) for source in sources]))
        except TimingError as fault:
            reading.findings.fault("sla", element.label, sources[0].line, f"The reminder cannot be read: {fault}.")
    return found


def _sla(vendor: Vendor, source: Element, owner: Element, reading: Reading) -> Sla:
    language = reading.language
    return sla(
        source.take("name") or f"{owner.label}_sla",
        _target(vendor, source, "goal", reading),
        _target(vendor, source, "deadline", reading),
        tuple(_reminder(vendor, each, reading) for each in vendor.inner(source, "reminder")),
        criteria=language.condition(source.take("criteria"), owner.label, source.line),
        start_when=language.condition(source.take("startWhen"), owner.label, source.line),
        goal_actions=_actions(vendor, source, "goalAction", owner, reading),
        deadline_actions=_actions(vendor, source, "deadlineAction", owner, reading),
        milestones=[_milestone(vendor, each, owner, reading) for each in vendor.inner(source, "milestone")],
        pause_when=language.condition(source.take("pauseWhen"), owner.label, source.line),
        on_resume=source.take("onResume"),
        on_transfer=source.take("onTransfer"),
        risk_at=source.take("riskAt"),
        calendar=source.take("calendar").strip(),
    )


def _target(vendor: Vendor, source: Element, name: str, reading: Reading) -> Target | None:
    urgency = f"{name}IncreaseUrgencyBy"
    return target(
        span(source.take(name)),
        reading.flag(source, f"{name}BusinessDays", False),
        vendor.number(source.take(urgency), urgency, source, reading, 0),
    )


def _milestone(
    vendor: Vendor, source: Element, owner: Element, reading: Reading
) -> tuple[Target, tuple[SlaAction, ...]]:
    made = milestone(
        source.take("name"),
        span(source.take("after")),
        reading.flag(source, "businessDays", False),
        vendor.number(source.take("increaseUrgencyBy"), "increaseUrgencyBy", source, reading, 0),
    )
    actions = _actions(vendor, source, "action", owner, reading)
    reading.leftovers(source)
    return made, actions


def _reminder(vendor: Vendor, source: Element, reading: Reading) -> Reminder:
    levels = []
    for each in vendor.inner(source, "level"):
        levels.append(level(each.take("after"), csv(each.take("to"))))
        reading.leftovers(each)
    made = reminder(
        source.take("relativeTo"), source.take("offset"), source.take("every"), source.take("max"),
        working_hours=reading.flag(source, "workingHours", False), to=csv(source.take("to")), grow=source.take("grow"),
        levels=levels,
    )  # fmt: skip
    reading.leftovers(source)
    return made


def _actions(vendor: Vendor, source: Element, name: str, owner: Element, reading: Reading) -> tuple[SlaAction, ...]:
    made: list[SlaAction] = []
    for each in vendor.inner(source, name):
        criteria = reading.language.condition(each.take("criteria"), owner.label, each.line)
        values = tuple(_value(setting, owner, reading) for setting in vendor.inner(each, "set"))
        found = action(
            each.take("name"), each.take("type"), criteria, csv(each.take("to")), owner.label, each.line,
            reading.findings, code=each.take("code"), outcome=each.take("outcome"), values=values,
        )  # fmt: skip
        if found is not None:
            made.append(found)
        reading.leftovers(each)
    return tuple(made)


def _value(source: Element, owner: Element, reading: Reading) -> Assignment:
    name, text = source.take("name"), source.take("value")
    if not name:
        reading.findings.fault("slaAction", owner.label, source.line, "andante:set names no variable. Write its name.")
    value = reading.language.value(text, owner.label, source.line)
    reading.leftovers(source)
    return Assignment(name, value if value is not None else literal(None))
