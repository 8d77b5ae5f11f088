"""Starting an instance: a form of its variables."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.web.desk import Desk, go
from andante.web.fields import Field, form_fields, legible, read_fields, typed
from andante.web.session import Asked, caller, form
from andante.web.variables import asked_rows, both, columns, read_rows, shown_again


@get("/start/{definition_id:str}")
async def start_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    return await _form(request, desk, definition_id)


async def _form(
    request: Asked, desk: Desk, definition_id: str, problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
) -> Response[str]:  # fmt: skip
    demand(caller(request), allow.INSTANCE_START)
    definition = await desk.runtime.definition(definition_id)
    graph = await desk.runtime.graph(definition_id)
    fields = await _fields(desk, definition_id)
    if given is None:
        rows = asked_rows(graph, {field.name for field in fields})
    else:
        sent = legible(await _fields(desk, definition_id, hidden=True), given, {})
        fields = await _fields(desk, definition_id, sent)
        fields = typed(fields, given, problem if isinstance(problem, Problem) else None)
        rows = shown_again(*columns(given))
    return desk.page(
        request, "start.html", status=problem.status if problem else 200, definition=definition, fields=fields,
        rows=rows, problem=problem, key=_text(given, "business_key"), title=_text(given, "title"),
    )  # fmt: skip


async def _fields(
    desk: Desk, definition_id: str, sent: Mapping[str, object] | None = None, *, hidden: bool = False
) -> list[Field]:
    return form_fields((await desk.runtime.forms.at_start(definition_id, sent)).fields, {}, hidden=hidden)


def _text(given: FormMultiDict | None, name: str) -> str:
    return "" if given is None else str(given.get(name, "")).strip()


@post("/start/{definition_id:str}", status_code=200)
async def start(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """On to the new instance's page; what was typed stays when it cannot be started."""
    who, given = caller(request), await form(request)
    demand(who, allow.INSTANCE_START)
    definition = await desk.runtime.definition(definition_id)
    try:
        fields = await _fields(desk, definition_id, hidden=True)
        record = await desk.runtime.start(
            definition.name,
            version=definition.version,
            variables=both(read_fields(fields, given), read_rows(*columns(given))),
            who=who.user,
            business_key=_text(given, "business_key"),
            title=_text(given, "title"),
        )
    except Problem as problem:
        return await _form(request, desk, definition_id, problem, given)
    return go(request, f"/instances/{record.id}", f"{definition.label or definition.name} is started.")


HANDLERS: Final = (start_page, start)
