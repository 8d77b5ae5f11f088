"""Who is at the browser: the session cookie, and the token that proves a form is ours.

The form token is an HMAC under the session's own secret (before log-in: under a cookie made for the log-in form), so
nothing is kept in the server and no other site can know it.
"""

import hashlib
import hmac
import secrets
from typing import Any, Final
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict

from andante.people import Access, AccessProblem, Caller, sight
from andante.people.keys import PREFIX
from andante.people.origins import Network, believed, origin_address
from andante.people.served import services_of
from andante.runtime import auditing
from andante.runtime.auditing import AuditLog
from andante.runtime.sight import look_as

Asked = Request[Any, Any, Any]

SESSION: Final = "andante_session"
LOGIN_FORM: Final = "andante_login"
NOTICE: Final = "andante_notice"
UNDO: Final = "andante_undo"
THEME: Final = "andante_theme"
LANGUAGE: Final = "andante_language"
DENSITY: Final = "andante_density"
FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
PUBLIC: Final = "public"  # in a handler's `opt`
AUDIT: Final = "audit"
LONGEST_S: Final = 12 * 3_600
FORM_TOKEN: Final = "bpm.page.formToken"  # noqa: S105 - an error code


class Visit(msgspec.Struct, frozen=True):
    """One request's visitor. `caller` is None before log-in; `secret` is what the form token is made of."""

    caller: Caller | None
    secret: str
    fresh_secret: bool

    @property
    def csrf(self) -> str:
        return hmac.new(self.secret.encode(), b"andante form", hashlib.sha256).hexdigest()


def visit(request: Asked) -> Visit:
    """As `admit` found out; a stranger where it did not run (unknown addresses)."""
    found: Visit | None = request.scope["state"].get("visit")
    return found or Visit(None, secrets.token_urlsafe(32), fresh_secret=True)


def caller(request: Asked) -> Caller:
    """Who asks. Only for pages that `admit` guards."""
    found = visit(request).caller
    if found is None:
        raise AccessProblem("astrozero.0004", 401, "You are logged out. Log in again.")
    return found


def kept_as(action: str) -> dict[str, str]:
    """A handler's `opt`: as what the audit log keeps its requests; `{action}` and the like are of the address."""
    return {AUDIT: action}


def address(request: Asked) -> str:
    """Where the request comes from; "" if that is not known."""
    peer = request.client.host if request.client is not None else ""
    trusted: list[Network] = request.app.state.get("proxies", [])
    return origin_address(peer, request.headers.getall("x-forwarded-for", []), trusted) if trusted else peer


async def ask(request: Asked, access: Access, log: AuditLog) -> Response[str] | None:
    """As `admit`, and let the audit log know what is asked for, by whom, and why."""
    named = {name: str(value) for name, value in request.path_params.items()}
    action = str(request.route_handler.opt.get(AUDIT, "")).format(**named)
    of = next((value for name, value in named.items() if name not in ("action", "kind")), "")
    origin = auditing.Origin(address=address(request), via=auditing.PAGE)
    asked = auditing.Asked(log, origin, action if action in auditing.ACTIONS else "", of)
    auditing.begin(asked)
    stopped = await admit(request, access)
    who = visit(request).caller
    asked.by(who.user if who is not None else "")
    if stopped is not None:
        auditing.no_entry()
    elif asked.action and request.method == "POST":
        asked.reason = str((await request.form()).get("reason", "")).strip()
    return stopped


async def form(request: Asked) -> FormMultiDict:
    """The form sent; `admit` has seen its token."""
    return await request.form()


async def admit(request: Asked, access: Access) -> Response[str] | None:
    """Find out who asks; send strangers to the log-in page, refuse forms that are not ours (403)."""
    token = request.cookies.get(SESSION, "")
    who = await access.caller_of(token, address(request)) if token and not token.startswith(PREFIX) else None
    if who is not None:
        look_as(sight(who))
        seen = Visit(who, token, fresh_secret=False)
    else:
        secret = request.cookies.get(LOGIN_FORM, "")
        seen = Visit(None, secret or secrets.token_urlsafe(32), fresh_secret=not secret)
    request.scope["state"]["visit"] = seen
    public = bool(request.route_handler.opt.get(PUBLIC))
    if who is None and not public:
        return _to_login(request)
    if request.method not in ("GET", "HEAD"):
        await check_token(request, seen)
    return None


async def check_token(request: Asked, seen: Visit) -> None:
    """Raises AccessProblem (403) for a form that is not ours."""
    given = request.headers.get(HEADER, "")
    if not given:
        field = (await request.form()).get(FIELD, "")
        given = field if isinstance(field, str) else ""
    if seen.fresh_secret or not hmac.compare_digest(given.encode(), seen.csrf.encode()):
        raise AccessProblem(
            FORM_TOKEN, 403, "This form is not from your present session. Go back, reload the page and send it again."
        )


def _to_login(request: Asked) -> Response[str]:
    if request.headers.get("hx-request"):
        return Response("", status_code=401, headers={"HX-Redirect": "/login", "Cache-Control": "no-store"})
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(here, safe='')}" if request.method == "GET" and here != "/" else ""
    return Response("", status_code=303, headers={"Location": f"/login{back}", "Cache-Control": "no-store"})


def local_path(text: str, otherwise: str) -> str:
    """An address within these pages, or `otherwise`: nobody is sent to another site."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain and text.isprintable() else otherwise


def _proxied(request: Asked) -> str:
    """By which scheme a trusted proxy was asked; "" where none says so."""
    said = request.headers.get("x-forwarded-proto", "")
    if not said or request.client is None:
        return ""
    trusted: list[Network] = request.app.state.get("proxies", [])
    return said.partition(",")[0].strip().lower() if believed(request.client.host, trusted) else ""


def cookie(request: Asked, name: str, value: str, max_age: int) -> Cookie:
    """HttpOnly, SameSite=Lax, and Secure wherever pages come by https: here, or at a proxy in front, as the settings or
    a proxy that is believed say."""
    outside: str = services_of(request.scope).settings.base_url
    secure = request.url.scheme == "https" or outside.startswith("https:") or _proxied(request) == "https"
    return Cookie(name, value=value, max_age=max_age, httponly=True, samesite="lax", secure=secure)
