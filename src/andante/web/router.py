"""The pages' routes, put together: log-in and form tokens before every handler, errors as pages, static files."""

from typing import Any, Final

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.static_files import create_static_files_router

from andante.people import AccessProblem
from andante.runtime import Problem, StoreProblem, auditing
from andante.web import (
    admin,
    admin_calendars,
    admin_grants,
    admin_teams,
    audit,
    bars,
    batches,
    bulk,
    changing,
    definition,
    definitions,
    deploying,
    entry,
    files,
    history,
    inbox,
    insight,
    instance_list,
    instances,
    keys,
    live,
    notes,
    operations,
    palette,
    past,
    policies,
    settings,
    start,
    started,
    task_bulk,
    tasks,
    trying,
)
from andante.web.desk import SECURITY, STATIC, desk_of
from andante.web.errors import on_access_problem, on_fault, on_http_exception, on_problem, on_store_problem
from andante.web.session import PUBLIC, Asked, ask, visit

HANDLERS: Final = (
    *entry.HANDLERS,
    *inbox.HANDLERS,
    *tasks.HANDLERS,
    *files.HANDLERS,
    *history.HANDLERS,
    *instance_list.HANDLERS,
    *instances.HANDLERS,
    *bulk.HANDLERS,
    *task_bulk.HANDLERS,
    *batches.HANDLERS,
    *operations.HANDLERS,
    *policies.HANDLERS,
    *changing.HANDLERS,
    *past.HANDLERS,
    *bars.HANDLERS,
    *insight.HANDLERS,
    *admin.HANDLERS,
    *admin_teams.HANDLERS,
    *admin_calendars.HANDLERS,
    *admin_grants.HANDLERS,
    *audit.HANDLERS,
    *settings.HANDLERS,
    *keys.HANDLERS,
    *notes.HANDLERS,
    *definitions.HANDLERS,
    *deploying.HANDLERS,
    *definition.HANDLERS,
    *trying.HANDLERS,
    *start.HANDLERS,
    *started.HANDLERS,
    *live.HANDLERS,
    *palette.HANDLERS,
)
CACHE: Final = "public, max-age=31536000, immutable"  # an asset's address changes with its content
LONGEST_NAME: Final = 255  # bytes


async def _before(request: Asked) -> Response[str] | None:
    desk = desk_of(request)
    stopped = await ask(request, desk.access, desk.runtime.audit.log)
    who = visit(request).caller
    if stopped is None and who is not None and request.method == "GET" and request.url.path != "/live":
        request.scope["state"]["unread"] = await desk.services.post.inbox.unread(who.user)
    return stopped


async def _kept(response: Response[Any]) -> Response[Any]:
    """What the audit log is to have of a request is there before it is answered."""
    await auditing.keep()
    return response


def _static_names(request: Request[Any, Any, Any]) -> None:
    """What no file system takes for a name is the name of no file."""
    names = str(request.path_params.get("file_path", "")).split("/")
    if any("\0" in name or len(name.encode(errors="replace")) > LONGEST_NAME for name in names):
        raise NotFoundException


def _static_headers(response: Response[Any]) -> Response[Any]:
    response.headers.update({**SECURITY, "Cache-Control": CACHE})
    return response


def web_router() -> Router:
    """All pages, to be registered in the application at "/". They check log-in and permissions themselves.

    Once the application runs, there must be services behind each request (people.served, desk.Services).
    """
    static = create_static_files_router(
        path="/static",
        directories=[STATIC],
        name="pages-static",
        before_request=_static_names,
        after_request=_static_headers,
        opt={PUBLIC: True},
    )
    return Router(
        path="/",
        route_handlers=[*HANDLERS, static],
        before_request=_before,
        after_request=_kept,
        dependencies={"desk": Provide(desk_of, sync_to_thread=False)},
        exception_handlers={
            Problem: on_problem,
            AccessProblem: on_access_problem,
            StoreProblem: on_store_problem,
            HTTPException: on_http_exception,
            Exception: on_fault,
        },
        include_in_schema=False,
    )
