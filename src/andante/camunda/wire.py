"""Bytes in, bytes out as Camunda 7 writes them: bodies and queries, plain JSON answers, and times."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from litestar import Response
from litestar.enums import MediaType

from andante.api import wire
from andante.api.services import Call, services
from andante.camunda.faults import wrong
from andante.runtime import InstanceQuery, Page, TaskQuery
from andante.timing.instants import TimingError, local, parse_instant

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")
Q = TypeVar("Q", InstanceQuery, TaskQuery)
Shape = dict[str, Any]
JSON: Final = "application/json"
NO_CONTENT: Final = 204
MOST: Final = 1_000
_encoder: Final = msgspec.json.Encoder(enc_hook=str)
_FLAGS: Final = {"true": True, "false": False}


def answer(result: object, status: int = 200) -> Response[bytes]:
    return Response(_encoder.encode(result), status_code=status, media_type=MediaType.JSON)


def nothing() -> Response[bytes]:
    """It is done, and there is nothing to say."""
    return Response(b"", status_code=NO_CONTENT)


def counted(number: int) -> Response[bytes]:
    return answer({"count": number})


async def body_of(request: Call, kind: type[S]) -> S:
    """The JSON body. None stands for what is not given, and so does no body at all. Raises Problem."""
    if not (await request.body()).strip():
        return parsed({}, kind)
    found = await wire.body_of(request, dict[str, Any])
    return parsed(found, kind)


def parsed(given: dict[str, Any], kind: type[S]) -> S:
    return wire.parsed({name: value for name, value in given.items() if value is not None}, kind)


class Paged(msgspec.Struct):
    """What every list may be asked."""

    sortBy: str = ""  # noqa: N815 - Camunda's spelling, here and below
    sortOrder: str = "asc"  # noqa: N815
    sorting: list[dict[str, str]] = []
    firstResult: int = 0  # noqa: N815
    maxResults: int = MOST  # noqa: N815
    tenantIdIn: list[str] = []  # noqa: N815
    withoutTenantId: bool = False  # noqa: N815

    def part(self, found: list[T]) -> list[T]:
        """The page that is asked for, of all that were found."""
        return found[self.firstResult : self.firstResult + self.maxResults]

    @property
    def nowhere(self) -> bool:
        """Whether it asks for what is another tenant's."""
        return bool(self.tenantIdIn) and not self.withoutTenantId


P = TypeVar("P", bound=Paged)


def is_own(request: Call, tenants: Sequence[str]) -> bool:
    """Whether the tenant whose request it is is among them: what is here is all its own."""
    own = services(request).tenant
    return bool(own) and own in tenants


async def query_of(request: Call, kind: type[P]) -> P:
    """What a list is asked for: by the query of a GET, by the body of a POST with the page in its query. A filter that
    Andante does not know is refused: without it the list would be longer than asked for. Raises Problem."""
    given: dict[str, Any] = {}
    if request.method == "POST" and (await request.body()).strip():
        given = await wire.body_of(request, dict[str, Any])
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for name, text in request.query_params.items():
        given[name] = text.split(",") if types.get(name) == list[str] and isinstance(text, str) else text
    for name in given:
        if name not in kind.__struct_fields__:
            known = ", ".join(kind.__struct_fields__)
            raise wrong(f"Andante does not know the query parameter '{name}' here. It knows {known}.")
    query = parsed(given, kind)
    if is_own(request, query.tenantIdIn):
        query.tenantIdIn = []
    if not query.sorting:
        query.sorting = [{"sortBy": query.sortBy, "sortOrder": query.sortOrder}]
    query.sortBy, query.sortOrder = query.sorting[0].get("sortBy", ""), query.sorting[0].get("sortOrder", "asc")
    for each in query.sorting:
        if each.get("sortOrder", "asc") not in ("asc", "desc"):
            raise wrong(f"sortOrder: '{each['sortOrder']}' is neither asc nor desc.")
    if query.firstResult < 0 or query.maxResults < 0:
        raise wrong("firstResult and maxResults must not be less than 0.")
    query.maxResults = min(query.maxResults, MOST)
    return query


def order_of(query: Paged, known: dict[str, str], otherwise: str) -> str:
    """Our word for what the list is sorted by, first of all. Raises Problem."""
    for each in query.sorting:
        if each.get("sortBy") and each["sortBy"] not in known:
            raise wrong(f"sortBy: Andante sorts here by {', '.join(known)}, not by '{each['sortBy']}'.")
    return known[query.sortBy] if query.sortBy else otherwise


def ordered(
    found: Sequence[T], query: Paged, known: dict[str, str], otherwise: str, value: Callable[[T, str], Any]
) -> list[T]:
    """Those in the order that the query says, by one thing after the other; what has none first. `value` is what one
    has of our word for it; "" leaves them as they come. Raises Problem."""
    order_of(query, known, otherwise)
    items = list(found)
    for each in reversed(query.sorting):
        word = known[each["sortBy"]] if each.get("sortBy") else otherwise
        descending = each.get("sortOrder") == "desc"
        if not word:
            items = items[::-1] if descending else items
            continue
        items.sort(key=lambda one: _none_first(value(one, word)), reverse=descending)
    return items


def _none_first(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def sorted_by(found: Sequence[Shape], query: Paged, known: dict[str, str], otherwise: str = "") -> list[Shape]:
    """The same of shapes, whose keys our words are."""
    return ordered(found, query, known, otherwise, dict.get)


async def page_of(
    asked: Paged, known: dict[str, str], query: Q, read: Callable[[Q], Awaitable[Page[T]]]
) -> tuple[list[T], int]:
    """A page of a list that the database sorts by one thing, and how many there are. Where it is to be by several, all
    are looked at: then no more than MOST may match. Raises Problem."""
    if len(asked.sorting) > 1:
        query.skip, query.limit = 0, MOST
    page = await read(query)
    if len(asked.sorting) > 1:
        if page.total > MOST:
            raise wrong(f"sorting: {page.total} match; only up to {MOST} are sorted by more than one thing.")
        known = {name: word or "id" for name, word in known.items()}
        items = ordered(page.items, asked, known, "id", getattr)
        return asked.part(items), page.total
    return (page.items if asked.maxResults else []), page.total


def stamp(ms: int, zone: str) -> str | None:
    """A time as Camunda 7 writes it, 2013-01-23T13:42:42.000+0200; None for 0, the unset time."""
    if not ms:
        return None
    moment = local(ms, zone)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}{moment:%z}"


def moment(field: str, text: str, zone: str) -> int:
    """A time from outside in ms; 0 for "". Raises Problem."""
    if not text:
        return 0
    try:
        return parse_instant(text.replace(" ", "+"), zone)  # a + that was not escaped in an address
    except TimingError as fault:
        raise wrong(f"{field}: {fault}.") from None
