"""Standing deputies: who does somebody's tasks meanwhile. Everybody sets their own, administrators anybody's."""

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, choice, done, instant_ms, query_of, success
from andante.people import AccessProblem, faults, may
from andante.people import permissions as allow
from andante.people.deputies import ASSIGN, RULES
from andante.runtime import DeputyRow

DEPUTIES: Final = f"{BASE}/runtime/deputies"
RULE: Final = choice(*RULES, description="assign: new tasks go to the deputy; share: both see them.")


class DeputyShape(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """Times in ISO 8601; an empty `until` has no end. `inForce`: now. Without a `deputy` the person is away."""

    id: str
    person: str
    deputy: str
    since: str
    until: str
    definition: str
    queue: str
    rule: str
    createdBy: str  # noqa: N815 - as in the contract, here and below
    createdAt: str  # noqa: N815
    inForce: bool  # noqa: N815


class DeputyRecs(msgspec.Struct, frozen=True):
    """By their beginning."""

    Recs: list[DeputyShape]
    total: int


class DeputyQuery(msgspec.Struct, frozen=True):
    """`person`: in whose entries that person is away or stands in; administrators see all without it."""

    person: Annotated[str, Meta(max_length=64)] = ""


class NewDeputy(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """`person` is the caller, `from` now, and `until` open where absent. `definition` (the name of a process) and
    `queue` narrow it to their tasks."""

    deputy: Annotated[str, Meta(max_length=64, description="Empty: nobody, the person is only away.")] = ""
    person: Annotated[str, Meta(max_length=64)] = ""
    since: str = ""
    until: str = ""
    definition: Annotated[str, Meta(max_length=200)] = ""
    queue: Annotated[str, Meta(max_length=200)] = ""
    rule: Annotated[str, RULE] = ASSIGN


class DeputyChange(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """What is absent stays; an empty `until` has no end."""

    since: str | UnsetType = UNSET
    until: str | UnsetType = UNSET


def _shape(row: DeputyRow, now: int) -> DeputyShape:
    holds = row.from_at <= now and (not row.until_at or now < row.until_at)
    return DeputyShape(
        row.id, row.person, row.deputy, at(row.from_at), at(row.until_at), row.definition, row.queue, row.rule,
        row.created_by, at(row.created_at), holds,
    )  # fmt: skip


def _demand(request: Call, person: str) -> None:
    who = caller(request)
    if who.user != person and not may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(
            faults.FORBIDDEN,
            403,
            f"'{who.user}' may name own deputies, not those of '{person}'; ask an administrator.",
        )


def _instant(request: Call, field: str, text: str) -> int:
    return instant_ms(field, text, services(request).zone) if text else 0


@get(DEPUTIES, operation=Operation("List deputies", allow.DEPUTY_OWN, DeputyRecs, query=DeputyQuery, tag="people"))
async def deputies(request: Call) -> Response[bytes]:
    query = query_of(request, DeputyQuery)
    person = query.person or ("" if may(caller(request), allow.PEOPLE_MANAGE) else caller(request).user)
    if person:
        _demand(request, person)
    now = services(request).runtime.clock.now()
    recs = [_shape(row, now) for row in await services(request).deputies.many(person)]
    return success(DeputyRecs(recs, len(recs)))


@post(
    DEPUTIES, status_code=200,
    operation=Operation(
        "Name a deputy", allow.DEPUTY_OWN, DeputyShape, NewDeputy, tag="people", errors=(faults.DEPUTY_CYCLE,),
        audit="deputy.add",
    ),
)  # fmt: skip
async def add_deputy(request: Call) -> Response[bytes]:
    body = await body_of(request, NewDeputy)
    person = body.person or caller(request).user
    _demand(request, person)
    made = await services(request).deputies.add(
        person, body.deputy, from_at=_instant(request, "from", body.since),
        until_at=_instant(request, "until", body.until), definition=body.definition, queue=body.queue, rule=body.rule,
        who=caller(request).user,
    )  # fmt: skip
    return success(_shape(made, services(request).runtime.clock.now()))


@put(
    f"{DEPUTIES}/{{id:str}}",
    operation=Operation(
        "Let a deputy begin or end at another time", allow.DEPUTY_OWN, DeputyShape, DeputyChange, tag="people",
        errors=(faults.DEPUTY_NOT_FOUND, faults.DEPUTY_CYCLE), audit="deputy.change",
    ),
)  # fmt: skip
async def change_deputy(request: Call, id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, DeputyChange)
    _demand(request, (await services(request).deputies.one(id)).person)
    made = await services(request).deputies.change(
        id,
        from_at=None if body.since is UNSET else _instant(request, "from", body.since),
        until_at=None if body.until is UNSET else _instant(request, "until", body.until),
    )
    return success(_shape(made, services(request).runtime.clock.now()))


@delete(
    f"{DEPUTIES}/{{id:str}}", status_code=200,
    operation=Operation(
        "End a deputy at once", allow.DEPUTY_OWN, None, tag="people", errors=(faults.DEPUTY_NOT_FOUND,),
        audit="deputy.remove",
    ),
)  # fmt: skip
async def remove_deputy(request: Call, id: FromPath[str]) -> Response[bytes]:
    _demand(request, (await services(request).deputies.one(id)).person)
    await services(request).deputies.remove(id)
    return done()


HANDLERS: Final = (deputies, add_deputy, change_deputy, remove_deputy)
