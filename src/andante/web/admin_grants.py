"""Administration: who may do what with which definitions."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.languages import mark as _
from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.people.grants import ACTIONS, ADMINISTER, ANY, OPERATE, START, VIEW, WORK
from andante.web.admin import text_of
from andante.web.desk import Desk, go, said
from andante.web.session import Asked, caller, form, kept_as

NAMES: Final = {START: _("Start"), VIEW: _("View"), WORK: _("Work"), OPERATE: _("Operate"), ADMINISTER: _("Administer")}
MEANINGS: Final = {
    START: _("start instances"),
    VIEW: _("see the definition and all its instances"),
    WORK: _("do its tasks"),
    OPERATE: _("suspend, resume, end and change its instances"),
    ADMINISTER: _("deploy, change and delete it"),
}
MOST: Final = 1_000


@get("/admin/grants")
async def grants(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _grants(request, desk)


async def _grants(request: Asked, desk: Desk, problem: AccessProblem | None = None) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    known = desk.runtime.roster.known
    sets = [f"{kind}:{name}" for kind in ("group", "role") for name in sorted(known.named(kind))]
    return desk.page(
        request, "admin_grants.html", status=problem.status if problem else 200, problem=problem,
        grants=await desk.services.grants.all(), actions=ACTIONS, names=NAMES, meanings=MEANINGS,
        definitions=[ANY, *sorted({each.name for each in await desk.runtime.definitions(limit=MOST)})],
        everybody=[*sets, *(f"user:{name}" for name in sorted(known.persons))],
    )  # fmt: skip


@post("/admin/grants", opt=kept_as("grant.put"), status_code=200)
async def grant(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, given = caller(request), await form(request)
    demand(who, allow.PEOPLE_MANAGE)
    try:
        row = await desk.services.grants.put(
            text_of(given, "definition"), text_of(given, "who"), given.getall("actions", []), by=who.user
        )
    except AccessProblem as problem:
        return await _grants(request, desk, problem)
    return go(request, "/admin/grants", said(request, _("Granted to %(name)s."), name=row.who))


@post("/admin/grants/remove", opt=kept_as("grant.remove"), status_code=200)
async def withdraw(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    who = text_of(given, "who")
    await desk.services.grants.remove(text_of(given, "definition"), who)
    return go(request, "/admin/grants", said(request, _("Taken back from %(name)s."), name=who))


HANDLERS: Final = (grants, grant, withdraw)
