"""The pages of who operates a server with tenants: which there are and how they stand, their limits, and what was done
with them. They are where no tenant is named, and let in who has the operator's secret: no tenant's person is asked for.

A session is its end and an HMAC of that under the operator's secret, so that any server of several knows it, none keeps
it, and with another secret all have ended.
"""

import hashlib
import hmac
import secrets
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie, FormMultiDict
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath

from andante.languages import CODES
from andante.languages import mark as _
from andante.people import AccessProblem
from andante.people.faults import PARAMETER
from andante.people.served import services_of
from andante.runtime import Problem, StoreProblem
from andante.tenants import Server, Why, diagnose_tenants
from andante.web.admin import text_of
from andante.web.desk import Pages, go, said
from andante.web.entry import keep
from andante.web.errors import on_access_problem, on_fault, on_http_exception, on_problem, on_store_problem
from andante.web.session import (
    LANGUAGE,
    LOGIN_FORM,
    PUBLIC,
    Asked,
    Visit,
    address,
    check_token,
    cookie,
    form,
)

HOME: Final = "/operator"
LOGIN: Final = "/operator/login"
SESSION: Final = "andante_operator"
LASTS_S: Final = 4 * 3_600
# What one may set here, with what it is called; a tenant's other settings are set by command.
LIMITS: Final = {
    "starts": _("Starts a second"),
    "open_instances": _("Open instances"),
    "tenant_requests": _("Requests in hand"),
    "client_requests": _("Requests/s of each client"),
}
ACTIONS: Final = {
    "suspend": _("%(name)s is suspended."),
    "resume": _("%(name)s goes on."),
    "delete": _("%(name)s is deleted; its database is put away."),
}
DONE: Final = {
    "create": _("Created"), "open": _("Opened"), "settings": _("Settings"), "suspend": _("Suspended"),
    "resume": _("Resumed"), "delete": _("Deleted"), "put away": _("Put away"),
}  # fmt: skip
Fault = Problem | AccessProblem


def server_of(request: Asked) -> Server:
    """Raises NotFoundException at a tenant's address: there is no such page."""
    found: object = services_of(request.scope)
    if not isinstance(found, Server):
        raise NotFoundException
    return found


def session_until(secret: str, until: int) -> str:
    """The session of who knows the operator's secret, until then (ms since the epoch)."""
    sign = hmac.new(secret.encode(), f"andante operator {until}".encode(), hashlib.sha256).hexdigest()
    return f"{until}.{sign}"


def _holds(server: Server, session: str) -> bool:
    until = session.partition(".")[0]
    secret = server.settings.operator_secret
    if not secret or not until.isascii() or not until.isdigit() or len(until) > 15 or int(until) <= server.now():
        return False
    return hmac.compare_digest(session_until(secret, int(until)).encode(), session.encode())


async def _before(request: Asked) -> Response[str] | None:
    """Strangers go to the log-in page; forms that are not ours are refused (403)."""
    server = server_of(request)
    if server.pages is None:
        server.pages = Pages(server.settings.title, server.now, server.settings.zone)
    session = request.cookies.get(SESSION, "")
    inside = _holds(server, session)
    waiting = request.cookies.get(LOGIN_FORM, "")
    secret = session if inside else waiting or secrets.token_urlsafe(32)
    seen = Visit(None, secret, fresh_secret=not inside and not waiting)
    request.scope["state"]["visit"] = seen
    request.scope["state"]["inside"] = inside
    if not inside and not request.route_handler.opt.get(PUBLIC):
        return go(request, LOGIN)
    if request.method not in ("GET", "HEAD"):
        await check_token(request, seen)
    return None


def _page(request: Asked, template: str, problem: Fault | None = None, **values: Any) -> Response[str]:
    pages: Pages = server_of(request).pages
    inside = bool(request.scope["state"].get("inside"))
    status = problem.status if problem else 200
    return pages.page(request, template, status=status, problem=problem, inside=inside, done=DONE, **values)


def _why(request: Asked, given: FormMultiDict) -> Why:
    return Why(address(request), text_of(given, "reason")[:2_000])


# Log in.


def _session(request: Asked, value: str, lasts: int) -> Cookie:
    """Sent to these pages alone, and with no request that another site began."""
    made = cookie(request, SESSION, value, lasts)
    made.path, made.samesite = HOME, "strict"
    return made


@get(LOGIN, opt={PUBLIC: True})
async def login_page(request: Asked) -> Response[str]:
    if request.scope["state"].get("inside"):
        return go(request, HOME)
    return _page(request, "operator_login.html", secret=bool(server_of(request).settings.operator_secret))


@post(LOGIN, opt={PUBLIC: True}, status_code=200)
async def log_in(request: Asked) -> Response[str]:
    server, given = server_of(request), await form(request)
    try:
        server.let_in(str(given.get("secret", "")), address(request))
    except AccessProblem as problem:
        if problem.status == 401:
            problem = AccessProblem(problem.code, 401, said(request, _("That is not the operator's secret.")))
        return _page(request, "operator_login.html", problem, secret=bool(server.settings.operator_secret))
    session = session_until(server.settings.operator_secret, server.now() + LASTS_S * 1_000)
    return go(request, HOME, cookies=[_session(request, session, LASTS_S), cookie(request, LOGIN_FORM, "", 0)])


