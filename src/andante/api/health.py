"""Is it alive, is it ready, how is it doing; and the clock of a test server."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get, put
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.api.wire import as_json, at, body_of, duration_ms, instant_ms, success
from andante.people.permissions import CLOCK_SET, PUBLIC
from andante.runtime import Problem, StoreProblem, TestClock
from andante.runtime.problem import UNAVAILABLE

LEAVING: Final = "leaving"  # in the application's state: the server was told to stop
LONGEST_STEP_MS: Final = 10 * 366 * 86_400_000


class Health(msgspec.Struct, frozen=True):
    """`status` is "live" or "ready"."""

    status: str


class ClockBody(msgspec.Struct, frozen=True):
    """One of the two: how far to advance (ISO 8601 duration), or the new time (ISO 8601)."""

    advance: Annotated[str, Meta(description="ISO 8601 duration")] = ""
    now: Annotated[str, Meta(description="ISO 8601 date-time")] = ""


class ClockNow(msgspec.Struct, frozen=True):
    """The time it is now, ISO 8601 UTC."""

    now: str


@get("/health/live", operation=Operation("Is the process alive", PUBLIC, bare=Health, tag="operation"))
async def live(request: Call) -> Response[bytes]:
    return as_json(Health("live"))


@get(
    "/health/ready",
    operation=Operation(
        "Can it serve", PUBLIC, bare=Health, tag="operation", errors=(UNAVAILABLE,),
        description="It asks the database. A server that was told to stop says no at once, and serves for a while.",
    ),
)  # fmt: skip
async def ready(request: Call) -> Response[bytes]:
    if request.app.state.get(LEAVING):
        raise Problem(UNAVAILABLE, 503, "The server is about to stop: send new requests to another.")
    try:
        await services(request).runtime.store.read("select 1")
    except StoreProblem as fault:
        raise Problem(UNAVAILABLE, 503, f"The database does not answer: {fault}") from None
    return as_json(Health("ready"))


@get("/metrics", operation=Operation("Numbers for Prometheus", PUBLIC, media="text/plain", tag="operation"))
async def metrics(request: Call) -> Response[bytes]:
    desk = services(request)
    text = await desk.metrics.text(desk.runtime, desk.post)
    return Response(text, media_type="text/plain; version=0.0.4")


@put(
    "/test/clock",
    operation=Operation(
        "Set the test clock", CLOCK_SET, ClockNow, ClockBody, tag="operation",
        description="Only with --test-clock. All that fell due has run when it answers.",
    ),
)  # fmt: skip
async def set_clock(request: Call) -> Response[bytes]:
    body = await body_of(request, ClockBody)
    desk = services(request)
    clock = desk.runtime.clock
    if not isinstance(clock, TestClock):
        raise AssertionError("the route is there only with a test clock")
    if bool(body.advance) == bool(body.now):
        raise bad_parameter("advance", "give either advance or now.")
    if body.advance:
        target = clock.now() + duration_ms("advance", body.advance, clock.now(), desk.zone, LONGEST_STEP_MS)
    else:
        target = instant_ms("now", body.now, desk.zone)
        if target < clock.now():
            raise bad_parameter("now", f"a clock does not go back; it is {at(clock.now())}.")
    clock.set(target)
    await desk.runtime.run_due()
    await desk.runtime.upkeep.retention.carry_out()
    return success(ClockNow(at(clock.now())))


HANDLERS: Final = (live, ready, metrics)
TEST_HANDLERS: Final = (set_clock,)
