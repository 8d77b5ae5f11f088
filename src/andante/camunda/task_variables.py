"""Variables by a user task: those of its instance, for a task has none of its own."""

from typing import Any, Final

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from andante.api import wire
from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.api.tasks import visible_task
from andante.camunda.instance_variables import ModifyBody, deserialized, only, set_in
from andante.camunda.tasks import ONE
from andante.camunda.values import read
from andante.camunda.wire import answer, body_of
from andante.people import permissions as allow

ALL: Final = f"{ONE}/variables"
SINGLE: Final = f"{ALL}/{{name:str}}"
SET: Final = allow.VARIABLES_SET


@get(SINGLE, operation=Operation("Read a variable that a task sees", allow.TASK_READ))
async def read_one(request: Call, task_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible_task(request, task_id)
    known = await desk.runtime.variables(record.instance_id)
    return answer(only(read(known, zone=desk.zone, names=[name], deserialize=deserialized(request)), name, task_id))


@post(
    ALL, status_code=200,
    operation=Operation(
        "Change variables that a task sees", SET, body=ModifyBody,
        description="They are the instance's. What is deleted is null from then on.",
    ),
)  # fmt: skip
async def modify(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ModifyBody)
    return await set_in(request, (await visible_task(request, task_id)).instance_id, body.modifications, body.deletions)


@put(SINGLE, status_code=200, operation=Operation("Set a variable that a task sees", SET, body=dict))
async def write(request: Call, task_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    return await set_in(request, record.instance_id, {name: await wire.body_of(request, dict[str, Any])}, [])


@delete(
    SINGLE, status_code=200,
    operation=Operation("Delete a variable that a task sees", SET, description="It is null from then on."),
)  # fmt: skip
async def remove(request: Call, task_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return await set_in(request, (await visible_task(request, task_id)).instance_id, {}, [name])


@get(
    f"{ONE}/localVariables",
    operation=Operation(
        "Read the variables of a task alone", allow.TASK_READ,
        description="It has none; what it sees is its instance's.",
    ),
)  # fmt: skip
async def read_local(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    await visible_task(request, task_id)
    return answer({})


HANDLERS: Final = (read_one, modify, write, remove, read_local)
