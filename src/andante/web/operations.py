"""How it is all doing: what cannot go on and why, work for workers, times, letters, servers; each number with the list
behind it."""

from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import Language
from andante.languages import mark as _
from andante.notify import DEAD, WAITING
from andante.notify.event_post import Standing
from andante.people import AccessProblem, demand, sight
from andante.people import permissions as allow
from andante.people.faults import FORBIDDEN
from andante.runtime import Chosen, InstanceQuery, InstanceRecord, Looked, Problem
from andante.runtime.doctor import diagnose
from andante.web.desk import Desk, go, language_of, said
from andante.web.session import Asked, caller, form, kept_as

LATE: Final = 5_000  # ms after which a timer is late
OLD: Final = 60_000  # ms after which what is on its way is stuck
SHOWN: Final = 8  # causes, in the overview
LISTED: Final = 100
UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
BAR: Final = 40  # height of the plot of timers


class Trouble(msgspec.Struct, frozen=True):
    """Something that is not as it should be, and where to look."""

    words: str
    to: str


def bytes_text(size: int) -> str:
    """ "12.3 MiB"."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit else f"{size} B"


def troubles(say: Language, seen: Looked, dead: int, sinks: Sequence[Standing] = ()) -> list[Trouble]:
    """What is to be looked after; empty when all is well."""
    found = []
    if seen.causes.seen:
        words = say.plural("%(num)s instance has an incident", "%(num)s instances have an incident", seen.causes.seen)
        found.append(Trouble(words, "/instances?state=broken"))
    spent, lost = sum(each.spent for each in seen.jobs), sum(each.lost for each in seen.jobs)
    if spent:
        found.append(
            Trouble(say.plural("%(num)s job has no try left", "%(num)s jobs have no try left", spent), "#jobs")
        )
    if lost:
        words = say.plural(
            "%(num)s job was let down by its worker", "%(num)s jobs were let down by their workers", lost
        )
        found.append(Trouble(words, "#jobs"))
    if seen.timers.late and seen.at - seen.timers.first > LATE:
        words = say.text(_("timers lag by %(span)s"), span=say.span(seen.at - seen.timers.first))
        found.append(Trouble(words, "/operations/timers"))
    if dead:
        words = say.plural("%(num)s letter could not be delivered", "%(num)s letters could not be delivered", dead)
        found.append(Trouble(words, "/operations/letters"))
    if seen.outbox.oldest and seen.at - seen.outbox.oldest > OLD:
        words = say.text(_("something is on its way for %(span)s already"), span=say.span(seen.at - seen.outbox.oldest))
        found.append(Trouble(words, "#server"))
    if seen.outbox.dead:
        found.append(
            Trouble(say.plural("%(num)s note was given up", "%(num)s notes were given up", seen.outbox.dead), "#server")
        )
    for each in sinks:
        if each.failing or (each.away and each.waiting):
            found.append(Trouble(say.text(_("events for %(name)s wait"), name=each.sink), "#events"))
    gone = sum(not each.alive for each in seen.servers)
    if gone:
        found.append(Trouble(say.plural("%(num)s server is gone", "%(num)s servers are gone", gone), "#server"))
    return found


@get("/operations")
async def overview(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, say = caller(request), language_of(request)
    demand(who, allow.OPERATIONS_READ)
    seen = await desk.operations.look()
    waiting, dead = await desk.services.post.letters.counts()
    sinks = await desk.services.events.standing() if desk.services.events is not None else []
    most = max(seen.timers.minutes, default=0)
    bars = [round(BAR * count / most, 2) if most else 0 for count in seen.timers.minutes]
    settings, retention = desk.runtime.settings, desk.runtime.upkeep.retention
    return desk.page(
        request, "operations.html", seen=seen, troubles=troubles(say, seen, dead, sinks), waiting=waiting, dead=dead,
        bars=bars, top=BAR, causes=seen.causes.groups[:SHOWN], size=bytes_text(seen.size),
        sinks=sinks, endpoints=await desk.services.post.endpoints.all(), node=desk.runtime.executor.node,
        kept=settings.retention, archives=settings.archive, removed=retention.removed, archived=retention.archived,
    )  # fmt: skip


@get("/operations/incidents")
async def incidents(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """All groups, or with `cause` the instances of one."""
    demand(caller(request), allow.OPERATIONS_READ)
    key = request.query_params.get("cause", "")
    cause = await desk.operations.cause(key) if key else None
    stops: list[tuple[InstanceRecord, int]] = []
    for id, incident in cause.stops[:LISTED] if cause is not None else ():
        stops.append((await desk.runtime.instance(id), incident))
    found = await desk.operations.causes()
    return desk.page(
        request, "causes.html", key=key, cause=cause, stops=stops, causes=found.groups, more=found.more
    )  # fmt: skip


@post("/operations/incidents/retry", opt=kept_as("batch.create"), status_code=200)
async def retry(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """All of a group: `cause`. A batch does it."""
    who, given = caller(request), await form(request)
    demand(who, allow.INSTANCE_ACT_ANY)
    cause = await desk.operations.cause(str(given.get("cause", "")))
    if cause is None:
        return go(request, "/operations", said(request, _("These incidents are resolved already.")))
    reason = said(request, _("%(message)s: corrected"), message=cause.message)
    batch = await desk.runtime.batches.start(
        "retry", Chosen(InstanceQuery(), cause.ids), who=who.user, reason=reason[:500]
    )
    return go(request, f"/batches/{batch.id}", said(request, _("It has begun. You can leave this page.")))


@get("/operations/jobs")
async def jobs(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    demand(caller(request), allow.OPERATIONS_READ)
    kind = request.query_params.get("type", "")
    return desk.page(request, "operation_list.html", what="jobs", kind=kind, jobs=await desk.operations.jobs(kind))


@get("/operations/timers")
async def timers(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    demand(caller(request), allow.OPERATIONS_READ)
    return desk.page(request, "operation_list.html", what="timers", due=await desk.operations.due())


@get("/operations/letters")
async def letters(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The dead ones, or those that wait."""
    demand(caller(request), allow.LETTER_MANAGE)
    state = WAITING if request.query_params.get("state") == WAITING else DEAD
    table = desk.services.post.letters
    found = await table.many(state, "", LISTED + 1, request.query_params.get("after", ""), sight(caller(request)).view)
    waiting, dead = await table.counts()
    return desk.page(
        request, "operation_list.html", what="letters", letters=found[:LISTED], state=state, waiting=waiting,
        dead=dead, more=len(found) > LISTED,
    )  # fmt: skip


