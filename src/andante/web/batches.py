"""What is done with many instances at once: all of it, and one with how far it is."""

from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import Language
from andante.languages import mark as _
from andante.people import AccessProblem, demand, may
from andante.people import permissions as allow
from andante.runtime import BatchRecord, InstanceQuery, InstanceRecord, Problem, TaskQuery
from andante.runtime.task_orders import TASK_ACTIONS
from andante.web.bulk import TITLES
from andante.web.choosing import ALL_OPEN, CLOSED, FILTERS
from andante.web.desk import Desk, go, language_of, said
from andante.web.inbox import GROUPS
from andante.web.session import Asked, caller, form, kept_as

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "queued": (_("waits for its turn"), "wait"),
    "running": (_("under way"), "active"),
    "paused": (_("paused"), "paused"),
    "done": (_("done"), "done"),
    "cancelled": (_("cancelled"), "ended"),
    "failed": (_("stopped by a fault"), "incident"),
    "awaiting": (_("waits for a second person"), "risk"),
    "refused": (_("refused"), "ended"),
    "withdrawn": (_("withdrawn"), "ended"),
    "expired": (_("nobody approved it"), "ended"),
}
DONE: Final[Mapping[str, str]] = {
    "pause": _("Paused. It goes on from here when you resume it."),
    "resume": _("It goes on."),
    "cancel": _("Cancelled. What has been done stays done."),
    "approve": _("Approved. It begins."),
    "refuse": _("Refused. Nothing was done."),
    "withdraw": _("Withdrawn. Nothing was done."),
}
LISTED: Final = 50
LONGEST_ID: Final = 100
SHOWN: Final = 100  # failures on a page
NAMED: Final = 20  # instances that were chosen one by one
SECOND: Final = 1_000.0


class Progress(msgspec.Struct, frozen=True):
    """A batch in numbers: what is `left` of it, `ends` of the three parts of the bar (percent), how many in a second
    (0: not known) and how long (ms) it takes still, at that."""

    left: int
    ends: tuple[float, float, float]
    rate: float
    still: int


def progress(batch: BatchRecord, now: int) -> Progress:
    """At `now` (ms). What no longer matches is not counted as left when the batch is over."""
    so_far = batch.done + batch.skipped + batch.failed
    total = max(batch.total, so_far)
    left = total - so_far if batch.open else 0
    ends, at = [], 0
    for part in (batch.done, batch.skipped, batch.failed):
        at += part
        ends.append(round(100 * at / total, 2) if total else 0.0)
    taken = (batch.ended_at or now) - batch.started_at if batch.started_at else 0
    rate = so_far * SECOND / taken if taken > 0 else 0.0
    still = int(left * SECOND / rate) if rate and batch.state == "running" else 0
    return Progress(left, (ends[0], ends[1], ends[2]), rate, still)


def described(query: InstanceQuery, say: Language, zone: str) -> list[tuple[str, str]]:
    """The filters of a batch, as frozen, in words."""
    found = []
    if query.states:
        label = next((label for label, states in FILTERS.values() if set(states) == set(query.states)), "")
        text = say.text(label) if label and not query.broken else ", ".join(query.states)
        if not label and set(query.states) == set(CLOSED):
            text = say.text(_("Completed or terminated"))
        elif not label and set(query.states) == {*ALL_OPEN, "Suspended"}:
            text = say.text(_("Open"))
        found.append((say.text(_("State")), say.text(_("Incidents")) if query.broken else text))
    for label, value in (
        (_("Definition"), query.name),
        (_("Version"), query.version),
        (_("Business key"), query.business_key),
        (_("Search"), query.text),
        (_("Started by"), query.created_by),
    ):
        if value:
            found.append((say.text(label), value))
    if query.started_from:
        found.append((say.text(_("Started from")), say.full_moment(query.started_from, zone)))
    if query.started_before:
        found.append((say.text(_("Started before")), say.full_moment(query.started_before, zone)))
    return found


