"""What tells an open page that it may be out of date: server-sent events without content; the page then asks anew."""

from collections.abc import AsyncIterator
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from andante.runtime import Problem
from andante.runtime.changes import Changes, Watcher
from andante.runtime.problem import OVERLOADED
from andante.web.desk import Desk
from andante.web.session import SESSION, Asked, caller
from andante.web.sight import seen_instance

BEAT: Final = 15.0  # seconds after which a silent connection is shown to be alive, and the session looked at
RETRY: Final = 3_000  # ms until the browser comes again when the server has gone
MOST: Final = 2_000  # pages that are told at a time


@get("/live")
async def live(request: Asked, desk: NamedDependency[Desk]) -> ServerSentEvent:
    """`changed` when something may have: of the `instance` asked for, else of any. 503 when too many look on."""
    instance_id = request.query_params.get("instance", "")
    if instance_id:
        await seen_instance(desk.runtime, caller(request), instance_id)
    if desk.runtime.changes.watching >= MOST:
        raise Problem(OVERLOADED, 503, "Too many pages are open to be told of changes. They ask by themselves.")
    told = _told(desk, request.cookies.get(SESSION, ""), desk.runtime.changes, instance_id)
    return ServerSentEvent(told, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _told(
    desk: Desk, session: str, changes: Changes, instance_id: str
) -> AsyncIterator[ServerSentEventMessage]:  # fmt: skip
    watcher: Watcher = changes.watch(instance_id)
    try:
        yield ServerSentEventMessage(data=None, retry=RETRY, comment="listening")
        while not watcher.over:
            if await watcher.changed(BEAT):
                yield ServerSentEventMessage(event="changed", data="")
            elif await desk.access.caller_of(session) is None:
                return
            else:
                yield ServerSentEventMessage(data=None, comment="still here")
    finally:
        watcher.stop()


HANDLERS: Final = (live,)
