"""The to-do list with its views, and a task's own page with what can be done to it."""

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, Caller, declared, demand_task_action, may
from andante.people import permissions as allow
from andante.runtime import Problem, TaskQuery, TaskRecord
from andante.runtime.approvals import not_offered, offers_of
from andante.web.desk import Desk, go, said
from andante.web.fields import form_fields, legible, read_fields, typed
from andante.web.paging import SIZE, part, skip_of
from andante.web.session import Asked, caller, form, local_path
from andante.web.sight import seen_task, task_query
from andante.web.variables import both, columns, other_rows, read_rows, shown_again

DONE: Final = {
    "claim": _("“%(name)s” is yours now."),
    "unclaim": _("“%(name)s” is given back."),
    "complete": _("“%(name)s” is completed."),
    "transfer": _("“%(name)s” is handed over."),
    "delegate": _("“%(name)s” is delegated; it comes back to you."),
    "resolve": _("“%(name)s” is returned to its owner."),
    "comment": _("Your comment on “%(name)s” is kept."),
}
DAY: Final = 86_400_000
LEAVES: Final = frozenset(("complete", "transfer", "unclaim", "resolve"))
WITH_VARIABLES: Final = frozenset(("complete", "resolve"))


class View(msgspec.Struct, frozen=True):
    """A tab of the inbox; `hint` is said when it is empty."""

    key: str
    name: str
    hint: str


VIEWS: Final = (
    View("todo", _("To do"), _("Nothing is waiting for you. Start a process, or look at what others have to do.")),
    View("mine", _("Mine"), _("You have claimed nothing. Claim a task from “To do”.")),
    View("soon", _("Due in a day"), _("Nothing is due within a day.")),
    View("overdue", _("Overdue"), _("Nothing is overdue. Keep walking.")),
    View("paused", _("Paused"), _("No task of yours is paused. When an instance is suspended its tasks wait here.")),
    View("everyone", _("Everyone's"), _("Nobody has anything to do. Start a process.")),
)


def _query(who: Caller, view: str, now: int) -> TaskQuery:
    query = task_query(who, "paused" if view == "paused" else "todo", everything=view == "everyone")
    if view == "mine":
        query.assignee = who.user
    elif view == "soon":
        query.due_before = now + DAY
    elif view == "overdue":
        query.overdue = True
    return query


