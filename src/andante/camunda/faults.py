"""What goes wrong, as Camunda 7 says it: `{"type": ..., "message": ..., "code": ...}` with its HTTP statuses."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException

from andante.engine import faults
from andante.people import AccessProblem
from andante.runtime import Problem, StoreProblem, Unstorable
from andante.runtime import problem as runtime
from andante.runtime.logs import keep_fault

log: Final = structlog.get_logger("andante.camunda")

INVALID: Final = "InvalidRequestException"
REST: Final = "RestException"
BAD: Final = "BadUserRequestException"
ENGINE: Final = "ProcessEngineException"
ABSENT: Final = "andante.camunda.absent"
SOON: Final = 1  # seconds
# Camunda's number for what has none of its own, and none for what the REST API says by itself.
FALLBACK: Final = 0

# By our code: the status and the type that Camunda 7 has for it. What is not here keeps its status.
KNOWN: Final[Mapping[str, tuple[int, str]]] = {
    ABSENT: (501, REST),
    runtime.PARAMETER: (400, INVALID),
    runtime.JOB_NOT_FOUND: (404, REST),
    runtime.JOB_HELD: (400, REST),
    runtime.INSTANCE_NOT_FOUND: (404, INVALID),
    runtime.DEFINITION_NOT_FOUND: (404, INVALID),
    runtime.DECISION_NOT_FOUND: (404, INVALID),
    runtime.DECISION_FAULT: (500, REST),
    runtime.MESSAGE_MISMATCH: (400, "MismatchingMessageCorrelationException"),
    runtime.MODEL_REFUSED: (400, "ParseException"),
    runtime.DEFINITION_SUSPENDED: (400, "SuspendedEntityInteractionException"),
    runtime.DEFINITION_INACTIVE: (404, INVALID),
    runtime.DEFINITION_EXISTS: (400, BAD),
    runtime.DEFINITION_IN_USE: (400, BAD),
    runtime.INSTANCE_OPEN: (400, BAD),
    runtime.TASK_CLOSED: (404, INVALID),
    faults.TASK_NOT_FOUND: (404, INVALID),
    faults.TASK_CLAIMED: (500, "TaskAlreadyClaimedException"),
    faults.TASK_EXCLUDED: (403, "AuthorizationException"),
    faults.SUSPENDED: (400, "SuspendedEntityInteractionException"),
    faults.PARENT_SUSPENDED: (400, "SuspendedEntityInteractionException"),
    faults.CLOSED: (404, INVALID),
    faults.VARIABLE_TYPE: (400, REST),
    faults.FORM: (400, "FormFieldValidatorException"),
}


def absent(what: str, instead: str = "") -> Problem:
    """What Camunda 7 has and Andante has not: 501."""
    return Problem(ABSENT, 501, f"Andante has no {what}.{f' {instead}' if instead else ''}")


def wrong(message: str) -> Problem:
    """A request that cannot be understood: 400."""
    return Problem(runtime.PARAMETER, 400, message)


def failure(
    status: int,
    kind: str,
    message: str,
    *,
    wait: int = 0,
    code: int | None = None,
    more: Mapping[str, object] | None = None,
) -> Response[bytes]:
    """The error answer. `more` are further keys that the type has; `wait`: seconds before another try makes sense."""
    body = msgspec.json.encode({"type": kind, "message": message, "code": code, **(more or {})}, enc_hook=str)
    headers = {"X-Content-Type-Options": "nosniff"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"  # not Basic: browsers would remember it
    if wait or status == 503:
        headers["Retry-After"] = str(wait or SOON)
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def on_problem(_: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    status, kind = KNOWN.get(problem.code, (400 if problem.status == 409 else problem.status, BAD))
    if problem.code not in KNOWN and status >= 500:
        kind = ENGINE
    code = None if kind in (INVALID, REST) else FALLBACK
    more: dict[str, object] = {}
    if problem.code == runtime.MODEL_REFUSED:
        more["details"] = _findings(problem.details)
    elif problem.details and problem.code == faults.FORM:
        more["details"] = problem.details
    return failure(status, kind, problem.message, wait=problem.wait, code=code, more=more)


def _findings(details: list[Any]) -> dict[str, object]:
    """Camunda's shape of what is wrong with a model; the file is named where it is known."""
    errors = [
        {"message": each.get("message", ""), "line": each.get("line", 0), "column": 0,
         "mainElementId": each.get("element", ""), "elementIds": [each["element"]] if each.get("element") else []}
        for each in details if isinstance(each, dict)
    ]  # fmt: skip
    return {"model": {"errors": errors, "warnings": []}}


def on_access_problem(_: Request[Any, Any, Any], problem: AccessProblem) -> Response[bytes]:
    kind = {401: "AuthenticationException", 403: "AuthorizationException"}.get(problem.status, REST)
    more: dict[str, object] = {"missingAuthorizations": []} if problem.status == 403 else {}
    return failure(
        400 if problem.status == 409 else problem.status, kind, problem.message, wait=problem.wait, more=more
    )


def on_store_problem(request: Request[Any, Any, Any], fault: StoreProblem) -> Response[bytes]:
    if isinstance(fault, Unstorable):
        return failure(400, INVALID, str(fault))
    log.error("the database did not do its part", path=request.scope["path"], exc_info=fault)
    return failure(503, ENGINE, "The database did not take the change. Try again.", code=FALLBACK)


def on_http_exception(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes]:
    if fault.status_code == 404:
        return failure(404, "NotFoundException", f"There is no {request.method} {request.url.path}.")
    if fault.status_code == 405:
        return failure(405, "NotAllowedException", f"{request.url.path} does not know the method {request.method}.")
    if fault.status_code == 413:
        return failure(413, REST, "The body is too large for this server.")
    if fault.status_code >= 500:
        return on_fault(request, fault)
    return failure(fault.status_code, INVALID, fault.detail or "The request is wrong.")


def on_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """A bug of ours: logged with its traceback, told without it."""
    keep_fault("a request failed", fault, method=request.method, path=request.scope["path"])
    return failure(500, ENGINE, "Something went wrong in the server. Its log tells more.", code=FALLBACK)


HANDLERS: Final[dict[Any, Any]] = {
    Problem: on_problem,
    AccessProblem: on_access_problem,
    StoreProblem: on_store_problem,
    HTTPException: on_http_exception,
    Exception: on_fault,
}
