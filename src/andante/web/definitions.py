"""The list of definitions: what is deployed, how much of it is under way, and the place to deploy."""

from typing import Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from andante.languages import mark as _
from andante.people import demand, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Runtime
from andante.runtime.standing import Standing
from andante.web.desk import Desk
from andante.web.paging import SIZE, part, skip_of
from andante.web.session import Asked, caller

MOST: Final = 1_000
LONGEST: Final = 200
DAYS: Final = 7  # in which missed SLAs are counted
KINDS: Final = {
    "": (_("All"), ("xml", "json", "dmn", "form")),
    "process": (_("Processes"), ("xml", "json")),
    "decision": (_("Decisions"), ("dmn",)),
    "form": (_("Forms"), ("form",)),
}


class Line(msgspec.Struct, frozen=True):
    """A name with all its versions; `record` is the active one, else the newest."""

    record: DefinitionRecord
    versions: int
    standing: Standing
    missed: int


@get("/definitions")
async def definition_list(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """`kind` and `q` narrow it."""
    who = caller(request)
    demand(who, allow.DEFINITION_READ)
    kind = request.query_params.get("kind", "")
    kind = kind if kind in KINDS else ""
    text = request.query_params.get("q", "").strip()[:LONGEST]
    skip = skip_of(request)
    names: dict[str, list[DefinitionRecord]] = {}
    for record in await desk.runtime.definitions(limit=MOST):
        names.setdefault(record.name, []).append(record)
    fitting = [versions for versions in names.values() if _fits(versions[0], text)]
    counts = {each: sum(one[0].kind in kinds for one in fitting) for each, (_name, kinds) in KINDS.items()}
    chosen = [versions for versions in fitting if versions[0].kind in KINDS[kind][1]]
    insight = may(who, allow.INSIGHT_READ)
    lines = await _lines(desk.runtime, chosen[skip : skip + SIZE], insight)
    return desk.page(
        request, "definitions.html", lines=lines, part=part(skip, len(lines), len(chosen)), kinds=KINDS, kind=kind,
        counts=counts, text=text, known=bool(names), insight=insight,
    )  # fmt: skip


def _fits(record: DefinitionRecord, text: str) -> bool:
    about = f"{record.label} {record.name} {record.description}".casefold()
    return all(word in about for word in text.casefold().split())


async def _lines(runtime: Runtime, chosen: list[list[DefinitionRecord]], insight: bool) -> list[Line]:
    standing: dict[str, Standing] = {}
    for (name, _version), each in (await runtime.standing.processes()).items():
        had = standing.get(name, Standing())
        standing[name] = Standing(
            had.opened + each.opened, had.suspended + each.suspended, had.incidents + each.incidents
        )
    missed: dict[str, int] = {}
    if insight:
        reports = await runtime.insight.reports.processes(runtime.insight.period(days=DAYS))
        missed = {each.definition: each.missed for each in reports}
    found = []
    for versions in chosen:
        record = next((each for each in versions if each.active), versions[0])
        standing_now = standing.get(record.name, Standing())
        found.append(Line(record, len(versions), standing_now, missed.get(record.name, 0)))
    return found


HANDLERS: Final = (definition_list,)
