"""Deploying, finding, changing and deleting definitions (contract APIs 6 to 10), from the JSON form, BPMN or DMN."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import NO_XML, bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, choice, one_of, query_of, success
from andante.people import Caller, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Deployment, Problem, Runtime, auditing
from andante.runtime import problem as codes
from andante.runtime.beginning import by_hand

PATH: Final = f"{BASE}/metadata/definitions"
ONE: Final = f"{PATH}/{{definition_id:str}}"
ACTIONS: Final = ("activate", "deactivate", "suspend", "resume", "retain")
XML: Final = ("application/xml", "text/xml")
FORM: Final = ("application/vnd.andante.form+json", "application/schema+json")
MOST: Final = 1_000
FILES: Final = "multipart/form-data"
FLAG: Final = ("", "true", "false")


class DefinitionSummary(msgspec.Struct, frozen=True):
    """Contract 2.3. `config` is a string that holds JSON."""

    active: bool
    config: str
    description: str
    id: str
    label: str
    name: str
    status: str
    version: str


class DefinitionBody(msgspec.Struct, frozen=True):
    """Contract 2.4; beside `name` and `label` any of its lists: userTasks, exclusiveGateways, variables, slas, ..."""

    name: Annotated[str, Meta(description="A letter, then letters, digits and single _; at most 64.")]
    label: Annotated[str, Meta(description="1 to 80 characters.")]


class ListQuery(msgspec.Struct, frozen=True):
    """All of the contract but `startable`; `like` "true" finds names that contain `name`. `startable` "true": the
    active ones that the caller may start by hand."""

    like: Annotated[str, choice(*FLAG)] = ""
    name: str = ""
    active: Annotated[str, choice(*FLAG)] = ""
    startable: Annotated[str, choice("", "true")] = ""
    skip: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class DeployQuery(msgspec.Struct, frozen=True):
    """For XML and forms: make it the active version or not, and under which version ("": the next). `name`: the id of
    a form that has none of its own."""

    activate: bool = True
    version: Annotated[str, Meta(max_length=64)] = ""
    name: Annotated[str, Meta(max_length=128)] = ""


class FindingShape(msgspec.Struct, frozen=True):
    """A warning of the deployment."""

    code: str
    element: str
    line: int
    message: str


class XmlDeployment(msgspec.Struct, frozen=True, kw_only=True):
    """`ids`: definition id by process id, or by the id of a decision."""

    id: str
    ids: dict[str, str]
    warnings: list[FindingShape]


class FileDeployment(XmlDeployment, frozen=True, kw_only=True):
    """Of one of several files."""

    file: str


class ActionBody(msgspec.Struct, frozen=True):
    """`instances`: suspend or resume those of the definition too. `retention`, for retain: how long instances are kept
    when they are over, a duration such as P90D, or forever; "" leaves it to the server's setting."""

    action: Annotated[str, choice(*ACTIONS)]
    instances: bool = False
    retention: Annotated[str, Meta(max_length=100)] = ""


def summary(d: DefinitionRecord) -> DefinitionSummary:
    return DefinitionSummary(d.active, d.config, d.description, d.id, d.label, d.name, d.status, d.version)


def _findings(deployment: Deployment) -> list[FindingShape]:
    return [FindingShape(w.code, w.element, w.line, w.message) for w in deployment.warnings]


def _told(made: Deployment) -> XmlDeployment:
    return XmlDeployment(id=made.id, ids=made.ids, warnings=_findings(made))


def _deployed(deployment: Deployment) -> Response[bytes]:
    warnings = _findings(deployment)
    return success(deployment.id, warnings=warnings) if warnings else success(deployment.id)


@post(
    PATH,
    status_code=200,
    operation=Operation(
        "Deploy a definition", allow.DEFINITION_DEPLOY, str | XmlDeployment | list[FileDeployment], DefinitionBody,
        DeployQuery, own=False,
        tag="definitions", raw_body=", ".join(("application/xml", *FORM, FILES)),
        errors=(codes.MODEL_REFUSED, codes.DEFINITION_EXISTS), audit="definition.deploy",
        description="JSON (2.4) answers with the new id, XML with the ids of all its processes, or of all that can be "
        "evaluated where it is DMN; the same XML again gives the same ids. A form (a form-js schema or a JSON Schema) "
        "is told by its content type. Warnings of a JSON definition stand beside the result. Several files, as a form "
        "with a filename for each, are deployed all or none, in the order in which they need each other.",
    ),
)  # fmt: skip
async def deploy(request: Call) -> Response[bytes]:
    desk, who = services(request), caller(request).user
    kind, _ = request.content_type
    if kind in XML:
        query = query_of(request, DeployQuery)
        data = await request.body()
        made = await desk.runtime.deploy_xml(data, who=who, activate=query.activate, version=query.version)
        return success(_told(made))
    if kind in FORM:
        query = query_of(request, DeployQuery)
        data = await request.body()
        made = await desk.runtime.forms.deploy(
            data, who=who, name=query.name, activate=query.activate, version=query.version
        )
        return success(_told(made))
    if kind == FILES:
        query = query_of(request, DeployQuery)
        files = await _files(request)
        found = await desk.runtime.deploy(files, who=who, activate=query.activate)
        return success([
            FileDeployment(file=file, id=made.id, ids=made.ids, warnings=_findings(made))
            for file, made in found.items()
        ])  # fmt: skip
    body = await body_of(request, dict[str, Any])
    _needs_names(body)
    return _deployed(await desk.runtime.deploy_json(body, who=who))


