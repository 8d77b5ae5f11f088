"""What tells an open page that it may be out of date: server-sent events without content; the page then asks anew."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from andante.people import sight
from andante.runtime import Problem
from andante.runtime.problem import OVERLOADED
from andante.runtime.sight import look_as
from andante.web.desk import Desk
from andante.web.session import SESSION, Asked, address, caller
from andante.web.sight import seen_instance

BEAT: Final = 15.0  # seconds after which the session is looked at anew, and a silent connection is shown to be alive
RETRY: Final = 3_000  # ms until the browser comes again when the server has gone
MOST: Final = 2_000  # pages that are told at a time
MOST_OF_ONE: Final = 50  # of one person


@get("/live")
async def live(request: Asked, desk: NamedDependency[Desk]) -> ServerSentEvent:
    """`changed` when something may have: of the `instance` asked for, else of any. 503 when too many look on."""
    instance_id = request.query_params.get("instance", "")
    who, changes = caller(request), desk.runtime.changes
    if instance_id:
        await seen_instance(desk.runtime, who, instance_id)
    if changes.watching() >= MOST or changes.watching(who.user) >= MOST_OF_ONE:
        raise Problem(OVERLOADED, 503, "Too many pages are open to be told of changes. They ask by themselves.")
    told = _told(request, desk, who.user, instance_id)
    return ServerSentEvent(told, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _told(
    request: Asked, desk: Desk, user: str, instance_id: str
) -> AsyncIterator[ServerSentEventMessage]:  # fmt: skip
    """However much happens: who may look no longer is told nothing more than a BEAT later."""
    now = asyncio.get_running_loop().time
    watcher = desk.runtime.changes.watch(instance_id, user)
    try:
        yield ServerSentEventMessage(data=None, retry=RETRY, comment="listening")
        look = now() + BEAT
        while not watcher.over:
            changed = await watcher.changed(max(0.0, look - now()))
            if now() >= look:
                if not await _may_look(request, desk, instance_id):
                    return
                look = now() + BEAT
            if changed:
                yield ServerSentEventMessage(event="changed", data="")
            else:
                yield ServerSentEventMessage(data=None, comment="still here")
    finally:
        watcher.stop()


async def _may_look(request: Asked, desk: Desk, instance_id: str) -> bool:
    who = await desk.access.caller_of(request.cookies.get(SESSION, ""), address(request))
    if who is None:
        return False
    look_as(sight(who))
    try:
        if instance_id:
            await seen_instance(desk.runtime, who, instance_id)
    except Problem:
        return False
    return True


HANDLERS: Final = (live,)
