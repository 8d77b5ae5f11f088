"""Executions: a process instance is one, as Camunda 7's clients name it; and what it waits for."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from andante.api import wire
from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.faults import wrong
from andante.camunda.instance_variables import EXECUTION, ModifyBody, set_in
from andante.camunda.instances import ListQuery, found_open, opened
from andante.camunda.listing import listed
from andante.camunda.values import Given, written
from andante.camunda.wire import Paged, Shape, answer, body_of, counted, nothing, query_of, sorted_by
from andante.people import permissions as allow
from andante.runtime import InstanceRecord, Problem
from andante.runtime import problem as codes

PATH: Final = "/execution"
ONE: Final = f"{PATH}/{{execution_id:str}}"
LOCAL: Final = f"{EXECUTION}/{{name:str}}"
AWAITED: Final = f"{ONE}/messageSubscriptions/{{name:str}}"
SUBSCRIPTIONS: Final = "/event-subscription"
READ: Final = allow.INSTANCE_READ
SET: Final = allow.VARIABLES_SET
# BPMN's words for events, as Camunda has them where it has others.
TYPES: Final = {"compensation": "compensate"}
ORDER: Final = {"created": ""}
MOST: Final = 100  # instances that are looked at for what they await
NOTE: Final = "One of each open process instance."


class SubscriptionFilters(Paged):
    """Which event subscriptions of one process instance."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    executionId: str = ""  # noqa: N815
    eventSubscriptionId: str = ""  # noqa: N815
    eventType: str = ""  # noqa: N815
    eventName: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815


class ExecutionFilters(ListQuery):
    """Which executions. What they await is looked at in each instance that the other filters find."""

    processInstanceId: str = ""  # noqa: N815
    processDefinitionBusinessKey: str = ""  # noqa: N815
    messageEventSubscriptionName: str = ""  # noqa: N815
    signalEventSubscriptionName: str = ""  # noqa: N815


class TriggerBody(msgspec.Struct):
    variables: Given = {}


@get(ONE, operation=Operation("Read an execution", READ, description="It has the id of its process instance."))
async def one(request: Call, execution_id: FromPath[str]) -> Response[bytes]:
    return answer(_shape(await opened(request, execution_id)))


def _shape(record: InstanceRecord) -> dict[str, Any]:
    return {"id": record.id, "processInstanceId": record.id, "ended": record.closed, "tenantId": None}


async def _executions(request: Call) -> tuple[list[InstanceRecord], int]:
    asked = await query_of(request, ExecutionFilters)
    asked.businessKey = asked.businessKey or asked.processDefinitionBusinessKey
    asked.processInstanceIds += filter(None, (asked.processInstanceId,))
    wanted = {("message", asked.messageEventSubscriptionName), ("signal", asked.signalEventSubscriptionName)}
    wanted = {(kind, name) for kind, name in wanted if name}
    if not wanted:
        return await found_open(request, asked)
    first, most, asked.firstResult, asked.maxResults = asked.firstResult, asked.maxResults, 0, MOST
    found, total = await found_open(request, asked)
    if total > MOST:
        raise wrong(
            f"{total} instances would be looked at for what they await: ask for {MOST} at most, by more filters."
        )
    awaiting = []
    for record in found:
        has = {(each["eventType"], each["eventName"]) for each in await _awaited(request, record)}
        if wanted <= has:
            awaiting.append(record)
    return awaiting[first : first + most], len(awaiting)


async def _page(request: Call) -> list[Shape]:
    return [_shape(record) for record in (await _executions(request))[0]]


async def _number(request: Call) -> int:
    return (await _executions(request))[1]


@post(
    EXECUTION, status_code=200,
    operation=Operation(
        "Change variables of an execution", SET, body=ModifyBody,
        description="They are the instance's. What is deleted is null from then on.",
    ),
)  # fmt: skip
async def modify(request: Call, execution_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ModifyBody)
    return await set_in(request, execution_id, body.modifications, body.deletions)


@put(LOCAL, status_code=200, operation=Operation("Set a variable of an execution", SET, body=dict))
async def write(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await set_in(request, execution_id, {name: await wire.body_of(request, dict[str, Any])}, [])


@delete(
    LOCAL, status_code=200,
    operation=Operation("Delete a variable of an execution", SET, description="It is null from then on."),
)  # fmt: skip
async def remove(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await set_in(request, execution_id, {}, [name])


async def _awaited(request: Call, record: InstanceRecord) -> list[dict[str, Any]]:
    if record.closed:
        return []
    past = await services(request).runtime.replay(record.id)
    return [
        {
            "id": f"{record.id}-{each.key}", "eventType": TYPES.get(each.kind, each.kind),
            "eventName": each.name or None, "executionId": record.id, "processInstanceId": record.id,
            "activityId": each.element, "createdDate": None, "tenantId": None,
        }
        for each in past.awaited
    ]  # fmt: skip


@get(AWAITED, operation=Operation("Read that an execution awaits a message", READ))
async def awaited(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    for each in await _awaited(request, await opened(request, execution_id)):
        if (each["eventType"], each["eventName"]) == ("message", name):
            return answer(each)
    text = f"Message event subscription for execution {execution_id} named {name} does not exist"
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, text)


@post(
    f"{AWAITED}/trigger", status_code=200,
    operation=Operation("Give an execution the message that it awaits", allow.MESSAGE_PUBLISH, body=TriggerBody),
)  # fmt: skip
async def trigger(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, TriggerBody)
    await opened(request, execution_id)
    runtime = services(request).runtime
    await runtime.conditions.pace.demand_for("message", name)
    await runtime.messages.correlate(name, "", {}, written(body.variables), caller(request).user, execution_id)
    return nothing()


async def _found(request: Call) -> tuple[list[dict[str, Any]], SubscriptionFilters]:
    asked = await query_of(request, SubscriptionFilters)
    instance_id = asked.processInstanceId or asked.executionId or asked.eventSubscriptionId.rpartition("-")[0]
    if not instance_id:
        raise wrong("Andante lists the event subscriptions of one instance: give processInstanceId.")
    record = await visible(services(request), caller(request), instance_id)
    wanted = (
        ("id", asked.eventSubscriptionId), ("eventType", asked.eventType), ("eventName", asked.eventName),
        ("activityId", asked.activityId), ("executionId", asked.executionId),
    )  # fmt: skip
    found = [] if asked.nowhere else await _awaited(request, record)
    kept = [each for each in found if all(not want or each[key] == want for key, want in wanted)]
    return sorted_by(kept, asked, ORDER), asked


@get(SUBSCRIPTIONS, operation=Operation("List what an instance awaits", READ, query=SubscriptionFilters))
async def subscriptions(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{SUBSCRIPTIONS}/count", operation=Operation("Count them", READ, query=SubscriptionFilters))
async def count_subscriptions(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


HANDLERS: Final = (
    *listed(PATH, "executions", READ, ExecutionFilters, _page, _number, NOTE),
    one, modify, write, remove, awaited, trigger, subscriptions,
    count_subscriptions,
)  # fmt: skip
