"""Lists as Camunda has them: each is asked for by query or by body, and so is how many it would be."""

from collections.abc import Awaitable, Callable
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from andante.api.operation import Operation
from andante.api.services import Call
from andante.camunda.wire import Paged, Shape, answer, counted

COUNT: Final = "/count"


Page = Callable[[Call], Awaitable[list[Shape]]]
Number = Callable[[Call], Awaitable[int]]


def in_pages(found: Callable[[Call], Awaitable[tuple[list[Shape], Paged]]]) -> tuple[Page, Number]:
    """Page and number of what is found whole, with what was asked for."""

    async def page(request: Call) -> list[Shape]:
        shapes, asked = await found(request)
        return asked.part(shapes)

    async def number(request: Call) -> int:
        return len((await found(request))[0])

    return page, number


def listed(
    path: str, things: str, permission: str, filters: type[Paged], page: Page, number: Number, note: str = ""
) -> tuple[HTTPRouteHandler, ...]:
    """The four routes of a list of `things`: `page` gives the part that a request asks for, `number` counts all."""

    async def find(request: Call) -> Response[bytes]:
        return answer(await page(request))

    async def count(request: Call) -> Response[bytes]:
        return counted(await number(request))

    made: list[HTTPRouteHandler] = []
    for at, told, handler in ((path + COUNT, f"Count {things}", count), (path, f"List {things}", find)):
        by_query = Operation(told, permission, query=filters, description=note)
        by_body = Operation(told, permission, body=filters, description=note)
        made += [get(at, operation=by_query)(handler), post(at, status_code=200, operation=by_body)(handler)]
    return tuple(made)