async def _files(request: Call) -> dict[str, bytes]:
    """Raises Problem."""
    sent = [value for _, value in (await request.form()).multi_items() if isinstance(value, UploadFile)]
    found = {value.filename: await value.read() for value in sent if value.filename}
    if not found or len(found) < len(sent):
        raise bad_parameter("files", "send each with a filename of its own.")
    return found


def _needs_names(body: dict[str, Any]) -> None:
    for field in ("name", "label"):
        if field not in body:
            raise bad_parameter(field, "it is required.")
        if not isinstance(body[field], str) or not body[field]:
            raise bad_parameter(field, "it must be a string that is not empty.")


@get(
    PATH,
    operation=Operation(
        "Find definitions", allow.DEFINITION_READ, list[DefinitionSummary], query=ListQuery, own=False,
        tag="definitions",
    ),
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = query_of(request, ListQuery)
    one_of("like", query.like, FLAG)
    one_of("active", query.active, FLAG)
    one_of("startable", query.startable, ("", "true"))
    if query.startable == "true":
        return success([summary(each) for each in await _startable(services(request).runtime, caller(request), query)])
    found = await services(request).runtime.definitions(
        name=query.name,
        like=query.like == "true",
        active=None if not query.active else query.active == "true",
        skip=query.skip,
        limit=query.limit,
    )
    return success([summary(each) for each in found])


async def _startable(runtime: Runtime, who: Caller, query: ListQuery) -> list[DefinitionRecord]:
    found = await runtime.definitions(name=query.name, like=query.like == "true", active=True, limit=MOST)
    able = [each for each in found if may(who, allow.INSTANCE_START, each.name) and await by_hand(runtime, each)]
    return able[query.skip : query.skip + query.limit]


@get(
    ONE,
    operation=Operation(
        "Read a definition", allow.DEFINITION_READ, dict[str, Any], own=False, tag="definitions",
        errors=(codes.DEFINITION_NOT_FOUND,),
        description="A JSON definition as it was created, with id, version and status; of an XML definition the "
        "settings, its model is at /xml; of a form its `schema`.",
    ),
)  # fmt: skip
async def read(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await desk.runtime.definition(definition_id)
    body: dict[str, Any] = {}
    if record.kind == "form":
        body = {"schema": msgspec.json.decode(await desk.runtime.definition_source(definition_id))}
    elif record.kind == "json":
        body = msgspec.json.decode(await desk.runtime.definition_source(definition_id))
    own = {
        "name": record.name,
        "label": record.label,
        "description": record.description,
        "version": record.version,
        "config": body.get("config") or msgspec.json.decode(record.config),
        "id": record.id,
        "active": record.active,
        "suspended": record.suspended,
        "status": record.status,
        "kind": record.kind,
        "createdBy": record.created_by,
        "createdAt": at(record.created_at),
        "lastModifiedBy": record.modified_by or record.created_by,
        "lastModifiedAt": at(record.modified_at or record.created_at),
    }
    return success({**body, **own})


@get(
    f"{ONE}/xml",
    operation=Operation(
        "Read a definition's XML", allow.DEFINITION_READ, media="application/xml", tag="definitions",
        errors=(codes.DEFINITION_NOT_FOUND, NO_XML), description="Byte for byte as it was deployed.",
    ),
)  # fmt: skip
async def xml(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await desk.runtime.definition(definition_id)
    if record.kind in ("json", "form"):
        raise Problem(NO_XML, 404, f"The definition '{record.name}' was created from JSON.")
    return Response(await desk.runtime.definition_source(definition_id), media_type="application/xml")


@put(
    ONE,
    operation=Operation(
        "Change a definition", allow.DEFINITION_DEPLOY, str | DefinitionSummary, (DefinitionBody, ActionBody),
        own=False, tag="definitions",
        errors=(codes.DEFINITION_NOT_FOUND, codes.DEFINITION_EXISTS, codes.DEFINITION_IN_USE, codes.MODEL_REFUSED),
        description="A full body (2.4) replaces a definition without instances and answers with its id. "
        '{"action":"activate"|"deactivate"|"suspend"|"resume"|"retain"} answers with the summary.',
        audit="definition.change",
    ),
)  # fmt: skip
async def change(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    desk, who = services(request), caller(request).user
    body = await body_of(request, dict[str, Any])
    if "action" in body and "name" not in body:
        asked = await body_of(request, ActionBody)
        one_of("action", asked.action, ACTIONS)
        auditing.note(f"definition.{asked.action}")
        record = await desk.runtime.definition_action(
            definition_id, asked.action, who=who, instances=asked.instances, retention=asked.retention
        )
        return success(summary(record))
    _needs_names(body)
    return _deployed(await desk.runtime.modify_json(definition_id, body, who=who))


@delete(
    ONE,
    status_code=200,
    operation=Operation(
        "Delete a definition", allow.DEFINITION_DELETE, str, own=False, tag="definitions",
        errors=(codes.DEFINITION_NOT_FOUND, codes.DEFINITION_IN_USE),
        description='One that has no instances. The result is the string "1".', audit="definition.delete",
    ),
)  # fmt: skip
async def remove(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    record = await services(request).runtime.definition(definition_id)
    allow.demand(caller(request), allow.DEFINITION_DELETE, record.name)
    await services(request).runtime.delete_definition(definition_id, who=caller(request).user)
    return success("1")


HANDLERS: Final = (deploy, find, read, xml, change, remove)
