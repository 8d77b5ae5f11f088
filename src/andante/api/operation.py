"""What a route promises, said once: who may call it, what it takes and what it answers. The guard, the reading of
bodies and queries, and the OpenAPI document all go by it.
"""

from typing import Any, Final

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from andante.people import AccessProblem, Caller, demand, sight
from andante.people.faults import UNAUTHORISED
from andante.people.permissions import PUBLIC
from andante.runtime.sight import look_as

BASE: Final = "/u-route/baas/bp/v2.0"
KEY: Final = "operation"  # in a handler's `opt`


class Operation(msgspec.Struct, frozen=True):
    """`result` is the type of the envelope's `result`, None for an envelope without one. Answers without envelope have
    `bare`, the type of their JSON, or `media`, the media type of their text. `body` is a type, or a tuple of
    alternatives, `raw_body` the media type of one that is not read as JSON
    (or several, with commas between), `query` a Struct. `errors` lists codes beyond those
    that every route of its kind has. `own`: Andante's, not of the published contract."""

    summary: str
    permission: str
    result: Any = None
    body: Any = None
    query: type[msgspec.Struct] | None = None
    errors: tuple[str, ...] = ()
    tag: str = ""
    description: str = ""
    own: bool = True
    bare: Any = None
    media: str = ""
    raw_body: str = ""

    def __deepcopy__(self, _: dict[int, Any]) -> "Operation":
        """It never changes: the framework, which copies handlers, need not copy it, nor could it copy all types."""
        return self


def operation_of(handler: BaseRouteHandler) -> Operation:
    """Raises LookupError for a route that says nothing about itself: it must not be served."""
    found = handler.opt.get(KEY)
    if not isinstance(found, Operation):
        raise LookupError(f"the route {handler} names no operation")
    return found


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The token: of the `access-token` header (contract 1.1) or of `Authorization: Bearer`; "" for none."""
    token = connection.headers.get("access-token", "")
    if token:
        return token
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse who has no token (401) or not the permission (403)."""
    if (
        isinstance(connection, Request) and connection.method == "OPTIONS"
    ):  # tells the methods of the address, nothing else
        return
    permission = operation_of(handler).permission
    if permission == PUBLIC:
        return
    token = bearer(connection)
    if not token:
        raise AccessProblem(UNAUTHORISED, 401, "No token. Send it in the access-token header.")
    who: Caller | None = await connection.app.state.services.access.caller_of(token)
    if who is None:
        raise AccessProblem(UNAUTHORISED, 401, "The token is unknown or has expired. Get a new one.")
    look_as(sight(who))
    demand(who, permission)
    connection.scope["user"] = who
