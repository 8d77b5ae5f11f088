"""Grants: who may do what with which definitions, beyond the roles."""

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, put
from msgspec import Meta

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, choice, done, query_of, success
from andante.people import faults
from andante.people import permissions as allow
from andante.people.grants import ACTIONS
from andante.runtime import PermitRow

PATH: Final = f"{BASE}/admin/grants"
Definition = Annotated[str, Meta(max_length=200, description="A definition's name, or * for any.")]
Who = Annotated[str, Meta(max_length=250, description="user:NAME, group:NAME or role:NAME.")]


class GrantShape(msgspec.Struct, frozen=True):
    """`who` may do `actions` with the definition; `createdBy` has said so last."""

    definition: str
    who: str
    actions: list[str]
    createdBy: str  # noqa: N815 - as in the contract
    createdAt: str  # noqa: N815


class GrantRecs(msgspec.Struct, frozen=True):
    """By definition, then by who."""

    Recs: list[GrantShape]
    total: int


class GrantsQuery(msgspec.Struct, frozen=True):
    """Those of a definition (by its name, as it is written in the grant), or to somebody; "" for all."""

    definition: Definition = ""
    who: Who = ""


class GrantBody(msgspec.Struct, frozen=True):
    """What is granted from now on, instead of what was granted to them with this definition before."""

    definition: Definition
    who: Who
    actions: Annotated[list[Annotated[str, choice(*ACTIONS)]], Meta(min_length=1, max_length=len(ACTIONS))]


class OneQuery(msgspec.Struct, frozen=True):
    """Which grant."""

    definition: Definition
    who: Who


def _shape(row: PermitRow) -> GrantShape:
    return GrantShape(row.definition, row.who, row.actions, row.created_by, at(row.created_at))


@get(PATH, operation=Operation("List grants", allow.PEOPLE_MANAGE, GrantRecs, query=GrantsQuery, tag="people"))
async def grants(request: Call) -> Response[bytes]:
    query = query_of(request, GrantsQuery)
    found = [
        _shape(row)
        for row in await services(request).grants.all()
        if query.definition in ("", row.definition) and query.who in ("", row.who)
    ]
    return success(GrantRecs(found, len(found)))


@put(
    PATH,
    operation=Operation(
        "Grant actions with a definition", allow.PEOPLE_MANAGE, GrantShape, GrantBody, tag="people",
        audit="grant.put",
        description="start, view, work, operate and administer. Where a definition has grants for an action, only who "
        "is granted it may do it, and administrators; whoever is granted any action sees the definition.",
    ),
)  # fmt: skip
async def grant(request: Call) -> Response[bytes]:
    body = await body_of(request, GrantBody)
    row = await services(request).grants.put(body.definition, body.who, body.actions, by=caller(request).user)
    return success(_shape(row))


@delete(
    PATH,
    status_code=200,
    operation=Operation(
        "Take a grant back",
        allow.PEOPLE_MANAGE,
        None,
        query=OneQuery,
        tag="people",
        errors=(faults.GRANT_NOT_FOUND,),
        audit="grant.remove",
    ),
)
async def withdraw(request: Call) -> Response[bytes]:
    query = query_of(request, OneQuery)
    await services(request).grants.remove(query.definition, query.who)
    return done()


HANDLERS: Final = (grants, grant, withdraw)
