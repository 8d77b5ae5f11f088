"""Log in, log out, and the choice of light or dark."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.people import AccessProblem
from andante.web.desk import THEME_S, THEMES, Desk, end_session, go
from andante.web.session import LOGIN_FORM, LONGEST_S, PUBLIC, SESSION, THEME, Asked, cookie, form, local_path, visit

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
    address = request.client.host if request.client is not None else ""
    try:
        token = await desk.access.log_in(name, str(given.get("password", "")), address)
    except AccessProblem as problem:
        return desk.page(request, "login.html", status=problem.status, name=name, next=to, problem=problem)
    session = cookie(request, SESSION, token, LONGEST_S)
    return go(request, to, cookies=[session, cookie(request, LOGIN_FORM, "", 0)])


@post("/logout", status_code=200)
async def log_out(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    await desk.access.log_out(request.cookies.get(SESSION, ""))
    return go(request, "/login", "You are logged out.", end_session(request))


@post("/theme", opt={PUBLIC: True}, status_code=200)
async def set_theme(request: Asked) -> Response[str]:
    given = await form(request)
    theme = str(given.get("theme", ""))
    back = local_path(str(given.get("back", "")), HOME)
    kept = [cookie(request, THEME, theme, THEME_S)] if theme in THEMES else []
    return go(request, back, cookies=kept)


HANDLERS: Final = (home, login_page, log_in, log_out, set_theme)
