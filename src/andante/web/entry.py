"""Log in, log out, and the choice of language and of light or dark."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.languages import CODES
from andante.languages import mark as _
from andante.people import AccessProblem
from andante.web.desk import CHOICE_S, DENSITIES, THEMES, Desk, end_session, go, said
from andante.web.session import (
    DENSITY,
    LANGUAGE,
    LOGIN_FORM,
    LONGEST_S,
    PUBLIC,
    SESSION,
    THEME,
    Asked,
    address,
    cookie,
    form,
    local_path,
    visit,
)

HOME: Final = "/tasks"


@get("/", sync_to_thread=False)
def home(request: Asked) -> Response[str]:
    return go(request, HOME)


@get("/login", opt={PUBLIC: True}, sync_to_thread=False)
def login_page(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    to = local_path(request.query_params.get("next", ""), HOME)
    if visit(request).caller is not None:
        return go(request, to)
    return desk.page(request, "login.html", name="", next=to)


@post("/login", opt={PUBLIC: True}, status_code=200)
async def log_in(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """A wrong name or password shows the form again, with the name kept."""
    given = await form(request)
    name, to = str(given.get("name", "")).strip(), local_path(str(given.get("next", "")), HOME)
    try:
        token = await desk.access.log_in(name, str(given.get("password", "")), address(request))
    except AccessProblem as problem:
        return desk.page(request, "login.html", status=problem.status, name=name, next=to, problem=problem)
    session = cookie(request, SESSION, token, LONGEST_S)
    return go(request, to, cookies=[session, cookie(request, LOGIN_FORM, "", 0)])


@post("/logout", status_code=200)
async def log_out(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    await desk.access.log_out(request.cookies.get(SESSION, ""))
    return go(request, "/login", said(request, _("You are logged out.")), end_session(request))


@post("/theme", opt={PUBLIC: True}, status_code=200)
async def set_theme(request: Asked) -> Response[str]:
    return await _keep(request, THEME, "theme", THEMES)


@post("/language", opt={PUBLIC: True}, status_code=200)
async def set_language(request: Asked) -> Response[str]:
    return await _keep(request, LANGUAGE, "language", CODES)


@post("/density", status_code=200)
async def set_density(request: Asked) -> Response[str]:
    return await _keep(request, DENSITY, "density", DENSITIES)


async def _keep(request: Asked, name: str, field: str, known: tuple[str, ...]) -> Response[str]:
    """A choice of the browser's; what is not known changes nothing."""
    given = await form(request)
    choice = str(given.get(field, ""))
    kept = [cookie(request, name, choice, CHOICE_S)] if choice in known else []
    return go(request, local_path(str(given.get("back", "")), HOME), cookies=kept)


HANDLERS: Final = (home, login_page, log_in, log_out, set_theme, set_language, set_density)
