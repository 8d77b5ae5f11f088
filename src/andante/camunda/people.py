"""Users: Andante's persons that are not disabled."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.faults import wrong
from andante.camunda.history_places import like
from andante.camunda.wire import Paged, Shape, answer, body_of, counted, nothing, query_of, sorted_by
from andante.people import AccessProblem, PersonRecord, faults
from andante.people import permissions as allow

PATH: Final = "/user"
ONE: Final = f"{PATH}/{{name:str}}"
MANAGE: Final = allow.PEOPLE_MANAGE
ORDER: Final = {"userId": "id", "email": "email"}
NOTE: Final = "First and last names are not kept."


class Filters(Paged):
    """Which users."""

    id: str = ""
    idIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815 - Camunda's spelling, here and below
    email: str = ""
    emailLike: str = ""  # noqa: N815
    memberOfGroup: str = ""  # noqa: N815


class Profile(msgspec.Struct):
    id: str = ""
    firstName: str = ""  # noqa: N815
    lastName: str = ""  # noqa: N815
    email: str = ""


class Credentials(msgspec.Struct):
    password: str = ""
    authenticatedUserPassword: str = ""  # noqa: N815


class NewUser(msgspec.Struct):
    profile: Profile
    credentials: Credentials = msgspec.field(default_factory=Credentials)


def profile_shape(name: str, email: str | None = None) -> Shape:
    return {"id": name, "firstName": None, "lastName": None, "email": email or None}


async def enabled(request: Call, name: str) -> PersonRecord:
    """Raises AccessProblem (404)."""
    record = await services(request).accounts.person(name)
    if record.disabled:
        raise AccessProblem(faults.PERSON_NOT_FOUND, 404, f"User with id {name} does not exist")
    return record


async def _found(request: Call) -> tuple[list[Shape], Filters]:
    desk, asked = services(request), await query_of(request, Filters)
    members = desk.runtime.roster.known.members(f"group:{asked.memberOfGroup}") if asked.memberOfGroup else ()
    alike = like(asked.emailLike or "%")
    found = [
        profile_shape(each.name, each.email) for each in await desk.accounts.persons()
        if not each.disabled and asked.id in ("", each.name) and (not asked.idIn or each.name in asked.idIn)
        and asked.email in ("", each.email) and alike(each.email) and not asked.nowhere
        and (not asked.memberOfGroup or each.name in members)
    ]  # fmt: skip
    return sorted_by(found, asked, ORDER, "id"), asked


@get(PATH, operation=Operation("List users", MANAGE, query=Filters))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count users", MANAGE, query=Filters))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@post(
    f"{PATH}/create", status_code=200,
    operation=Operation("Create a user", MANAGE, body=NewUser, audit="person.add", description=NOTE),
)  # fmt: skip
async def create(request: Call) -> Response[bytes]:
    body = await body_of(request, NewUser)
    if not body.profile.id:
        raise wrong("profile.id is required.")
    await services(request).accounts.add_person(
        body.profile.id, password=body.credentials.password, email=body.profile.email
    )
    return nothing()


@get(
    f"{ONE}/profile",
    operation=Operation(
        "Read a user's profile", allow.TEAM_READ, description="One's own; administrators anybody's. No names are kept."
    ),
)
async def profile(request: Call, name: FromPath[str]) -> Response[bytes]:
    who = caller(request)
    if name != who.user:
        allow.demand(who, MANAGE)
    return answer(profile_shape(name, (await enabled(request, name)).email))


@put(
    f"{ONE}/profile", status_code=200,
    operation=Operation("Change a user's profile", MANAGE, body=Profile, audit="person.change", description=NOTE),
)  # fmt: skip
async def change_profile(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, Profile)
    await enabled(request, name)
    if body.id not in ("", name):
        raise wrong(f"id: a user's id does not change, '{name}' is none other.")
    await services(request).accounts.change_person(name, email=body.email)
    return nothing()


@put(
    f"{ONE}/credentials", status_code=200,
    operation=Operation("Give a user another password", MANAGE, body=Credentials, audit="person.change"),
)  # fmt: skip
async def change_password(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, Credentials)
    await enabled(request, name)
    if not body.password:
        raise wrong("password is required.")
    await services(request).accounts.change_person(name, password=body.password)
    return nothing()


@delete(
    ONE, status_code=200,
    operation=Operation(
        "Delete a user", MANAGE, audit="person.change",
        description="They are disabled, and not there for this API any more; what they did stays.",
    ),
)  # fmt: skip
async def remove(request: Call, name: FromPath[str]) -> Response[bytes]:
    await enabled(request, name)
    await services(request).accounts.change_person(name, disabled=True)
    return nothing()


HANDLERS: Final[tuple[Any, ...]] = (count, create, find, profile, change_profile, change_password, remove)
