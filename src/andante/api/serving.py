"""What every request has around it: an id that its log lines and its answer carry, its part in the metrics, and a line
in the access log where that is asked for."""

import re
from random import getrandbits
from time import perf_counter
from typing import TYPE_CHECKING, Final, final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from andante.api.admission import INSIDE
from andante.api.health import LEAVING
from andante.people.served import services_of
from andante.runtime import tracing
from andante.runtime.logs import about, about_nothing

if TYPE_CHECKING:
    from andante.api.metrics import Metrics

log: Final = structlog.get_logger("andante.access")
HEADER: Final = b"x-request-id"
# From a server that is about to stop: the next request on this connection would meet its end.
CLOSE: Final = (b"connection", b"close")
TRACED: Final = (b"traceparent", b"tracestate")
# What may come from outside into every line of the log, and into a header of the answer.
GOOD: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


def request_id(scope: Scope) -> str:
    """The caller's, where it is one that can stand in a log; else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and GOOD.fullmatch(value):
            return value.decode("ascii")
    return f"{getrandbits(64):016x}"  # it tells requests apart and guards nothing: no call of the system for each


@final
class Serving:
    """A middleware. `access`: each request gets a line in the log."""

    def __init__(self, *, access: bool) -> None:
        self._access = access

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            tracer = tracing.active
            if tracer is not None and INSIDE not in scope:
                with tracer.request(str(scope.get("method")), _traced(scope)) as span:
                    status = await handled(scope, receive, send)
                    tracer.answered(span, str(scope.get("method")), scope.get("path_template") or "none", status)
            else:
                await handled(scope, receive, send)

        async def handled(scope: Scope, receive: Receive, send: Send) -> int:
            begun = perf_counter()
            status = 500
            inner = INSIDE in scope
            id = b""
            if not inner:
                about_nothing(tenant=services_of(scope).tenant)
                known = request_id(scope)
                about(request=known, trace="" if tracing.active is None else tracing.active.trace_id())
                id = known.encode("ascii")

            async def watch(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    if id:
                        message["headers"] = [*message["headers"], (HEADER, id)]
                    if scope["litestar_app"].state.get(LEAVING):
                        message["headers"] = [*message["headers"], CLOSE]
                await send(message)

            try:
                await app(scope, receive, watch)
            finally:
                took = perf_counter() - begun
                metrics: Metrics = services_of(scope).metrics
                metrics.answered(str(scope.get("method")), scope.get("path_template") or "none", status, took)
                if self._access and not inner:
                    _line(scope, status, took)
            return status

        return served


def _traced(scope: Scope) -> dict[str, str]:
    """The headers that tell of the caller's trace."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in TRACED}


def _line(scope: Scope, status: int, took: float) -> None:
    """Without the query, which may hold what is nobody's business."""
    raw = scope.get("raw_path") or b""
    peer = scope.get("client")
    log.info(
        "request",
        method=str(scope.get("method")),
        path=raw.partition(b"?")[0].decode("ascii", "backslashreplace"),
        status=status,
        ms=round(took * 1000, 1),
        who=getattr(scope.get("user"), "user", ""),
        peer=peer[0] if peer else "",
    )
