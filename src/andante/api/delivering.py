"""For operators: letters on their way, tests, and the programs that are told."""

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, choice, done, one_of, query_of, success
from andante.notify import DEAD, STATES, WAITING, Letter
from andante.notify import faults as codes
from andante.notify.apprises import masked
from andante.notify.endpoints import KINDS, Endpoint
from andante.people import faults, sight
from andante.people import permissions as allow
from andante.runtime import Problem, auditing

LETTERS: Final = f"{BASE}/runtime/letters"
ENDPOINTS: Final = f"{BASE}/admin/endpoints"
MOST: Final = 1_000


class LetterShape(msgspec.Struct, frozen=True):
    """A note on its way to one receiver by one channel. `error`: why the last try failed, or why it was dropped."""

    id: str
    state: str
    channel: str
    person: str
    endpoint: str
    kind: str
    text: str
    instanceId: str  # noqa: N815 - the contract's spelling, here and below
    taskId: str  # noqa: N815
    taskName: str  # noqa: N815
    definition: str
    attempts: int
    nextAt: str  # noqa: N815
    held: bool
    error: str
    createdAt: str  # noqa: N815
    endedAt: str  # noqa: N815


class LetterRecs(msgspec.Struct, frozen=True):
    """A page; `total` counts all of that state where it is waiting or dead, else this page's. `after` continues it."""

    Recs: list[LetterShape]
    total: int
    after: str


class LettersQuery(msgspec.Struct, frozen=True):
    """Letters that are sent or dropped are there for a day."""

    state: Annotated[str, choice(*STATES)] = DEAD
    person: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: Annotated[str, Meta(max_length=64)] = ""


class LetterBody(msgspec.Struct, frozen=True):
    """retry: try it now, as if for the first time. discard: never."""

    action: Annotated[str, choice("retry", "discard")]


def _letter(e: Letter) -> LetterShape:
    c = e.content
    return LetterShape(
        e.id, e.state, e.channel, e.person, "" if e.person else e.address, e.kind, c.text, e.instance_id, e.task_id,
        c.task_name, c.definition, e.attempts, at(e.next_at) if e.state == WAITING else "", e.gathered, e.error,
        at(e.created_at), at(e.done_at),
    )  # fmt: skip


@get(
    LETTERS,
    operation=Operation("List notes on their way", allow.LETTER_MANAGE, LetterRecs, query=LettersQuery, tag="notes"),
)
async def letters(request: Call) -> Response[bytes]:
    query = query_of(request, LettersQuery)
    state = one_of("state", query.state, STATES)
    table = services(request).post.letters
    names = sight(caller(request)).view
    found = await table.many(state, query.person, query.limit, query.after, names)
    waiting, dead = await table.counts()
    counts = {WAITING: waiting, DEAD: dead}
    total = counts[state] if state in counts and not query.person and names.all else len(found)
    after = found[-1].id if len(found) == query.limit else ""
    return success(LetterRecs([_letter(each) for each in found], total, after))


@put(
    f"{LETTERS}/{{letter_id:str}}",
    operation=Operation(
        "Send a letter again, or discard it", allow.LETTER_MANAGE, LetterShape, LetterBody, tag="notes",
        errors=(codes.LETTER_NOT_FOUND, codes.LETTER_OVER),
        description="Of dead and waiting letters. What is no longer wanted when it is tried is dropped.",
        audit="letter.retry",
    ),
)  # fmt: skip
async def act(request: Call, letter_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, LetterBody)
    action = one_of("action", body.action, ("retry", "discard"))
    auditing.note(f"letter.{action}")
    desk = services(request)
    table, now = desk.post.letters, desk.runtime.clock.now()
    found = await _one(request, letter_id)
    if found.state not in (WAITING, DEAD):
        raise Problem(codes.LETTER_OVER, 409, f"The letter '{letter_id}' is {found.state}.")
    if action == "retry":
        await table.retry(found, now)
        desk.post.delivery.wake()
    else:
        await table.discard(found, now)
    return success(_letter(await _one(request, letter_id)))


async def _one(request: Call, letter_id: str) -> Letter:
    found = await services(request).post.letters.one(letter_id)
    if found is None or not sight(caller(request)).view.has(found.content.definition):
        raise Problem(codes.LETTER_NOT_FOUND, 404, f"There is no letter '{letter_id}'.")
    return found


class TestBody(msgspec.Struct, frozen=True):
    """`to`: a person, or webhook:NAME."""

    to: Annotated[str, Meta(min_length=1, max_length=80)]


class TestShape(msgspec.Struct, frozen=True):
    """By which channel it went, and why it did not; "" if it did."""

    channel: str
    error: str


class TestRecs(msgspec.Struct, frozen=True):
    """One for each channel."""

    Recs: list[TestShape]
    total: int


