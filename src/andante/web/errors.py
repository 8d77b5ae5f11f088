"""Errors as pages: what was wrong, in words, and where to go on."""

from typing import Any, Final

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from andante.languages import mark as _
from andante.people import AccessProblem
from andante.runtime import Problem, StoreProblem, Unstorable
from andante.runtime.logs import keep_fault
from andante.runtime.problem import INTERNAL, PARAMETER, UNAVAILABLE
from andante.web.desk import end_session, go, language_of, pages_of, said
from andante.web.problems import in_words
from andante.web.session import Asked

log: Final = structlog.get_logger("andante.web")

TITLES: Final = {
    400: _("That did not fit"),
    403: _("You may not do that"),
    404: _("Not found"),
    405: _("Not possible here"),
    409: _("Not possible now"),
    413: _("Too large"),
    422: _("The model cannot be deployed"),
    429: _("Too many tries"),
    500: _("Something went wrong"),
    503: _("The server is busy"),
}


def error_page(
    request: Asked, status: int, message: str, code: str = "", details: list[Any] | None = None
) -> Response[str]:
    """One page for every error; `code` is what programs and support read."""
    if request.headers.get("hx-request"):  # the live part stays as it is
        return Response(message, status_code=status, media_type="text/plain", headers={"Cache-Control": "no-store"})
    title = said(request, TITLES.get(status, TITLES[500]))
    return pages_of(request).page(
        request, "error.html", status=status, title=title, message=message, code=code, details=details or []
    )


def on_problem(request: Asked, fault: Problem) -> Response[str]:
    return error_page(request, fault.status, in_words(language_of(request), fault), fault.code, fault.details)


def on_access_problem(request: Asked, fault: AccessProblem) -> Response[str]:
    if fault.status == 401:
        return go(request, "/login", in_words(language_of(request), fault), end_session(request))
    return error_page(request, fault.status, in_words(language_of(request), fault), fault.code)


def on_store_problem(request: Asked, fault: StoreProblem) -> Response[str]:
    """The database could not be asked, or has no such values."""
    if isinstance(fault, Unstorable):
        return error_page(request, 400, said(request, _("A value cannot be: %(fault)s."), fault=fault), PARAMETER)
    log.error("the database does not answer", path=request.url.path, why=str(fault))
    message = said(request, _("The database does not answer. Try again in a moment."))
    return error_page(request, 503, message, UNAVAILABLE)


def on_http_exception(request: Asked, fault: HTTPException) -> Response[str]:
    if fault.status_code >= 500:
        return on_fault(request, fault)
    if fault.status_code == 413:
        return error_page(request, 413, said(request, _("The file is larger than the server takes.")))
    if fault.status_code == 404:
        return error_page(request, 404, said(request, _("There is no page %(path)s."), path=request.url.path))
    return error_page(request, fault.status_code, fault.detail or said(request, _("The request is wrong.")))


def on_fault(request: Asked, fault: Exception) -> Response[str]:
    """A bug of ours: logged with its traceback, told without it."""
    keep_fault("a page failed", fault, method=request.method, path=request.scope["path"])
    message = said(request, _("Nothing was changed. The server's log tells more."))
    return error_page(request, 500, message, INTERNAL)
