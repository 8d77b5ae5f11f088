"""Files at a user task."""

from typing import Any, Final

from litestar import Response, delete, get, post
from litestar.params import FromPath

from andante.api.attachments import MULTIPART, attached, seen_attachment, sent, taken_away
from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.api.tasks import visible_task
from andante.camunda.faults import absent
from andante.camunda.tasks import ONE
from andante.camunda.wire import answer, nothing, stamp
from andante.people import permissions as allow
from andante.runtime import AttachmentRow, Problem
from andante.runtime import problem as codes

ALL: Final = f"{ONE}/attachment"
SINGLE: Final = f"{ALL}/{{attachment_id:str}}"
READ: Final = allow.TASK_READ


def _shape(row: AttachmentRow, task_id: str, zone: str) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "description": None, "type": row.type, "url": None, "taskId": task_id,
        "processInstanceId": row.instance_id, "createTime": stamp(row.created_at, zone), "removalTime": None,
        "rootProcessInstanceId": None,
    }  # fmt: skip


async def _one(request: Call, task_id: str, attachment_id: str) -> AttachmentRow:
    """Raises Problem (404)."""
    record = await visible_task(request, task_id)
    row = await seen_attachment(request, attachment_id)
    if (row.instance_id, row.task) != (record.instance_id, record.key):
        raise Problem(codes.ATTACHMENT_NOT_FOUND, 404, f"Task attachment with id {attachment_id} does not exist")
    return row


@get(ALL, operation=Operation("List a task's attachments", READ))
async def many(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible_task(request, task_id)
    rows = await desk.runtime.attachments.many(record.instance_id, record.key)
    return answer([_shape(row, task_id, desk.zone) for row in rows])


@post(
    f"{ALL}/create", status_code=200,
    operation=Operation(
        "Attach a file to a task", READ, raw_body=MULTIPART,
        description="The part content; its name is the file's, and no other is kept, nor a description or a URL alone.",
    ),
)  # fmt: skip
async def add(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id, informed=False)
    kind, _ = request.content_type
    form = await request.form() if kind == MULTIPART else {}
    if form.get("url") and not form.get("content"):
        raise absent("attachments that are only a URL", "Send a file, or say it in a comment.")
    if form.get("attachment-description"):
        raise absent("descriptions of attachments", "Say it in a comment.")
    row = await attached(request, record.instance_id, record.key)
    return answer(_shape(row, task_id, services(request).zone))


@get(SINGLE, operation=Operation("Read what an attachment is", READ))
async def one(request: Call, task_id: FromPath[str], attachment_id: FromPath[str]) -> Response[bytes]:
    return answer(_shape(await _one(request, task_id, attachment_id), task_id, services(request).zone))


@get(f"{SINGLE}/data", operation=Operation("Download an attachment", READ))
async def data(request: Call, task_id: FromPath[str], attachment_id: FromPath[str]) -> Response[bytes]:
    return await sent(request, await _one(request, task_id, attachment_id))


@delete(
    SINGLE, status_code=200,
    operation=Operation("Delete an attachment", READ, description="Who added it, and operators."),
)  # fmt: skip
async def remove(request: Call, task_id: FromPath[str], attachment_id: FromPath[str]) -> Response[bytes]:
    await taken_away(request, await _one(request, task_id, attachment_id))
    return nothing()


HANDLERS: Final = (many, add, one, data, remove)
