"""Administration: groups, roles and work queues, deputies of everybody, and the programs that are told."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.people.teams import KINDS
from andante.runtime import Problem, TeamRow, auditing
from andante.web.admin import Fault, names_in, skills_in, skills_text, text_of
from andante.web.desk import Desk, go, said
from andante.web.session import Asked, caller, form, kept_as
from andante.web.settings import RULE_NAMES as DEPUTY_RULES
from andante.web.settings import add_deputy_of, in_force, processes_of

NAMES: Final = {"group": _("Groups"), "role": _("Roles"), "queue": _("Work queues")}
RULE_NAMES: Final = {
    "": _("Offered to all"),
    "roundRobin": _("In turn"),
    "leastLoaded": _("To who has least to do"),
    "skill": _("By skill"),
}


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Problem("astrozero.0002", 404, f"There is no kind of team '{kind}'.")
    return kind


def _bare(kind: str, name: str) -> TeamRow:
    """One that is only named at persons."""
    return TeamRow(kind, name, name, "", "", [], "", "", {}, 0)


@get("/admin/teams/{kind:str}")
async def teams(request: Asked, desk: NamedDependency[Desk], kind: FromPath[str]) -> Response[str]:
    return await _teams(request, desk, _kind(kind))


async def _teams(request: Asked, desk: Desk, kind: str, problem: Fault | None = None, name: str = "") -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    known = desk.runtime.roster.known
    found = [
        (
            known.team(kind, each) or TeamRow(kind, each, each, "", "", [], "", "", {}, 0),
            known.members(f"{kind}:{each}"),
        )
        for each in sorted(known.named(kind))
    ]
    return desk.page(
        request, "admin_teams.html", status=problem.status if problem else 200, problem=problem, kind=kind, found=found,
        kinds=NAMES, rules=RULE_NAMES, name=name,
    )  # fmt: skip


@post("/admin/teams/{kind:str}", opt=kept_as("{kind}.add"), status_code=200)
async def add_team(request: Asked, desk: NamedDependency[Desk], kind: FromPath[str]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    name = text_of(given, "name")
    try:
        await desk.services.teams.add(_kind(kind), name)
    except AccessProblem as problem:
        return await _teams(request, desk, kind, problem, name)
    return go(request, f"/admin/teams/{kind}/{name}", said(request, _("%(name)s is there now."), name=name))


@get("/admin/teams/{kind:str}/{name:str}")
async def team(
    request: Asked, desk: NamedDependency[Desk], kind: FromPath[str], name: FromPath[str]
) -> Response[str]:  # fmt: skip
    return await _team(request, desk, _kind(kind), name)


async def _team(
    request: Asked, desk: Desk, kind: str, name: str, problem: Fault | None = None, given: dict[str, Any] | None = None
) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    known = desk.runtime.roster.known
    if name in known.named(kind):
        row = known.team(kind, name) or _bare(kind, name)
    else:
        row = await desk.services.teams.one(kind, name)
    persons = list(known.members(f"{kind}:{name}"))
    row = row._replace(**given) if given else row
    return desk.page(
        request, "admin_team.html", status=problem.status if problem else 200, problem=problem, team=row, kinds=NAMES,
        rules=RULE_NAMES, persons=persons, skills=skills_text(row.skills), names=sorted(known.persons),
        roles=sorted(known.named("role")), calendars=[each.name for each in await desk.runtime.calendars.all()],
    )  # fmt: skip


@post("/admin/teams/{kind:str}/{name:str}", opt=kept_as("{kind}.change"), status_code=200)
async def change_team(
    request: Asked, desk: NamedDependency[Desk], kind: FromPath[str], name: FromPath[str]
) -> Response[str]:  # fmt: skip
    """Made where it was only named at persons."""
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    changes: dict[str, Any] = {each: text_of(given, each) for each in ("label", "lead")}
    changes["members"] = names_in(given, "members")
    if kind == "role":
        changes["parent"] = text_of(given, "parent")
    if kind == "queue":
        changes.update(rule=text_of(given, "rule"), calendar=text_of(given, "calendar"))
    try:
        if kind == "queue":
            changes["skills"] = skills_in(given)
        if desk.runtime.roster.known.team(_kind(kind), name) is None:
            await desk.services.teams.add(kind, name, **changes)
        else:
            await desk.services.teams.change(kind, name, **changes)
    except AccessProblem as problem:
        return await _team(request, desk, kind, name, problem, {**changes, "skills": changes.get("skills", {})})
    return go(request, f"/admin/teams/{kind}/{name}", said(request, _("Saved.")))


@post("/admin/teams/{kind:str}/{name:str}/remove", opt=kept_as("{kind}.remove"), status_code=200)
async def remove_team(
    request: Asked, desk: NamedDependency[Desk], kind: FromPath[str], name: FromPath[str]
) -> Response[str]:  # fmt: skip
    demand(caller(request), allow.PEOPLE_MANAGE)
    await desk.services.teams.remove(_kind(kind), name)
    return go(request, f"/admin/teams/{kind}", said(request, _("%(name)s is removed."), name=name))


# Deputies of everybody.


@get("/admin/deputies")
async def deputies(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _deputies(request, desk)


async def _deputies(request: Asked, desk: Desk, problem: Fault | None = None) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    known, now = desk.runtime.roster.known, desk.runtime.clock.now()
    return desk.page(
        request, "admin_deputies.html", status=problem.status if problem else 200, problem=problem,
        deputies=await desk.services.deputies.many(), rules=DEPUTY_RULES, holds=lambda row: in_force(row, now),
        names=sorted(known.persons), queues=sorted(known.named("queue")), processes=await processes_of(desk),
        zone=desk.zone,
    )  # fmt: skip


@post("/admin/deputies", opt=kept_as("deputy.add"), status_code=200)
async def add_deputy(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, given = caller(request), await form(request)
    demand(who, allow.PEOPLE_MANAGE)
    try:
        await add_deputy_of(desk, text_of(given, "person"), given, who.user)
    except (Problem, AccessProblem) as problem:
        return await _deputies(request, desk, problem)
    return go(request, "/admin/deputies", said(request, _("The deputy is named.")))


# Programs that are told.


@get("/admin/endpoints")
async def endpoints(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _endpoints(request, desk)


async def _endpoints(
    request: Asked, desk: Desk, problem: Fault | None = None, secret: tuple[str, str] | None = None
) -> Response[str]:
    """`secret`: of which endpoint, and what it is, where one was just made."""
    demand(caller(request), allow.ENDPOINT_MANAGE)
    now = desk.runtime.clock.now()
    return desk.page(
        request, "admin_endpoints.html", status=problem.status if problem else 200, problem=problem, secret=secret,
        endpoints=[(each, len(each.signing(now))) for each in await desk.services.post.endpoints.all()],
    )  # fmt: skip


@post("/admin/endpoints", opt=kept_as("endpoint.add"), status_code=200)
async def add_endpoint(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.ENDPOINT_MANAGE)
    kind = text_of(given, "kind") or "webhook"
    try:
        made = await desk.services.post.endpoints.add(
            text_of(given, "name"), kind, text_of(given, "url"), names_in(given, "kinds")
        )
    except Problem as problem:
        return await _endpoints(request, desk, problem)
    if made.secrets:
        return await _endpoints(request, desk, secret=(made.name, made.secrets[0].text))
    return go(request, "/admin/endpoints", said(request, _("%(name)s is there now."), name=made.name))


@post("/admin/endpoints/{name:str}/{action:str}", opt=kept_as("endpoint.change"), status_code=200)
async def act_on_endpoint(
    request: Asked, desk: NamedDependency[Desk], name: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """rotate, test, disable, enable or remove."""
    demand(caller(request), allow.ENDPOINT_MANAGE)
    table = desk.services.post.endpoints
    try:
        if action == "rotate":
            changed = await table.change(name, rotate=True)
            return await _endpoints(request, desk, secret=(name, changed.secrets[0].text))
        text = await _acted(request, desk, name, action)
    except Problem as problem:
        return await _endpoints(request, desk, problem)
    return go(request, "/admin/endpoints", text)


async def _acted(request: Asked, desk: Desk, name: str, action: str) -> str:
    table = desk.services.post.endpoints
    if action == "test":
        auditing.note("endpoint.test")
        why = "; ".join(each.error for each in await desk.services.post.test(f"webhook:{name}") if each.error)
        return said(request, _("It did not arrive. %(why)s"), why=why) if why else said(request, _("It arrived."))
    if action in ("disable", "enable"):
        await table.change(name, disabled=action == "disable")
        return said(request, _("Saved."))
    if action == "remove":
        auditing.note("endpoint.remove")
        await table.remove(name)
        return said(request, _("%(name)s is removed."), name=name)
    raise Problem("astrozero.0002", 404, f"There is no action '{action}' for an endpoint.")


HANDLERS: Final = (
    teams, add_team, team, change_team, remove_team, deputies, add_deputy, endpoints, add_endpoint, act_on_endpoint,
)  # fmt: skip
