"""Administration: people and OAuth clients."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, PersonRecord, demand
from andante.people import permissions as allow
from andante.people.accounts import KINDS
from andante.people.faults import PARAMETER
from andante.people.permissions import ADMINISTRATOR, OPERATOR, ROLES, USER
from andante.people.secrets import new_secret
from andante.runtime import Problem
from andante.web.desk import Desk, go, said
from andante.web.session import Asked, caller, form, kept_as

ROLE_NAMES: Final = {ADMINISTRATOR: _("Administrator"), OPERATOR: _("Operator"), USER: _("User")}
PASSWORD_LENGTH: Final = 16
Fault = Problem | AccessProblem


def text_of(given: FormMultiDict, name: str) -> str:
    return str(given.get(name, "")).strip()


def names_in(given: FormMultiDict, name: str) -> list[str]:
    """Names separated by commas or lines."""
    text = text_of(given, name).replace("\n", ",")
    return [each for part in text.split(",") if (each := part.strip())]


def skills_in(given: FormMultiDict) -> dict[str, int]:
    """Skills as "french=3, tax=2"; a bare name has the level 1. Raises AccessProblem (400)."""
    found: dict[str, int] = {}
    for each in names_in(given, "skills"):
        name, sign, level = each.partition("=")
        if sign and not (level.strip().isascii() and level.strip().isdigit()):
            raise AccessProblem(PARAMETER, 400, f"skills: '{each}' has no level; write it as french=3.")
        found[name.strip()] = int(level) if sign else 1
    return found


def skills_text(skills: dict[str, int]) -> str:
    return ", ".join(f"{name}={level}" for name, level in skills.items())


# People.


@get("/admin")
async def home(request: Asked) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    return go(request, "/admin/people")


@get("/admin/people")
async def people(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _people(request, desk)


async def _people(
    request: Asked, desk: Desk, problem: Fault | None = None, kept: FormMultiDict | None = None
) -> Response[str]:
    """`kept`: what was typed for a new person, with what is wrong with it."""
    demand(caller(request), allow.PEOPLE_MANAGE)
    sought = request.query_params.get("q", "").strip().lower()
    everybody = await desk.services.accounts.persons()
    found = [each for each in everybody if not sought or sought in _words(each)]
    return desk.page(
        request, "admin_people.html", status=problem.status if problem else 200, problem=problem, people=found,
        sought=sought, total=len(everybody), role_names=ROLE_NAMES, kinds=KINDS, all_roles=ROLES,
        kept=kept if kept is not None else FormMultiDict(), names=[each.name for each in everybody],
        asks=problem is not None or request.query_params.get("ask", "") == "add",
    )  # fmt: skip


def _words(person: PersonRecord) -> str:
    return " ".join([person.name, person.email, *person.groups, *person.queues, *person.roles]).lower()


@post("/admin/people", opt=kept_as("person.add"), status_code=200)
async def add_person(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    name = text_of(given, "name")
    try:
        await desk.services.accounts.add_person(name, password=str(given.get("password", "")), **_rights(given))
    except AccessProblem as problem:
        return await _people(request, desk, problem, given)
    return go(request, f"/admin/people/{name}", said(request, _("%(name)s is there now."), name=name))


def _rights(given: FormMultiDict) -> dict[str, Any]:
    return {
        "email": text_of(given, "email")[:320], "manager": text_of(given, "manager")[:64],
        "roles": [str(each) for each in given.getall("roles", [])], "groups": names_in(given, "groups"),
        "queues": names_in(given, "queues"), "skills": skills_in(given), "kind": text_of(given, "kind") or KINDS[0],
    }  # fmt: skip


@get("/admin/people/{name:str}")
async def person(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    return await _person(request, desk, name)


async def _person(
    request: Asked, desk: Desk, name: str, problem: Fault | None = None, secret: str = ""
) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    found = await desk.services.accounts.person(name)
    known = desk.runtime.roster.known
    clients = [each for each in await desk.services.clients.all() if each.user == name and not each.revoked]
    return desk.page(
        request, "admin_person.html", status=problem.status if problem else 200, problem=problem, person=found,
        role_names=ROLE_NAMES, kinds=KINDS, secret=secret, skills=skills_text(found.skills), clients=clients,
        names=sorted(known.persons), groups=sorted({*known.groups_of(name)}), queues=sorted(known.queues_of(name)),
        deputies=[each for each in await desk.services.deputies.many(name) if each.person == name],
    )  # fmt: skip


@post("/admin/people/{name:str}", opt=kept_as("person.change"), status_code=200)
async def change_person(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    try:
        await desk.services.accounts.change_person(name, **_rights(given))
    except AccessProblem as problem:
        return await _person(request, desk, name, problem)
    return go(request, f"/admin/people/{name}", said(request, _("Saved.")))


@post("/admin/people/{name:str}/{action:str}", opt=kept_as("person.{action}"), status_code=200)
async def act_on_person(
    request: Asked, desk: NamedDependency[Desk], name: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """disable, enable, or password: a new one is made, and shown this once."""
    demand(caller(request), allow.PEOPLE_MANAGE)
    accounts = desk.services.accounts
    try:
        if action == "password":
            secret = new_secret()[:PASSWORD_LENGTH]
            await accounts.change_person(name, password=secret)
            return await _person(request, desk, name, secret=secret)
        if action not in ("disable", "enable"):
            raise Problem("astrozero.0002", 404, f"There is no action '{action}' for a person.")
        await accounts.change_person(name, disabled=action == "disable")
    except AccessProblem as problem:
        return await _person(request, desk, name, problem)
    text = _("Disabled: every session and token has ended.") if action == "disable" else _("Enabled again.")
    return go(request, f"/admin/people/{name}", said(request, text))


# Clients.


@get("/admin/clients")
async def clients(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await clients_view(request, desk)


async def clients_view(
    request: Asked, desk: Desk, problem: Fault | None = None, made: tuple[str, str] | None = None
) -> Response[str]:
    """`made`: id and secret of a client that was just made."""
    demand(caller(request), allow.PEOPLE_MANAGE)
    known = desk.runtime.roster.known
    return desk.page(
        request, "admin_clients.html", status=problem.status if problem else 200, problem=problem, made=made,
        clients=sorted(await desk.services.clients.all(), key=lambda each: (each.revoked, each.id)),
        names=sorted(known.persons), now=desk.runtime.clock.now(),
    )  # fmt: skip


@post("/admin/clients", opt=kept_as("client.add"), status_code=200)
async def add_client(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The answer is the only page that ever shows the secret."""
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    try:
        made = await desk.services.clients.add(
            text_of(given, "user"), text_of(given, "id"), scopes=names_in(given, "scopes"),
            ranges=names_in(given, "ranges"),
        )  # fmt: skip
    except AccessProblem as problem:
        return await clients_view(request, desk, problem)
    return await clients_view(request, desk, made=(made.client_id, made.client_secret))


@post("/admin/clients/{client_id:str}/revoke", opt=kept_as("client.revoke"), status_code=200)
async def revoke_client(request: Asked, desk: NamedDependency[Desk], client_id: FromPath[str]) -> Response[str]:
    demand(caller(request), allow.PEOPLE_MANAGE)
    await desk.services.clients.revoke(client_id)
    text = said(request, _("%(name)s is revoked; its tokens have ended."), name=client_id)
    return go(request, "/admin/clients", text)


HANDLERS: Final = (
    home, people, add_person, person, change_person, act_on_person, clients, add_client, revoke_client,
)  # fmt: skip
