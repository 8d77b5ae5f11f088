"""Work queues, groups and roles: everybody sees them, administrators change them."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.people import Skills
from andante.api.services import Call, services
from andante.api.wire import at, body_of, choice, done, success
from andante.people import faults
from andante.people import permissions as allow
from andante.people.teams import KINDS, RULES
from andante.runtime import Known, TeamRow

RULE: Final = choice(
    *RULES, description="How a queue's tasks find their person: offered to all (empty), or one of them is chosen."
)
Members = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=250)]],
    Meta(max_length=10_000, description="user:NAME; in a queue also group:NAME, role:NAME, roleAndSubordinates:NAME."),
]


class TeamShape(msgspec.Struct, frozen=True):
    """`members` as written here; `persons` is everybody who is in it, whatever makes them so. `createdAt` is empty
    where it is only named at persons."""

    kind: str
    name: str
    label: str
    lead: str
    parent: str
    members: list[str]
    persons: list[str]
    rule: str
    calendar: str
    skills: dict[str, int]
    createdAt: str  # noqa: N815 - as in the contract


class TeamRecs(msgspec.Struct, frozen=True):
    """All, by name."""

    Recs: list[TeamShape]
    total: int


class NewTeam(msgspec.Struct, frozen=True):
    """`lead` is told when time runs out. `parent` is of a role: the one above it."""

    name: Annotated[str, Meta(max_length=200)]
    label: Annotated[str, Meta(max_length=400)] = ""
    lead: Annotated[str, Meta(max_length=64)] = ""
    parent: Annotated[str, Meta(max_length=200)] = ""
    members: Members = []
    rule: Annotated[str, RULE] = ""
    calendar: Annotated[str, Meta(max_length=200, description="Name of the queue's business calendar.")] = ""
    skills: Skills = {}


class TeamChange(msgspec.Struct, frozen=True):
    """What is absent stays."""

    label: Annotated[str, Meta(max_length=400)] | UnsetType = UNSET
    lead: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    parent: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    members: Members | UnsetType = UNSET
    rule: Annotated[str, RULE] | UnsetType = UNSET
    calendar: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    skills: Skills | UnsetType = UNSET


def _shape(known: Known, team: TeamRow) -> TeamShape:
    persons = list(known.members(f"{team.kind}:{team.name}"))
    return TeamShape(
        team.kind, team.name, team.label, team.lead, team.parent, team.members, persons, team.rule, team.calendar,
        team.skills, at(team.created_at),
    )  # fmt: skip


def _bare(kind: str, name: str) -> TeamRow:
    """One that is only named at persons."""
    return TeamRow(kind, name, name, "", "", [], "", "", {}, 0)


def _of(kind: str, plural: str, what: str) -> list[HTTPRouteHandler]:
    path = f"{BASE}/runtime/{plural}"

    @get(
        path,
        operation=Operation(
            f"List {what}s", allow.TEAM_READ, TeamRecs, tag="people",
            description="Also those that are only named at persons.",
        ),
    )  # fmt: skip
    async def many(request: Call) -> Response[bytes]:
        known = services(request).runtime.roster.known
        names = sorted(known.named(kind))
        recs = [_shape(known, known.team(kind, name) or _bare(kind, name)) for name in names]
        return success(TeamRecs(recs, len(recs)))

    @post(
        path, status_code=200,
        operation=Operation(
            f"Create a {what}", allow.PEOPLE_MANAGE, TeamShape, NewTeam, tag="people", errors=(faults.TEAM_EXISTS,),
            audit=f"{kind}.add",
        ),
    )  # fmt: skip
    async def add(request: Call) -> Response[bytes]:
        body = await body_of(request, NewTeam)
        own: dict[str, Any] = {field: getattr(body, field) for field in body.__struct_fields__ if field != "name"}
        made = await services(request).teams.add(kind, body.name, **own)
        return success(_shape(services(request).runtime.roster.known, made))

    @get(
        f"{path}/{{name:str}}",
        operation=Operation(
            f"Read a {what}", allow.TEAM_READ, TeamShape, tag="people", errors=(faults.TEAM_NOT_FOUND,)
        ),
    )
    async def one(request: Call, name: FromPath[str]) -> Response[bytes]:
        known = services(request).runtime.roster.known
        if name in known.named(kind):
            return success(_shape(known, known.team(kind, name) or _bare(kind, name)))
        return success(_shape(known, await services(request).teams.one(kind, name)))

    @put(
        f"{path}/{{name:str}}",
        operation=Operation(
            f"Change a {what}", allow.PEOPLE_MANAGE, TeamShape, TeamChange, tag="people",
            errors=(faults.TEAM_NOT_FOUND,), audit=f"{kind}.change",
        ),
    )  # fmt: skip
    async def change(request: Call, name: FromPath[str]) -> Response[bytes]:
        body = await body_of(request, TeamChange)
        given: dict[str, Any] = {
            field: value for field in body.__struct_fields__ if (value := getattr(body, field)) is not UNSET
        }
        made = await services(request).teams.change(kind, name, **given)
        return success(_shape(services(request).runtime.roster.known, made))

    @delete(
        f"{path}/{{name:str}}", status_code=200,
        operation=Operation(
            f"Delete a {what}", allow.PEOPLE_MANAGE, None, tag="people", errors=(faults.TEAM_NOT_FOUND,),
            audit=f"{kind}.remove",
            description="What is written at the persons stays.",
        ),
    )  # fmt: skip
    async def remove(request: Call, name: FromPath[str]) -> Response[bytes]:
        await services(request).teams.remove(kind, name)
        return done()

    return [many, add, one, change, remove]


HANDLERS: Final = tuple(
    handler
    for kind, plural, what in zip(KINDS, ("groups", "roles", "queues"), ("group", "role", "work queue"), strict=True)
    for handler in _of(kind, plural, what)
)
