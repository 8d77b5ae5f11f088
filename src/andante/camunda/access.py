"""Who asks: by HTTP Basic (an OAuth client's id and secret, or a person's name and password) or by a token."""

import base64
import binascii
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from andante.api.operation import address, bearer, begin, operation_of
from andante.people import Access, AccessProblem, Caller, demand, sight
from andante.people.faults import UNAUTHORISED
from andante.people.permissions import PUBLIC
from andante.people.served import services_of
from andante.runtime.sight import look_as

Connection = ASGIConnection[Any, Any, Any, Any]


def _basic(connection: Connection) -> tuple[str, str] | None:
    """Name and secret; None where the request has no such header. Raises AccessProblem for one that is none."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise AccessProblem(UNAUTHORISED, 401, "The Authorization header is no HTTP Basic.")
    return name, secret


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse who does not prove who they are (401), or lacks the permission (403)."""
    operation = operation_of(handler)
    permission, asked = operation.permission, begin(connection, operation)
    if permission == PUBLIC:
        return
    access: Access = services_of(connection.scope).access
    given = _basic(connection)
    who: Caller | None
    if given is not None:
        request: Request[Any, Any, Any] = Request(connection.scope)
        who = await access.identify(*given, address(request))
        if who is None:
            raise AccessProblem(UNAUTHORISED, 401, "The client or person is unknown, or the secret is wrong.")
    else:
        token = bearer(connection)
        if not token:
            text = "Say who you are: by HTTP Basic with client id and secret, or with a token (Authorization: Bearer)."
            raise AccessProblem(UNAUTHORISED, 401, text)
        who = await access.caller_of(token, address(connection))
        if who is None:
            raise AccessProblem(UNAUTHORISED, 401, "The token is unknown or has expired. Get a new one.")
    access.admit(who)
    asked.by(who.user, who.client_id)
    look_as(sight(who))
    demand(who, permission)
    connection.scope["user"] = who
