"""Starting an instance: the processes a person may start, and the form of one."""

from functools import partial
from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, demand, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, InstanceQuery, Problem
from andante.runtime.beginning import by_hand
from andante.web.desk import Desk, go, language_of, said
from andante.web.drawn import Asks, filled_in, sheet
from andante.web.session import Asked, caller, form
from andante.web.variables import asked_rows, columns, shown_again

MOST: Final = 1_000
LATELY: Final = 200  # instances that are looked at for what was started last
LONGEST: Final = 200


@get("/start")
async def start_list(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The processes that can be started by hand; those that the person started last come first, `q` narrows them."""
    who = caller(request)
    demand(who, allow.INSTANCE_START)
    text = request.query_params.get("q", "").strip()[:LONGEST]
    mine = await desk.runtime.instances(InstanceQuery(created_by=who.user, limit=LATELY))
    last: dict[str, int] = {}
    for instance in mine.items:
        last.setdefault(instance.name, instance.started_at)
    able = [
        each
        for each in await desk.runtime.definitions(active=True, limit=MOST)
        if may(who, allow.INSTANCE_START, each.name) and await by_hand(desk.runtime, each)
    ]
    found = [each for each in able if _fits(each, text)]
    found.sort(key=lambda each: (-last.get(each.name, 0), (each.label or each.name).casefold()))
    return desk.page(request, "starts.html", processes=found, last=last, text=text, known=len(able))


def _fits(record: DefinitionRecord, text: str) -> bool:
    about = f"{record.label} {record.name} {record.description}".casefold()
    return all(word in about for word in text.casefold().split())


@get("/start/{definition_id:str}")
async def start_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    return await _form(request, desk, definition_id)


async def _form(
    request: Asked, desk: Desk, definition_id: str, problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
) -> Response[str]:  # fmt: skip
    definition = await desk.runtime.definition(definition_id)
    demand(caller(request), allow.INSTANCE_START, definition.name)
    graph = await desk.runtime.graph(definition_id)
    shown = await sheet(_asks(desk, definition_id), {}, problem, given, say=language_of(request))
    if given is None:
        rows = asked_rows(graph, {(field.path or (field.name,))[0] for field in shown.fields})
    else:
        rows = shown_again(*columns(given))
    return desk.page(
        request, "start.html", status=problem.status if problem else 200, definition=definition, fields=shown.fields,
        drawing=shown.drawing, rows=rows, problem=problem, key=_text(given, "business_key"),
        title=_text(given, "title"),
    )  # fmt: skip


def _asks(desk: Desk, definition_id: str) -> Asks:
    return partial(desk.runtime.forms.at_start, definition_id)


def _text(given: FormMultiDict | None, name: str) -> str:
    return "" if given is None else str(given.get(name, "")).strip()


@post("/start/{definition_id:str}", status_code=200)
async def start(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """On to the new instance's page; what was typed stays when it cannot be started."""
    who, given = caller(request), await form(request)
    definition = await desk.runtime.definition(definition_id)
    demand(who, allow.INSTANCE_START, definition.name)
    try:
        record = await desk.runtime.start(
            definition.name,
            version=definition.version,
            variables=await filled_in(_asks(desk, definition_id), {}, given),
            who=who.user,
            business_key=_text(given, "business_key"),
            title=_text(given, "title"),
        )
    except Problem as problem:
        return await _form(request, desk, definition_id, problem, given)
    name = definition.label or definition.name
    return go(request, f"/instances/{record.id}", said(request, _("%(name)s is started."), name=name))


HANDLERS: Final = (start_list, start_page, start)
