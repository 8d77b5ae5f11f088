"""The engine and its version."""

import importlib.metadata
from typing import Final

from litestar import Response, get

from andante.api.operation import Operation
from andante.api.services import Call
from andante.camunda.wire import answer
from andante.people import permissions as allow

NAME: Final = "default"


@get("/engine", operation=Operation("List the engines", allow.PUBLIC, description="There is one, named default."))
async def engines(request: Call) -> Response[bytes]:
    return answer([{"name": NAME}])


@get("/version", operation=Operation("Read the version", allow.DEFINITION_READ, description="Andante's own."))
async def version(request: Call) -> Response[bytes]:
    return answer({"version": importlib.metadata.version("andante")})


HANDLERS: Final = (engines, version)
