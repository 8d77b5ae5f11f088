"""Events of instances and tasks: how they go out, and what each says."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import as_json, at, body_of, choice, one_of, success
from andante.notify import faults as codes
from andante.notify.cloud_events import SCHEMAS, schema
from andante.notify.event_post import Standing
from andante.people import permissions as allow
from andante.runtime import Problem, auditing
from andante.runtime.occurrences import KINDS

EVENTS: Final = f"{BASE}/runtime/events"
ACTIONS: Final = ("retry", "discard")


class SinkShape(msgspec.Struct, frozen=True):
    """Where events go: nats, kafka or webhook:NAME. `waiting` commands have something to tell, `failing` of them were
    tried; `error` tells why one failed, or why the sink is `away`, which is tried again at `nextAt`. `sent` and
    `failed` count events since this server began."""

    sink: str
    waiting: int
    failing: int
    oldestAt: str  # noqa: N815 - the contract's spelling, here and below
    error: str
    away: bool
    nextAt: str  # noqa: N815
    sent: int
    failed: int


class SinkRecs(msgspec.Struct, frozen=True):
    """All, by name."""

    Recs: list[SinkShape]
    total: int


class SinkBody(msgspec.Struct, frozen=True):
    """retry: try what failed now. discard: never tell what waits. `instanceId`: of that instance alone."""

    action: Annotated[str, choice(*ACTIONS)]
    instanceId: Annotated[str, Meta(max_length=100)] = ""  # noqa: N815


def _shape(e: Standing) -> SinkShape:
    return SinkShape(e.sink, e.waiting, e.failing, at(e.oldest), e.error, e.away, at(e.until), e.sent, e.failed)


@get(EVENTS, operation=Operation("See how events go out", allow.LETTER_MANAGE, SinkRecs, tag="notes"))
async def sinks(request: Call) -> Response[bytes]:
    post = services(request).events
    recs = [_shape(each) for each in await post.standing()] if post is not None else []
    return success(SinkRecs(recs, len(recs)))


@put(
    f"{EVENTS}/{{sink:str}}",
    operation=Operation(
        "Send events again, or discard them", allow.LETTER_MANAGE, SinkShape, SinkBody, tag="notes",
        errors=(codes.SINK_NOT_FOUND,), audit="events.retry",
        description="An event that cannot be sent holds back later ones of its instance until it is sent or discarded.",
    ),
)  # fmt: skip
async def act(request: Call, sink: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, SinkBody)
    action = one_of("action", body.action, ACTIONS)
    auditing.note(f"events.{action}", details={"instanceId": body.instanceId})
    post = services(request).events
    if post is None or sink not in {each.sink for each in await post.standing()}:
        raise Problem(codes.SINK_NOT_FOUND, 404, f"Events do not go to '{sink}'.")
    if action == "retry":
        await post.retry(sink, body.instanceId)
    else:
        await post.table.discard(sink, body.instanceId)
    (found,) = [each for each in await post.standing() if each.sink == sink] or [
        Standing(sink, 0, 0, 0, "", False, 0, 0, 0)
    ]
    return success(_shape(found))


@get(
    f"{SCHEMAS}/{{kind:str}}",
    operation=Operation(
        "Read the schema of an event", allow.PUBLIC, bare=dict[str, Any], tag="notes", errors=(codes.EVENT_NOT_FOUND,),
        description="JSON Schema of the data of events of that type, as `dataschema` of each names it.",
    ),
)  # fmt: skip
async def event_schema(request: Call, kind: FromPath[str]) -> Response[bytes]:
    name = kind.removesuffix(".json")
    if name not in KINDS:
        raise Problem(codes.EVENT_NOT_FOUND, 404, f"There is no type of event '{name[:100]}'.")
    return as_json(schema(name))


HANDLERS: Final = (sinks, act, event_schema)
