"""Process definitions: which there are, their XML, suspending and deleting them."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import (
    PROCESSES,
    all_of,
    by_key,
    current,
    deployment_of,
    numbers,
    one,
    process_shape,
)
from andante.camunda.faults import absent, wrong
from andante.camunda.wire import Paged, answer, body_of, counted, nothing, query_of, sorted_by
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem
from andante.runtime import problem as codes

PATH: Final = "/process-definition"
ONE: Final = f"{PATH}/{{definition_id:str}}"
KEY: Final = f"{PATH}/key/{{key:str}}"
Found = tuple[DefinitionRecord, int]
ORDER: Final = {
    "id": "id", "key": "key", "name": "name", "version": "version", "deploymentId": "deploymentId",
    "versionTag": "versionTag", "category": "key", "deployTime": "",
}  # fmt: skip


class ListQuery(Paged):
    """Which process definitions."""

    processDefinitionId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    processDefinitionIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    name: str = ""
    nameLike: str = ""  # noqa: N815
    deploymentId: str = ""  # noqa: N815
    key: str = ""
    keysIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    keyLike: str = ""  # noqa: N815
    version: int = 0
    versionTag: str = ""  # noqa: N815
    latestVersion: bool = False  # noqa: N815
    suspended: bool = False
    active: bool = False
    startableInTasklist: bool = False  # noqa: N815


class SuspendBody(msgspec.Struct):
    suspended: bool | None = None
    includeProcessInstances: bool = False  # noqa: N815
    executionDate: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815


class KeepBody(msgspec.Struct):
    historyTimeToLive: int | None = None  # noqa: N815


def _wanted(asked: ListQuery, record: DefinitionRecord, number: int) -> bool:
    ids = asked.processDefinitionIdIn + ([asked.processDefinitionId] if asked.processDefinitionId else [])
    equal = (
        (asked.name, record.label), (asked.key, record.name), (asked.deploymentId, deployment_of(record).id),
        (asked.versionTag, record.version), (asked.version, number),
    )  # fmt: skip
    return (
        record.kind in PROCESSES
        and (not ids or record.id in ids)
        and (not asked.keysIn or record.name in asked.keysIn)
        and all(not want or want == has for want, has in equal)
        and asked.nameLike.strip("%").lower() in record.label.lower()
        and asked.keyLike.strip("%").lower() in record.name.lower()
        and not (asked.suspended and not record.suspended)
        and not (asked.active and record.suspended)
        and not asked.nowhere
    )


async def _found(request: Call) -> tuple[list[dict[str, Any]], ListQuery]:
    asked = await query_of(request, ListQuery)
    records = await all_of(services(request))
    number = numbers(records)
    if asked.latestVersion:
        names: dict[str, list[DefinitionRecord]] = {}
        for record in records:
            names.setdefault(record.name, []).append(record)
        newest = [current(each) for each in names.values()]
        records = [record for record in newest if record is not None]
    found = [process_shape(each, number[each.id]) for each in records if _wanted(asked, each, number[each.id])]
    return sorted_by(found, asked, ORDER), asked


@get(PATH, operation=Operation("List process definitions", allow.DEFINITION_READ, query=ListQuery))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count process definitions", allow.DEFINITION_READ, query=ListQuery))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@get(ONE, operation=Operation("Read a process definition", allow.DEFINITION_READ))
async def read(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return answer(process_shape(*await one(services(request), definition_id)))


@get(KEY, operation=Operation("Read a process definition", allow.DEFINITION_READ, description="The active version."))
async def read_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return answer(process_shape(*await by_key(services(request), key)))


@get(f"{ONE}/xml", operation=Operation("Read the XML of a process definition", allow.DEFINITION_READ))
async def xml(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    return await _xml(desk, await one(desk, definition_id))


@get(f"{KEY}/xml", operation=Operation("Read the XML of a process definition", allow.DEFINITION_READ))
async def xml_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    return await _xml(desk, await by_key(desk, key))


async def _xml(desk: Services, found: Found) -> Response[bytes]:
    record, _ = found
    if record.kind == "json":
        text = f"The process definition '{record.id}' was made from JSON; it has no XML."
        raise Problem(codes.DEFINITION_NOT_FOUND, 404, text)
    source = await desk.runtime.definition_source(record.id)
    return answer({"id": record.id, "bpmn20Xml": source.decode(errors="replace")})


async def _suspend(request: Call, body: SuspendBody, records: list[DefinitionRecord]) -> Response[bytes]:
    if body.suspended is None:
        raise wrong("suspended is required: true or false.")
    if body.executionDate:
        raise absent("date at which a definition is suspended", "Leave executionDate out.")
    action = "suspend" if body.suspended else "resume"
    for record in records:
        await services(request).runtime.definition_action(
            record.id, action, who=caller(request).user, instances=body.includeProcessInstances
        )
    return nothing()


@put(
    f"{ONE}/suspended", status_code=200,
    operation=Operation("Suspend or activate a process definition", allow.DEFINITION_DEPLOY, body=SuspendBody),
)  # fmt: skip
async def suspend(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, SuspendBody)
    return await _suspend(request, body, [(await one(services(request), definition_id))[0]])


async def _named(desk: Services, key: str) -> list[DefinitionRecord]:
    await by_key(desk, key)
    return [record for record in await all_of(desk, name=key) if record.kind in PROCESSES]


@put(
    f"{KEY}/suspended", status_code=200,
    operation=Operation(
        "Suspend or activate the versions of a process definition", allow.DEFINITION_DEPLOY, body=SuspendBody
    ),
)  # fmt: skip
async def suspend_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _suspend(request, await body_of(request, SuspendBody), await _named(services(request), key))


@put(
    f"{PATH}/suspended", status_code=200,
    operation=Operation(
        "Suspend or activate process definitions", allow.DEFINITION_DEPLOY, body=SuspendBody,
        description="By processDefinitionKey.",
    ),
)  # fmt: skip
async def suspend_all(request: Call) -> Response[bytes]:
    body = await body_of(request, SuspendBody)
    if not body.processDefinitionKey:
        raise wrong("processDefinitionKey is required.")
    return await _suspend(request, body, await _named(services(request), body.processDefinitionKey))


@put(
    f"{ONE}/history-time-to-live", status_code=200,
    operation=Operation(
        "Say how many days finished instances are kept", allow.DEFINITION_DEPLOY, body=KeepBody,
        description="null leaves it to the server's setting.",
    ),
)  # fmt: skip
async def keep(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    days = (await body_of(request, KeepBody)).historyTimeToLive
    desk = services(request)
    record, _ = await one(desk, definition_id)
    if days is not None and not 0 <= days <= 36_500:
        raise wrong("historyTimeToLive is a number of days from 0 to 36500.")
    await desk.runtime.definition_action(
        record.id, "retain", who=caller(request).user, retention="" if days is None else f"P{days}D"
    )
    return nothing()


@delete(
    ONE, status_code=200,
    operation=Operation(
        "Delete a process definition", allow.DEFINITION_DELETE, description="One that has no instances.",
    ),
)  # fmt: skip
async def remove(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    if request.query_params.get("cascade", "false") != "false":
        raise absent("deletion of a definition with its instances", "Delete the instances first.")
    desk = services(request)
    record, _ = await one(desk, definition_id)
    await desk.runtime.delete_definition(record.id, who=caller(request).user)
    return nothing()


HANDLERS: Final = (
    count, find, suspend_all, read_by_key, xml_by_key, suspend_by_key, read, xml, suspend, keep, remove,
)  # fmt: skip
