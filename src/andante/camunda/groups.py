"""Groups and who is in them; who somebody is."""

from typing import Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from andante.api.operation import Operation, address
from andante.api.services import Call, services
from andante.camunda.faults import wrong
from andante.camunda.history_places import like
from andante.camunda.listing import in_pages, listed
from andante.camunda.people import enabled, profile_shape
from andante.camunda.wire import Paged, Shape, answer, body_of, nothing, query_of, sorted_by
from andante.people import AccessProblem, faults
from andante.people import permissions as allow
from andante.people.teams import GROUP
from andante.runtime import Known

PATH: Final = "/group"
ONE: Final = f"{PATH}/{{name:str}}"
MEMBER: Final = f"{ONE}/members/{{user_id:str}}"
MANAGE: Final = allow.PEOPLE_MANAGE
READ: Final = allow.TEAM_READ
ORDER: Final = {"id": "id", "name": "name", "type": "type"}
NOTE: Final = "Types of groups are not kept."


class Filters(Paged):
    """Which groups."""

    id: str = ""
    idIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815 - Camunda's spelling, here and below
    name: str = ""
    nameLike: str = ""  # noqa: N815
    member: str = ""


class GroupBody(msgspec.Struct):
    id: str = ""
    name: str = ""
    type: str = ""


class MembershipQuery(Paged):
    userId: str = ""  # noqa: N815


class LoginBody(msgspec.Struct):
    username: str = ""
    password: str = ""


def _shape(known: Known, name: str) -> Shape:
    team = known.team(GROUP, name)
    return {"id": name, "name": team.label if team is not None else name, "type": None}


def _known(request: Call) -> Known:
    return services(request).runtime.roster.known


def _there(request: Call, name: str) -> Known:
    """Raises AccessProblem (404)."""
    known = _known(request)
    if name not in known.named(GROUP):
        raise AccessProblem(faults.TEAM_NOT_FOUND, 404, f"Group with id {name} does not exist")
    return known


async def _found(request: Call) -> tuple[list[Shape], Filters]:
    asked, known = await query_of(request, Filters), _known(request)
    alike = like(asked.nameLike or "%")
    shapes = [_shape(known, name) for name in sorted(known.named(GROUP))]
    found = [
        each for each in shapes
        if asked.id in ("", each["id"]) and (not asked.idIn or each["id"] in asked.idIn)
        and asked.name in ("", each["name"]) and alike(each["name"]) and not asked.nowhere
        and (not asked.member or asked.member in known.members(f"{GROUP}:{each['id']}"))
    ]  # fmt: skip
    return sorted_by(found, asked, ORDER, "id"), asked


@post(
    f"{PATH}/create", status_code=200,
    operation=Operation("Create a group", MANAGE, body=GroupBody, audit="group.add", description=NOTE),
)  # fmt: skip
async def create(request: Call) -> Response[bytes]:
    body = await body_of(request, GroupBody)
    if not body.id:
        raise wrong("id is required.")
    await services(request).teams.add(GROUP, body.id, label=body.name)
    return nothing()


@get(ONE, operation=Operation("Read a group", READ))
async def one(request: Call, name: FromPath[str]) -> Response[bytes]:
    return answer(_shape(_there(request, name), name))


@put(
    ONE, status_code=200,
    operation=Operation("Rename a group", MANAGE, body=GroupBody, audit="group.change", description=NOTE),
)  # fmt: skip
async def change(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, GroupBody)
    await services(request).teams.change(GROUP, name, label=body.name or name)
    return nothing()


@delete(
    ONE, status_code=200,
    operation=Operation("Delete a group", MANAGE, audit="group.remove", description="Persons that name it keep it."),
)  # fmt: skip
async def remove(request: Call, name: FromPath[str]) -> Response[bytes]:
    await services(request).teams.remove(GROUP, name)
    return nothing()


@put(MEMBER, status_code=200, operation=Operation("Add a member to a group", MANAGE, audit="person.change"))
async def join(request: Call, name: FromPath[str], user_id: FromPath[str]) -> Response[bytes]:
    _there(request, name)
    person = await enabled(request, user_id)
    if name not in person.groups:
        await services(request).accounts.change_person(user_id, groups=[*person.groups, name])
    return nothing()


@delete(
    MEMBER, status_code=200,
    operation=Operation("Take a member out of a group", MANAGE, audit="person.change"),
)  # fmt: skip
async def leave(request: Call, name: FromPath[str], user_id: FromPath[str]) -> Response[bytes]:
    known, desk = _there(request, name), services(request)
    person = await enabled(request, user_id)
    team, item = known.team(GROUP, name), f"user:{user_id}"
    if team is not None and item in team.members:
        await desk.teams.change(GROUP, name, members=[each for each in team.members if each != item])
    if name in person.groups:
        await desk.accounts.change_person(user_id, groups=[each for each in person.groups if each != name])
    return nothing()


@get("/identity/groups", operation=Operation("List the groups of a user and who else is in them", READ,
                                             query=MembershipQuery))  # fmt: skip
async def groups_of(request: Call) -> Response[bytes]:
    asked, known = await query_of(request, MembershipQuery), _known(request)
    if not asked.userId:
        raise wrong("No user id was supplied")
    groups = [name for name in sorted(known.named(GROUP)) if asked.userId in known.members(f"{GROUP}:{name}")]
    others = sorted({each for name in groups for each in known.members(f"{GROUP}:{name}")} - {asked.userId})
    return answer({
        "groups": [{"id": name, "name": _shape(known, name)["name"]} for name in groups],
        "groupUsers": [{**profile_shape(each), "displayName": each} for each in others],
    })  # fmt: skip


@post(
    "/identity/verify", status_code=200,
    operation=Operation(
        "Say whether a name and password fit", READ, body=LoginBody,
        description="Of persons and clients; after too many wrong ones 429, as at the log-in.",
    ),
)  # fmt: skip
async def verify(request: Call) -> Response[bytes]:
    body = await body_of(request, LoginBody)
    if not body.username or not body.password:
        raise wrong("Username and password are required")
    who = await services(request).access.identify(body.username, body.password, address(request))
    return answer({"authenticatedUser": body.username, "authenticated": who is not None})


HANDLERS: Final = (
    *listed(PATH, "groups", READ, Filters, *in_pages(_found)),
    create, one, change, remove, join, leave, groups_of, verify,
)  # fmt: skip
