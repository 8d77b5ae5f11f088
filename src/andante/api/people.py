"""Persons, for administrators."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import at, body_of, choice, success
from andante.people import PersonRecord, faults
from andante.people import permissions as allow
from andante.people.accounts import KINDS
from andante.people.permissions import ROLES

PERSONS: Final = f"{BASE}/admin/persons"
PERSON: Final = f"{PERSONS}/{{name:str}}"

Roles = Annotated[list[Annotated[str, choice(*ROLES)]], Meta(max_length=len(ROLES))]
Skills = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=200)], Annotated[int, Meta(ge=1, le=100)]],
    Meta(max_length=1_000, description="Level by skill, 1 to 100."),
]
Names = Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(max_length=1_000)]


class PersonShape(msgspec.Struct, frozen=True):
    """A person or machine user; no secret in it."""

    name: str
    email: str
    manager: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    kind: str
    createdAt: str  # noqa: N815 - as in the contract
    disabled: bool
    skills: dict[str, int] = {}


class PersonRecs(msgspec.Struct, frozen=True):
    """All, by name."""

    Recs: list[PersonShape]
    total: int


class NewPerson(msgspec.Struct, frozen=True):
    """Without a password the person cannot log in to the pages; a client of theirs still works."""

    name: Annotated[str, Meta(description="Letters, digits and . _ @ + -; at most 64.")]
    password: Annotated[str, Meta(description="At least 8 characters.")] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    manager: Annotated[str, Meta(max_length=64, description="Name of the person to notify.")] = ""
    roles: Roles = msgspec.field(default_factory=lambda: ["user"])
    groups: Names = []
    queues: Names = []
    kind: Annotated[str, choice(*KINDS)] = "User"
    skills: Skills = {}


class PersonChange(msgspec.Struct, frozen=True):
    """What is absent stays. A new password or `disabled` ends the person's tokens."""

    password: str | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=320)] | UnsetType = UNSET
    manager: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    roles: Roles | UnsetType = UNSET
    groups: Names | UnsetType = UNSET
    queues: Names | UnsetType = UNSET
    kind: Annotated[str, choice(*KINDS)] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    skills: Skills | UnsetType = UNSET


def _person(p: PersonRecord) -> PersonShape:
    return PersonShape(
        p.name, p.email, p.manager, p.roles, p.groups, p.queues, p.kind, at(p.created_at), p.disabled, p.skills
    )


@get(PERSONS, operation=Operation("List persons", allow.PEOPLE_MANAGE, PersonRecs, tag="people"))
async def persons(request: Call) -> Response[bytes]:
    recs = [_person(each) for each in await services(request).accounts.persons()]
    return success(PersonRecs(recs, len(recs)))


@post(
    PERSONS,
    status_code=200,
    operation=Operation(
        "Create a person",
        allow.PEOPLE_MANAGE,
        PersonShape,
        NewPerson,
        tag="people",
        errors=(faults.PERSON_EXISTS,),
        audit="person.add",
    ),
)
async def add_person(request: Call) -> Response[bytes]:
    body = await body_of(request, NewPerson)
    made = await services(request).accounts.add_person(
        body.name,
        password=body.password,
        email=body.email,
        manager=body.manager,
        roles=body.roles,
        groups=body.groups,
        queues=body.queues,
        kind=body.kind,
        skills=body.skills,
    )
    return success(_person(made))


@get(
    PERSON,
    operation=Operation(
        "Read a person", allow.PEOPLE_MANAGE, PersonShape, tag="people", errors=(faults.PERSON_NOT_FOUND,)
    ),
)
async def person(request: Call, name: FromPath[str]) -> Response[bytes]:
    return success(_person(await services(request).accounts.person(name)))


@put(
    PERSON,
    operation=Operation(
        "Change a person", allow.PEOPLE_MANAGE, PersonShape, PersonChange, tag="people",
        errors=(faults.PERSON_NOT_FOUND, faults.LAST_ADMINISTRATOR), audit="person.change",
    ),
)  # fmt: skip
async def change_person(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, PersonChange)
    given: dict[str, Any] = {
        field: value for field in body.__struct_fields__ if (value := getattr(body, field)) is not UNSET
    }
    return success(_person(await services(request).accounts.change_person(name, **given)))


HANDLERS: Final = (persons, add_person, person, change_person)
