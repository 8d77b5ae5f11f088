"""What operators change of an open instance: its variables, where its tokens stand, the version it goes by."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, demand
from andante.people import permissions as allow
from andante.runtime import Problem, auditing
from andante.runtime.problem import PARAMETER
from andante.web.desk import Desk, go, said
from andante.web.instances import instance_view
from andante.web.mapping import look, mapping_of
from andante.web.session import Asked, caller, form, kept_as
from andante.web.sight import seen_instance
from andante.web.variables import columns, read_rows

LONGEST_REASON: Final = 2_000


@post("/instances/{instance_id:str}/variables", opt=kept_as("instance.variables"), status_code=200)
async def set_variables(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    """Those that were changed; new names where the definition declares none."""
    who, given = caller(request), await form(request)
    record = await seen_instance(desk.runtime, who, instance_id)
    try:
        demand(who, allow.VARIABLES_SET, record.name)
        values = read_rows(*columns(given))
        auditing.note(details={"names": sorted(values)})
        graph = await desk.runtime.graph(record.definition_id)
        await desk.runtime.set_variables(instance_id, values, who=who.user, introduce=graph.variables is None)
    except (Problem, AccessProblem) as problem:
        return await instance_view(request, desk, instance_id, problem)
    return go(request, f"/instances/{instance_id}", said(request, _("The variables are set.")))


@post("/instances/{instance_id:str}/move", opt=kept_as("instance.move"), status_code=200)
async def move(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    """Take what stands at one element to another."""
    who, given = caller(request), await form(request)
    record = await seen_instance(desk.runtime, who, instance_id)
    source, target, reason = (str(given.get(name, "")).strip() for name in ("from", "to", "reason"))
    auditing.note(details={"source": source, "to": target})
    try:
        demand(who, allow.INSTANCE_ACT_ANY, record.name)
        await desk.runtime.move(instance_id, source, target, who=who.user, reason=reason[:LONGEST_REASON])
    except (Problem, AccessProblem) as problem:
        return await instance_view(request, desk, instance_id, problem)
    return go(request, f"/instances/{instance_id}", said(request, _("Moved. It goes on from there.")))


@get("/instances/{instance_id:str}/migrate")
async def plan(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    """What would become of it: `version`, and `map.ELEMENT` for what is called otherwise there."""
    given = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    return await _plan(request, desk, instance_id, given)


async def _plan(
    request: Asked, desk: Desk, instance_id: str, given: dict[str, str], problem: Problem | None = None
) -> Response[str]:
    who = caller(request)
    record = await seen_instance(desk.runtime, who, instance_id)
    demand(who, allow.INSTANCE_ACT_ANY, record.name)
    version = given.get("version", "")
    if not version:
        raise Problem(PARAMETER, 400, "version: say by which version the instance is to go on.")
    mapping = mapping_of(given)
    found = await look(desk.runtime, [record], record.name, version, mapping if mapping or "reason" in given else None)
    return desk.page(
        request, "migrate.html", status=problem.status if problem else 200, record=record, look=found, problem=problem,
        reason=given.get("reason", ""),
    )  # fmt: skip


@post("/instances/{instance_id:str}/migrate/look", status_code=200)
async def look_again(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    """The same with another mapping; nothing is changed."""
    given = {name: value for name, value in (await form(request)).items() if isinstance(value, str)}
    return await _plan(request, desk, instance_id, given)


@post("/instances/{instance_id:str}/migrate", opt=kept_as("instance.migrate"), status_code=200)
async def migrate(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    who = caller(request)
    record = await seen_instance(desk.runtime, who, instance_id)
    demand(who, allow.INSTANCE_ACT_ANY, record.name)
    given = {name: value for name, value in (await form(request)).items() if isinstance(value, str)}
    version, reason = given.get("version", ""), given.get("reason", "").strip()[:LONGEST_REASON]
    auditing.note(details={"version": version, "map": mapping_of(given)})
    try:
        await desk.runtime.migrate(instance_id, version, who=who.user, mapping=mapping_of(given), reason=reason)
    except Problem as problem:
        return await _plan(request, desk, instance_id, given, problem)
    text = said(request, _("It goes on by version %(version)s."), version=version)
    return go(request, f"/instances/{instance_id}", text)


HANDLERS: Final = (set_variables, move, plan, look_again, migrate)
