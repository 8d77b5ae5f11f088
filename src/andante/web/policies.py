"""The SLA policies of the deployed definitions: what was agreed, in sentences and on a line, and how it is kept."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from andante.languages import Language
from andante.languages import mark as _
from andante.people import demand, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord
from andante.runtime.insight.reports import Report
from andante.timing.sla_policy import Reminder, Target
from andante.web.desk import Desk, language_of
from andante.web.process import Deed, Process, Rule
from andante.web.session import Asked, caller

MOST: Final = 1_000
DAYS: Final = 30
EDGE: Final = 92  # percent of the line at which the last mark stands
# What an action does, by its type; of "Notify" kinds without receivers, who is told.
DEEDS: Final = {
    "Notify Manager": _("%(who)s is told"),
    "Notify": _("%(who)s is told"),
    "Webhook": _("the webhook %(who)s is called"),
    "Transfer": _("the task goes to %(who)s"),
    "Complete": _("the task is completed: %(detail)s"),
    "Escalate": _("the escalation %(detail)s is thrown"),
    "Set Variables": _("%(names)s is set"),
}
WHO: Final = {
    "assignee": _("whoever holds it"),
    "candidates": _("whoever may take it"),
    "manager": _("the manager"),
    "lead": _("the lead of the queue"),
    "initiator": _("whoever started it"),
}
KINDS: Final = {"goal": _("Goal"), "deadline": _("Deadline"), "milestone": _("Milestone")}


class Mark(msgspec.Struct, frozen=True):
    """On the line: what, where (percent of the width), and in words."""

    kind: str
    x: float
    title: str


class Aim(msgspec.Struct, frozen=True):
    """A target, and what is done when it passes."""

    kind: str
    name: str
    span: str
    working: bool
    urgency: int
    deeds: list[str]


class Shown(msgspec.Struct, frozen=True):
    """A policy. `element` is "" for that of the process; conditions are as they were written, "" without."""

    id: str
    name: str
    element: str
    step: str
    aims: list[Aim]
    reminders: list[str]
    marks: list[Mark]
    calendar: str
    applies: str
    starts: str
    pauses: str
    anew: bool
    risk: str
    report: Report | None


class Group(msgspec.Struct, frozen=True):
    """The policies of one process."""

    definition: DefinitionRecord
    policies: list[Shown]


@get("/sla")
async def policies(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Of the active definitions, and of the newest version of what has none active; `q` narrows them."""
    who, say = caller(request), language_of(request)
    demand(who, allow.INSIGHT_READ)
    text = request.query_params.get("q", "").strip()[:200]
    fresh = await desk.runtime.insight.fresh()
    period = desk.runtime.insight.period(days=DAYS)
    processes = {each.definition: each for each in await desk.runtime.insight.reports.processes(period)}
    groups: list[Group] = []
    for record in await _current(desk):
        graph: Process = await desk.runtime.graph(record.id)
        rules = [*(("", rule) for rule in graph.slas), *((node.id, rule) for node in graph.nodes for rule in node.slas)]
        if not rules:
            continue
        names = {node.id: node.name or node.id for node in graph.nodes}
        reports = {each.name: each for each in await desk.runtime.insight.reports.elements(period, record.name, "")}
        found = [
            _shown(say, f"{record.id}-{n}", element, names.get(element, ""), rule, graph,
                   reports.get(element) if element else processes.get(record.name))
            for n, (element, rule) in enumerate(rules)
        ]  # fmt: skip
        about = f"{record.label} {record.name}".casefold()
        found = [each for each in found if text.casefold() in f"{about} {each.name} {each.step}".casefold()]
        if found:
            groups.append(Group(record, found))
    groups.sort(key=lambda group: (group.definition.label or group.definition.name).casefold())
    return desk.page(
        request, "policies.html", groups=groups, text=text, fresh=fresh, kinds=KINDS, days=DAYS,
        calendars=may(who, allow.CALENDAR_CHANGE),
    )  # fmt: skip


async def _current(desk: Desk) -> list[DefinitionRecord]:
    found: dict[str, DefinitionRecord] = {}
    for record in await desk.runtime.definitions(limit=MOST):  # the newest version of a name first
        if record.kind in ("xml", "json") and (record.active or record.name not in found):
            found[record.name] = record
    return list(found.values())


