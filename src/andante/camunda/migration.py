"""Migration plans: which activity of one version is which of another, and carrying that out."""

from typing import Final

import msgspec
from litestar import Response, post

from andante.api.instances import operable
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import one
from andante.camunda.faults import absent, wrong
from andante.camunda.instances import opened
from andante.camunda.modification import MOST
from andante.camunda.values import Given
from andante.camunda.wire import Shape, answer, body_of, nothing
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem, auditing

PATH: Final = "/migration"


class Instruction(msgspec.Struct):
    """One source and one target."""

    sourceActivityIds: list[str] = []  # noqa: N815 - Camunda's spelling, here and below
    targetActivityIds: list[str] = []  # noqa: N815
    updateEventTrigger: bool = False  # noqa: N815


class GenerateBody(msgspec.Struct):
    sourceProcessDefinitionId: str = ""  # noqa: N815
    targetProcessDefinitionId: str = ""  # noqa: N815
    updateEventTriggers: bool = False  # noqa: N815
    variables: Given = {}


class PlanBody(msgspec.Struct):
    sourceProcessDefinitionId: str = ""  # noqa: N815
    targetProcessDefinitionId: str = ""  # noqa: N815
    instructions: list[Instruction] = []
    variables: Given = {}


class ExecuteBody(msgspec.Struct):
    migrationPlan: PlanBody  # noqa: N815
    processInstanceIds: list[str] = []  # noqa: N815
    skipCustomListeners: bool = False  # noqa: N815
    skipIoMappings: bool = False  # noqa: N815


async def _versions(desk: Services, body: GenerateBody | PlanBody) -> tuple[DefinitionRecord, DefinitionRecord]:
    """From which to which. Raises Problem."""
    if body.variables:
        raise absent("variables of a migration", "Set them by themselves.")
    old, _ = await one(desk, body.sourceProcessDefinitionId)
    new, _ = await one(desk, body.targetProcessDefinitionId)
    if old.name != new.name:
        raise wrong(f"Andante migrates between versions of one process, not from '{old.name}' to '{new.name}'.")
    return old, new


def _pair(each: Instruction) -> tuple[str, str]:
    """Raises Problem."""
    if len(each.sourceActivityIds) != 1 or len(each.targetActivityIds) != 1:
        raise wrong("instructions: each has exactly one of sourceActivityIds and of targetActivityIds.")
    if each.updateEventTrigger:
        raise absent("update of what an event waits for", "Leave updateEventTrigger out: it waits as it did.")
    return each.sourceActivityIds[0], each.targetActivityIds[0]


@post(
    f"{PATH}/generate", status_code=200,
    operation=Operation(
        "Make a migration plan", allow.DEFINITION_READ, body=GenerateBody,
        description="Of what has the same id in both versions and can be mapped. Events wait as they did.",
    ),
)  # fmt: skip
async def generate(request: Call) -> Response[bytes]:
    body, desk = await body_of(request, GenerateBody), services(request)
    old, new = await _versions(desk, body)
    pairs = await desk.runtime.live.pairs(old.id, new, {})
    return answer({
        "sourceProcessDefinitionId": old.id, "targetProcessDefinitionId": new.id, "variables": {},
        "instructions": [
            {"sourceActivityIds": [each.element], "targetActivityIds": [each.to], "updateEventTrigger": False}
            for each in pairs if not each.problem
        ],
    })  # fmt: skip


@post(
    f"{PATH}/validate", status_code=200,
    operation=Operation("Check a migration plan", allow.DEFINITION_READ, body=PlanBody),
)  # fmt: skip
async def validate(request: Call) -> Response[bytes]:
    body, desk = await body_of(request, PlanBody), services(request)
    old, new = await _versions(desk, body)
    reports: list[Shape] = []
    for each in body.instructions:
        source, target = _pair(each)
        try:
            pairs = await desk.runtime.live.pairs(old.id, new, {source: target})
            failures = [pair.problem for pair in pairs if pair.element == source and pair.problem]
        except Problem as problem:
            failures = [problem.message]
        if failures:
            reports.append({"instruction": msgspec.to_builtins(each), "failures": failures})
    return answer({"instructionReports": reports, "variableReports": {}})


@post(
    f"{PATH}/execute", status_code=200,
    operation=Operation(
        "Migrate process instances", allow.INSTANCE_ACT_ANY, body=ExecuteBody,
        description="Those of processInstanceIds, up to 100, one after the other: where one is refused those before it "
        "are migrated. What has the same id in both versions needs no instruction.",
    ),
)  # fmt: skip
async def execute(request: Call) -> Response[bytes]:
    body, desk = await body_of(request, ExecuteBody), services(request)
    if body.skipCustomListeners or body.skipIoMappings:
        raise absent("migration without listeners or mappings")
    if not 0 < len(body.processInstanceIds) <= MOST:
        raise wrong(f"processInstanceIds: name up to {MOST} instances; for more there are bulk actions.")
    old, new = await _versions(desk, body.migrationPlan)
    pairs = [_pair(each) for each in body.migrationPlan.instructions]
    for each in body.processInstanceIds:
        record = await opened(request, each)
        await operable(request, each)
        if record.definition_id != old.id:
            raise wrong(f"The process instance '{each}' is not of the process definition '{old.id}'.")
    details = {"instances": body.processInstanceIds, "version": new.version}
    auditing.note("instance.migrate", f"{len(body.processInstanceIds)} instances", details=details)
    mapping = {source: target for source, target in pairs if source != target}
    for each in body.processInstanceIds:
        await desk.runtime.migrate(each, new.version, who=caller(request).user, mapping=mapping)
    return nothing()


HANDLERS: Final = (generate, validate, execute)
