"""What was said about a task."""

from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.tasks import visible_task
from andante.api.wire import at, success
from andante.engine import faults
from andante.people import permissions as allow


class CommentShape(msgspec.Struct, frozen=True):
    """Who said what, when."""

    at: str
    who: str
    text: str


class CommentRecs(msgspec.Struct, frozen=True):
    """In order of time."""

    Recs: list[CommentShape]
    total: int


@get(
    f"{BASE}/runtime/tasks/{{task_id:str}}/comments",
    operation=Operation(
        "List a task's comments", allow.TASK_READ, CommentRecs, tag="tasks", errors=(faults.TASK_NOT_FOUND,),
        description="Also when it is over. Add one with the action comment.",
    ),
)  # fmt: skip
async def comments(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    found = await services(request).runtime.remarks.of_task(record.instance_id, record.key)
    recs = [CommentShape(at(each.at), each.who, each.text) for each in found]
    return success(CommentRecs(recs, len(recs)))


HANDLERS: Final = (comments,)
