"""Definitions: the list with its place to deploy, one definition with its diagram, and its source."""

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.runtime import Deployment, InstanceQuery, Problem
from andante.runtime.problem import PARAMETER
from andante.web.decision import AGGREGATIONS, KINDS, MOST_RULES, POLICIES, SIGNS
from andante.web.desk import SECURITY, Desk, go, language_of, said
from andante.web.diagram import marks, places
from andante.web.paging import SIZE, Part, skip_of
from andante.web.session import Asked, caller, form

MOST: Final = 500
# Ending and media type by kind of definition.
FILES: Final = {
    "xml": ("bpmn", "application/xml"),
    "json": ("json", "application/json"),
    "dmn": ("dmn", "application/xml"),
    "form": ("form", "application/json"),
}
DONE: Final = {
    "activate": _("Active: a start without a version takes this one."),
    "deactivate": _("Not active any more: no start without a version takes it."),
    "suspend": _("Suspended: nobody can start it until it is resumed."),
    "resume": _("Resumed: it can be started again."),
}


@get("/definitions")
async def definition_list(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _list(request, desk)


async def _list(
    request: Asked, desk: Desk, problem: Problem | AccessProblem | None = None, deployed: Deployment | None = None,
    file: str = "",
) -> Response[str]:  # fmt: skip
    demand(caller(request), allow.DEFINITION_READ)
    skip = skip_of(request)
    records = await desk.runtime.definitions(skip=skip, limit=SIZE + 1)
    more = len(records) > SIZE
    del records[SIZE:]
    end = skip + len(records)
    shown = Part(skip + 1, end, 0, max(0, skip - SIZE) if skip else -1, end if more else -1)
    counts = {record.id: await _open_count(desk, record.name, record.version) for record in records}
    return desk.page(
        request, "definitions.html", status=problem.status if problem else 200, definitions=records, part=shown,
        counts=counts,        problem=problem, deployed=deployed, file=file,
        findings=problem.details if isinstance(problem, Problem) else [],
    )  # fmt: skip


async def _open_count(desk: Desk, name: str, version: str) -> int:
    states = ["New", "Dispatched", "Running", "Waiting for user interaction", "Waiting for page event", "Paused",
              "Broken", "CompletedOkWait"]  # fmt: skip
    query = InstanceQuery(states, name=name, version=version, limit=1)
    return (await desk.runtime.instances(query)).total


@post("/definitions", status_code=200)
async def deploy(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """A .bpmn or .dmn file or a definition in the JSON form; what is wrong with it is listed with its place."""
    who = caller(request)
    demand(who, allow.DEFINITION_DEPLOY)
    upload = (await form(request)).get("file")
    name = upload.filename if isinstance(upload, UploadFile) else ""
    try:
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        if not data.strip():
            raise Problem(
                PARAMETER, 400, "Choose a file that is not empty: BPMN (.bpmn, .xml), DMN (.dmn), form (.form) or JSON."
            )
        if name.endswith(".form"):
            deployed = await desk.runtime.forms.deploy(data, who=who.user, name=name.removesuffix(".form"))
        elif data.lstrip().startswith(b"{"):
            deployed = await desk.runtime.deploy_json(_body(data), who=who.user)
        else:
            deployed = await desk.runtime.deploy_xml(data, who=who.user)
    except Problem as problem:
        return await _list(request, desk, problem, file=name)
    if deployed.warnings:
        return await _list(request, desk, deployed=deployed, file=name)
    return go(request, f"/definitions/{deployed.id}", said(request, _("%(name)s is deployed."), name=name))


def _body(data: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as fault:
        raise Problem(PARAMETER, 400, f"The file begins as JSON but is none: {fault}. Correct it.") from None


@get("/definitions/{definition_id:str}")
async def definition_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    return await _one(request, desk, definition_id)


async def _one(request: Asked, desk: Desk, definition_id: str, problem: Problem | None = None) -> Response[str]:
    demand(caller(request), allow.DEFINITION_READ)
    definition = await desk.runtime.definition(definition_id)
    decision = await desk.runtime.decision(definition_id) if definition.kind == "dmn" else None
    process = definition.kind in ("xml", "json")
    steps = places(await desk.runtime.graph(definition_id), None) if process else []
    versions = await desk.runtime.definitions(name=definition.name, limit=MOST)
    shown = marks(steps, language_of(request))
    return desk.page(
        request, "definition.html", status=problem.status if problem else 200, definition=definition, steps=steps,
        marks=shown, versions=versions, problem=problem, decision=decision, process=process, kinds=KINDS,
        policies=POLICIES, aggregations=AGGREGATIONS, signs=SIGNS, most=MOST_RULES,
        running=await _open_count(desk, definition.name, definition.version),
    )  # fmt: skip


@post("/definitions/{definition_id:str}/{action:str}", status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """activate, deactivate, suspend or resume."""
    who = caller(request)
    demand(who, allow.DEFINITION_DEPLOY)
    try:
        await desk.runtime.definition_action(definition_id, action, who=who.user)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _one(request, desk, definition_id, problem)
    return go(request, f"/definitions/{definition_id}", said(request, DONE[action]))


@get("/definitions/{definition_id:str}/source")
async def source(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[bytes]:
    """As deployed; offered as a file, so that no browser takes it for a page of ours."""
    demand(caller(request), allow.DEFINITION_READ)
    definition = await desk.runtime.definition(definition_id)
    ending, media = FILES[definition.kind]
    headers = {
        **SECURITY,
        "Content-Disposition": f'attachment; filename="{definition_id}.{ending}"',
        "Cache-Control": "private, max-age=3600",
    }
    return Response(await desk.runtime.definition_source(definition_id), media_type=media, headers=headers)


HANDLERS: Final = (definition_list, deploy, definition_page, act, source)
