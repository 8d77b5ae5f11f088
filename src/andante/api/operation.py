"""What a route promises, said once: who may call it, what it takes and what it answers. The guard, the reading of
bodies and queries, and the OpenAPI document all go by it.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from litestar import Response
from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from andante.people import Access, AccessProblem, demand, sight
from andante.people.faults import UNAUTHORISED
from andante.people.origins import Network, origin_address
from andante.people.permissions import PUBLIC
from andante.people.served import services_of
from andante.runtime import auditing
from andante.runtime.logs import about
from andante.runtime.sight import look_as

BASE: Final = "/u-route/baas/bp/v2.0"
KEY: Final = "operation"  # in a handler's `opt`
NOSNIFF: Final = ("X-Content-Type-Options", "nosniff")
LONGEST_NAME: Final = 100  # of what an address names, in the log
REASON: Final = "andante-reason"  # a header, percent-encoded
VIA: Final = "andante-via"  # a header: mcp where an assistant asks


class Operation(msgspec.Struct, frozen=True):
    """`result` is the type of the envelope's `result`, None for an envelope without one. Answers without envelope have
    `bare`, the type of their JSON, or `media`, the media type of their text (or several, with commas between), which
    with `result` a caller may ask for instead. `body` is a type, or a tuple of alternatives, `raw_body` the media type
    of one that is not read as JSON (or several, with commas between), `query` a Struct. `errors` lists codes beyond
    those that every route of its kind has. `own`: Andante's, not of the published contract. `audit`: what the
    audit log keeps a call as; the handler may say it more exactly."""

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
    audit: str = ""

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


async def kept(response: Response[Any]) -> Response[Any]:
    """What the audit log is to have of a call is there before its answer goes out, which is what it says it is."""
    await auditing.keep()
    response.headers.setdefault(*NOSNIFF)
    return response


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse who has no token (401) or not the permission (403)."""
    if (
        isinstance(connection, Request) and connection.method == "OPTIONS"
    ):  # tells the methods of the address, nothing else
        return
    operation = operation_of(handler)
    permission = operation.permission
    asked = begin(connection, operation)
    if permission == PUBLIC:
        return
    token = bearer(connection)
    if not token:
        raise AccessProblem(UNAUTHORISED, 401, "No token. Send it in the access-token header.")
    access: Access = services_of(connection.scope).access
    who = await access.caller_of(token, address(connection))
    if who is None:
        raise AccessProblem(UNAUTHORISED, 401, "The token is unknown or has expired. Get a new one.")
    access.admit(who)
    look_as(sight(who))
    connection.scope["user"] = who
    asked.by(who.user, who.client_id)
    demand(who, permission)


def begin(connection: ASGIConnection[Any, Any, Any, Any], operation: Operation) -> auditing.Asked:
    """Let the audit log know what is asked for, from where and why; `by` tells it who, once that is known."""
    via = auditing.MCP if connection.headers.get(VIA) == auditing.MCP else auditing.API
    origin = auditing.Origin(address=address(connection), via=via)
    log = services_of(connection.scope).runtime.audit.log
    about(**_named(connection.path_params))
    asked = auditing.Asked(log, origin, operation.audit, *_about(connection))
    auditing.begin(asked)
    return asked


def _named(given: Mapping[str, Any]) -> dict[str, str]:
    """What the address names, for the lines of the log: a task's and a job's id begin with their instance's."""
    found = {name.removesuffix("_id"): str(value)[:LONGEST_NAME] for name, value in given.items()}
    inside = found.get("task") or found.get("job") or ""
    return {**found, "instance": found.get("instance") or inside.rpartition("-")[0]}


def _about(connection: ASGIConnection[Any, Any, Any, Any]) -> tuple[str, str]:
    """What the request is about, by the address's last parameter, and why, by the header REASON."""
    named = [str(value) for value in connection.path_params.values()]
    return named[-1] if named else "", why(connection)


def why(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The reason that the request gives by the header REASON."""
    return unquote(connection.headers.get(REASON, ""))


def address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where the request comes from; "" if that is not known."""
    peer = connection.client.host if connection.client is not None else ""
    trusted: list[Network] = connection.app.state.get("proxies", [])
    return origin_address(peer, connection.headers.getall("x-forwarded-for", []), trusted) if trusted else peer
