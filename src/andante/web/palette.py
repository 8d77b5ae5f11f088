"""The palette: go anywhere, find anything, and act on it, from the keyboard."""

from typing import Final
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from andante.languages import Language
from andante.languages import mark as _
from andante.people import Caller, may, whose
from andante.people import permissions as allow
from andante.runtime import InstanceQuery, InstanceRecord
from andante.web.desk import Desk, language_of
from andante.web.session import Asked, caller
from andante.web.shell import WITHIN, sections
from andante.web.sight import task_query

MOST: Final = 6  # of a kind
LONGEST: Final = 200
VERBS: Final = {
    "suspend": _("Suspend %(name)s"),
    "resume": _("Resume %(name)s"),
    "terminate": _("Terminate %(name)s…"),
    "retry": _("Retry %(name)s"),
}


class Entry(msgspec.Struct, frozen=True):
    """A line: where it leads, or what is sent there when `posts`."""

    to: str
    mark: str
    text: str
    more: str = ""
    posts: bool = False


@get("/palette")
async def palette(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The lines for what was typed, `q`; with nothing, the sections."""
    who, say = caller(request), language_of(request)
    text = request.query_params.get("q", "").strip()[:LONGEST]
    found = [
        Entry(section.to, section.mark, say.text(section.name), f"g {section.key}")
        for section in sections(who)
        if text.lower() in say.text(section.name).lower()
    ]
    if text:
        found.extend(
            Entry(to, mark, say.text(name))
            for to, mark, name, needs in WITHIN
            if may(who, needs) and text.lower() in say.text(name).lower()
        )
        found.extend(await _actions(desk, who, say, text))
        found.extend(await _tasks(desk, who, text))
        found.extend(await _starts(desk, who, say, text))
        found.extend(_instance(record) for record in await _instances(desk, who, text))
    return desk.page(request, "palette.html", entries=found, text=text)


async def _actions(desk: Desk, who: Caller, say: Language, text: str) -> list[Entry]:
    """ "suspend 4711": the verb, and an instance by its business key or id."""
    verb, _blank, rest = text.partition(" ")
    known = next((name for name in VERBS if len(verb) > 2 and name.startswith(verb.lower())), "")
    if not known or not rest.strip() or not may(who, allow.INSTANCE_ACT_ANY):
        return []
    found = []
    for record in await _instances(desk, who, rest.strip()):
        if record.closed or not may(who, allow.INSTANCE_ACT_ANY, record.name):
            continue
        words = say.text(VERBS[known], name=record.title or record.label or record.name)
        here = f"/instances/{quote(record.id, safe='')}"
        if known == "terminate":
            found.append(Entry(f"{here}?ask=terminate", "ended", words, record.business_key))
        else:
            mark = {"suspend": "pause", "resume": "play"}.get(known, known)
            found.append(Entry(f"{here}/{known}", mark, words, record.business_key, posts=True))
    return found


async def _instances(desk: Desk, who: Caller, text: str) -> list[InstanceRecord]:
    own, read = whose(who)
    query = InstanceQuery([], business_key=text, own=own, read=read, limit=MOST)
    return (await desk.runtime.instances(query)).items


def _instance(record: InstanceRecord) -> Entry:
    name = record.title or record.label or record.name
    return Entry(f"/instances/{quote(record.id, safe='')}", "instances", name, record.business_key)


async def _tasks(desk: Desk, who: Caller, text: str) -> list[Entry]:
    query = task_query(who, "todo")
    query.text, query.limit = text, MOST
    page = await desk.runtime.tasks(query)
    return [
        Entry(f"/tasks/{quote(task.id, safe='')}", "inbox", task.name, task.business_key or task.definition)
        for task in page.items
    ]


async def _starts(desk: Desk, who: Caller, say: Language, text: str) -> list[Entry]:
    if not may(who, allow.INSTANCE_START):
        return []
    found = []
    for record in await desk.runtime.definitions(active=True, limit=1_000):
        name = record.label or record.name
        if not may(who, allow.INSTANCE_START, record.name):
            continue
        if record.kind != "dmn" and not record.suspended and text.lower() in f"{name} {record.name}".lower():
            found.append(Entry(f"/start/{quote(record.id, safe='')}", "play", say.text(_("Start %(name)s"), name=name)))
    return found[:MOST]


HANDLERS: Final = (palette,)
