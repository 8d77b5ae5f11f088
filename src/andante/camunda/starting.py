"""Starting process instances, and what a start asks for."""

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.definition_shapes import by_key, deployed_schema, one
from andante.camunda.definitions import KEY, ONE
from andante.camunda.faults import absent, wrong
from andante.camunda.instance_shapes import instance_shape
from andante.camunda.modification import Instruction, start_of, variables_of
from andante.camunda.values import Given, read, written
from andante.camunda.wire import answer, body_of, is_own
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem
from andante.runtime import problem as codes

DESCRIPTION: Final = "It runs to where it must wait. A form that the start has is checked, but with startInstructions."


class StartBody(msgspec.Struct):
    variables: Given = {}
    businessKey: str = ""  # noqa: N815 - Camunda's spelling, here and below
    caseInstanceId: str = ""  # noqa: N815
    startInstructions: list[Instruction] = []  # noqa: N815
    skipCustomListeners: bool = False  # noqa: N815
    skipIoMappings: bool = False  # noqa: N815
    withVariablesInReturn: bool = False  # noqa: N815


async def _start(request: Call, record: DefinitionRecord) -> Response[bytes]:
    body = await body_of(request, StartBody)
    if body.skipCustomListeners or body.skipIoMappings:
        raise absent("start without listeners or mappings")
    if body.caseInstanceId:
        raise absent("case instances", "Leave caseInstanceId out.")
    desk = services(request)
    moves = None
    if body.startInstructions:
        moves = [await start_of(desk, record.id, each) for each in body.startInstructions]
    variables = {**written(body.variables), **variables_of(body.startInstructions)}
    started = await desk.runtime.start(
        record.name, version=record.version, variables=variables, who=caller(request).user,
        business_key=body.businessKey, moves=moves,
    )  # fmt: skip
    shape = instance_shape(started)
    if body.withVariablesInReturn:
        shape["variables"] = read(await desk.runtime.variables(started.id), zone=desk.zone)
    return answer(shape)


@post(
    f"{ONE}/start", status_code=200,
    operation=Operation("Start a process instance", allow.INSTANCE_START, body=StartBody, description=DESCRIPTION),
)  # fmt: skip
async def start(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _start(request, (await one(services(request), definition_id))[0])


@post(
    f"{KEY}/start", status_code=200,
    operation=Operation(
        "Start a process instance", allow.INSTANCE_START, body=StartBody,
        description=f"By the active version. {DESCRIPTION}",
    ),
)  # fmt: skip
async def start_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _start(request, (await by_key(services(request), key))[0])


@post(
    f"{KEY}/tenant-id/{{tenant_id:str}}/start", status_code=200,
    operation=Operation(
        "Start a process instance of a tenant", allow.INSTANCE_START, body=StartBody,
        description="By its own id, where there are tenants; of others there is nothing: 404.",
    ),
)  # fmt: skip
async def start_for_tenant(request: Call, key: FromPath[str], tenant_id: FromPath[str]) -> Response[bytes]:
    if is_own(request, [tenant_id]):
        return await _start(request, (await by_key(services(request), key))[0])
    text = f"No matching process definition with key: {key} and tenant-id: {tenant_id}."
    raise Problem(codes.DEFINITION_NOT_FOUND, 404, text)


@post(
    f"{ONE}/submit-form", status_code=200,
    operation=Operation("Submit a start form", allow.INSTANCE_START, body=StartBody, description=DESCRIPTION),
)  # fmt: skip
async def submit(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _start(request, (await one(services(request), definition_id))[0])


@post(
    f"{KEY}/submit-form", status_code=200,
    operation=Operation("Submit a start form", allow.INSTANCE_START, body=StartBody, description=DESCRIPTION),
)  # fmt: skip
async def submit_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _start(request, (await by_key(services(request), key))[0])


async def _form_variables(request: Call, record: DefinitionRecord) -> Response[bytes]:
    desk = services(request)
    view = await desk.runtime.forms.at_start(record.id)
    asked = request.query_params.get("variableNames", "")
    names = asked.split(",") if asked else None
    return answer(read({name: view.data.get(name) for name in view.data}, zone=desk.zone, names=names))


@get(f"{ONE}/form-variables", operation=Operation("Read what a start form begins with", allow.DEFINITION_READ))
async def form_variables(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _form_variables(request, (await one(services(request), definition_id))[0])


@get(f"{KEY}/form-variables", operation=Operation("Read what a start form begins with", allow.DEFINITION_READ))
async def form_variables_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _form_variables(request, (await by_key(services(request), key))[0])


async def _form(request: Call, record: DefinitionRecord) -> Response[bytes]:
    view = await services(request).runtime.forms.at_start(record.id)
    if view.kind == "none":
        raise wrong(f"The process definition '{record.id}' has no start form.")
    return answer({"key": view.key or None, "camundaFormRef": None, "contextPath": None})


@get(f"{ONE}/startForm", operation=Operation("Read which start form there is", allow.DEFINITION_READ))
async def start_form(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _form(request, (await one(services(request), definition_id))[0])


@get(f"{KEY}/startForm", operation=Operation("Read which start form there is", allow.DEFINITION_READ))
async def start_form_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _form(request, (await by_key(services(request), key))[0])


@get(
    f"{ONE}/deployed-start-form",
    operation=Operation("Read a start form itself", allow.DEFINITION_READ, description="One of form-js."),
)
async def deployed_form(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _deployed_form(request, (await one(services(request), definition_id))[0])


@get(
    f"{KEY}/deployed-start-form",
    operation=Operation("Read a start form itself", allow.DEFINITION_READ, description="One of form-js."),
)
async def deployed_form_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _deployed_form(request, (await by_key(services(request), key))[0])


async def _deployed_form(request: Call, record: DefinitionRecord) -> Response[bytes]:
    view = await services(request).runtime.forms.at_start(record.id)
    return answer(deployed_schema(view, f"the process definition '{record.id}'"))


HANDLERS: Final = (
    deployed_form, deployed_form_by_key,
    start_by_key, start_for_tenant, submit_by_key, form_variables_by_key, start_form_by_key, start, submit,
    form_variables, start_form,
)  # fmt: skip
