"""Keys: tokens for long, for programs of one's own. Administrators see and make those of others, too."""

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from andante.api.clients import Ends, Ranges, Scopes, ends
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, done, query_of, success
from andante.people import AccessProblem, KeyRecord, faults, may
from andante.people import permissions as allow
from andante.people.limits import permissions

PATH: Final = f"{BASE}/runtime/keys"
Person = Annotated[str, Meta(max_length=64, description="Yourself by default; others for administrators.")]


class KeyShape(msgspec.Struct, frozen=True):
    """A key, without itself. `lastUsedAt` is exact to the hour, "" for never."""

    id: str
    name: str
    person: str
    scopes: list[str]
    ranges: list[str]
    createdAt: str  # noqa: N815 - as in the contract, here and below
    createdBy: str  # noqa: N815
    expiresAt: str  # noqa: N815
    lastUsedAt: str  # noqa: N815


class NewKeyShape(KeyShape, frozen=True):
    """`key` is shown this once: send it as a token."""

    key: str


class KeyRecs(msgspec.Struct, frozen=True):
    """The newest first."""

    Recs: list[KeyShape]
    total: int


class KeysQuery(msgspec.Struct, frozen=True):
    """`person` "*": of everybody, for administrators."""

    person: Person = ""


class NewKey(msgspec.Struct, frozen=True):
    """`name`: what it is for."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    person: Person = ""
    scopes: Scopes = []
    ranges: Ranges = []
    expiresAt: Ends = ""  # noqa: N815


def _values(k: KeyRecord) -> tuple[str, str, str, list[str], list[str], str, str, str, str]:
    return (
        k.id, k.name, k.person, k.scopes, k.ranges, at(k.created_at), k.created_by, at(k.expires_at),
        at(k.last_used_at),
    )  # fmt: skip


def _whose(request: Call, person: str) -> str:
    """Raises AccessProblem (403) for another's."""
    who = caller(request)
    if person not in ("", who.user) and not may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(faults.FORBIDDEN, 403, f"'{who.user}' may not see or make keys of '{person}'.")
    return person or who.user


@get(PATH, operation=Operation("List keys", allow.KEY_OWN, KeyRecs, query=KeysQuery, tag="access"))
async def keys(request: Call) -> Response[bytes]:
    person = _whose(request, query_of(request, KeysQuery).person)
    recs = [KeyShape(*_values(each)) for each in await services(request).keys.many("" if person == "*" else person)]
    return success(KeyRecs(recs, len(recs)))


@post(
    PATH,
    status_code=200,
    operation=Operation(
        "Make a key", allow.KEY_OWN, NewKeyShape, NewKey, tag="access", errors=(faults.PERSON_NOT_FOUND,),
        audit="key.add",
        description="A token that is good until it expires or is revoked. Made with a token that has scopes, it has "
        "scopes among these.",
    ),
)  # fmt: skip
async def add(request: Call) -> Response[bytes]:
    body, who = await body_of(request, NewKey), caller(request)
    person = _whose(request, body.person)
    asked = permissions(body.scopes)
    if who.scopes is not None and (asked is None or not asked <= who.scopes):
        raise AccessProblem(faults.FORBIDDEN, 403, "scopes: name some of those that your own token has.")
    record, key = await services(request).keys.add(
        person, body.name, scopes=body.scopes, ranges=body.ranges, expires_at=ends(request, body.expiresAt), by=who.user
    )
    return success(NewKeyShape(*_values(record), key))


@delete(
    f"{PATH}/{{key_id:str}}",
    status_code=200,
    operation=Operation(
        "Revoke a key", allow.KEY_OWN, None, tag="access", errors=(faults.KEY_NOT_FOUND,), audit="key.revoke"
    ),
)
async def revoke(request: Call, key_id: FromPath[str]) -> Response[bytes]:
    table, who = services(request).keys, caller(request)
    record = await table.one(key_id)
    if record.person != who.user and not may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(faults.KEY_NOT_FOUND, 404, f"There is no key '{key_id}'.")
    await table.revoke(key_id)
    return done()


HANDLERS: Final = (keys, add, revoke)