@post("/operator/logout", status_code=200)
async def log_out(request: Asked) -> Response[str]:
    return go(request, LOGIN, said(request, _("You are logged out.")), [_session(request, "", 0)])


@post("/operator/language", opt={PUBLIC: True}, status_code=200)
async def set_language(request: Asked) -> Response[str]:
    return await keep(request, LANGUAGE, "language", CODES, HOME)


# Tenants.


@get(HOME)
async def tenants(request: Asked) -> Response[str]:
    return await _tenants(request)


async def _tenants(
    request: Asked, problem: Fault | None = None, kept: FormMultiDict | None = None,
    made: tuple[str, str, str] | None = None,
) -> Response[str]:  # fmt: skip
    """`kept`: what was typed for a new one, with what is wrong with it. `made`: name of a new one, and id and secret of
    its first administrator."""
    server = server_of(request)
    given = kept if kept is not None else FormMultiDict()
    return _page(
        request, "operator_tenants.html", problem, found=await server.all(), limits=LIMITS, kept=given, made=made,
        standard=_standard(server), asks=problem is not None or request.query_params.get("ask", "") == "add",
    )  # fmt: skip


def _standard(server: Server) -> dict[str, int]:
    """What counts for a tenant that has no limit of its own; 0: none."""
    found = {name: int(getattr(server.settings, name)) for name in LIMITS}
    found["tenant_requests"] = found["tenant_requests"] or max(1, server.settings.requests // 2)
    return found


def _settings(given: FormMultiDict) -> dict[str, str | None]:
    """What is set by a form: its title and limits; None where a field is empty."""
    return {name: text_of(given, name) or None for name in ("title", *LIMITS)}


@post("/operator/tenant", status_code=200)
async def create(request: Asked) -> Response[str]:
    """The answer is the only page that ever shows the secret of its first administrator."""
    given = await form(request)
    name = text_of(given, "name")
    own = {key: value for key, value in _settings(given).items() if value is not None}
    try:
        made = await server_of(request).create(name, own, _why(request, given))
    except (Problem, AccessProblem) as problem:
        return await _tenants(request, problem, given)
    return await _tenants(request, made=(name, made.client_id, made.client_secret))


@get("/operator/tenant/{name:str}")
async def tenant(request: Asked, name: FromPath[str]) -> Response[str]:
    return await _tenant(request, name)


async def _tenant(request: Asked, name: str, problem: Fault | None = None) -> Response[str]:
    server = server_of(request)
    seen = await server.one(name)
    others = {key: value for key, value in seen.settings.items() if key != "title" and key not in LIMITS}
    return _page(
        request, "operator_tenant.html", problem, seen=seen, limits=LIMITS, standard=_standard(server), others=others,
        log=(await server.log(name))[:50],
    )  # fmt: skip


@post("/operator/tenant/{name:str}/{action:str}", status_code=200)
async def act(request: Asked, name: FromPath[str], action: FromPath[str]) -> Response[str]:
    """settings, suspend, resume, or delete, for which the name is given once more."""
    server, given = server_of(request), await form(request)
    why = _why(request, given)
    try:
        if action == "settings":
            await server.configure(name, _settings(given), why)
            return go(request, f"{HOME}/tenant/{name}", said(request, _("Saved.")))
        if action not in ACTIONS:
            raise NotFoundException
        if action == "delete" and text_of(given, "confirm") != name:
            text = said(
                request, _("Give the name %(name)s once more: it is gone then, with all that it has."), name=name
            )
            raise Problem(PARAMETER, 400, text)
        await server.act(name, action, why)
    except (Problem, AccessProblem) as problem:
        return await _tenant(request, name, problem)
    to = HOME if action == "delete" else f"{HOME}/tenant/{name}"
    return go(request, to, said(request, ACTIONS[action], name=name))


@get("/operator/done")
async def done(request: Asked) -> Response[str]:
    return _page(request, "operator_done.html", log=await server_of(request).log())


@get("/operator/doctor")
async def doctor(request: Asked) -> Response[str]:
    return _page(request, "operator_doctor.html", seen=await diagnose_tenants(server_of(request).tenants))


HANDLERS: Final = (
    login_page, log_in, log_out, set_language, tenants, create, tenant, act, done, doctor,
)  # fmt: skip


def operator_router() -> Router:
    """The operator's pages, to be registered at "/" of an application that has tenants."""
    return Router(
        path="/",
        route_handlers=list(HANDLERS),
        before_request=_before,
        exception_handlers={
            Problem: on_problem,
            AccessProblem: on_access_problem,
            StoreProblem: on_store_problem,
            HTTPException: on_http_exception,
            Exception: on_fault,
        },
        include_in_schema=False,
    )
