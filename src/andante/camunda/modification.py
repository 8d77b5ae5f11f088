"""Modification: instructions that take out what stands at activities of a process instance, and begin others."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from andante.api.instances import operable
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import absent, wrong
from andante.camunda.instances import ONE, opened
from andante.camunda.values import Given, written
from andante.camunda.wire import body_of, nothing
from andante.people import permissions as allow
from andante.runtime import InstanceRecord, MoveToken, Problem, auditing

TYPES: Final = ("cancel", "startBeforeActivity", "startAfterActivity", "startTransition")
MOST: Final = 100  # instances that are modified at once
KEYS: Final = ("activityId", "transitionId", "activityInstanceId", "transitionInstanceId")


class Instruction(msgspec.Struct):
    """What is to be cancelled, or where to start, by `type`; with the variables that a start brings."""

    type: str = ""
    activityId: str | None = None  # noqa: N815 - Camunda's spelling, here and below
    transitionId: str | None = None  # noqa: N815
    activityInstanceId: str | None = None  # noqa: N815
    transitionInstanceId: str | None = None  # noqa: N815
    ancestorActivityInstanceId: str | None = None  # noqa: N815
    cancelCurrentActiveActivityInstances: bool | None = None  # noqa: N815
    variables: Given | None = None


class ModificationBody(msgspec.Struct):
    instructions: list[Instruction] = []
    annotation: str = ""
    skipCustomListeners: bool = False  # noqa: N815
    skipIoMappings: bool = False  # noqa: N815


class ManyBody(ModificationBody):
    processDefinitionId: str = ""  # noqa: N815
    processInstanceIds: list[str] = []  # noqa: N815


def variables_of(instructions: Sequence[Instruction]) -> dict[str, object]:
    """All that they bring: they are the instance's. Raises Problem."""
    given: dict[str, Any] = {}
    for each in instructions:
        for name, value in (each.variables or {}).items():
            if isinstance(value, dict) and value.get("local"):
                raise absent("variables of one activity alone", f"Give '{name}' without local.")
            given[name] = value
    return written(given)


async def start_of(desk: Services, definition_id: str, each: Instruction, instance_id: str = "") -> MoveToken:
    """Where a start instruction begins. Raises Problem."""
    if each.ancestorActivityInstanceId not in (None, instance_id):
        raise absent("choice of the scope to start in", "Leave ancestorActivityInstanceId out.")
    if each.type == "startTransition":
        if not each.transitionId:
            raise _needs(each, "transitionId")
        return MoveToken("", each.transitionId)
    if each.type not in TYPES[1:]:
        raise wrong(f"instructions: the type is one of {', '.join(TYPES)}, not '{each.type}'.")
    if not each.activityId:
        raise _needs(each, "activityId")
    if each.type == "startBeforeActivity":
        return MoveToken("", each.activityId)
    return MoveToken("", await desk.runtime.live.flow_after(definition_id, each.activityId))


def _needs(each: Instruction, what: str) -> Problem:
    return wrong(f"For instruction type '{each.type}': '{what}' must be set.")


async def _cancelled(desk: Services, instance_id: str, each: Instruction) -> list[MoveToken]:
    """What a cancel instruction takes out. Raises Problem."""
    given = [key for key in KEYS if getattr(each, key)]
    if len(given) != 1 or given == ["transitionId"]:
        names = "activityId, activityInstanceId or transitionInstanceId"
        raise wrong(f"For instruction type 'cancel': exactly one of {names} must be set.")
    if each.activityId and not each.cancelCurrentActiveActivityInstances:
        return [MoveToken(each.activityId, "")]
    if each.activityId:
        tokens = (await desk.runtime.detail(instance_id)).tokens
        return [MoveToken(each.activityId, "", token=one.token) for one in tokens if one.element == each.activityId]
    named = each.activityInstanceId or each.transitionInstanceId or ""
    element, _, token = named.rpartition(":")
    if not element or not token.isdecimal():
        raise wrong(f"For instruction type 'cancel': there is no activity instance '{named}' here.")
    return [MoveToken(element, "", token=int(token))]


@post(
    f"{ONE}/modification", status_code=200,
    operation=Operation(
        "Modify a process instance", allow.INSTANCE_ACT_ANY, body=ModificationBody,
        description="All instructions or none. Variables are the instance's.",
    ),
)  # fmt: skip
async def modify(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ModificationBody)
    record = await opened(request, instance_id)
    await operable(request, instance_id)
    moves = await _moves(request, record, body)
    told = [{"source": move.source, "to": move.target, "token": move.token} for move in moves]
    auditing.note("instance.move", instance_id, reason=body.annotation, details={"moves": told}, rides=True)
    await _carry_out(request, instance_id, body, moves)
    return nothing()


@post(
    "/modification/execute", status_code=200,
    operation=Operation(
        "Modify several process instances", allow.INSTANCE_ACT_ANY, body=ManyBody,
        description="Those of processInstanceIds, up to 100, one after the other: each by all instructions or none. "
        "Where one is refused those before it are changed.",
    ),
)  # fmt: skip
async def modify_many(request: Call) -> Response[bytes]:
    body = await body_of(request, ManyBody)
    if not 0 < len(body.processInstanceIds) <= MOST:
        raise wrong(f"processInstanceIds: name up to {MOST} instances; for more there are bulk actions.")
    found = []
    for each in body.processInstanceIds:
        record = await opened(request, each)
        await operable(request, each)
        if body.processDefinitionId not in ("", record.definition_id):
            raise wrong(f"The process instance '{each}' is not of the process definition '{body.processDefinitionId}'.")
        found.append((each, await _moves(request, record, body)))
    details = {"instances": body.processInstanceIds}
    auditing.note("instance.move", f"{len(found)} instances", reason=body.annotation, details=details)
    for each, moves in found:
        await _carry_out(request, each, body, moves)
    return nothing()


async def _moves(request: Call, record: InstanceRecord, body: ModificationBody) -> list[MoveToken]:
    """What the instructions mean for an instance. Raises Problem."""
    if body.skipCustomListeners or body.skipIoMappings:
        raise absent("modification without listeners or mappings")
    desk, instance_id = services(request), record.id
    moves: list[MoveToken] = []
    for each in body.instructions:
        if each.type == "cancel":
            moves += await _cancelled(desk, instance_id, each)
        else:
            moves.append(await start_of(desk, record.definition_id, each, instance_id))
    if not moves:
        raise wrong("instructions: name at least one that changes something.")
    if any(each.variables for each in body.instructions):
        allow.demand(caller(request), allow.VARIABLES_SET, record.name)
    return moves


async def _carry_out(request: Call, instance_id: str, body: ModificationBody, moves: list[MoveToken]) -> None:
    reason = body.annotation or "modified by the REST API of Camunda 7"
    brought = variables_of(body.instructions)
    live = services(request).runtime.live
    await live.modify(instance_id, moves, who=caller(request).user, reason=reason, variables=brought)


HANDLERS: Final = (modify, modify_many)
