"""Files at tasks and instances: who may see a task or instance sees and adds them; who added one, and operators, delete
it."""

from typing import Final
from urllib.parse import quote

import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from andante.api.errors import CONTENT_TYPE, bad_parameter
from andante.api.instances import visible
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.tasks import visible_task
from andante.api.wire import at, done, success
from andante.engine import faults
from andante.people import AccessProblem, Caller, may
from andante.people import faults as access
from andante.people import permissions as allow
from andante.runtime import AttachmentRow, Problem
from andante.runtime import problem as codes

MULTIPART: Final = "multipart/form-data"
# Whatever a file is, a browser keeps it and runs nothing of it.
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TAKEN: Final = (
    codes.ATTACHMENT_TOO_LARGE, codes.ATTACHMENT_TYPE, codes.ATTACHMENTS_FULL, CONTENT_TYPE, faults.CLOSED,
)  # fmt: skip


class AttachmentShape(msgspec.Struct, frozen=True):
    """`size` in bytes; `taskId` is empty where it is the instance's own; `hash` is the SHA-256 of the content."""

    id: str
    instanceId: str  # noqa: N815 - as in the contract, here and below
    taskId: str  # noqa: N815
    name: str
    type: str
    size: int
    hash: str
    createdAt: str  # noqa: N815
    createdBy: str  # noqa: N815


class AttachmentRecs(msgspec.Struct, frozen=True):
    """In order of time."""

    Recs: list[AttachmentShape]
    total: int


def _shape(row: AttachmentRow) -> AttachmentShape:
    task = f"{row.instance_id}-{row.task}" if row.task else ""
    return AttachmentShape(
        row.id, row.instance_id, task, row.name, row.type, row.size, row.hash, at(row.created_at), row.created_by
    )


async def attached(request: Call, instance_id: str, task: int) -> AttachmentRow:
    """The first file of a form. Its body is spooled to a file as it comes; no more of them than `gate` lets through are
    in memory."""
    kind, _ = request.content_type
    if kind != MULTIPART:
        raise Problem(CONTENT_TYPE, 415, f"This address takes {MULTIPART}, with the field 'file', not '{kind}'.")
    attachments = services(request).runtime.attachments
    record = await services(request).runtime.instance(instance_id)
    if record.closed:
        raise Problem(faults.CLOSED, 409, f"The instance '{instance_id}' is over: nothing is attached to it any more.")
    form = await request.form()
    file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
    if file is None:
        raise bad_parameter("file", "the form has no file; send one in the field 'file'.")
    async with attachments.gate:
        data = await file.read(attachments.largest + 1)
        return await attachments.add(instance_id, task, file.filename, data, who=caller(request).user)


def _recs(rows: list[AttachmentRow]) -> Response[bytes]:
    recs = [_shape(row) for row in rows]
    return success(AttachmentRecs(recs, len(recs)))


@post(
    f"{BASE}/runtime/tasks/{{task_id:str}}/attachments", status_code=200,
    operation=Operation(
        "Attach a file to a task", allow.TASK_READ, AttachmentShape, raw_body=MULTIPART, tag="attachments",
        errors=(faults.TASK_NOT_FOUND, *TAKEN),
        description="The field 'file' of a form. Kinds of files are told by their content, and limited by "
        "attachment_types; their size by attachment_max.",
    ),
)  # fmt: skip
async def add_to_task(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id, informed=False)
    return success(_shape(await attached(request, record.instance_id, record.key)))


@get(
    f"{BASE}/runtime/tasks/{{task_id:str}}/attachments",
    operation=Operation(
        "List a task's attachments", allow.TASK_READ, AttachmentRecs, tag="attachments", errors=(faults.TASK_NOT_FOUND,)
    ),
)
async def of_task(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    return _recs(await services(request).runtime.attachments.many(record.instance_id, record.key))


@post(
    f"{BASE}/runtime/instances/{{instance_id:str}}/attachments", status_code=200,
    operation=Operation(
        "Attach a file to an instance", allow.INSTANCE_READ, AttachmentShape, raw_body=MULTIPART, tag="attachments",
        errors=(codes.INSTANCE_NOT_FOUND, *TAKEN),
    ),
)  # fmt: skip
async def add_to_instance(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    await visible(services(request), caller(request), instance_id, informed=False)
    return success(_shape(await attached(request, instance_id, 0)))


@get(
    f"{BASE}/runtime/instances/{{instance_id:str}}/attachments",
    operation=Operation(
        "List an instance's attachments", allow.INSTANCE_READ, AttachmentRecs, tag="attachments",
        errors=(codes.INSTANCE_NOT_FOUND,), description="Those of its tasks too.",
    ),
)  # fmt: skip
async def of_instance(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    await visible(services(request), caller(request), instance_id)
    return _recs(await services(request).runtime.attachments.many(instance_id))


@get(
    f"{BASE}/runtime/attachments/{{attachment_id:str}}",
    operation=Operation(
        "Download an attachment", allow.INSTANCE_READ, media="application/octet-stream", tag="attachments",
        errors=(codes.ATTACHMENT_NOT_FOUND,), description="Always to be saved, never to be shown by the browser.",
    ),
)  # fmt: skip
async def download(request: Call, attachment_id: FromPath[str]) -> Response[bytes]:
    return await sent(request, await seen_attachment(request, attachment_id))


async def sent(request: Call, row: AttachmentRow) -> Response[bytes]:
    """Its content, to be saved."""
    attachments = services(request).runtime.attachments
    async with attachments.gate:
        data = await attachments.content(row)
    name = quote(row.name, safe="")
    headers = {**SAFE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(data, media_type="application/octet-stream", headers=headers)


@delete(
    f"{BASE}/runtime/attachments/{{attachment_id:str}}", status_code=200,
    operation=Operation(
        "Delete an attachment", allow.INSTANCE_READ, None, tag="attachments", errors=(codes.ATTACHMENT_NOT_FOUND,),
        description="Who added it, and operators.",
    ),
)  # fmt: skip
async def remove(request: Call, attachment_id: FromPath[str]) -> Response[bytes]:
    await taken_away(request, await seen_attachment(request, attachment_id))
    return done()


async def taken_away(request: Call, row: AttachmentRow) -> None:
    """Raises AccessProblem (403) where it is neither the caller's nor the caller an operator."""
    desk, who = services(request), caller(request)
    if who.user != row.created_by and not await _operates(desk, who, row.instance_id):
        raise AccessProblem(access.FORBIDDEN, 403, f"'{row.created_by}' added it; they and operators may delete it.")
    await desk.runtime.attachments.remove(row.id, who=who.user)


async def _operates(desk: Services, who: Caller, instance_id: str) -> bool:
    return may(who, allow.INSTANCE_ACT_ANY, (await desk.runtime.instance(instance_id)).name)


async def seen_attachment(request: Call, attachment_id: str) -> AttachmentRow:
    """Raises Problem (404), also for one that is not the caller's to see."""
    desk = services(request)
    row = await desk.runtime.attachments.one(attachment_id)
    try:
        if row.task:
            await visible_task(request, f"{row.instance_id}-{row.task}")
        else:
            await visible(desk, caller(request), row.instance_id)
    except Problem as problem:
        if problem.status != 404:
            raise
        try:
            await visible(desk, caller(request), row.instance_id)
        except Problem:
            raise Problem(codes.ATTACHMENT_NOT_FOUND, 404, f"There is no attachment '{attachment_id}'.") from None
    return row


HANDLERS: Final = (add_to_task, of_task, add_to_instance, of_instance, download, remove)
