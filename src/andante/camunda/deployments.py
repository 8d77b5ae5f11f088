"""Deploying files, and what is deployed."""

from typing import Any, Final

from litestar import Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import (
    DECISION,
    PROCESSES,
    all_of,
    decision_shape,
    deployment_of,
    deployment_shape,
    numbers,
    process_shape,
)
from andante.camunda.faults import absent, wrong
from andante.camunda.wire import Paged, answer, counted, is_own, nothing, query_of, sorted_by
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem
from andante.runtime import problem as codes

PATH: Final = "/deployment"
ONE: Final = f"{PATH}/{{deployment_id:str}}"
BPMN: Final = (".bpmn", ".bpmn20.xml")
FILES: Final = (*BPMN, ".dmn", ".dmn11.xml", ".form")
TOLD: Final = (
    "deployment-name", "deployment-source", "enable-duplicate-filtering", "deploy-changed-only", "tenant-id",
    "deployment-activation-time",
)  # fmt: skip


class ListQuery(Paged):
    """Which deployments."""

    id: str = ""
    name: str = ""
    nameLike: str = ""  # noqa: N815 - Camunda's spelling


async def _files(request: Call) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """The fields of the form and its files. Raises Problem."""
    kind, _ = request.content_type
    if kind != "multipart/form-data":
        raise wrong("A deployment is a form of the type multipart/form-data, with the files in it.")
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            files.append((value.filename or name, await value.read()))
        elif name in TOLD:
            fields[name] = str(value)
        else:
            files.append((name, str(value).encode()))  # a file that was sent without its name
    if not files:
        raise wrong("No deployment resources contained in the form upload.")
    for name, _ in files:
        if not name.endswith(FILES):
            raise wrong(f"{name}: Andante deploys files that end with {', '.join(FILES)}. Leave the others out.")
    if fields.get("tenant-id") and not is_own(request, [fields["tenant-id"]]):
        raise absent("tenants", "Leave tenant-id out.")
    if fields.get("deployment-activation-time"):
        raise absent("time at which a deployment becomes active", "Deploy it then.")
    return fields, files


@post(
    f"{PATH}/create", status_code=200,
    operation=Operation(
        "Deploy BPMN, DMN and forms", allow.DEFINITION_DEPLOY, raw_body="multipart/form-data",
        description="Of several files all are deployed or none; forms and decisions go first, then what others import. "
        "The same file again gives the same definitions, whatever enable-duplicate-filtering says.",
    ),
)  # fmt: skip
async def create(request: Call) -> Response[bytes]:
    fields, files = await _files(request)
    desk, who = services(request), caller(request).user
    named = dict(files)
    if len(named) != len(files):
        raise wrong("Two files of the form have the same name. Give each its own.")
    made = await desk.runtime.deploy(
        named, who=who, name=fields.get("deployment-name", ""), source=fields.get("deployment-source", "")
    )
    records = [await desk.runtime.definition(id) for each in made.values() for id in each.ids.values()]
    if not records:
        raise wrong("The files hold no executable process, decision or form.")
    newest = max(records, key=lambda record: (record.created_at, record.id))
    shape = deployment_shape([newest], desk.zone)
    return answer({**shape, **await _definitions(desk, records)})


async def _definitions(desk: Services, records: list[DefinitionRecord]) -> dict[str, Any]:
    """Those that were deployed, by kind; null where there are none."""
    shapes: dict[str, dict[str, Any]] = {"Process": {}, "Decision": {}}
    for record in records:
        number = numbers(await all_of(desk, name=record.name))[record.id]
        if record.kind in PROCESSES:
            shapes["Process"][record.id] = process_shape(record, number)
        elif record.kind == DECISION:
            shapes["Decision"][record.id] = decision_shape(record, number)
    told: dict[str, Any] = {f"deployed{kind}Definitions": found or None for kind, found in shapes.items()}
    return {**told, "deployedCaseDefinitions": None, "deployedDecisionRequirementsDefinitions": None}


