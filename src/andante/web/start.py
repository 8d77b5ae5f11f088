"""Starting an instance: a form of its variables."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.web.desk import Desk, go
from andante.web.session import Asked, caller, form
from andante.web.variables import Row, read_rows, shown_again, start_rows


@get("/start/{definition_id:str}")
async def start_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    return await _form(request, desk, definition_id)


async def _form(
    request: Asked, desk: Desk, definition_id: str, problem: Problem | AccessProblem | None = None,
    rows: list[Row] | None = None, key: str = "", title: str = "",
) -> Response[str]:  # fmt: skip
    demand(caller(request), allow.INSTANCE_START)
    definition = await desk.runtime.definition(definition_id)
    if rows is None:
        rows = start_rows(await desk.runtime.graph(definition_id))
    return desk.page(
        request, "start.html", status=problem.status if problem else 200, definition=definition, rows=rows, key=key,
        title=title, problem=problem,
    )  # fmt: skip


@post("/start/{definition_id:str}", status_code=200)
async def start(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """On to the new instance's page; what was typed stays when it cannot be started."""
    who, given = caller(request), await form(request)
    demand(who, allow.INSTANCE_START)
    definition = await desk.runtime.definition(definition_id)
    columns = [[str(item) for item in given.getall(name, [])] for name in ("name", "value", "was")]
    key, title = (str(given.get(field, "")).strip() for field in ("business_key", "title"))
    try:
        record = await desk.runtime.start(
            definition.name,
            version=definition.version,
            variables=read_rows(*columns),
            who=who.user,
            business_key=key,
            title=title,
        )
    except Problem as problem:
        return await _form(request, desk, definition_id, problem, shown_again(*columns), key, title)
    return go(request, f"/instances/{record.id}", f"{definition.label or definition.name} is started.")


HANDLERS: Final = (start_page, start)
