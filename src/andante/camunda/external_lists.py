"""Which external tasks there are."""

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, Services, services
from andante.camunda.external_bodies import TaskQuery
from andante.camunda.external_tasks import ONE, PATH, WORK, shape
from andante.camunda.faults import wrong
from andante.camunda.listing import listed
from andante.camunda.wire import Shape, answer, moment, order_of, query_of
from andante.runtime import JobQuery

ORDER: Final = {
    "id": "id",
    "lockExpirationTime": "locked_until",
    "processInstanceId": "instance",
    "processDefinitionId": "definition_id",
    "processDefinitionKey": "definition",
    "taskPriority": "priority",
    "createTime": "id",
}


def _either(yes: bool, no: bool, names: str) -> bool | None:
    """True, False, or None where neither is asked for. Raises Problem."""
    if yes and no:
        raise wrong(f"{names}: only one of them can be asked for.")
    return True if yes else False if no else None


def _order(asked: TaskQuery) -> str:
    if len(asked.sorting) > 1:
        raise wrong("sorting: external tasks are sorted by one thing at a time.")
    return order_of(asked, ORDER, "id")


def _query(desk: Services, asked: TaskQuery) -> JobQuery:
    ids = asked.externalTaskIdIn + ([asked.externalTaskId] if asked.externalTaskId else [])
    return JobQuery(
        ids=ids if not asked.nowhere else [""],
        type=asked.topicName,
        worker=asked.workerId,
        instance_ids=asked.processInstanceIdIn + ([asked.processInstanceId] if asked.processInstanceId else []),
        definition_ids=[asked.processDefinitionId] if asked.processDefinitionId else [],
        elements=asked.activityIdIn + ([asked.activityId] if asked.activityId else []),
        locked=_either(asked.locked, asked.notLocked, "locked and notLocked"),
        left=_either(asked.withRetriesLeft, asked.noRetriesLeft, "withRetriesLeft and noRetriesLeft"),
        suspended=_either(asked.suspended, asked.active, "active and suspended"),
        locked_before=moment("lockExpirationBefore", asked.lockExpirationBefore, desk.zone),
        locked_after=moment("lockExpirationAfter", asked.lockExpirationAfter, desk.zone),
        priority_min=asked.priorityHigherThanOrEquals,
        priority_max=asked.priorityLowerThanOrEquals,
        order=_order(asked),
        descending=asked.sortOrder == "desc",
        skip=asked.firstResult,
        limit=asked.maxResults,
    )


async def _page(request: Call) -> list[Shape]:
    desk = services(request)
    held = desk.runtime.jobs.held
    jobs = await held.many(_query(desk, await query_of(request, TaskQuery)))
    stories = await held.stories(jobs)
    return [await shape(desk, job, stories[job.id]) for job in jobs]


async def _number(request: Call) -> int:
    desk = services(request)
    return await desk.runtime.jobs.held.count(_query(desk, await query_of(request, TaskQuery)))


@get(f"{PATH}/topic-names", operation=Operation("List topic names", WORK, query=TaskQuery))
async def topic_names(request: Call) -> Response[bytes]:
    desk = services(request)
    jobs = await desk.runtime.jobs.held.many(_query(desk, await query_of(request, TaskQuery)))
    return answer(sorted({job.type for job in jobs}))


@get(ONE, operation=Operation("Read an external task", WORK))
async def one(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    job = await desk.runtime.jobs.held.one(task_id)
    found: dict[str, Any] = await shape(desk, job, (await desk.runtime.jobs.held.stories([job]))[job.id])
    return answer(found)


HANDLERS: Final = (topic_names, *listed(PATH, "external tasks", WORK, TaskQuery, _page, _number), one)
