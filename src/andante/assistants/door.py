"""The address /mcp of a server: who has no good token does not come in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, asgi
from litestar.connection import ASGIConnection
from litestar.types import Receive, Scope, Send

from andante.api.errors import failure
from andante.api.operation import address, bearer
from andante.assistants.http import make_manager
from andante.people.faults import UNAUTHORISED
from andante.people.served import services_of


@asynccontextmanager
async def opened(app: Litestar, most_body: int) -> AsyncIterator[None]:
    """While the application runs."""
    manager = make_manager(app, most_body)
    async with manager.run():
        app.state.assistants = manager
        yield


@asgi("/mcp", copy_scope=True)
async def door(scope: Scope, receive: Receive, send: Send) -> None:
    """What the token allows is found out by each call that is made with it; here only whether it is one at all."""
    app: Any = scope["litestar_app"]
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    token = bearer(connection)
    if not token or await services_of(scope).access.caller_of(token, address(connection)) is None:
        refusal = failure(UNAUTHORISED, "No token, or one that is unknown or has expired. Send it as a bearer token.")
        await refusal.to_asgi_response(app=None, request=app.request_class(scope))(scope, receive, send)
        return
    await app.state.assistants.handle_request(scope, receive, send)