@get("/tasks")
async def inbox(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _inbox(request, desk)


async def _inbox(request: Asked, desk: Desk, problem: Problem | AccessProblem | None = None) -> Response[str]:
    who, now = caller(request), desk.runtime.clock.now()
    views = [view for view in VIEWS if view.key != "everyone" or may(who, allow.TASK_READ_ANY)]
    asked = request.query_params.get("view", "todo")
    chosen = next((view for view in views if view.key == asked), views[0])
    text, skip = request.query_params.get("q", "").strip(), skip_of(request)
    counts = {}
    for view in views:
        counting = _query(who, view.key, now)
        counting.limit = 1
        counts[view.key] = (await desk.runtime.tasks(counting)).total
    query = _query(who, chosen.key, now)
    query.text, query.skip, query.limit = text, skip, SIZE
    page = await desk.runtime.tasks(query)
    titles = await _titles(desk, page.items)
    return desk.page(
        request, "inbox.html", status=problem.status if problem else 200, views=views, chosen=chosen, counts=counts,
        tasks=page.items, titles=titles, text=text, part=part(skip, len(page.items), page.total), problem=problem,
        may_claim=[task.id for task in page.items if not task.assignee and _may(who, task, "claim")],
    )  # fmt: skip


async def _titles(desk: Desk, tasks: list[TaskRecord]) -> dict[str, str]:
    """What each task's instance is about."""
    found: dict[str, str] = {}
    for task in tasks:
        if task.instance_id not in found:
            record = await desk.runtime.instance(task.instance_id)
            found[task.instance_id] = record.title or record.label or record.name
    return found


def _may(who: Caller, task: TaskRecord, action: str) -> bool:
    try:
        demand_task_action(who, task, action)
    except AccessProblem:
        return False
    return True


@get("/tasks/{task_id:str}")
async def task_page(request: Asked, desk: NamedDependency[Desk], task_id: FromPath[str]) -> Response[str]:
    return await _task(request, desk, task_id)


async def _task(
    request: Asked,
    desk: Desk,
    task_id: str,
    problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
) -> Response[str]:
    who = caller(request)
    task = await seen_task(desk.runtime, who, task_id)
    record = await desk.runtime.instance(task.instance_id)
    is_open = task.state == "open"
    delegated_to_me = task.delegated and task.assignee == who.user
    can = {
        "claim": is_open and not task.assignee and _may(who, task, "claim"),
        "complete": is_open and not task.delegated and _may(who, task, "complete"),
        "resolve": is_open and delegated_to_me,
        "unclaim": is_open and bool(task.assignee) and not task.delegated and _may(who, task, "unclaim"),
        "transfer": is_open and not task.delegated and _may(who, task, "transfer"),
        "delegate": is_open and bool(task.assignee) and not task.delegated and _may(who, task, "delegate"),
        "comment": is_open and _may(who, task, "comment"),
    }
    variables = await desk.runtime.variables(task.instance_id)
    entries = await desk.runtime.history(task.instance_id, limit=1_000)
    comments = [e for e in entries if e.kind == "TaskCommented" and e.element == task.element]
    form_shown = await desk.runtime.forms.of_task(task)
    fields = form_fields(form_shown.fields, variables)
    if given is None:
        rows = other_rows(variables, {(field.path or (field.name,))[0] for field in fields})
    else:
        sent = legible(form_fields(form_shown.fields, variables, hidden=True), given, variables)
        fields = form_fields((await desk.runtime.forms.of_task(task, sent)).fields, variables)
        fields = typed(fields, given, problem if isinstance(problem, Problem) else None)
        rows = shown_again(*columns(given))
    return desk.page(
        request, "task.html", status=problem.status if problem else 200, task=task, record=record, can=can,
        fields=fields, rows=rows, comments=comments, problem=problem, outcomes=task.outcomes or [""],
    )  # fmt: skip


async def _filled_in(desk: Desk, task: TaskRecord, given: FormMultiDict) -> dict[str, object]:
    variables = await desk.runtime.variables(task.instance_id)
    fields = form_fields((await desk.runtime.forms.of_task(task)).fields, variables, hidden=True)
    return both(read_fields(fields, given, variables), read_rows(*columns(given)))


@post("/tasks/{task_id:str}/{action:str}", status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], task_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """Claim, complete and so on. What was typed stays when it cannot be done."""
    who, given = caller(request), await form(request)
    task = await seen_task(desk.runtime, who, task_id)
    if action not in DONE:
        raise Problem("astrozero.0002", 404, f"There is no action '{action}' for a task.")
    try:
        demand_task_action(who, task, action)
        offered = offers_of(await desk.runtime.graph(task.definition_id), task)
        if not declared(who, offered, action):
            raise not_offered(task, action, offered)
        if action == "complete" and not task.assignee:
            await desk.runtime.task_action(task_id, "claim", who=who.user)
        await desk.runtime.task_action(
            task_id,
            action,
            who=who.user,
            outcome=str(given.get("outcome", "")) if action == "complete" else "",
            variables=await _filled_in(desk, task, given) if action in WITH_VARIABLES else None,
            to=str(given.get("to", "")).strip() if action in ("transfer", "delegate") else "",
            text=str(given.get("text", "")),
        )
    except (Problem, AccessProblem) as problem:
        if problem.status == 404:
            raise
        return await _task(request, desk, task_id, problem, given if action in WITH_VARIABLES else None)
    back = local_path(str(given.get("back", "")), "/tasks" if action in LEAVES else f"/tasks/{task_id}")
    return go(request, back, said(request, DONE[action], name=task.name))


HANDLERS: Final = (inbox, task_page, act)
