"""Log in, log out, and the choice of language and of light or dark."""

from typing import Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.languages import CODES
from andante.languages import mark as _
from andante.people import AccessProblem
from andante.people.faults import LOGIN_REFUSED
from andante.people.oidc import PATIENCE_MS, SESSION_OF, Oidc
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
PROVIDER: Final = "andante_provider"  # a cookie: a log-in at a provider that is under way
PATIENCE_S: Final = PATIENCE_MS // 1_000


@get("/", sync_to_thread=False)
def home(request: Asked) -> Response[str]:
    return go(request, HOME)


@get("/login", opt={PUBLIC: True})
async def login_page(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    to = local_path(request.query_params.get("next", ""), HOME)
    if visit(request).caller is not None:
        return go(request, to)
    return login_view(request, desk, to, out=await left(request, desk))


def login_view(
    request: Asked, desk: Desk, to: str, name: str = "", problem: AccessProblem | None = None, out: str = ""
) -> Response[str]:  # fmt: skip
    """`out`: where one may log out of the provider, too."""
    provider = desk.services.oidc
    return desk.page(
        request, "login.html", status=problem.status if problem else 200, name=name, next=to, problem=problem, out=out,
        provider=provider.options.label if provider is not None else "",
    )  # fmt: skip


async def left(request: Asked, desk: Desk) -> str:
    """Where who has just logged out may log out of the provider, too; "" for nowhere."""
    provider = desk.services.oidc
    if provider is None or "out" not in request.query_params:
        return ""
    try:
        return await provider.out()
    except AccessProblem:
        return ""


@post("/login", opt={PUBLIC: True}, status_code=200)
async def log_in(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """A wrong name or password shows the form again, with the name kept."""
    given = await form(request)
    name, to = str(given.get("name", "")).strip(), local_path(str(given.get("next", "")), HOME)
    try:
        token = await desk.access.log_in(name, str(given.get("password", "")), address(request))
    except AccessProblem as problem:
        return login_view(request, desk, to, name, problem)
    session = cookie(request, SESSION, token, LONGEST_S)
    return go(request, to, cookies=[session, cookie(request, LOGIN_FORM, "", 0)])


@get("/login/provider", opt={PUBLIC: True})
async def to_provider(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """On to where people log in. The browser keeps what was begun, so that nobody else can end it."""
    to = local_path(request.query_params.get("next", ""), HOME)
    try:
        begun = await _provider(desk).begin(to)
    except AccessProblem as problem:
        return login_view(request, desk, to, problem=problem)
    return go(request, begun.url, cookies=[cookie(request, PROVIDER, quote(begun.kept, safe=""), PATIENCE_S)])


@get("/login/provider/back", opt={PUBLIC: True})
async def from_provider(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """From there, with the proof of who it is. What is wrong shows the log-in page again."""
    answer = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    try:
        ended = await _provider(desk).end(answer, request.cookies.get(PROVIDER, ""), address(request))
    except AccessProblem as problem:
        return login_view(request, desk, HOME, problem=problem)
    cookies = [cookie(request, SESSION, ended.token, LONGEST_S), cookie(request, PROVIDER, "", 0)]
    return go(request, local_path(ended.next, HOME), cookies=[*cookies, cookie(request, LOGIN_FORM, "", 0)])


def _provider(desk: Desk) -> Oidc:
    """Raises AccessProblem (404) where there is none."""
    if desk.services.oidc is None:
        raise AccessProblem(LOGIN_REFUSED, 404, "There is no provider: log in by name and password.")
    return desk.services.oidc


@post("/logout", status_code=200)
async def log_out(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    await desk.access.log_out(request.cookies.get(SESSION, ""))
    who = visit(request).caller
    to = "/login?out=1" if who is not None and who.client_id == SESSION_OF else "/login"
    return go(request, to, said(request, _("You are logged out.")), end_session(request))


@post("/theme", opt={PUBLIC: True}, status_code=200)
async def set_theme(request: Asked) -> Response[str]:
    return await keep(request, THEME, "theme", THEMES)


@post("/language", opt={PUBLIC: True}, status_code=200)
async def set_language(request: Asked) -> Response[str]:
    return await keep(request, LANGUAGE, "language", CODES)


@post("/density", status_code=200)
async def set_density(request: Asked) -> Response[str]:
    return await keep(request, DENSITY, "density", DENSITIES)


async def keep(request: Asked, name: str, field: str, known: tuple[str, ...], home: str = HOME) -> Response[str]:
    """A choice of the browser's; what is not known changes nothing."""
    given = await form(request)
    choice = str(given.get(field, ""))
    kept = [cookie(request, name, choice, CHOICE_S)] if choice in known else []
    return go(request, local_path(str(given.get("back", "")), home), cookies=kept)


HANDLERS: Final = (home, login_page, log_in, to_provider, from_provider, log_out, set_theme, set_language, set_density)
