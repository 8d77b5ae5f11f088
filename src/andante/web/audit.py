"""Administration: the audit log."""

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from andante.people import demand
from andante.people import permissions as allow
from andante.runtime.auditing import MEDIA, AuditQuery, AuditRecord, exported
from andante.timing.instants import DAY, TimingError, parse_instant
from andante.web.audit_words import KINDS, OUTCOMES, VIAS, WORDS
from andante.web.desk import SECURITY, Desk
from andante.web.formats import json_text
from andante.web.session import Asked, caller

SIZE: Final = 50
AT_ONCE: Final = 1_000  # rows that are read at a time for a file
FILTERS: Final = ("q", "action", "actor", "object", "outcome", "since", "until")
# Where the page of an object is.
PAGES: Final = {
    "person": "/admin/people/{}", "group": "/admin/teams/group/{}", "role": "/admin/teams/role/{}",
    "queue": "/admin/teams/queue/{}", "calendar": "/admin/calendars/{}", "definition": "/definitions/{}",
    "instance": "/instances/{}", "task": "/tasks/{}", "batch": "/batches/{}",
}  # fmt: skip


class Filter(msgspec.Struct, frozen=True):
    """As it stands in the address."""

    q: str = ""
    action: str = ""
    actor: str = ""
    object: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""

    @property
    def narrow(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)

    def words(self, **changed: str) -> str:
        """The address's query, with some of it changed."""
        values = {name: changed.get(name, getattr(self, name)) for name in (*FILTERS,)}
        return urlencode({name: value for name, value in {**values, **changed}.items() if value})

    def query(self, zone: str) -> AuditQuery:
        return AuditQuery(
            actor=self.actor, action=self.action, object=self.object, outcome=self.outcome, text=self.q,
            since=_day(self.since, zone), until=_day(self.until, zone, DAY),
        )  # fmt: skip


def _day(text: str, zone: str, later: int = 0) -> int:
    """The beginning of a day in ms, or `later` than that; 0 for none, and for what is no day."""
    try:
        return parse_instant(text, zone) + later if text else 0
    except TimingError:
        return 0


def _filter(request: Asked) -> Filter:
    given = {name: str(request.query_params.get(name, "")).strip()[:200] for name in FILTERS}
    if given["action"] not in (*KINDS, *WORDS):
        given["action"] = ""
    if given["outcome"] not in OUTCOMES:
        given["outcome"] = ""
    return Filter(**given)


def changes(row: AuditRecord) -> list[tuple[str, str, str]]:
    """What of a thing has changed: its name, before, and after."""
    before, after = row.details.get("before"), row.details.get("after")
    before, after = (each if isinstance(each, dict) else {} for each in (before, after))
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in {**before, **after}]


def others(row: AuditRecord) -> list[tuple[str, str]]:
    """What else its details tell."""
    known = ("before", "after") if changes(row) else ()
    return [(name, _text(value)) for name, value in row.details.items() if name not in known]


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json_text(value)


def named(row: AuditRecord) -> str:
    """What people call the object: a definition has a name beside its id."""
    if row.kind == "definition":
        ids = row.details.get("ids")
        names = ", ".join(ids) if isinstance(ids, dict) else str(row.details.get("name", ""))
        return names or row.object
    return "" if row.object == row.actor else row.object


def page_of(row: AuditRecord) -> str:
    """Where to look at the object; "" where it has no page."""
    place = PAGES.get(row.kind, "")
    return place.format(quote(row.object, safe="")) if row.object and place and row.outcome == "done" else ""


@get("/admin/audit")
async def log(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    demand(caller(request), allow.AUDIT_READ)
    asked = _filter(request)
    rows, after = await desk.runtime.audit.many(
        asked.query(desk.zone), SIZE, str(request.query_params.get("after", ""))
    )  # fmt: skip
    return desk.page(
        request, "admin_audit.html", rows=rows, asked=asked, after=after, actions=WORDS, groups=KINDS,
        outcomes=OUTCOMES, vias=VIAS, changes=changes, others=others, page_of=page_of, named=named,
        later=bool(request.query_params.get("after", "")),
    )  # fmt: skip


@get("/admin/audit/export")
async def export(request: Asked, desk: NamedDependency[Desk]) -> Stream:
    """All that the filter finds, as a file, sent while it is read."""
    demand(caller(request), allow.AUDIT_READ)
    form = "ndjson" if request.query_params.get("format") == "ndjson" else "csv"
    headers = {**SECURITY, "Cache-Control": "private, no-store",
               "Content-Disposition": f'attachment; filename="audit.{form}"'}  # fmt: skip
    return Stream(_pages(desk, _filter(request).query(desk.zone), form), media_type=MEDIA[form], headers=headers)


async def _pages(desk: Desk, query: AuditQuery, form: str) -> AsyncIterator[bytes]:
    after, first = "", True
    while first or after:
        rows, after = await desk.runtime.audit.many(query, AT_ONCE, after)
        yield exported(rows, form, heading=first)
        first = False


HANDLERS: Final = (log, export)
