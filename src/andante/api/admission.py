"""How many requests the server has in hand at a time: what is more is told to come again, before it costs anything."""

from typing import Final, final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from andante.api.errors import failure
from andante.api.jobs import STREAM
from andante.runtime.problem import OVERLOADED

# Who watches over the server is answered even then; open pages that wait for changes, and workers that
# wait for jobs, are counted by themselves.
ALWAYS: Final = ("/health/", "/metrics", "/live", "/operator/", STREAM)
INSIDE: Final = "andante.inside"  # in the scope of a call that is a part of another one


@final
class Admission:
    """A middleware. `most`: requests in hand at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP or str(scope["path"]).startswith(ALWAYS) or INSIDE in scope:
                await app(scope, receive, send)
                return
            if self._inside >= self._most:
                refusal = failure(OVERLOADED, "The server has as many requests in hand as it takes. Try again soon.")
                await refusal.to_asgi_response(app=None, request=scope["litestar_app"].request_class(scope))(
                    scope, receive, send
                )
                return
            self._inside += 1
            try:
                await app(scope, receive, send)
            finally:
                self._inside -= 1

        return admitted
