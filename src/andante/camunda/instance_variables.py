"""Variables of process instances, and of the executions that external tasks name."""

import base64
from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from andante.api import wire
from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.faults import wrong
from andante.camunda.instances import ONE
from andante.camunda.values import NOTE, Given, content, read, written
from andante.camunda.wire import answer, body_of, nothing
from andante.people import permissions as allow
from andante.runtime import Problem, auditing
from andante.runtime import problem as codes

ALL: Final = f"{ONE}/variables"
SINGLE: Final = f"{ALL}/{{name:str}}"
EXECUTION: Final = "/execution/{execution_id:str}/localVariables"


class ModifyBody(msgspec.Struct):
    modifications: Given = {}
    deletions: list[str] = []


async def _variables(request: Call, instance_id: str) -> dict[str, object]:
    """The instance's, if the caller may see it; an execution is named by its instance or by an external task of it."""
    desk = services(request)
    owner = instance_id.rpartition("-")[0]
    if owner and instance_id.rpartition("-")[2].isdecimal():
        job = await desk.runtime.jobs.held.one(instance_id)
        await visible(desk, caller(request), job.instance_id)
        return await desk.runtime.jobs.held.variables(job)
    await visible(desk, caller(request), instance_id)
    return await desk.runtime.variables(instance_id)


def deserialized(request: Call) -> bool:
    """Whether objects are asked for as JSON. Camunda's default is yes."""
    asked = request.query_params.get("deserializeValues") or request.query_params.get("deserializeValue") or "true"
    return asked != "false"


def only(found: dict[str, Any], name: str, of: str) -> dict[str, Any]:
    """The one of that name. Raises Problem 404."""
    if name not in found:
        raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"{of} has no variable with name {name}")
    shape: dict[str, Any] = found[name]
    return shape


async def _all(request: Call, instance_id: str) -> Response[bytes]:
    variables = await _variables(request, instance_id)
    return answer(read(variables, zone=services(request).zone, deserialize=deserialized(request)))


async def _one(request: Call, instance_id: str, name: str) -> Response[bytes]:
    variables = await _variables(request, instance_id)
    found = read(variables, zone=services(request).zone, names=[name], deserialize=deserialized(request))
    return answer(only(found, name, instance_id))


async def _data(request: Call, instance_id: str, name: str) -> Response[bytes]:
    variables = await _variables(request, instance_id)
    if name not in variables or name.startswith(NOTE):
        raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"{instance_id} has no variable with name {name}")
    data, _, filename = content(variables, name)
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in filename)
    # As bytes to be kept, whatever it says it is: it must not run in a browser.
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type="application/octet-stream", headers=headers)


@get(ALL, operation=Operation("Read the variables of a process instance", allow.INSTANCE_READ))
async def read_all(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    return await _all(request, instance_id)


@get(SINGLE, operation=Operation("Read a variable of a process instance", allow.INSTANCE_READ))
async def read_one(request: Call, instance_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await _one(request, instance_id, name)


@get(f"{SINGLE}/data", operation=Operation("Read the bytes of a File or Bytes variable", allow.INSTANCE_READ))
async def read_data(request: Call, instance_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await _data(request, instance_id, name)


@get(EXECUTION, operation=Operation("Read the variables of an execution", allow.INSTANCE_READ))
async def read_execution(request: Call, execution_id: FromPath[str]) -> Response[bytes]:
    return await _all(request, execution_id)


@get(f"{EXECUTION}/{{name:str}}", operation=Operation("Read a variable of an execution", allow.INSTANCE_READ))
async def read_local(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await _one(request, execution_id, name)


@get(f"{EXECUTION}/{{name:str}}/data", operation=Operation("Read the bytes of such a variable", allow.INSTANCE_READ))
async def read_local_data(request: Call, execution_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await _data(request, execution_id, name)


async def set_in(request: Call, instance_id: str, given: Given, deletions: list[str]) -> Response[bytes]:
    desk = services(request)
    record = await desk.runtime.instance(instance_id)
    allow.demand(caller(request), allow.VARIABLES_SET, record.name)
    known = await desk.runtime.variables(instance_id)
    values = written(given, known)
    for name in deletions:
        if name in known:
            values[name] = None
            if NOTE + name in known:
                values[NOTE + name] = None
    if values:
        auditing.note("instance.variables", instance_id, details={"names": sorted(values)}, rides=True)
        await desk.runtime.set_variables(instance_id, values, who=caller(request).user, introduce=True)
    return nothing()


@post(
    ALL, status_code=200,
    operation=Operation(
        "Change variables of a process instance", allow.VARIABLES_SET, body=ModifyBody,
        description="What is deleted is null from then on.",
    ),
)  # fmt: skip
async def modify(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ModifyBody)
    return await set_in(request, instance_id, body.modifications, body.deletions)


@put(
    SINGLE, status_code=200, operation=Operation("Set a variable of a process instance", allow.VARIABLES_SET, body=dict)
)
async def write(request: Call, instance_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await set_in(request, instance_id, {name: await wire.body_of(request, dict[str, Any])}, [])


@post(
    f"{SINGLE}/data", status_code=200,
    operation=Operation(
        "Set a File or Bytes variable", allow.VARIABLES_SET, raw_body="multipart/form-data",
        description="The file in the part data, its type (File or Bytes) in valueType.",
    ),
)  # fmt: skip
async def write_data(request: Call, instance_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    kind, _ = request.content_type
    form = await request.form() if kind == "multipart/form-data" else {}
    upload, wanted = form.get("data"), str(form.get("valueType") or "File")
    if not isinstance(upload, UploadFile) or wanted not in ("File", "Bytes"):
        raise wrong("Send a form of the type multipart/form-data with the file as data, and valueType File or Bytes.")
    info = {"filename": upload.filename or name, "mimetype": upload.content_type or ""} if wanted == "File" else {}
    value = base64.b64encode(await upload.read()).decode()
    return await set_in(request, instance_id, {name: {"type": wanted, "value": value, "valueInfo": info}}, [])


@delete(
    SINGLE, status_code=200,
    operation=Operation("Delete a variable", allow.VARIABLES_SET, description="It is null from then on."),
)  # fmt: skip
async def remove(request: Call, instance_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await set_in(request, instance_id, {}, [name])


HANDLERS: Final = (
    read_all, modify, read_one, write, remove, read_data, write_data, read_execution, read_local, read_local_data,
)  # fmt: skip
