"""Messages, signals, and conditions that start instances."""

from typing import Any, Final

import msgspec
from litestar import Response, post

from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.definition_shapes import one
from andante.camunda.faults import absent, wrong
from andante.camunda.instance_shapes import instance_shape
from andante.camunda.instances import opened
from andante.camunda.values import Given, read, taken, written
from andante.camunda.wire import answer, body_of, is_own, nothing
from andante.people import permissions as allow
from andante.runtime import Problem


class MessageBody(msgspec.Struct):
    messageName: str = ""  # noqa: N815 - Camunda's spelling, here and below
    businessKey: str = ""  # noqa: N815
    tenantId: str = ""  # noqa: N815
    withoutTenantId: bool = False  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    correlationKeys: Given = {}  # noqa: N815
    localCorrelationKeys: Given = {}  # noqa: N815
    processVariables: Given = {}  # noqa: N815
    processVariablesLocal: Given = {}  # noqa: N815
    processVariablesToTriggeredScope: Given = {}  # noqa: N815
    all: bool = False
    resultEnabled: bool = False  # noqa: N815
    variablesInResultEnabled: bool = False  # noqa: N815


class SignalBody(msgspec.Struct):
    name: str = ""
    executionId: str = ""  # noqa: N815
    variables: Given = {}
    tenantId: str = ""  # noqa: N815
    withoutTenantId: bool = False  # noqa: N815


@post(
    "/message", status_code=200,
    operation=Operation(
        "Correlate a message", allow.MESSAGE_PUBLISH, body=MessageBody,
        description="To exactly one execution or definition, else 400; with all to every one that awaits it.",
    ),
)  # fmt: skip
async def correlate(request: Call) -> Response[bytes]:
    body = await body_of(request, MessageBody)
    if not body.messageName:
        raise wrong("No message name supplied")
    if body.tenantId and not is_own(request, [body.tenantId]):
        raise absent("tenants", "Leave tenantId out.")
    if body.processVariablesLocal or body.processVariablesToTriggeredScope:
        raise absent("variables of a message that are local", "Give them as processVariables.")
    if body.variablesInResultEnabled and not body.resultEnabled:
        raise wrong("variablesInResultEnabled needs resultEnabled.")
    desk = services(request)
    keys = {
        name: taken(name, value)[0] for name, value in {**body.correlationKeys, **body.localCorrelationKeys}.items()
    }
    await desk.runtime.conditions.pace.demand_for("message", body.messageName)
    sent = await desk.runtime.messages.correlate(
        body.messageName, body.businessKey, keys, written(body.processVariables), caller(request).user,
        body.processInstanceId, body.all,
    )  # fmt: skip
    if not body.resultEnabled:
        return nothing()
    found: list[dict[str, Any]] = []
    for instance_id in sent.delivered:
        execution = {"id": instance_id, "processInstanceId": instance_id, "ended": False, "tenantId": None}
        found.append({"resultType": "Execution", "execution": execution, "processInstance": None})
    for instance_id in sent.started:
        shape = instance_shape(await desk.runtime.instance(instance_id))
        found.append({"resultType": "ProcessDefinition", "execution": None, "processInstance": shape})
    if body.variablesInResultEnabled:
        for each, instance_id in zip(found, (*sent.delivered, *sent.started), strict=True):
            each["variables"] = await _variables(request, instance_id)
    return answer(found)


async def _variables(request: Call, instance_id: str) -> dict[str, Any]:
    desk = services(request)
    try:
        return read(await desk.runtime.variables(instance_id), zone=desk.zone)
    except Problem:  # deleted meanwhile
        return {}


@post(
    "/signal", status_code=200,
    operation=Operation(
        "Throw a signal", allow.SIGNAL_BROADCAST, body=SignalBody,
        description="To all that await it, or to the one of executionId.",
    ),
)  # fmt: skip
async def signal(request: Call) -> Response[bytes]:
    body = await body_of(request, SignalBody)
    if not body.name:
        raise wrong("No signal name given")
    if body.tenantId and not is_own(request, [body.tenantId]):
        raise absent("tenants", "Leave tenantId out.")
    desk = services(request)
    await desk.runtime.conditions.pace.demand_for("signal", body.name)
    if body.executionId:
        await opened(request, body.executionId)
        await desk.runtime.messages.signal(body.executionId, body.name, written(body.variables), caller(request).user)
    else:
        await desk.runtime.broadcast(body.name, variables=written(body.variables), who=caller(request).user)
    return nothing()


class ConditionBody(msgspec.Struct):
    variables: Given = {}
    businessKey: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    tenantId: str = ""  # noqa: N815
    withoutTenantId: bool = False  # noqa: N815


@post(
    "/condition", status_code=200,
    operation=Operation(
        "Start by conditions", allow.SIGNAL_BROADCAST, body=ConditionBody,
        description="Of active versions; processDefinitionId stands for the active one of its name.",
    ),
)  # fmt: skip
async def condition(request: Call) -> Response[bytes]:
    body, desk = await body_of(request, ConditionBody), services(request)
    if body.tenantId and not is_own(request, [body.tenantId]):
        raise absent("tenants", "Leave tenantId out.")
    name = (await one(desk, body.processDefinitionId))[0].name if body.processDefinitionId else ""
    started = await desk.runtime.evaluate_conditions(
        written(body.variables), business_key=body.businessKey, definition=name, who=caller(request).user
    )
    return answer([instance_shape(await desk.runtime.instance(each)) for each in started])


HANDLERS: Final = (correlate, signal, condition)