def described_tasks(query: TaskQuery, say: Language, zone: str) -> list[tuple[str, str]]:
    """The same of the filters of a task list."""
    found = [] if query.everything else [(say.text(_("In the list of")), query.user)]
    for label, value in (
        (_("Step"), query.name or query.element),
        (_("Process"), query.definition),
        (_("With"), query.assignee),
        (_("Offered to"), query.candidate.replace(":", " ")),
        (_("Work queue"), query.queue),
        (_("Instance"), query.instance_id),
        (_("Business key"), query.business_key),
        (_("Search"), query.text),
        (_("SLA"), query.sla_state),
    ):
        if value:
            found.append((say.text(label), value))
    if query.scope == "mine":
        found.append((say.text(_("With")), query.user))
    if query.overdue or query.due:
        found.append((say.text(_("Due")), say.text(GROUPS["overdue" if query.overdue else query.due])))
    if query.priority_min is not None:
        found.append((say.text(_("Priority")), say.text(_("%(least)s or more"), least=query.priority_min)))
    for label, at in (
        (_("Due from"), query.due_from), (_("Due before"), query.due_before),
        (_("Came from"), query.created_from), (_("Came before"), query.created_before),
    ):  # fmt: skip
        if at:
            found.append((say.text(label), say.full_moment(at, zone)))
    return found


@get("/batches")
async def batch_list(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The newest; `after` goes on with those made before a batch."""
    demand(caller(request), allow.INSTANCE_READ_ANY)
    after = request.query_params.get("after", "")[:LONGEST_ID]
    found = await desk.runtime.batches.many(LISTED + 1, after)
    further = found[LISTED - 1].id if len(found) > LISTED else ""
    found = found[:LISTED]
    now = desk.runtime.clock.now()
    return desk.page(
        request, "batches.html", batches=found, states=STATES, titles=TITLES, further=further, paged=bool(after),
        parts_of={each.id: progress(each, now) for each in found},
    )  # fmt: skip


@get("/batches/{batch_id:str}")
async def batch_page(request: Asked, desk: NamedDependency[Desk], batch_id: FromPath[str]) -> Response[str]:
    """One; `after` goes on with its failures."""
    return await _show(request, desk, batch_id)


async def _show(
    request: Asked, desk: Desk, batch_id: str, problem: Problem | AccessProblem | None = None
) -> Response[str]:
    who, say, batches = caller(request), language_of(request), desk.runtime.batches
    demand(who, allow.INSTANCE_READ_ANY)
    batch = await batches.one(batch_id)
    failures = await batches.failures(batch_id, request.query_params.get("after", ""), SHOWN + 1)
    of_tasks = batch.action in TASK_ACTIONS
    named = {each.item: await _record(desk, _instance_of(each.item, of_tasks)) for each in failures[:SHOWN]}
    ids, tasks = batch.chosen.ids, batch.chosen.tasks
    chosen = {each: await _record(desk, _instance_of(each, of_tasks)) for each in ids[:NAMED]}
    query = described(batch.chosen.query, say, desk.zone) if tasks is None else described_tasks(tasks, say, desk.zone)
    undo = {"suspend": "resume", "resume": "suspend"}.get(batch.action, "")
    return desk.page(
        request, "batch.html", status=problem.status if problem else 200, problem=problem, b=batch, states=STATES,
        title=TITLES[batch.action], p=progress(batch, desk.runtime.clock.now()), failures=failures[:SHOWN],
        more_failures=len(failures) > SHOWN, records=named, chosen=chosen, more_chosen=max(0, len(ids) - NAMED),
        query=[] if ids else query, of_tasks=of_tasks,
        undo=undo if batch.done and not batch.open and may(who, allow.INSTANCE_ACT_ANY) else "",
    )  # fmt: skip


def _instance_of(item: str, of_tasks: bool) -> str:
    return item.rpartition("-")[0] if of_tasks else item


async def _record(desk: Desk, instance_id: str) -> InstanceRecord | None:
    try:
        return await desk.runtime.instance(instance_id)
    except Problem:
        return None  # it is deleted, or in the archive


@post("/batches/{batch_id:str}/{action:str}", opt=kept_as("batch.{action}"), status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], batch_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """pause, resume, cancel; undo a suspension, or a resumption."""
    who = caller(request)
    await form(request)
    try:
        demand(who, allow.INSTANCE_ACT_ANY)
        if action == "undo":
            reason = said(request, _("undo of %(batch)s"), batch=batch_id)
            made = await desk.runtime.batches.undo(batch_id, who=who.user, reason=reason)
            return go(request, f"/batches/{made.id}", said(request, _("It has begun. You can leave this page.")))
        batch = await desk.runtime.batches.one(batch_id)
        if action == "approve" and batch.action == "delete":
            demand(who, allow.INSTANCE_DELETE, batch.chosen.query.name)
        await desk.runtime.batches.act(batch_id, action, who=who.user)
    except (Problem, AccessProblem) as problem:
        return await _show(request, desk, batch_id, problem)
    return go(request, f"/batches/{batch_id}", said(request, DONE[action]))


HANDLERS: Final = (batch_list, batch_page, act)
