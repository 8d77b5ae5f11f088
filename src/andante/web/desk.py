"""What the handlers work with: the runtime, the log-ins, and templates turned into answers."""

import hashlib
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Final, Protocol, final
from urllib.parse import quote, unquote

import jinja2
from litestar import Response
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException

from andante.languages import NAMES, Language, chosen
from andante.notify import EventPost, NotePost
from andante.people import Access, AccessProblem, Accounts, Clients, Deputies, Grants, Keys, Teams, may
from andante.people import permissions as allow
from andante.people.oidc import Oidc
from andante.people.served import services_of
from andante.runtime import Operations, Problem, Runtime, auditing
from andante.runtime.sandbox import Sandboxes
from andante.web import badges, formats, problems
from andante.web.session import DENSITY, LANGUAGE, LOGIN_FORM, NOTICE, SESSION, THEME, UNDO, Asked, cookie, visit
from andante.web.shell import sections

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
THEMES: Final = ("system", "light", "dark")
DENSITIES: Final = ("comfortable", "compact")
NOTICE_S: Final = 60
PAUSE_S: Final = 0.01  # between two templates that are made ready: who asks meanwhile comes first
UNDONE_AT: Final = re.compile(r"/tasks/[\w-]+/(claim|unclaim)")
UNREAD: Final = "Andante-Unread"  # with a live part: how many notes its reader has not read, for the bell in the rail
CHOICE_S: Final = 365 * 24 * 3_600


class Services(Protocol):
    """What stands behind a request, as the pages use it. `pages` keeps their desk."""

    pages: Any
    settings: Any

    @property
    def runtime(self) -> Runtime: ...
    @property
    def access(self) -> Access: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def teams(self) -> Teams: ...
    @property
    def deputies(self) -> Deputies: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def oidc(self) -> Oidc | None: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def post(self) -> NotePost: ...
    @property
    def events(self) -> EventPost | None: ...


@cache
def asset(name: str) -> str:
    """The address of a static file, changing with its content; "" if it was not built."""
    path = STATIC / name
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
    return f"/static/{name}?v={mark}" if mark else ""


