"""What Camunda 7's REST API has and Andante has not: told by a 501 that says what to do instead."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call
from andante.camunda.faults import absent
from andante.people import permissions as allow

# By the first part of the address: what it is, and what to do instead.
RESOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "authorization": ("Camunda's authorizations", "Give persons roles, groups and grants by definition."),
    "batch": ("Camunda's batches", "Use bulk actions (POST /u-route/baas/bp/v2.0/runtime/batches)."),
    "case-definition": ("cases (CMMN)", "Model them as processes, with ad-hoc sub-processes."),
    "case-execution": ("cases (CMMN)", "Model them as processes, with ad-hoc sub-processes."),
    "case-instance": ("cases (CMMN)", "Model them as processes, with ad-hoc sub-processes."),
    "decision-definition": ("this of a decision", "See docs/reference/camunda-rest.md."),
    "decision-requirements-definition": ("decision requirements as definitions", "Their decisions are definitions."),
    "deployment": ("this of a deployment", "See docs/reference/camunda-rest.md."),
    "execution": ("this of an execution", "Use the process instance; what waits in a receive task takes its message."),
    "external-task": ("this of an external task", "See docs/reference/camunda-rest.md."),
    "filter": ("Camunda's filters", "Use saved views of task lists."),
    "group": ("this of a group", "Use /u-route/baas/bp/v2.0/runtime/groups."),
    "history": (
        "this of the history",
        "See docs/reference/camunda-rest.md, or use /u-route/baas/bp/v2.0/runtime/instances/{id}/history.",
    ),
    "identity": ("this of identities", "Use /u-route/baas/bp/v2.0/admin/persons."),
    "incident": ("this of an incident", "Act on its instance: retry."),
    "job": ("this of a job", "Timers fire by themselves; what failed is tried again by its retries."),
    "job-definition": ("job definitions", "Priorities and retries are in the model."),
    "message": ("this of a message", "See docs/reference/camunda-rest.md."),
    "metrics": ("this of metrics", "Read /metrics, or insight."),
    "migration": ("this of migration", "Use /migration/execute, or bulk actions."),
    "modification": ("this of modification", "Use /modification/execute, or bulk actions."),
    "optimize": ("export for Optimize", "Use insight: reports, XES, CSV."),
    "process-definition": ("this of a process definition", "See docs/reference/camunda-rest.md."),
    "process-instance": ("this of a process instance", "See docs/reference/camunda-rest.md."),
    "schema": ("log of schema changes", "Migrations run at start-up."),
    "signal": ("this of a signal", "See docs/reference/camunda-rest.md."),
    "task": ("this of a task", "See docs/reference/camunda-rest.md."),
    "telemetry": ("telemetry", "Nothing is sent to anybody."),
    "tenant": ("tenants", "Leave them out."),
    "user": ("this of a user", "Use /u-route/baas/bp/v2.0/admin/persons."),
}


@route(
    "/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE],
    operation=Operation("What is not there", allow.DEFINITION_READ),
)  # fmt: skip
async def not_there(request: Call, rest: FromPath[str]) -> Response[bytes]:
    first = rest.strip("/").split("/")[0]
    known = RESOURCES.get(first)
    if known is None:
        raise NotFoundException
    raise absent(f"{known[0]} ({request.method} /{rest.strip('/')})", known[1])


HANDLERS: Final = (not_there,)
