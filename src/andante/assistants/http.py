"""The protocol over HTTP, served by Andante itself: each message is carried out by its own API, as the token's person.

Without sessions: any of several servers answers any message, and nothing is kept of who has gone. A call within the
server goes the whole way that one from outside goes, so that permissions, limits and audit log are the same.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from andante.api.admission import INSIDE
from andante.assistants.server import make_server
from andante.client import AsyncClient
from andante.people.served import SERVICES

HEADER: Final = "access-token"
SELF: Final = "http://andante.internal"
FORWARDED: Final = ("x-forwarded-for",)


def make_manager(app: Any, most_body: int) -> StreamableHTTPSessionManager:
    """For one life of the application: `run()` it, and hand it requests. `most_body` in bytes."""

    @asynccontextmanager
    async def connect(request: Any) -> AsyncIterator[AsyncClient]:
        headers = {name: ", ".join(said) for name in FORWARDED if (said := request.headers.getlist(name))}
        peer = (request.client.host, request.client.port) if request.client is not None else ("", 0)
        kept = {name: request.scope[name] for name in (SERVICES,) if name in request.scope}

        async def inside(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, **kept, INSIDE: True}, receive, send)

        transport = _Within(httpx.ASGITransport(inside, raise_app_exceptions=False, client=peer), headers)
        async with AsyncClient(SELF, token=token_of(request.headers), attempts=1, transport=transport) as client:
            client.session.via = "mcp"
            yield client

    return StreamableHTTPSessionManager(
        make_server(connect), json_response=True, stateless=True, max_request_body_size=most_body
    )


class _Within(httpx.AsyncBaseTransport):
    """Adds what a proxy has said of where the request comes from."""

    def __init__(self, inner: httpx.AsyncBaseTransport, headers: dict[str, str]) -> None:
        self._inner = inner
        self._headers = headers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.update(self._headers)
        return await self._inner.handle_async_request(request)


def token_of(headers: Any) -> str:
    """As the API takes it; "" for none."""
    if token := headers.get(HEADER, ""):
        return str(token)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""
