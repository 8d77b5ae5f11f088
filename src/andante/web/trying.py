"""Trying a process out: each step by a form, the tokens on the diagram, and the steps as a test in the end."""

from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.languages.words import chapters
from andante.people import AccessProblem, Caller, demand
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem, TaskQuery
from andante.runtime.problem import PARAMETER
from andante.runtime.sandbox import Sandbox
from andante.runtime.sight import look_at_all
from andante.web.desk import SECURITY, Desk, go, language_of, said
from andante.web.diagram import marks, names_of, places
from andante.web.fields import form_fields, read_fields
from andante.web.instances import all_history, shown_inside
from andante.web.scenario import scenario, written
from andante.web.session import Asked, caller, form
from andante.web.variables import asked_rows, both, columns, other_rows, read_rows

STEPS: Final = ("start", "complete", "job", "fail", "error", "message", "signal", "advance")
MOST_TASKS: Final = 100


async def _allowed(request: Asked, desk: Desk, definition_id: str) -> tuple[Caller, DefinitionRecord]:
    who = caller(request)
    definition = await desk.runtime.definition(definition_id)
    demand(who, allow.DEFINITION_DEPLOY, definition.name)
    if definition.kind not in ("xml", "json"):
        raise Problem(PARAMETER, 400, "Only a process can be tried out.")
    look_at_all()  # what follows is in a world of its own
    return who, definition


@get("/definitions/{definition_id:str}/try")
async def try_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    return await _page(request, desk, definition_id)


async def _page(
    request: Asked, desk: Desk, definition_id: str, problem: Problem | AccessProblem | None = None
) -> Response[str]:  # fmt: skip
    who, definition = await _allowed(request, desk, definition_id)
    say = language_of(request)
    graph = await desk.runtime.graph(definition_id)
    names = names_of(graph)
    status = problem.status if problem else 200
    box = desk.sandboxes.find(who.user, definition_id)
    if box is None or not box.instance_id:
        fields = form_fields((await desk.runtime.forms.at_start(definition_id)).fields, {})
        steps = places(graph, None)
        return desk.page(
            request, "try.html", status=status, definition=definition, box=None, fields=fields, steps=steps,
            rows=asked_rows(graph, {field.name for field in fields}), problem=problem, marks="{}", names=names,
        )  # fmt: skip
    runtime = box.runtime
    detail = await runtime.detail(box.instance_id)
    entries = await all_history(runtime, box.instance_id)
    past = await runtime.replay(box.instance_id)
    steps = places(graph, detail, entries)
    tasks = (await runtime.tasks(TaskQuery(everything=True, instance_id=box.instance_id, limit=MOST_TASKS))).items
    shown = [
        (task, form_fields((await runtime.forms.of_task(task)).fields, past.variables), task.outcomes or [""])
        for task in tasks
    ]
    until = {each.element: say.moment(each.due_at, box.clock.now(), desk.zone) for each in past.timers}
    due = await box.due()
    return desk.page(
        request, "try.html", status=status, definition=definition, box=box, record=detail.record, past=past,
        steps=steps, marks=marks(steps, say, until), names=names, tasks=shown, chapters=chapters(entries, names, say),
        inner=shown_inside(past), problem=problem, due=due, here_now=box.clock.now(),
        ahead=say.span(due - box.clock.now()) if due else "", text=await _text(box, who),
        rows=other_rows({}, set()),
    )  # fmt: skip


async def _text(box: Sandbox, who: Caller, python: bool = False) -> str:
    record = await box.runtime.instance(box.instance_id)
    tasks = (await box.runtime.tasks(TaskQuery(everything=True, instance_id=box.instance_id, limit=MOST_TASKS))).items
    say = scenario if python else written
    return say(
        record.name, box.definition.kind, box.began, box.done, record.state, [each.element for each in tasks],
        who.user, await box.called(),
    )  # fmt: skip


@post("/definitions/{definition_id:str}/try/{step:str}", status_code=200)
async def take(
    request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """A step; or `leave`, which throws all of it away."""
    who, _definition = await _allowed(request, desk, definition_id)
    home = f"/definitions/{definition_id}/try"
    if step == "leave":
        await desk.sandboxes.leave(who.user, definition_id)
        return go(request, home)
    if step not in STEPS:
        raise Problem("astrozero.0002", 404, f"There is no step '{step}'.")
    given = await form(request)
    try:
        box = desk.sandboxes.find(who.user, definition_id)
        if step == "start":
            values = await _start_values(desk, definition_id, given)
            box = await desk.sandboxes.open(who.user, definition_id)
            await box.step(step, {"variables": values}, who=who.user)
        elif box is None:
            return go(request, home, said(request, _("The try-out was thrown away after a while. Begin anew.")))
        else:
            await box.step(step, await _given(box, step, given), who=who.user)
    except Problem as problem:
        return await _page(request, desk, definition_id, problem)
    return go(request, home)


async def _start_values(desk: Desk, definition_id: str, given: FormMultiDict) -> dict[str, object]:
    fields = form_fields((await desk.runtime.forms.at_start(definition_id)).fields, {}, hidden=True)
    return both(read_fields(fields, given), read_rows(*columns(given)))


async def _given(box: Sandbox, step: str, given: FormMultiDict) -> dict[str, object]:
    """What the form says, with variables read as elsewhere."""
    found: dict[str, object] = {
        name: str(given.get(name, "")).strip() for name in ("key", "element", "outcome", "code", "message", "retries")
    }
    values = read_rows(*columns(given))
    if step == "complete":
        task = await box.runtime.task(f"{box.instance_id}-{found['key']}")
        variables = await box.runtime.variables(box.instance_id)
        fields = form_fields((await box.runtime.forms.of_task(task)).fields, variables, hidden=True)
        values = both(read_fields(fields, given, variables), values)
    found["variables"] = values
    if step in ("message", "signal"):
        found["name"] = str(given.get("event", "")).strip()
        key = str(given.get("correlation", ""))
        known = (await box.runtime.variables(box.instance_id)).items()
        found["correlation"] = {name: value for name, value in known if key and str(value) == key}
    return found


@get("/definitions/{definition_id:str}/try/scenario")
async def download(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """The steps so far as a test, to be kept."""
    who, definition = await _allowed(request, desk, definition_id)
    box = desk.sandboxes.find(who.user, definition_id)
    if box is None or not box.instance_id:
        raise Problem("astrozero.0002", 404, "Nothing is being tried out. Start it first.")
    name = "".join(each if each.isascii() and each.isalnum() else "_" for each in definition.name.lower())
    python = request.query_params.get("as") == "python"
    file, kind = (f"test_{name}.py", "text/x-python") if python else (f"{name}.test.yaml", "application/yaml")
    headers = {**SECURITY, "Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(await _text(box, who, python), media_type=kind, headers=headers)


HANDLERS: Final = (try_page, take, download)
