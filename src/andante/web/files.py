"""Files at a task: bring one, take one home, delete one. Who may see the task may; who brought one and operators delete
it."""

from typing import Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, Caller, demand_task_action, may
from andante.people import permissions as allow
from andante.people.faults import FORBIDDEN
from andante.runtime import AttachmentRow, Problem
from andante.runtime.problem import ATTACHMENT_NOT_FOUND, PARAMETER
from andante.web.desk import SECURITY, Desk, go, said
from andante.web.session import Asked, caller, form, local_path
from andante.web.sight import seen_instance, seen_task

CLOSED: Final = "bpm.instance.closed"
# Whatever a file is, a browser keeps it and runs nothing of it.
SAFE: Final = {
    **SECURITY,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@post("/tasks/{task_id:str}/files", status_code=200)
async def bring(request: Asked, desk: NamedDependency[Desk], task_id: FromPath[str]) -> Response[str]:
    """The file of the form. Its kind is told by its content; Problem 413, 415 and so on say what is wrong with it."""
    who, given = caller(request), await form(request)
    task = await seen_task(desk.runtime, who, task_id)
    demand_task_action(who, task, "comment")
    if (await desk.runtime.instance(task.instance_id)).closed:
        raise Problem(CLOSED, 409, _("The instance is over: nothing is attached to it any more."))
    file = given.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Problem(PARAMETER, 400, _("Choose a file first."))
    attachments = desk.runtime.attachments
    async with attachments.gate:
        data = await file.read(attachments.largest + 1)
        row = await attachments.add(task.instance_id, task.key, file.filename, data, who=who.user)
    back = local_path(str(given.get("back", "")), f"/tasks/{task_id}")
    return go(request, back, said(request, _("“%(name)s” is attached."), name=row.name))


@get("/files/{file_id:str}")
async def take(request: Asked, desk: NamedDependency[Desk], file_id: FromPath[str]) -> Response[bytes]:
    row = await _seen(desk, caller(request), file_id)
    async with desk.runtime.attachments.gate:
        data = await desk.runtime.attachments.content(row)
    headers = {**SAFE, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}"}
    return Response(data, media_type="application/octet-stream", headers=headers)


@post("/files/{file_id:str}/delete", status_code=200)
async def delete(request: Asked, desk: NamedDependency[Desk], file_id: FromPath[str]) -> Response[str]:
    who, given = caller(request), await form(request)
    row = await _seen(desk, who, file_id)
    if who.user != row.created_by and not may(
        who, allow.INSTANCE_ACT_ANY, (await desk.runtime.instance(row.instance_id)).name
    ):
        raise AccessProblem(FORBIDDEN, 403, f"'{row.created_by}' added it; they and operators may delete it.")
    await desk.runtime.attachments.remove(file_id, who=who.user)
    back = local_path(str(given.get("back", "")), "/tasks")
    return go(request, back, said(request, _("“%(name)s” is deleted."), name=row.name))


async def _seen(desk: Desk, who: Caller, file_id: str) -> AttachmentRow:
    """Raises Problem (404), also for one that is not theirs to see."""
    row = await desk.runtime.attachments.one(file_id)
    try:
        if row.task:
            await seen_task(desk.runtime, who, f"{row.instance_id}-{row.task}")
            return row
    except Problem as problem:
        if problem.status != 404:
            raise
    try:
        await seen_instance(desk.runtime, who, row.instance_id)
    except Problem:
        raise Problem(ATTACHMENT_NOT_FOUND, 404, f"There is no file '{file_id}'.") from None
    return row


HANDLERS: Final = (bring, take, delete)