async def _known(desk: Services) -> dict[str, list[DefinitionRecord]]:
    """All definitions by their deployment, the oldest first."""
    found: dict[str, list[DefinitionRecord]] = {}
    for record in await all_of(desk):
        found.setdefault(deployment_of(record).id, []).append(record)
    return found


async def _one(desk: Services, deployment_id: str) -> list[DefinitionRecord]:
    found = (await _known(desk)).get(deployment_id)
    if not found:
        raise Problem(codes.DEFINITION_NOT_FOUND, 404, f"Deployment with id '{deployment_id}' does not exist")
    return found


async def _found(request: Call) -> tuple[list[dict[str, Any]], ListQuery]:
    desk, asked = services(request), await query_of(request, ListQuery)
    shapes = [deployment_shape(each, desk.zone) for each in (await _known(desk)).values()]
    part = asked.nameLike.strip("%").lower()
    kept = [
        each for each in shapes
        if (not asked.id or each["id"] == asked.id) and (not asked.name or each["name"] == asked.name)
        and part in each["name"].lower() and not asked.nowhere
    ]  # fmt: skip
    return sorted_by(kept, asked, {"id": "id", "name": "name", "deploymentTime": ""}), asked


@get(PATH, operation=Operation("List deployments", allow.DEFINITION_READ, query=ListQuery))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count deployments", allow.DEFINITION_READ, query=ListQuery))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@get(ONE, operation=Operation("Read a deployment", allow.DEFINITION_READ))
async def one(request: Call, deployment_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    return answer(deployment_shape(await _one(desk, deployment_id), desk.zone))


async def _resources(request: Call, deployment_id: str) -> dict[str, DefinitionRecord]:
    """A definition of each of its files, by the resource's id."""
    return {record.source_id: record for record in await _one(services(request), deployment_id)}


async def _resource(request: Call, deployment_id: str, resource_id: str) -> DefinitionRecord:
    """Raises Problem (404)."""
    found = (await _resources(request, deployment_id)).get(resource_id)
    if found is None:
        raise Problem(codes.DEFINITION_NOT_FOUND, 404, f"Deployment resource '{resource_id}' does not exist")
    return found


def _resource_shape(record: DefinitionRecord) -> dict[str, Any]:
    deployment = deployment_of(record)
    return {"id": record.source_id, "name": deployment.resource, "deploymentId": deployment.id}


@get(f"{ONE}/resources", operation=Operation("List a deployment's resources", allow.DEFINITION_READ))
async def resources(request: Call, deployment_id: FromPath[str]) -> Response[bytes]:
    return answer([_resource_shape(each) for each in (await _resources(request, deployment_id)).values()])


@get(f"{ONE}/resources/{{resource_id:str}}", operation=Operation("Read what a resource is", allow.DEFINITION_READ))
async def resource(request: Call, deployment_id: FromPath[str], resource_id: FromPath[str]) -> Response[bytes]:
    return answer(_resource_shape(await _resource(request, deployment_id, resource_id)))


@get(f"{ONE}/resources/{{resource_id:str}}/data", operation=Operation("Read a resource", allow.DEFINITION_READ))
async def data(request: Call, deployment_id: FromPath[str], resource_id: FromPath[str]) -> Response[bytes]:
    record = await _resource(request, deployment_id, resource_id)
    source = await services(request).runtime.definition_source(record.id)
    return Response(source, media_type="application/octet-stream")


@delete(
    ONE, status_code=200,
    operation=Operation(
        "Delete a deployment", allow.DEFINITION_DELETE, errors=(codes.DEFINITION_IN_USE,),
        description="One whose definitions have no instances; cascade is not known.",
    ),
)  # fmt: skip
async def remove(request: Call, deployment_id: FromPath[str]) -> Response[bytes]:
    if request.query_params.get("cascade", "false") != "false":
        raise absent("deletion of a deployment with its instances", "Delete the instances first.")
    desk = services(request)
    for record in await _one(desk, deployment_id):
        await desk.runtime.delete_definition(record.id, who=caller(request).user)
    return nothing()


HANDLERS: Final = (create, count, find, one, resources, resource, data, remove)
