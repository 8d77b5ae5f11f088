"""The same with many tasks in one call: each is a command of its own, with a result of its own."""

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.task_lists import filters_of, task_query
from andante.api.tasks import ActionBody, carry_out
from andante.api.wire import Variables, body_of, choice, one_of, success
from andante.people import AccessProblem, Caller
from andante.people import permissions as allow
from andante.runtime import Problem, auditing
from andante.runtime import problem as codes

MOST: Final = 500  # tasks in one call
ABREAST: Final = 50
NAMED: Final = 100  # tasks, in the audit log
ACTIONS: Final = ("claim", "unclaim", "complete", "transfer", "delegate", "resolve", "comment")


class BulkBody(msgspec.Struct, frozen=True):
    """`ids` of at most 500 tasks, or a `query` with the filters of a task list; of what it finds the first 500 are
    concerned. `outcome`, `variables`, `to` and `text` as for one task."""

    action: Annotated[str, choice(*ACTIONS)]
    ids: Annotated[list[str], Meta(max_length=MOST)] = []
    query: dict[str, Any] | None = None
    outcome: str = ""
    variables: Variables = {}
    to: str = ""
    text: Annotated[str, Meta(max_length=10_000)] = ""


class BulkResult(msgspec.Struct, frozen=True):
    """`resCode` is "0" where it was done; else this task is as it was, for the reason `resMsg`."""

    id: str
    resCode: str  # noqa: N815 - the contract's spelling
    resMsg: str  # noqa: N815
    state: str


class BulkShape(msgspec.Struct, frozen=True):
    """`more`: the query finds more than were concerned; the same call goes on with them if they leave its list."""

    Recs: list[BulkResult]
    total: int
    done: int
    failed: int
    more: bool


@post(
    f"{BASE}/runtime/tasks/bulk",
    status_code=200,
    operation=Operation(
        "Act on many tasks", allow.TASK_ACT, BulkShape, BulkBody, tag="tasks", errors=(codes.OVERLOADED,),
        description="Whether the caller may is seen task by task; what is refused for one does not hinder the others.",
    ),
)  # fmt: skip
async def bulk(request: Call) -> Response[bytes]:
    body = await body_of(request, BulkBody)
    desk, who = services(request), caller(request)
    action = one_of("action", body.action, ACTIONS)
    if bool(body.ids) == (body.query is not None):
        raise bad_parameter("ids", "say which tasks: either by their ids or by a query.")
    if action in ("transfer", "delegate") and not body.to:
        raise bad_parameter("to", f"'{action}' needs the name of the person who takes the tasks.")
    ids, more = list(dict.fromkeys(body.ids)), False
    if body.query is not None:
        query = task_query(desk, who, filters_of(body.query))
        query.limit = MOST
        page = await desk.runtime.tasks(query)
        ids, more = [task.id for task in page.items], bool(page.after)
    one = ActionBody(action=action, outcome=body.outcome, variables=body.variables, to=body.to, text=body.text)
    gate = asyncio.Semaphore(ABREAST)

    async def attempt(task_id: str) -> BulkResult:
        async with gate:
            return await _attempt(desk, who, task_id, one)

    found = await asyncio.gather(*(attempt(each) for each in ids))
    done = sum(each.resCode == "0" for each in found)
    counts = {"tasks": ids[:NAMED], "done": done, "failed": len(found) - done}
    auditing.note(of=f"{len(ids)} tasks", details=counts)
    return success(BulkShape(found, len(found), done, len(found) - done, more))


async def _attempt(desk: Services, who: Caller, task_id: str, body: ActionBody) -> BulkResult:
    try:
        changed = await carry_out(desk, who, task_id, body.action, body)
    except (Problem, AccessProblem) as problem:
        return BulkResult(task_id, problem.code, problem.message, "")
    return BulkResult(task_id, "0", "Success", changed.state)


HANDLERS: Final = (bulk,)
