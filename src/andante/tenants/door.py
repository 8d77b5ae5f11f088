"""Whose request it is, found out before anything else is: by the host it came to, or the header that names a tenant.

What has a tenant gets that tenant's services into its scope and nothing else; what has none reaches the operator's
addresses and the health of the server alone.
"""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any, Final, final

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.types import Receive, Scope, Send

from andante.api.admission import ALWAYS, INSIDE
from andante.api.errors import failure
from andante.api.wire import as_json
from andante.languages import chosen
from andante.languages.language import mark
from andante.people.faults import TENANT_SUSPENDED, TENANT_UNAVAILABLE, TENANT_UNKNOWN
from andante.people.served import SERVICES
from andante.runtime.problem import OVERLOADED
from andante.runtime.problem import UNAVAILABLE as GONE
from andante.tenants.names import HEADER, host_of
from andante.tenants.registry import SUSPENDED
from andante.tenants.server import Server
from andante.tenants.tenants import Tenant, Tenants

_HEADER: Final = HEADER.encode()
OPERATOR: Final = "/operator"
STATIC: Final = "/static/"  # what the operator's pages look like: the same for all, and of the program
READY: Final = "ready"
HEALTH: Final = {"/health/live": "live", "/health/ready": READY}
IS_LEAVING: Final = "The server is about to stop: send new requests to another."
# One message, whether there is no such tenant, none was named, or two were.
NO_TENANT: Final = "There is no such tenant here. Check the address, or the header X-Andante-Tenant."
IS_AWAY: Final = "It is suspended. Ask whoever runs the server."
IS_OUT: Final = "It is out of service at the moment. Try again later."
IS_FULL: Final = "You have as many requests in hand as the server takes of one tenant. Try again soon."
NO_PAGE: Final = mark("There is nothing at this address. Check how it is spelled.")
AWAY_PAGE: Final = mark("This is suspended. Ask whoever runs the server.")
OUT_PAGE: Final = mark("This is out of service at the moment. Try again later.")
Next = Callable[[Scope, Receive, Send], Awaitable[None]]


@final
class Door:
    """`await door(scope, receive, send, app)` lets an HTTP request in, or answers it. `leaving`: the server was told to
    stop."""

    def __init__(self, tenants: Tenants, leaving: Callable[[], bool]) -> None:
        self.tenants = tenants
        self.server = Server(tenants)
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send, app: Next) -> None:
        path = str(scope["path"])
        if INSIDE in scope:  # a part of a call that has come in already
            await app(scope, receive, send)
            return
        name = self._named(scope)
        if name is None and (path == OPERATOR or path.startswith((OPERATOR + "/", STATIC))):
            scope[SERVICES] = self.server  # type: ignore[typeddict-unknown-key]
            await app(scope, receive, send)
            return
        if name is None and path in HEALTH:
            gone = HEALTH[path] == READY and self._leaving()
            health = failure(GONE, IS_LEAVING) if gone else as_json({"status": HEALTH[path]})
            await _answer(scope, receive, send, health)
            return
        tenant = self.tenants.get(name) if name else None
        refusal = self._refusal(tenant, path)
        if tenant is None or tenant.services is None or refusal is not None:
            await _answer(scope, receive, send, _told(scope, refusal or _unknown()))
            return
        scope[SERVICES] = tenant.services  # type: ignore[typeddict-unknown-key]
        if path.startswith(ALWAYS):  # open pages that wait for changes are no work in hand
            await app(scope, receive, send)
            return
        tenant.inside += 1
        try:
            await app(scope, receive, send)
        finally:
            tenant.left()

    def _named(self, scope: Scope) -> str | None:
        host = header = ""
        for key, value in scope["headers"]:
            if key == b"host":
                host = host_of(value.decode("latin-1"))
            elif key == _HEADER:
                header = value.decode("latin-1").strip()
        return self.tenants.named(host, header)

    def _refusal(self, tenant: Tenant | None, path: str) -> Response[bytes] | None:
        if tenant is None:
            return _unknown()
        if tenant.record.state == SUSPENDED:
            return failure(TENANT_SUSPENDED, IS_AWAY)
        if tenant.services is None:
            return failure(TENANT_UNAVAILABLE, IS_OUT)
        if tenant.inside >= tenant.most and not path.startswith(ALWAYS):
            return failure(OVERLOADED, IS_FULL)
        return None


def _unknown() -> Response[bytes]:
    return failure(TENANT_UNKNOWN, NO_TENANT)


async def _answer(scope: Scope, receive: Receive, send: Send, response: Response[bytes]) -> None:
    request: Request[Any, Any, Any] = Request(scope)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)


def _told(scope: Scope, refusal: Response[bytes]) -> Response[bytes]:
    """The refusal as it is for programs; for people at a browser as a page that says no more."""
    request: Request[Any, Any, Any] = Request(scope)
    if "text/html" not in request.headers.get("accept", ""):
        return refusal
    say = chosen("", request.headers.get("accept-language", ""))
    words = {404: NO_PAGE, 403: AWAY_PAGE}.get(refusal.status_code or 503, OUT_PAGE)
    body = f'<!doctype html><html lang="{say.code}"><title>Andante</title><p>{escape(say.text(words))}</p></html>'
    headers = {**refusal.headers, "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}
    return Response(body.encode(), status_code=refusal.status_code, media_type=MediaType.HTML, headers=headers)
