"""One instance: diagram, steps, history, variables, clocks, incidents, and its actions."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.languages.words import chapters
from andante.people import AccessProblem, Caller, demand_instance_action, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, HistoryEntry, InstanceRecord, Problem, Runtime, TaskQuery, auditing
from andante.runtime.replay import Past
from andante.runtime.sight import seeing_all
from andante.runtime.whole import whole
from andante.web.desk import Desk, go, language_of, said
from andante.web.diagram import marks, names_of, places
from andante.web.session import Asked, caller, form, kept_as, local_path
from andante.web.sight import instance_actions, seen_instance
from andante.web.variables import other_rows

DONE: Final = {
    "suspend": _("Suspended: its tasks wait under Paused and its clocks stand still."),
    "resume": _("Resumed: its tasks and clocks go on where they were."),
    "terminate": _("Terminated. It stays in the history."),
    "retry": _("Tried again."),
}
MOST_COMMANDS: Final = 1_000
ALL: Final = 1_000_000_000
MOST_CHAPTERS: Final = 100
MOST_CHILDREN: Final = 20
MOST_VERSIONS: Final = 100


@get("/instances/{instance_id:str}")
async def instance_page(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    return await instance_view(request, desk, instance_id)


async def instance_view(
    request: Asked, desk: Desk, instance_id: str, problem: Problem | AccessProblem | None = None, reason: str = ""
) -> Response[str]:
    who, runtime, say = caller(request), desk.runtime, language_of(request)
    await seen_instance(runtime, who, instance_id)
    of = await whole(runtime, instance_id)
    detail, entries, standing = of.detail, of.told, of.standing
    record = detail.record
    graph = await runtime.graph(record.definition_id)
    definition = await runtime.definition(record.definition_id)
    steps = places(graph, detail, entries)
    until = {each.element: say.moment(each.due_at, runtime.clock.now(), desk.zone) for each in standing.timers}
    names = names_of(graph)
    told = chapters(entries, names, say)
    with seeing_all():  # who may look at an instance sees who has its tasks
        query = TaskQuery(view="all", everything=True, instance_id=instance_id, limit=MOST_COMMANDS)
        tasks = await runtime.tasks(query)
    variables = await runtime.variables(instance_id)
    children = [await runtime.instance(child) for child in detail.children[:MOST_CHILDREN]]
    return desk.page(
        request, "instance.html", operator=may(who, allow.INSTANCE_ACT_ANY, record.name),
        status=problem.status if problem else 200, record=record, detail=detail,
        definition=definition, steps=steps, marks=marks(steps, say, until), past=standing, inner=shown_inside(standing),
        names=names, chapters=told[:MOST_CHAPTERS], untold=max(0, len(told) - MOST_CHAPTERS),
        open_tasks=[task for task in tasks.items if task.state == "open"], children=children,
        rows=other_rows(variables, set()), versions=await _versions(runtime, definition),
        more_children=max(0, len(detail.children) - MOST_CHILDREN), problem=problem, reason=reason,
        may_set=not record.closed and may(who, allow.VARIABLES_SET, record.name), targets=steps,
        actions=instance_actions(say, who, detail, cancelable=graph.cancelable),
        looks_back=may(who, allow.INSTANCE_READ_ANY, record.name),
        asks=request.query_params.get("ask", "") or ("terminate" if problem is not None and reason else ""),
    )  # fmt: skip


def shown_inside(past: Past) -> list[tuple[str, dict[str, object]]]:
    """The variables of what is open inside the process, by element; without those that the engine keeps for itself."""
    return [(name, values) for name, values in past.inner if any(not each.startswith("$") for each in values)]


async def _versions(runtime: Runtime, definition: DefinitionRecord) -> list[str]:
    """The other versions by which it might go on, the newest first."""
    found = await runtime.definitions(name=definition.name, limit=MOST_VERSIONS)
    return [each.version for each in found if each.version != definition.version]


async def all_history(runtime: Runtime, instance_id: str) -> list[HistoryEntry]:
    return await runtime.history(instance_id, limit=ALL)


@post("/instances/{instance_id:str}/{action:str}", opt=kept_as("instance.{action}"), status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """suspend, resume, terminate (with a reason) or retry."""
    who, given = caller(request), await form(request)
    record = await seen_instance(desk.runtime, who, instance_id)
    if action not in DONE:
        raise Problem("astrozero.0002", 404, f"There is no action '{action}' for an instance.")
    reason = str(given.get("reason", "")).strip()[:2_000]
    words = DONE[action]
    if not may(who, allow.INSTANCE_ACT_ANY):
        auditing.no_entry()  # they end their own
    try:
        await _permit(desk.runtime, who, record, action, reason)
        if action == "retry":
            words = await _retry(desk.runtime, instance_id, str(given.get("incident", "")), who, reason)
        else:
            await desk.runtime.act(instance_id, action, who=who.user, reason=reason)
    except (Problem, AccessProblem) as problem:
        return await instance_view(request, desk, instance_id, problem, reason)
    return go(request, local_path(str(given.get("back", "")), f"/instances/{instance_id}"), said(request, words))


async def _retry(runtime: Runtime, instance_id: str, incident: str, who: Caller, reason: str) -> str:
    """All its incidents or the one named, and how it went. Raises Problem."""
    if incident and not (incident.isascii() and incident.isdigit() and len(incident) < 16):
        raise Problem("astrozero.0002", 400, f"'{incident[:40]}' is no incident.")
    known = {each.id for each in (await runtime.detail(instance_id)).incidents}
    await runtime.act(instance_id, "retry", who=who.user, reason=reason, only=int(incident or 0))
    again = any(each.id not in known for each in (await runtime.detail(instance_id)).incidents)
    return _("It was tried again, and has stopped again.") if again else DONE["retry"]


async def _permit(runtime: Runtime, who: Caller, record: InstanceRecord, action: str, reason: str) -> None:
    graph = await runtime.graph(record.definition_id)
    demand_instance_action(who, record, action, cancelable=graph.cancelable)
    if action == "terminate" and not reason:
        raise Problem("astrozero.0002", 400, _("Say why it is terminated: the reason is kept in the history."))
    last = graph.no_cancel_after
    if action == "terminate" and last and not may(who, allow.INSTANCE_ACT_ANY, record.name):
        entries = await all_history(runtime, record.id)
        if any(p.id == last and p.passed for p in places(graph, await runtime.detail(record.id), entries)):
            raise Problem("bpm.instance.pastWithdrawal", 409, f"It has passed '{last}': ask an operator to end it.")


HANDLERS: Final = (instance_page, act)
