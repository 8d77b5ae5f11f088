"""All routes below /engine-rest, and errors in Camunda's envelope on them."""

from typing import Any, Final

from litestar import Request, Response, Router
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from andante.api.operation import kept
from andante.camunda import (
    absent,
    authorization,
    decisions,
    definitions,
    deployments,
    engine,
    events,
    executions,
    external_lists,
    external_tasks,
    faults,
    groups,
    history,
    history_facts,
    history_log,
    history_places,
    history_tasks,
    incidents,
    instance_variables,
    instances,
    jobs,
    migration,
    modification,
    operations,
    people,
    starting,
    statistics,
    task_files,
    task_lists,
    task_variables,
    tasks,
    variable_instances,
)
from andante.camunda.access import guard

BASE: Final = "/engine-rest"
NAMED: Final = f"{BASE}/engine/{engine.NAME}"
ROOMS: Final = (
    engine, external_tasks, external_lists, deployments, definitions, statistics, starting, instances, modification,
    migration, instance_variables, variable_instances, executions, task_lists, tasks, task_variables, task_files,
    events, decisions, history, history_tasks, history_places, history_facts, history_log, operations, incidents, jobs,
    people, groups, authorization,
)  # fmt: skip


def handlers() -> list[HTTPRouteHandler]:
    """What is there, room by room."""
    return [handler for room in ROOMS for handler in room.HANDLERS]


def camunda_router() -> Router:
    """To be registered in the application at "/". It must have the API's services in its state."""
    return Router(
        BASE,
        route_handlers=[*handlers(), *absent.HANDLERS],
        guards=[guard],
        after_request=kept,
        exception_handlers=faults.HANDLERS,
        include_in_schema=False,
    )


def plain_path(path: str) -> str:
    """The same address without the engine's name, which Camunda's clients may put in it."""
    return BASE + path.removeprefix(NAMED) if path.startswith(f"{NAMED}/") else path


def on_http_exception(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes] | None:
    """The answer to what went wrong before a handler was found; None where the address is not below ours."""
    path = str(request.scope["path"])
    return faults.on_http_exception(request, fault) if path == BASE or path.startswith(f"{BASE}/") else None
