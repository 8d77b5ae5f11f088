"""OAuth clients, for administrators: what they are limited to, and their secrets."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import at, body_of, done, duration_ms, instant_ms, success
from andante.people import ClientRecord, faults
from andante.people import permissions as allow
from andante.people.clients import LONGEST_S, MOST_REQUESTS

CLIENTS: Final = f"{BASE}/admin/clients"
ONE: Final = f"{CLIENTS}/{{client_id:str}}"
Scopes = Annotated[
    list[Annotated[str, Meta(max_length=100)]],
    Meta(max_length=100, description="Permissions such as task.read, or task.*; empty: all that the person may."),
]
Ranges = Annotated[
    list[Annotated[str, Meta(max_length=100)]],
    Meta(max_length=100, description="Addresses and networks (CIDR) that it may come from; empty: any."),
]
Ends = Annotated[str, Meta(max_length=40, description="ISO 8601; empty: never.")]
Requests = Annotated[int, Meta(ge=0, le=MOST_REQUESTS, description="A second; 0: as the server's setting has it.")]


class ClientShape(msgspec.Struct, frozen=True):
    """A client; a token of it acts as `user`. The secret before the present one is good until `formerUntil` ("": it is
    not)."""

    clientId: str  # noqa: N815 - as in the contract, here and below
    user: str
    createdAt: str  # noqa: N815
    revoked: bool
    scopes: list[str]
    ranges: list[str]
    expiresAt: str  # noqa: N815
    formerUntil: str  # noqa: N815
    requests: int


class ClientRecs(msgspec.Struct, frozen=True):
    """All, by id."""

    Recs: list[ClientShape]
    total: int


class NewClient(msgspec.Struct, frozen=True):
    """`clientId` and `clientSecret` are generated where absent."""

    user: str
    clientId: str = ""  # noqa: N815
    clientSecret: str = ""  # noqa: N815
    scopes: Scopes = []
    ranges: Ranges = []
    expiresAt: Ends = ""  # noqa: N815
    requests: Requests = 0


class ClientChange(msgspec.Struct, frozen=True):
    """What is absent stays. It holds for tokens that are out already."""

    scopes: Scopes | UnsetType = UNSET
    ranges: Ranges | UnsetType = UNSET
    expiresAt: Ends | UnsetType = UNSET  # noqa: N815
    requests: Requests | UnsetType = UNSET


class NewSecret(msgspec.Struct, frozen=True):
    """`keepFor`: how long the secret before is good beside the new one."""

    keepFor: Annotated[str, Meta(description="ISO 8601 duration, at most 90 days; PT0S: it ends now")] = "P1D"  # noqa: N815


class ClientSecret(msgspec.Struct, frozen=True):
    """The secret is shown this once."""

    username: str
    clientId: str  # noqa: N815
    clientSecret: str  # noqa: N815


def _client(c: ClientRecord, now: int) -> ClientShape:
    former = at(c.second_until) if c.second_until > now else ""
    return ClientShape(
        c.id, c.user, at(c.created_at), c.revoked, c.scopes, c.ranges, at(c.expires_at), former, c.requests
    )


def ends(request: Call, text: str) -> int:
    """In ms, 0 never. Raises Problem (400)."""
    return instant_ms("expiresAt", text, services(request).zone) if text else 0


@get(CLIENTS, operation=Operation("List clients", allow.PEOPLE_MANAGE, ClientRecs, tag="people"))
async def clients(request: Call) -> Response[bytes]:
    desk = services(request)
    recs = [_client(each, desk.runtime.clock.now()) for each in await desk.clients.all()]
    return success(ClientRecs(recs, len(recs)))


@post(
    CLIENTS,
    status_code=200,
    operation=Operation(
        "Create a client", allow.PEOPLE_MANAGE, ClientSecret, NewClient, tag="people",
        errors=(faults.PERSON_NOT_FOUND, faults.CLIENT_EXISTS), audit="client.add",
    ),
)  # fmt: skip
async def add_client(request: Call) -> Response[bytes]:
    body = await body_of(request, NewClient)
    made = await services(request).clients.add(
        body.user, body.clientId, body.clientSecret, scopes=body.scopes, ranges=body.ranges,
        expires_at=ends(request, body.expiresAt), requests=body.requests,
    )  # fmt: skip
    return success(ClientSecret(body.user, made.client_id, made.client_secret))


@put(
    ONE,
    operation=Operation(
        "Change what a client is limited to", allow.PEOPLE_MANAGE, ClientShape, ClientChange, tag="people",
        errors=(faults.CLIENT_NOT_FOUND,), audit="client.change",
    ),
)  # fmt: skip
async def change_client(request: Call, client_id: FromPath[str]) -> Response[bytes]:
    body, desk = await body_of(request, ClientChange), services(request)
    given: dict[str, Any] = {
        name: value for name in ("scopes", "ranges", "requests") if (value := getattr(body, name)) is not UNSET
    }
    if not isinstance(body.expiresAt, UnsetType):
        given["expires_at"] = ends(request, body.expiresAt)
    return success(_client(await desk.clients.change(client_id, **given), desk.runtime.clock.now()))


@post(
    f"{ONE}/secret",
    status_code=200,
    operation=Operation(
        "Renew a client's secret", allow.PEOPLE_MANAGE, ClientSecret, NewSecret, tag="people",
        errors=(faults.CLIENT_NOT_FOUND,), description="The one before stays good beside it for a while.",
        audit="client.renew",
    ),
)  # fmt: skip
async def renew(request: Call, client_id: FromPath[str]) -> Response[bytes]:
    body, desk = await body_of(request, NewSecret), services(request)
    keep = duration_ms("keepFor", body.keepFor, desk.runtime.clock.now(), desk.zone, LONGEST_S * 1_000)
    made = await desk.clients.renew(client_id, keep // 1_000)
    return success(ClientSecret((await desk.clients.one(client_id)).user, made.client_id, made.client_secret))


@delete(
    f"{ONE}/secret",
    status_code=200,
    operation=Operation(
        "End a client's former secret",
        allow.PEOPLE_MANAGE,
        None,
        tag="people",
        errors=(faults.CLIENT_NOT_FOUND,),
        audit="client.end",
    ),
)
async def end_former(request: Call, client_id: FromPath[str]) -> Response[bytes]:
    await services(request).clients.end_former(client_id)
    return done()


@delete(
    ONE,
    status_code=200,
    operation=Operation(
        "Revoke a client", allow.PEOPLE_MANAGE, None, tag="people", errors=(faults.CLIENT_NOT_FOUND,),
        description="Its tokens end at once.", audit="client.revoke",
    ),
)  # fmt: skip
async def revoke_client(request: Call, client_id: FromPath[str]) -> Response[bytes]:
    await services(request).clients.revoke(client_id)
    return done()


HANDLERS: Final = (clients, add_client, change_client, renew, end_former, revoke_client)
