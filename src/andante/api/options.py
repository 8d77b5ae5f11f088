"""OPTIONS on every address: which methods it knows, of all its handlers together."""

from collections.abc import Iterable
from typing import Final

from litestar import Response
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler, route

NO_CONTENT: Final = 204


def options_handlers(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """One handler for each address that `handlers` serve. Register them first: the framework adds its own elsewhere,
    which know one method only."""
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, {"OPTIONS"}).update(str(method) for method in handler.http_methods)
    return [_options(path, ", ".join(sorted(known))) for path, known in methods.items()]


def _options(path: str, allow: str) -> HTTPRouteHandler:
    @route(path, http_method=[HttpMethod.OPTIONS], status_code=NO_CONTENT)
    async def options() -> Response[None]:
        return Response(None, status_code=NO_CONTENT, headers={"Allow": allow})

    return options
