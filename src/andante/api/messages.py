"""Messages, signals and conditions from outside."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post
from msgspec import Meta

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import Variables, body_of, duration_ms, success
from andante.people import permissions as allow
from andante.runtime import problem as codes

LONGEST_MS: Final = 366 * 86_400_000


class MessageBody(msgspec.Struct, frozen=True):
    """`correlation`: variables that must be equal; without it, a model's correlation key may be read from `variables`.
    `ttl` (ISO 8601): wait so long for a receiver. The same `id` takes
    effect once."""

    name: Annotated[str, Meta(min_length=1)]
    businessKey: str = ""  # noqa: N815 - the contract's spelling
    correlation: dict[str, Any] = {}
    variables: Variables = {}
    ttl: Annotated[str, Meta(description="ISO 8601 duration, at most 366 days")] = ""
    id: Annotated[str, Meta(max_length=200)] = ""


class Published(msgspec.Struct, frozen=True):
    """Instances that took the message, that it started, and whether it waits."""

    delivered: list[str]
    started: list[str]
    buffered: bool


class SignalBody(msgspec.Struct, frozen=True):
    """A signal goes to every instance that awaits it."""

    name: Annotated[str, Meta(min_length=1)]
    variables: Variables = {}


class Broadcast(msgspec.Struct, frozen=True):
    """How many instances caught it, and how many it started."""

    delivered: int
    started: int


class ConditionsBody(msgspec.Struct, frozen=True):
    """What is so: the variables that conditional start events see. `definition`: only those of this process."""

    variables: Variables
    businessKey: str = ""  # noqa: N815 - the contract's spelling
    definition: str = ""


class Fulfilled(msgspec.Struct, frozen=True):
    """The instances that were started."""

    started: list[str]


@post(
    f"{BASE}/runtime/messages",
    status_code=200,
    operation=Operation(
        "Publish a message",
        allow.MESSAGE_PUBLISH,
        Published,
        MessageBody,
        tag="messages",
        errors=(codes.OVERLOADED, codes.STARTS, codes.TOO_MANY_OPEN),
    ),
)
async def publish(request: Call) -> Response[bytes]:
    body = await body_of(request, MessageBody)
    desk = services(request)
    ttl = duration_ms("ttl", body.ttl, desk.runtime.clock.now(), desk.zone, LONGEST_MS)
    await desk.runtime.conditions.pace.demand_for("message", body.name)
    sent = await desk.runtime.publish(
        body.name,
        business_key=body.businessKey,
        correlation=body.correlation or None,
        variables=body.variables,
        ttl_ms=ttl,
        message_id=body.id,
        who=caller(request).user,
    )
    return success(Published(sent.delivered, sent.started, sent.buffered))


@post(
    f"{BASE}/runtime/signals",
    status_code=200,
    operation=Operation(
        "Broadcast a signal",
        allow.SIGNAL_BROADCAST,
        Broadcast,
        SignalBody,
        tag="messages",
        errors=(codes.OVERLOADED, codes.STARTS, codes.TOO_MANY_OPEN),
    ),
)
async def broadcast(request: Call) -> Response[bytes]:
    body = await body_of(request, SignalBody)
    runtime = services(request).runtime
    await runtime.conditions.pace.demand_for("signal", body.name)
    sent = await runtime.broadcast(body.name, variables=body.variables, who=caller(request).user)
    return success(Broadcast(sent.delivered, sent.started))


@post(
    f"{BASE}/runtime/conditions",
    status_code=200,
    operation=Operation(
        "Start what conditions start", allow.SIGNAL_BROADCAST, Fulfilled, ConditionsBody, tag="messages",
        errors=(codes.OVERLOADED, codes.STARTS, codes.TOO_MANY_OPEN, codes.DEFINITION_NOT_FOUND,
                codes.DEFINITION_INACTIVE, codes.DEFINITION_SUSPENDED),
    ),
)  # fmt: skip
async def fulfil(request: Call) -> Response[bytes]:
    body = await body_of(request, ConditionsBody)
    started = await services(request).runtime.evaluate_conditions(
        body.variables, business_key=body.businessKey, definition=body.definition, who=caller(request).user
    )
    return success(Fulfilled(started))


HANDLERS: Final = (publish, broadcast, fulfil)