@post("/operations/letters/{letter_id:str}/{action:str}", opt=kept_as("letter.{action}"), status_code=200)
async def letter(
    request: Asked, desk: NamedDependency[Desk], letter_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """retry: now, as if for the first time; discard: never."""
    given = await form(request)
    demand(caller(request), allow.LETTER_MANAGE)
    mail, now = desk.services.post, desk.runtime.clock.now()
    found = await mail.letters.one(letter_id)
    if (
        found is None
        or not sight(caller(request)).view.has(found.content.definition)
        or action not in ("retry", "discard")
    ):
        raise Problem("astrozero.0002", 404, f"There is no letter '{letter_id}' to {action}.")
    if action == "retry":
        await mail.letters.retry(found, now)
        mail.delivery.wake()
    else:
        await mail.letters.discard(found, now)
    state = WAITING if given.get("state") == WAITING else DEAD
    words = _("It is sent again.") if action == "retry" else _("It is discarded.")
    return go(request, f"/operations/letters?state={state}", said(request, words))


AREAS: Final = {
    "database": _("database"), "clock": _("clock"), "members": _("servers"), "settings": _("settings"),
    "calendars": _("calendars"), "work": _("open work"),
}  # fmt: skip


@get("/operations/doctor")
async def doctor(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """What is wrong and what to do, of everything: for who may read everything."""
    who = caller(request)
    demand(who, allow.OPERATIONS_READ)
    if not sight(who).read.all:
        raise AccessProblem(FORBIDDEN, 403, "It tells of all definitions, and not all are yours to read.")
    settings = msgspec.structs.asdict(desk.services.settings)
    seen = await diagnose(desk.runtime.store, desk.runtime.clock, settings)
    areas = [said(request, AREAS[each]) for each in seen.checks]
    return desk.page(request, "doctor.html", seen=seen, areas=areas)


@post("/operations/events/{sink:str}/{action:str}", opt=kept_as("events.{action}"), status_code=200)
async def events(
    request: Asked, desk: NamedDependency[Desk], sink: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """retry: what has failed, now; discard: never."""
    await form(request)
    demand(caller(request), allow.LETTER_MANAGE)
    told = desk.services.events
    if told is None or action not in ("retry", "discard"):
        raise Problem("astrozero.0002", 404, f"There are no events for '{sink}' to {action}.")
    await (told.retry(sink) if action == "retry" else told.table.discard(sink))
    words = _("It is sent again.") if action == "retry" else _("It is discarded.")
    return go(request, "/operations#events", said(request, words))


HANDLERS: Final = (overview, doctor, incidents, retry, jobs, timers, letters, letter, events)