def _shown(
    say: Language, id: str, element: str, step: str, rule: Rule, graph: Process, report: Report | None
) -> Shown:  # fmt: skip
    policy = rule.policy
    kinds = ["goal", "deadline", *("milestone" for _each in policy.milestones)]
    dated = [
        (aim.ms, Aim(kind, aim.name, say.span(aim.ms), aim.business, aim.urgency, [_deed(say, each) for each in done]))
        for kind, aim, done in zip(kinds, policy.targets, rule.actions, strict=True)
        if aim is not None
    ]  # fmt: skip
    aims = [aim for _ms, aim in sorted(dated, key=lambda each: each[0])]
    return Shown(
        id, policy.name, element, step, aims, [_reminder(say, each) for each in policy.reminders],
        _marks(say, policy.targets, policy.reminders),
        (rule.calendar or graph.calendar) if any(each.working for each in aims) else "",
        rule.criteria.text if rule.criteria else "", rule.start_when.text if rule.start_when else "",
        rule.pause_when.text if rule.pause_when else "", policy.restart_on_resume or policy.restart_on_transfer,
        say.percent(policy.risk_at / 1_000), report,
    )  # fmt: skip


def _people(say: Language, to: Iterable[str], usual: str) -> str:
    names = [say.text(WHO[each]) if each in WHO else each.replace(":", " ") for each in to]
    return ", ".join(names) or say.text(WHO[usual])


def _deed(say: Language, deed: Deed) -> str:
    words = DEEDS.get(deed.type)
    if words is None:
        return deed.name or deed.type
    told = say.text(
        words, who=_people(say, deed.to, "manager" if deed.type == "Notify Manager" else "assignee"),
        detail=deed.detail or deed.name, names=", ".join(each.target for each in deed.values),
    )  # fmt: skip
    return (
        say.text(_("%(told)s where %(condition)s"), told=told, condition=deed.criteria.text) if deed.criteria else told
    )


def _anchor(say: Language, relative_to: str) -> str:
    words = {
        "created": _("the beginning"), "dueDate": _("the due time of the task"), "goal": _("the goal"),
        "deadline": _("the deadline"),
    }  # fmt: skip
    return say.text(words[relative_to]) if relative_to in words else relative_to


def _reminder(say: Language, each: Reminder) -> str:
    values = {"span": say.span(each.offset_ms), "anchor": _anchor(say, each.relative_to)}
    when = _("at %(anchor)s") if not each.offset_ms else _("%(span)s before %(anchor)s")
    parts = [say.text(_("%(span)s after %(anchor)s") if each.offset_ms > 0 else when, **values)]
    if each.max_count > 1:
        often = _("then every %(span)s, %(count)s times in all")
        parts.append(say.text(often, span=say.span(each.every_ms), count=each.max_count))
    if each.working_hours:
        parts.append(say.text(_("in working hours")))
    parts.append(say.text(_("to %(who)s"), who=_people(say, each.to, "assignee")))
    for level in each.levels:
        more = _("after %(count)s also to %(who)s")
        parts.append(say.text(more, count=level.after, who=_people(say, level.to, "manager")))
    return ", ".join(parts)


def _marks(say: Language, targets: Sequence[Target | None], reminders: Iterable[Reminder]) -> list[Mark]:
    """Where targets and first reminders stand on a line from the beginning on. Working time is drawn as if it were all
    of the time: it is longer by the clock."""
    known = {
        ("goal", "deadline")[n] if n < 2 else each.name: each for n, each in enumerate(targets) if each is not None
    }
    points = [
        (target.ms, name if name in KINDS else "milestone", f"{say.text(KINDS[name]) if name in KINDS else name}")
        for name, target in known.items()
    ]
    for each in reminders:
        base = 0 if each.relative_to == "created" else known[each.relative_to].ms if each.relative_to in known else -1
        if base >= 0 and base + each.offset_ms > 0:
            points.append((base + each.offset_ms, "reminder", say.text(_("Reminder"))))
    most = max((ms for ms, _kind, _title in points), default=0)
    return [Mark(kind, round(ms * EDGE / most, 2), f"{title}: {say.span(ms)}") for ms, kind, title in sorted(points)]


HANDLERS: Final = (policies,)