@cache
def _environment(say: Language) -> jinja2.Environment:
    """The templates, in one language: of all desks, for a tenant more is not to cost a set of its own."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,  # they are those of the program
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(asset=asset, say=say, languages=NAMES)
    made.filters.update(pretty=formats.pretty, iso=formats.iso, quoted=_quoted, span=say.span, number=say.number)
    made.filters.update(in_words=partial(problems.in_words, say), wrong=partial(problems.wrong, say))
    made.install_gettext_callables(say.gettext, say.ngettext, newstyle=True)  # type: ignore[attr-defined]
    Thread(target=_make_ready, args=(made,), name=f"templates {say.code}", daemon=True).start()
    return made


def _make_ready(templates: jinja2.Environment) -> None:
    """With the first page in a language, all others: so that nobody waits for the first of each."""
    for name in templates.list_templates():
        templates.get_template(name)
        sleep(PAUSE_S)


class Pages:
    """Templates turned into answers. `title` stands on every page, `now` is the clock (ms since the epoch), `zone`
    the IANA zone in which times are shown."""

    def __init__(self, title: str, now: Callable[[], int], zone: str) -> None:
        self.brand = title or "Andante"
        self.now = now
        self.zone = zone

    def page(
        self, request: Asked, template: str, *, status: int = 200, block: str = "live", **values: Any
    ) -> Response[str]:
        """The page, or its `block` alone where a page asks: the live part, or what goes into a dialog."""
        if status >= 400 and isinstance(problem := values.get("problem"), Problem | AccessProblem):
            auditing.refused(problem.code, status)
        guest = visit(request)
        now = self.now()
        who = guest.caller
        cookies: list[Cookie] = []
        notice = unquote(request.cookies.get(NOTICE, ""))
        say = language_of(request)
        page = _environment(say).get_template(template)
        live = block in page.blocks and request.headers.get("hx-request") == "true"
        undo = unquote(request.cookies.get(UNDO, ""))
        if notice and not live:
            cookies += [cookie(request, NOTICE, "", 0), cookie(request, UNDO, "", 0)]
        if guest.fresh_secret:
            cookies.append(cookie(request, LOGIN_FORM, guest.secret, 3_600))
        theme = request.cookies.get(THEME, "system")
        density = request.cookies.get(DENSITY, "comfortable")
        context = {
            "caller": who,
            "brand": self.brand,
            "me": who.user if who is not None else "",
            "csrf": guest.csrf,
            "now": now,
            "here": request.url.path,
            "here_full": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "shown_by_get": request.method == "GET" and status < 400,
            "polls": "live" in page.blocks and request.method == "GET" and status < 400,
            "theme": theme if theme in THEMES else "system",
            "density": density if density in DENSITIES else "comfortable",
            "unread": request.scope["state"].get("unread", 0),
            "notice": notice,
            "undo": undo if UNDONE_AT.fullmatch(undo) else "",
            "operator": who is not None and may(who, allow.INSTANCE_ACT_ANY),
            "deployer": who is not None and may(who, allow.DEFINITION_DEPLOY),
            "moment": lambda ms: say.moment(ms, now, self.zone),
            "full_moment": lambda ms: say.full_moment(ms, self.zone),
            "lasted": lambda start, end: say.span((end or now) - start),
            "task_badge": lambda task: badges.task_badge(say, task, now, self.zone),
            "clock_badge": lambda clock: badges.clock_badge(say, clock, now, self.zone),
            "sections": sections(who),
            "words": formats.json_text(
                {
                    "units": say.units,
                    "left": say.gettext("%(span)s left"),
                    "overdue": say.gettext("overdue %(span)s"),
                }
            ),
            "problem": None,
            **values,
        }
        body = "".join(page.blocks[block](page.new_context(context))) if live else page.render(context)
        headers = {
            **SECURITY, "Cache-Control": "no-store", "Vary": "HX-Request, Accept-Language",
            "Content-Language": say.code,
        }  # fmt: skip
        if live:
            headers[UNREAD] = str(context["unread"])
        return Response(body, status_code=status, media_type="text/html", headers=headers, cookies=cookies)


@final
class Desk(Pages):
    """One object a database that is served."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.runtime = runtime = services.runtime
        super().__init__(services.settings.title, runtime.clock.now, runtime.settings.zone)
        self.access = services.access
        self.operations = Operations(runtime)
        self.sandboxes = Sandboxes(runtime)


def pages_of(request: Asked) -> Pages:
    """What answers this request: the desk that it goes to, made at the first one, or the operator's pages."""
    services: Services = services_of(request.scope)
    if services.pages is None:
        services.pages = Desk(services)
    found: Pages = services.pages
    return found


def desk_of(request: Asked) -> Desk:
    """The desk that this request goes to."""
    found = pages_of(request)
    if not isinstance(found, Desk):
        raise NotFoundException
    return found


def language_of(request: Asked) -> Language:
    """What the person chose, else what the browser asks for."""
    return chosen(request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", ""))


def said(request: Asked, message: str, /, **values: object) -> str:
    """A message in the person's language."""
    return language_of(request).text(message, **values)


def _quoted(text: object) -> str:
    return quote(str(text), safe="")


def go(
    request: Asked, to: str, notice: str = "", cookies: list[Cookie] | None = None, *, undo: str = ""
) -> Response[str]:
    """After a form: on to a page, which shows the notice once, with a button that posts to `undo` if given."""
    all_cookies = list(cookies or [])
    if notice:
        all_cookies.append(cookie(request, NOTICE, quote(notice), NOTICE_S))
        all_cookies.append(cookie(request, UNDO, quote(undo), NOTICE_S if undo else 0))
    return Response("", status_code=303, headers={**SECURITY, "Location": to}, cookies=all_cookies)


def end_session(request: Asked) -> list[Cookie]:
    return [cookie(request, SESSION, "", 0)]
