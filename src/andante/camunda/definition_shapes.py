"""Definitions and deployments as Camunda 7 shows them."""

from collections.abc import Sequence
from typing import Any, Final

from andante.api.services import Services
from andante.camunda.wire import stamp
from andante.runtime import FORM_JS, DefinitionRecord, DeploymentRecord, FormView, Problem
from andante.runtime import problem as codes

PAGE: Final = 1_000
PROCESSES: Final = ("xml", "json")
DECISION: Final = "dmn"
FORM: Final = "form"
SUFFIX: Final = {"xml": ".bpmn", "json": ".json", DECISION: ".dmn", FORM: ".form"}


async def all_of(desk: Services, *, name: str = "") -> list[DefinitionRecord]:
    """All definitions, or all versions of a name: the oldest first."""
    found: list[DefinitionRecord] = []
    while page := await desk.runtime.definitions(name=name, skip=len(found), limit=PAGE):
        found += page
        if len(page) < PAGE:
            break
    return sorted(found, key=lambda each: (each.created_at, each.id))


def numbers(records: Sequence[DefinitionRecord]) -> dict[str, int]:
    """Camunda's version of each: its number in the order of deployment. `records` are all of their names."""
    found: dict[str, int] = {}
    known: dict[str, int] = {}
    for record in records:
        known[record.name] = found[record.id] = known.get(record.name, 0) + 1
    return found


def current(records: Sequence[DefinitionRecord]) -> DefinitionRecord | None:
    """Of the versions of a name the one that a key means: the active one, else the last."""
    active = [record for record in records if record.active]
    found = active or list(records)
    return found[-1] if found else None


def tag(record: DefinitionRecord) -> str | None:
    """The version tag is Andante's version."""
    return record.version or None


async def one(desk: Services, definition_id: str, kinds: Sequence[str] = PROCESSES) -> tuple[DefinitionRecord, int]:
    """A definition of such a kind, and its number. Raises Problem 404."""
    record = await desk.runtime.definition(definition_id)
    if record.kind not in kinds:
        raise Problem(codes.DEFINITION_NOT_FOUND, 404, f"There is no such definition '{definition_id}'.")
    return record, numbers(await all_of(desk, name=record.name))[record.id]


async def by_key(desk: Services, key: str, kinds: Sequence[str] = PROCESSES) -> tuple[DefinitionRecord, int]:
    """The same of the version that a key means."""
    known = [record for record in await all_of(desk, name=key) if record.kind in kinds]
    record = current(known)
    if record is None:
        what = "process" if kinds == PROCESSES else "decision"
        text = f"No matching {what} definition with key: {key} and no tenant-id."
        raise Problem(codes.DEFINITION_NOT_FOUND, 404, text)
    return record, numbers(known)[record.id]


def deployed_schema(form: FormView, of: str) -> Any:
    """A form of form-js as it is written. Raises Problem (404) where `of`, a task or process, has none."""
    if form.kind != FORM_JS:
        raise Problem(
            codes.DEFINITION_NOT_FOUND, 404, f"There is no deployed form for {of}: what it has is {form.kind}."
        )
    return form.schema


def _days(retention: str) -> int | None:
    """A retention of whole days, P90D, as Camunda's number."""
    days = retention.removeprefix("P").removesuffix("D")
    return int(days) if retention.startswith("P") and retention.endswith("D") and days.isdecimal() else None


def _common(record: DefinitionRecord, number: int) -> dict[str, Any]:
    return {
        "id": record.id,
        "key": record.name,
        "category": None,
        "name": record.label,
        "version": number,
        "resource": deployment_of(record).resource,
        "deploymentId": deployment_of(record).id,
        "tenantId": None,
        "versionTag": tag(record),
        "historyTimeToLive": _days(record.retention),
    }


def process_shape(record: DefinitionRecord, number: int) -> dict[str, Any]:
    return {
        **_common(record, number),
        "description": record.description or None,
        "diagram": None,
        "suspended": record.suspended,
        "startableInTasklist": True,
    }


def decision_shape(record: DefinitionRecord, number: int) -> dict[str, Any]:
    return {
        **_common(record, number), "decisionRequirementsDefinitionId": None, "decisionRequirementsDefinitionKey": None,
    }  # fmt: skip


def deployment_of(record: DefinitionRecord) -> DeploymentRecord:
    """What was deployed alone and without a name is a deployment by itself."""
    alone = DeploymentRecord(record.source_id, resource=record.name + SUFFIX[record.kind])
    return record.deployment or alone


def deployment_shape(records: Sequence[DefinitionRecord], zone: str) -> dict[str, Any]:
    """These definitions are from it."""
    first = records[0]
    deployment = deployment_of(first)
    return {
        "links": [],
        "id": deployment.id,
        "name": deployment.name or first.label,
        "source": deployment.source or None,
        "deploymentTime": stamp(first.created_at, zone),
        "tenantId": None,
    }
