"""What has been of user tasks."""

from typing import Any, Final

from andante.api.services import Call, caller, services
from andante.api.tasks import visible_task
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import past_task_shape
from andante.camunda.listing import listed
from andante.camunda.wire import Paged, Shape, moment, order_of, page_of, query_of
from andante.people import may, sight
from andante.people import permissions as allow
from andante.runtime import TaskQuery

TASKS: Final = "/history/task"
ORDER: Final = {
    "taskId": "", "endTime": "ended_at", "startTime": "created_at", "taskName": "name", "taskDueDate": "due_at",
    "taskAssignee": "assignee", "taskDefinitionKey": "element", "taskPriority": "priority",
    "taskFollowUpDate": "follow_up_at",
}  # fmt: skip
# Camunda's reasons, and how such a task has ended here.
REASONS: Final = {"completed": "completed", "deleted": "cancelled"}


class TaskFilters(Paged):
    """Which tasks, open and over."""

    taskId: str = ""  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    processInstanceBusinessKey: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    taskAssignee: str = ""  # noqa: N815
    taskDefinitionKey: str = ""  # noqa: N815
    taskName: str = ""  # noqa: N815
    taskNameLike: str = ""  # noqa: N815
    taskDeleteReason: str = ""  # noqa: N815
    finished: bool = False
    unfinished: bool = False
    startedBefore: str = ""  # noqa: N815
    startedAfter: str = ""  # noqa: N815
    finishedBefore: str = ""  # noqa: N815
    finishedAfter: str = ""  # noqa: N815


def _tasks(request: Call, asked: TaskFilters) -> TaskQuery:
    zone, who = services(request).zone, caller(request)
    if asked.unfinished and (asked.finished or asked.finishedBefore or asked.finishedAfter or asked.taskDeleteReason):
        raise wrong("finished and unfinished tasks: only one of the two kinds can be asked for.")
    if asked.taskDeleteReason not in ("", *REASONS):
        raise wrong(f"taskDeleteReason: Andante has {' and '.join(REASONS)}, not '{asked.taskDeleteReason}'.")
    over = asked.finished or asked.taskDeleteReason or asked.finishedBefore or asked.finishedAfter
    view = "todo" if asked.unfinished else "history" if over else "all"
    return TaskQuery(
        view=view,
        user=who.user,
        groups=sorted(who.names),
        queues=sorted(who.queues),
        everything=may(who, allow.TASK_READ_ANY) and sight(who).read.all,
        instance_id=asked.processInstanceId if not asked.nowhere else "-",
        business_key=asked.processInstanceBusinessKey,
        definition=asked.processDefinitionKey,
        assignee=asked.taskAssignee,
        element=asked.taskDefinitionKey,
        name=asked.taskName,
        text=asked.taskNameLike.strip("%"),
        ended_as=REASONS.get(asked.taskDeleteReason, ""),
        created_before=moment("startedBefore", asked.startedBefore, zone),
        created_from=moment("startedAfter", asked.startedAfter, zone),
        ended_before=moment("finishedBefore", asked.finishedBefore, zone),
        ended_from=moment("finishedAfter", asked.finishedAfter, zone),
        now=services(request).runtime.clock.now(),
        order_field=order_of(asked, ORDER, "ended_at" if view == "history" else ""),
        descending=asked.sortOrder == "desc",
        skip=asked.firstResult,
        limit=max(1, asked.maxResults),
    )


async def _past_tasks(request: Call) -> tuple[list[dict[str, Any]], int]:
    desk, asked = services(request), await query_of(request, TaskFilters)
    if asked.taskId:
        return [past_task_shape(await visible_task(request, asked.taskId), desk.zone)], 1
    found, total = await page_of(asked, ORDER, _tasks(request, asked), desk.runtime.tasks)
    return [past_task_shape(task, desk.zone) for task in found], total


async def _page(request: Call) -> list[Shape]:
    return (await _past_tasks(request))[0]


async def _number(request: Call) -> int:
    return (await _past_tasks(request))[1]


NOTE: Final = "With finished those that are over, with unfinished those that are open and not paused."
HANDLERS: Final = listed(TASKS, "tasks, open and over", allow.TASK_READ, TaskFilters, _page, _number, NOTE)