@post(
    f"{BASE}/admin/notes/test",
    status_code=200,
    operation=Operation(
        "Send a test", allow.ENDPOINT_MANAGE, TestRecs, TestBody, tag="notes",
        errors=(faults.PERSON_NOT_FOUND, codes.ENDPOINT_NOT_FOUND),
        description="Now, by each channel of the person, whatever their quiet hours; or to an endpoint.",
        audit="endpoint.test",
    ),
)  # fmt: skip
async def test(request: Call) -> Response[bytes]:
    body = await body_of(request, TestBody)
    auditing.note(of=body.to)
    found = [TestShape(each.channel, each.error) for each in await services(request).post.test(body.to)]
    return success(TestRecs(found, len(found)))


# Endpoints.

Kinds = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=50)]


class EndpointShape(msgspec.Struct, frozen=True):
    """A webhook or an Apprise address; no secret in it. `secrets`: how many sign now."""

    name: str
    kind: str
    url: str
    kinds: list[str]
    secrets: int
    disabled: bool
    createdAt: str  # noqa: N815


class SecretShape(EndpointShape, frozen=True):
    """With the secret that was made: it is shown this once."""

    secret: str


class EndpointRecs(msgspec.Struct, frozen=True):
    """All, by name."""

    Recs: list[EndpointShape]
    total: int


class NewEndpoint(msgspec.Struct, frozen=True):
    """`kinds`: of notes that it gets without being named; * for all. A webhook's `secret` is made where absent."""

    name: Annotated[str, Meta(description="Letters, digits and . _ -; at most 64.")]
    url: Annotated[str, Meta(max_length=2_000, description="https://..., or of the kind apprise what Apprise takes.")]
    kind: Annotated[str, choice(*KINDS)] = "webhook"
    kinds: Kinds = []
    secret: Annotated[str, Meta(max_length=200, description="whsec_ and base64")] = ""


class EndpointChange(msgspec.Struct, frozen=True):
    """What is absent stays. `rotate`: a new secret, made or the one given; the one before signs too for a day."""

    url: Annotated[str, Meta(max_length=2_000)] | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    rotate: bool = False
    secret: Annotated[str, Meta(max_length=200)] = ""


def _endpoint(e: Endpoint, now: int) -> EndpointShape:
    url = masked(e.url) if e.kind == "apprise" else e.url
    return EndpointShape(e.name, e.kind, url, e.kinds, len(e.signing(now)), e.disabled, at(e.created_at))


def _with_secret(e: Endpoint, now: int, told: bool) -> SecretShape:
    shape = _endpoint(e, now)
    secret = e.secrets[0].text if told and e.secrets else ""
    return SecretShape(**msgspec.structs.asdict(shape), secret=secret)


@get(ENDPOINTS, operation=Operation("List endpoints", allow.ENDPOINT_MANAGE, EndpointRecs, tag="notes"))
async def endpoints(request: Call) -> Response[bytes]:
    desk = services(request)
    recs = [_endpoint(each, desk.runtime.clock.now()) for each in await desk.post.endpoints.all()]
    return success(EndpointRecs(recs, len(recs)))


@post(
    ENDPOINTS,
    status_code=200,
    operation=Operation(
        "Create an endpoint", allow.ENDPOINT_MANAGE, SecretShape, NewEndpoint, tag="notes",
        errors=(codes.ENDPOINT_EXISTS,), audit="endpoint.add",
    ),
)  # fmt: skip
async def add_endpoint(request: Call) -> Response[bytes]:
    body = await body_of(request, NewEndpoint)
    desk = services(request)
    made = await desk.post.endpoints.add(body.name, body.kind, body.url, body.kinds, body.secret)
    return success(_with_secret(made, desk.runtime.clock.now(), told=not body.secret))


@put(
    f"{ENDPOINTS}/{{name:str}}",
    operation=Operation(
        "Change an endpoint", allow.ENDPOINT_MANAGE, SecretShape, EndpointChange, tag="notes",
        errors=(codes.ENDPOINT_NOT_FOUND,), audit="endpoint.change",
    ),
)  # fmt: skip
async def change_endpoint(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, EndpointChange)
    desk = services(request)
    changed = await desk.post.endpoints.change(
        name,
        url=None if body.url is UNSET else body.url,
        kinds=None if body.kinds is UNSET else body.kinds,
        disabled=None if body.disabled is UNSET else body.disabled,
        rotate=body.rotate,
        secret=body.secret,
    )
    return success(_with_secret(changed, desk.runtime.clock.now(), told=body.rotate and not body.secret))


@delete(
    f"{ENDPOINTS}/{{name:str}}",
    status_code=200,
    operation=Operation(
        "Remove an endpoint", allow.ENDPOINT_MANAGE, None, tag="notes", errors=(codes.ENDPOINT_NOT_FOUND,),
        description="What is on its way to it becomes dead.", audit="endpoint.remove",
    ),
)  # fmt: skip
async def remove_endpoint(request: Call, name: FromPath[str]) -> Response[bytes]:
    await services(request).post.endpoints.remove(name)
    return done()


HANDLERS: Final = (letters, act, test, endpoints, add_endpoint, change_endpoint, remove_endpoint)
