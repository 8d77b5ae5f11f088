"""What people do with a user task."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.api.tasks import ActionBody, carry_out, visible_task
from andante.camunda.definition_shapes import deployed_schema
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import task_shape
from andante.camunda.task_lists import PATH
from andante.camunda.values import NOTE, Given, read, written
from andante.camunda.wire import answer, body_of, nothing, stamp
from andante.people import permissions as allow
from andante.runtime import Problem, TaskRecord
from andante.runtime import problem as codes

ONE: Final = f"{PATH}/{{task_id:str}}"
ACT: Final = allow.TASK_ACT


class UserBody(msgspec.Struct):
    userId: str = ""  # noqa: N815 - Camunda's spelling, here and below


class CompleteBody(msgspec.Struct):
    variables: Given = {}
    withVariablesInReturn: bool = False  # noqa: N815


class ErrorBody(msgspec.Struct):
    errorCode: str = ""  # noqa: N815
    errorMessage: str = ""  # noqa: N815
    variables: Given = {}


class EscalationBody(msgspec.Struct):
    escalationCode: str = ""  # noqa: N815
    variables: Given = {}


class CommentBody(msgspec.Struct):
    message: str = ""
    processInstanceId: str = ""  # noqa: N815


async def _act(request: Call, task_id: str, action: str, **more: Any) -> TaskRecord:
    return await carry_out(services(request), caller(request), task_id, action, ActionBody(action, **more))


@get(ONE, operation=Operation("Read a task", allow.TASK_READ, description="Also one that is over."))
async def one(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    return answer(task_shape(await visible_task(request, task_id), services(request).zone))


@post(
    f"{ONE}/claim",
    status_code=200,
    operation=Operation("Claim a task", ACT, body=UserBody, description="For somebody else it is a transfer to them."),
)
async def claim(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, UserBody)
    if body.userId in ("", caller(request).user):
        await _act(request, task_id, "claim")
    else:
        await _act(request, task_id, "transfer", to=body.userId)
    return nothing()


@post(f"{ONE}/unclaim", status_code=200, operation=Operation("Give a task back", ACT))
async def unclaim(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    await _act(request, task_id, "unclaim")
    return nothing()


@post(
    f"{ONE}/assignee",
    status_code=200,
    operation=Operation("Set the assignee of a task", ACT, body=UserBody, description="null takes it from them."),
)
async def assign(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, UserBody)
    record = await visible_task(request, task_id)
    if body.userId:
        await _act(request, task_id, "transfer", to=body.userId)
    elif record.assignee:
        await _act(request, task_id, "unclaim")
    return nothing()


@post(f"{ONE}/delegate", status_code=200, operation=Operation("Delegate a task", ACT, body=UserBody))
async def delegate(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, UserBody)
    if not body.userId:
        raise wrong("userId is required.")
    await _act(request, task_id, "delegate", to=body.userId)
    return nothing()


async def _values(request: Call, task_id: str, given: Given) -> dict[str, object]:
    if not given:
        return {}
    record = await visible_task(request, task_id)
    known = await services(request).runtime.variables(record.instance_id)
    return written(given, [name for name in known if name.startswith(NOTE)])


@post(f"{ONE}/resolve", status_code=200, operation=Operation("Resolve a delegated task", ACT, body=CompleteBody))
async def resolve(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, CompleteBody)
    await _act(request, task_id, "resolve", variables=await _values(request, task_id, body.variables))
    return nothing()


async def _complete(request: Call, task_id: str) -> Response[bytes]:
    body = await body_of(request, CompleteBody)
    values = await _values(request, task_id, body.variables)
    done = await _act(request, task_id, "complete", variables=values)
    if not body.withVariablesInReturn:
        return nothing()
    desk = services(request)
    return answer(read(await desk.runtime.variables(done.instance_id), zone=desk.zone))


@post(f"{ONE}/complete", status_code=200, operation=Operation("Complete a task", ACT, body=CompleteBody))
async def complete(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    return await _complete(request, task_id)


@post(
    f"{ONE}/submit-form", status_code=200,
    operation=Operation("Submit a task's form", ACT, body=CompleteBody, description="The form is checked."),
)  # fmt: skip
async def submit(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    return await _complete(request, task_id)


@post(
    f"{ONE}/bpmnError", status_code=200,
    operation=Operation(
        "Throw a BPMN error", ACT, body=ErrorBody,
        description="One that nothing catches is refused with 400; in Camunda 7 the path ends without a word.",
    ),
)  # fmt: skip
async def bpmn_error(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ErrorBody)
    if not body.errorCode:
        raise wrong("errorCode is required.")
    values = await _values(request, task_id, body.variables)
    await _act(request, task_id, "error", code=body.errorCode, text=body.errorMessage, variables=values)
    return nothing()


@post(
    f"{ONE}/bpmnEscalation", status_code=200,
    operation=Operation("Escalate", ACT, body=EscalationBody, description="What nothing catches is refused with 400."),
)  # fmt: skip
async def bpmn_escalation(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, EscalationBody)
    if not body.escalationCode:
        raise wrong("escalationCode is required.")
    values = await _values(request, task_id, body.variables)
    await _act(request, task_id, "escalate", code=body.escalationCode, variables=values)
    return nothing()


@get(f"{ONE}/form", operation=Operation("Read which form a task has", allow.TASK_READ))
async def form(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    return answer({"key": record.form or None, "camundaFormRef": None, "contextPath": None})


@get(
    f"{ONE}/deployed-form",
    operation=Operation("Read a task's form itself", allow.TASK_READ, description="One of form-js."),
)
async def deployed_form(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    return answer(deployed_schema(await services(request).runtime.forms.of_task(record), f"the task {task_id}"))


@get(f"{ONE}/form-variables", operation=Operation("Read what a task's form begins with", allow.TASK_READ))
async def form_variables(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible_task(request, task_id)
    known = await desk.runtime.variables(record.instance_id)
    begun = (await desk.runtime.forms.of_task(record)).data
    asked = request.query_params.get("variableNames", "")
    return answer(read({**begun, **known}, zone=desk.zone, names=asked.split(",") if asked else None))


@get(f"{ONE}/variables", operation=Operation("Read the variables that a task sees", allow.TASK_READ))
async def variables(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible_task(request, task_id)
    return answer(read(await desk.runtime.variables(record.instance_id), zone=desk.zone))


@get(f"{ONE}/identity-links", operation=Operation("Read whose task it is", allow.TASK_READ))
async def identity_links(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    record = await visible_task(request, task_id)
    links: list[dict[str, Any]] = []
    people = [(record.assignee, "assignee"), (record.owner, "owner"), *((name, "candidate") for name in record.users)]
    links += [{"userId": name, "groupId": None, "type": kind} for name, kind in people if name]
    groups = [item.partition(":")[2] for item in record.groups]
    links += [{"userId": None, "groupId": name, "type": "candidate"} for name in groups]
    kind = request.query_params.get("type", "")
    return answer([each for each in links if kind in ("", each["type"])])


@get(f"{ONE}/comment", operation=Operation("List the comments on a task", allow.TASK_READ))
async def comments(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    return answer(await _comments(request, task_id))


async def _comments(request: Call, task_id: str) -> list[dict[str, Any]]:
    desk = services(request)
    record = await visible_task(request, task_id)
    found = await desk.runtime.remarks.of_task(record.instance_id, record.key)
    return [
        {"id": f"{task_id}:{number}", "userId": each.who, "taskId": task_id, "processInstanceId": record.instance_id,
         "time": stamp(each.at, desk.zone), "message": each.text, "removalTime": None, "rootProcessInstanceId": None}
        for number, each in enumerate(found)
    ]  # fmt: skip


@get(f"{ONE}/comment/{{comment_id:str}}", operation=Operation("Read a comment on a task", allow.TASK_READ))
async def one_comment(request: Call, task_id: FromPath[str], comment_id: FromPath[str]) -> Response[bytes]:
    for each in await _comments(request, task_id):
        if each["id"] == comment_id:
            return answer(each)
    raise Problem(
        codes.INSTANCE_NOT_FOUND, 404, f"Task comment with id {comment_id} does not exist for task {task_id}."
    )


@post(f"{ONE}/comment/create", status_code=200, operation=Operation("Comment on a task", ACT, body=CommentBody))
async def comment(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, CommentBody)
    await _act(request, task_id, "comment", text=body.message)
    return answer((await _comments(request, task_id))[-1])


HANDLERS: Final = (
    one, claim, unclaim, assign, delegate, resolve, complete, submit, bpmn_error, bpmn_escalation, form, deployed_form,
    form_variables, variables, identity_links, comments,
    one_comment, comment,
)  # fmt: skip
