"""A task's own page with what can be done to it, its comments, and its files."""

from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, Caller
from andante.runtime import Problem, TaskRecord
from andante.web.desk import Desk, go, said
from andante.web.doing import DONE, HANDS_ON, LEAVES, UNDONE_BY, WITH_VARIABLES, Deed, carry_out, extension, later
from andante.web.session import Asked, caller, form, local_path
from andante.web.sight import seen_task
from andante.web.task_view import task_values, task_variables

PARTS: Final = ("beside", "side")


@get("/tasks/{task_id:str}")
async def task_page(request: Asked, desk: NamedDependency[Desk], task_id: FromPath[str]) -> Response[str]:
    task = await seen_task(desk.runtime, caller(request), task_id)
    return await _shown(request, desk, task)


async def _shown(
    request: Asked,
    desk: Desk,
    task: TaskRecord,
    problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
) -> Response[str]:
    values = await task_values(desk, request, task, problem, given)
    asked = request.query_params.get("part", "")
    block = asked if asked in PARTS else "live"
    stay, leave = (local_path(request.query_params.get(name, ""), "") for name in ("stay", "leave"))
    return desk.page(
        request, "task.html", status=problem.status if problem else 200, problem=problem, stay=stay, leave=leave,
        block=block, part_shown=block, **values,
    )  # fmt: skip


def _word(given: FormMultiDict, name: str) -> str:
    value = given.get(name, "")
    return value.strip() if isinstance(value, str) else ""


async def deed_of(desk: Desk, task: TaskRecord, action: str, given: FormMultiDict) -> Deed:
    """What a form says. Raises Problem 400."""
    more = None
    if action == "extend":
        amount, unit, until, target, reason = (
            _word(given, name) for name in ("amount", "unit", "until", "target", "reason")
        )
        more = extension(task.key, amount, unit, until, target, reason, desk.zone)
    off = 0
    if action == "followUp":
        off = later(_word(given, "when"), _word(given, "until"), desk.runtime.clock.now(), desk.zone)
    return Deed(
        action,
        _word(given, "outcome"),
        await task_variables(desk, task, given) if action in WITH_VARIABLES else None,
        _word(given, "to") if action in HANDS_ON or action in ("addSigner", "return") else "",
        _word(given, "text"),
        _word(given, "mode"),
        _word(given, "resume") == "direct",
        off,
        more,
    )


async def _concerned(desk: Desk, who: Caller, task_id: str, action: str) -> TaskRecord:
    """The task; also one that the person does not see, to remind of it, if they have started its instance."""
    if action == "remind":
        task = await desk.runtime.task(task_id)
        if (await desk.runtime.instance(task.instance_id)).created_by == who.user:
            return task
    return await seen_task(desk.runtime, who, task_id)


@post("/tasks/{task_id:str}/{action:str}", status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], task_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """Claim, complete and so on. What was typed stays when it cannot be done."""
    who, given = caller(request), await form(request)
    task = await _concerned(desk, who, task_id, action)
    if action not in DONE:
        raise Problem("astrozero.0002", 404, f"There is no action '{action}' for a task.")
    try:
        await carry_out(desk.runtime, who, task, await deed_of(desk, task, action, given))
    except (Problem, AccessProblem) as problem:
        if problem.status == 404 or action == "remind":
            raise
        now = await seen_task(desk.runtime, who, task_id)
        return await _shown(request, desk, now, problem, given if action in WITH_VARIABLES else None)
    back = local_path(str(given.get("back", "")), "/tasks" if action in LEAVES else f"/tasks/{task_id}")
    if action == "followUp" and given.get("when") == "now":
        return go(request, back, said(request, _("“%(name)s” is back in your list."), name=task.name))
    undo = f"/tasks/{task_id}/{UNDONE_BY[action]}" if action in UNDONE_BY else ""
    return go(request, back, said(request, DONE[action], name=task.name), undo=undo)


HANDLERS: Final = (task_page, act)
