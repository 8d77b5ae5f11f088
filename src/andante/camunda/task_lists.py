"""Which user tasks there are."""

from typing import Final

import msgspec

from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import task_shape
from andante.camunda.listing import listed
from andante.camunda.wire import Paged, Shape, moment, order_of, page_of, query_of
from andante.people import Caller, may, sight
from andante.people import permissions as allow
from andante.runtime import TaskQuery

PATH: Final = "/task"
READ: Final = allow.TASK_READ
ORDER: Final = {
    "name": "name", "nameCaseInsensitive": "name", "dueDate": "due_at", "followUpDate": "follow_up_at",
    "created": "created_at", "priority": "priority", "assignee": "assignee", "taskDefinitionKey": "element",
    "id": "", "instanceId": "", "executionId": "",
}  # fmt: skip


class ListQuery(Paged):
    """Which open tasks. Those of suspended instances only with suspended."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    processInstanceIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceBusinessKey: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    assignee: str = ""
    assigned: bool = False
    unassigned: bool = False
    candidateUser: str = ""  # noqa: N815
    candidateGroup: str = ""  # noqa: N815
    taskDefinitionKey: str = ""  # noqa: N815
    taskDefinitionKeyIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    name: str = ""
    nameLike: str = ""  # noqa: N815
    minPriority: int | None = None  # noqa: N815
    dueBefore: str = ""  # noqa: N815
    dueAfter: str = ""  # noqa: N815
    createdBefore: str = ""  # noqa: N815
    createdAfter: str = ""  # noqa: N815
    followUpBefore: str = ""  # noqa: N815
    active: bool = False
    suspended: bool = False


def task_query(desk: Services, who: Caller, asked: ListQuery) -> TaskQuery:
    """Who may not see all tasks sees those they may work on. Raises Problem."""
    if asked.candidateUser and asked.candidateGroup:
        raise wrong("candidateUser and candidateGroup: only one of them can be asked for.")
    if asked.assigned and asked.unassigned:
        raise wrong("assigned and unassigned: only one of them can be asked for.")
    candidate = f"user:{asked.candidateUser}" if asked.candidateUser else ""
    return TaskQuery(
        view="paused" if asked.suspended else "todo",
        user=who.user,
        groups=sorted(who.names),
        queues=sorted(who.queues),
        stands_for=who.stands_for,
        shares=who.shares,
        everything=may(who, allow.TASK_READ_ANY) and sight(who).read.all,
        scope="free" if asked.unassigned else "",
        instance_id=asked.processInstanceId if not asked.nowhere else "-",
        instance_ids=asked.processInstanceIdIn,
        definition_id=asked.processDefinitionId,
        elements=asked.taskDefinitionKeyIn,
        assigned=asked.assigned,
        assignee=asked.assignee,
        candidate=f"group:{asked.candidateGroup}" if asked.candidateGroup else candidate,
        name=asked.name,
        element=asked.taskDefinitionKey,
        definition=asked.processDefinitionKey,
        business_key=asked.processInstanceBusinessKey,
        due_from=moment("dueAfter", asked.dueAfter, desk.zone),
        due_before=moment("dueBefore", asked.dueBefore, desk.zone),
        follow_up_before=moment("followUpBefore", asked.followUpBefore, desk.zone),
        created_from=moment("createdAfter", asked.createdAfter, desk.zone),
        created_before=moment("createdBefore", asked.createdBefore, desk.zone),
        priority_min=asked.minPriority,
        text=asked.nameLike.strip("%"),
        now=desk.runtime.clock.now(),
        order_field=order_of(asked, ORDER, ""),
        descending=asked.sortOrder == "desc",
        skip=asked.firstResult,
        limit=max(1, asked.maxResults),
    )


async def _page(request: Call) -> list[Shape]:
    desk, asked = services(request), await query_of(request, ListQuery)
    found, _ = await page_of(asked, ORDER, task_query(desk, caller(request), asked), desk.runtime.tasks)
    return [task_shape(task, desk.zone) for task in found]


async def _number(request: Call) -> int:
    desk, asked = services(request), await query_of(request, ListQuery)
    return (await desk.runtime.tasks(task_query(desk, caller(request), asked))).total


DESCRIPTION: Final = (
    "Operators see all, others those they may work on. nameLike is any part of the task's texts. Counted up to 2000."
)
HANDLERS: Final = listed(PATH, "tasks", READ, ListQuery, _page, _number, DESCRIPTION)
