"""Every error the API answers with, in one table; docs/reference/errors.md is made of it.

The body is `{"resCode": ..., "resMsg": ..., "details": [...]}` with a real HTTP status (contract section 5 and section
7 rows 29 and 30). Programs read `resCode`; `resMsg` is for people.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException

from andante.engine import faults
from andante.notify import faults as notify
from andante.people import AccessProblem
from andante.people import faults as access
from andante.runtime import Problem, StoreProblem, Unstorable, auditing
from andante.runtime import problem as runtime
from andante.runtime.logs import keep_fault

log: Final = structlog.get_logger("andante.api")

SOON: Final = 1  # seconds
NOT_FOUND: Final = "bpm.request.noSuchRoute"
METHOD: Final = "bpm.request.method"
CONTENT_TYPE: Final = "bpm.request.contentType"
TOO_LARGE: Final = "bpm.request.tooLarge"
EXPRESSION: Final = "bpm.expression.fault"
NO_XML: Final = "bpm.definition.noXml"
WITHDRAWN_LATE: Final = "bpm.instance.pastWithdrawal"


class ErrorCode(msgspec.Struct, frozen=True):
    """One row: the HTTP status, what it means and what to do."""

    status: int
    meaning: str
    remedy: str


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every failed call answers."""

    resCode: str  # noqa: N815 - the contract's spelling
    resMsg: str  # noqa: N815
    details: list[Any] = []


ERRORS: Final[Mapping[str, ErrorCode]] = {
    runtime.PARAMETER: ErrorCode(400, "A parameter is missing or wrong.", "The message names the field; correct it."),
    EXPRESSION: ErrorCode(
        400, "The expression is faulty.", "details[0].position is the character (from 0) where reading stopped."
    ),
    runtime.DECISION_FAULT: ErrorCode(
        400, "The decision cannot be evaluated.", "details[0] names decision, place and what is wrong."
    ),
    faults.TASK_OUTCOME: ErrorCode(400, "The task has no such outcome.", "Use one of the task's outcomes."),
    faults.TASK_SIGNERS: ErrorCode(
        400, "These signers cannot be added.", "The message says who, or which mode, is wrong."
    ),
    faults.VARIABLE_TYPE: ErrorCode(
        400, "A value does not fit the variable's declared type.", "Nothing was written; correct the value."
    ),
    faults.FORM: ErrorCode(
        400, "What was filled in does not fit the form.", "details tell each field, what is wrong and a word for it."
    ),
    runtime.MESSAGE_MISMATCH: ErrorCode(
        400, "Not exactly one instance awaits the message, or is started by it.", "Say more exactly which is meant."
    ),
    access.UNAUTHORISED: ErrorCode(
        401, "No token, or one that is unknown or expired.", "Get a new token from /baas/auth/v1.0/oauth2/token."
    ),
    access.WRONG_PASSWORD: ErrorCode(401, "Unknown account or wrong password.", "Check both."),
    access.FORBIDDEN: ErrorCode(403, "The caller's roles do not allow this.", "Ask an administrator for the role."),
    faults.TASK_EXCLUDED: ErrorCode(
        403, "The model keeps this person from the task (four eyes).", "Somebody else must do it."
    ),
    NOT_FOUND: ErrorCode(404, "There is no such address.", "See /docs."),
    runtime.INSTANCE_NOT_FOUND: ErrorCode(404, "There is no such instance, or it is not yours.", "Check the id."),
    runtime.DEFINITION_NOT_FOUND: ErrorCode(404, "There is no such definition or version.", "Deploy it first."),
    runtime.DECISION_NOT_FOUND: ErrorCode(404, "There is no such decision or version.", "Deploy its DMN file first."),
    NO_XML: ErrorCode(404, "The definition was not made from XML.", "Read it with GET /metadata/definitions/{id}."),
    faults.TASK_NOT_FOUND: ErrorCode(404, "There is no such task, or it is not yours.", "List tasks anew."),
    runtime.AUDIT_NOT_FOUND: ErrorCode(404, "The audit log has no such row.", "Check the id; it may be gone with age."),
    runtime.BATCH_NOT_FOUND: ErrorCode(404, "There is no such batch.", "Check the id; the list has the newest."),
    runtime.SAME_PERSON: ErrorCode(
        403, "A second person must decide, or only who asked may withdraw.", "Ask a colleague to approve or refuse it."
    ),
    runtime.BATCH_OVER: ErrorCode(409, "The batch is over, or not in a state for this.", "Read it; make a new one."),
    runtime.VIEW_NOT_FOUND: ErrorCode(404, "There is no such view, or it is not yours.", "Check the id in your list."),
    runtime.JOB_NOT_FOUND: ErrorCode(404, "There is no such open job.", "It may be done already; drop the result."),
    runtime.JOB_HELD: ErrorCode(409, "Another worker has the job, or the lock has run out.", "Drop the result."),
    access.PERSON_NOT_FOUND: ErrorCode(404, "There is no such person.", "Create the person first."),
    access.CLIENT_NOT_FOUND: ErrorCode(404, "There is no such client.", "List the clients."),
    runtime.CALENDAR_NOT_FOUND: ErrorCode(
        404, "There is no such business calendar.", "Create it, or list those there are."
    ),
    access.LOGIN_REFUSED: ErrorCode(401, "The log-in at the provider is not good.", "Log in anew."),
    access.PROVIDER: ErrorCode(503, "The provider of the log-in does not answer.", "Try again; look at its log."),
    access.KEY_NOT_FOUND: ErrorCode(404, "There is no such key, or it is not yours.", "List the keys."),
    access.GRANT_NOT_FOUND: ErrorCode(404, "Nothing is granted like that.", "List the grants."),
    access.TEAM_NOT_FOUND: ErrorCode(404, "There is no such group, role or work queue.", "Create it first."),
    access.DEPUTY_NOT_FOUND: ErrorCode(404, "There is no such deputy entry, or it is not yours.", "List them anew."),
    notify.ENDPOINT_NOT_FOUND: ErrorCode(404, "There is no such endpoint.", "List the endpoints."),
    notify.LETTER_NOT_FOUND: ErrorCode(404, "There is no such letter.", "It may be sent and forgotten; list them."),
    notify.SINK_NOT_FOUND: ErrorCode(404, "Events go nowhere by that name.", "List them."),
    notify.EVENT_NOT_FOUND: ErrorCode(404, "There is no such type of event.", "docs/reference/events.md lists them."),
    notify.NOTE_NOT_FOUND: ErrorCode(404, "There is no such note of yours.", "List your notes anew."),
    runtime.ATTACHMENT_NOT_FOUND: ErrorCode(404, "There is no such attachment, or it is not yours.", "List them anew."),
    METHOD: ErrorCode(405, "The address does not know this method.", "The Allow header lists those it knows."),
    faults.CLOSED: ErrorCode(409, "The instance is over.", "Nothing more can be done with it; start a new one."),
    faults.SUSPENDED: ErrorCode(409, "The instance is suspended.", "Resume it first."),
    faults.PARENT_SUSPENDED: ErrorCode(409, "The calling instance is suspended.", "Resume the topmost instance."),
    faults.NOTHING_TO_RETRY: ErrorCode(409, "The instance has no incident.", "There is nothing to retry."),
    faults.NO_CLOCK: ErrorCode(404, "No such SLA clock is running.", "Look at `sla` of the instance."),
    faults.NOT_EXTENDED: ErrorCode(
        409, "The SLA clock cannot be extended like that.", "The message tells why; say by how long, or until when."
    ),
    faults.CANNOT_MOVE: ErrorCode(
        409, "The instance cannot go on at that element.", "The message tells why; name other elements."
    ),
    faults.NOT_CAUGHT: ErrorCode(
        409, "Nobody catches what was thrown from the task.", "Give the code of an error or escalation event around it."
    ),
    faults.CANNOT_MIGRATE: ErrorCode(
        409, "The instance cannot go on by that version.", "The message tells which elements do not map; map them."
    ),
    runtime.INSTANCE_OPEN: ErrorCode(
        409,
        "The instance is open.",
        "Terminate it first, or delete with force=true; has it just ended, delete it again soon.",
    ),
    WITHDRAWN_LATE: ErrorCode(
        409, "The instance has passed the element after which nobody can withdraw it.", "Ask an operator to terminate."
    ),
    faults.TASK_CLAIMED: ErrorCode(409, "Somebody else has the task.", "Ask for a transfer."),
    faults.TASK_NOT_CLAIMED: ErrorCode(409, "Nobody has claimed the task.", "Claim it first."),
    faults.TASK_DELEGATED: ErrorCode(409, "The task is delegated.", "The delegate resolves it first."),
    faults.TASK_NOT_DELEGATED: ErrorCode(409, "The task is not delegated.", "Complete it instead."),
    faults.TASK_ACTION: ErrorCode(
        409, "The model does not offer this for the task.", "The task's `actions` tell what it offers."
    ),
    faults.TASK_RETURN: ErrorCode(
        409, "The task cannot be returned there.", "The task's `returnTo` tells where it can."
    ),
    faults.TASK_NOBODY: ErrorCode(409, "Nobody has the task or is named for it.", "Transfer it to somebody."),
    runtime.TASK_CLOSED: ErrorCode(409, "The task is over already.", "List tasks anew."),
    runtime.DEFINITION_INACTIVE: ErrorCode(409, "No version of the definition is active.", "Activate one."),
    faults.NO_START: ErrorCode(
        409, "The process has no plain start event.", "Start it by the message, signal, time or condition it waits for."
    ),
    runtime.DEFINITION_SUSPENDED: ErrorCode(409, "The definition is suspended.", "Resume it."),
    runtime.DEFINITION_EXISTS: ErrorCode(409, "This version exists already.", "Choose another version."),
    runtime.DEFINITION_IN_USE: ErrorCode(409, "The definition has instances.", "Post a new version instead."),
    access.PERSON_EXISTS: ErrorCode(409, "The name is taken.", "Choose another, or change that person."),
    access.CLIENT_EXISTS: ErrorCode(409, "The client id is taken.", "Choose another, or let it be generated."),
    runtime.CALENDAR_EXISTS: ErrorCode(409, "There is a calendar of this name.", "Change it, or choose another name."),
    runtime.CALENDAR_IN_USE: ErrorCode(
        409, "Definitions, work queues or open clocks use the calendar.", "details names them; let them use another."
    ),
    access.TEAM_EXISTS: ErrorCode(409, "The name is taken.", "Choose another, or change what has it."),
    access.DEPUTY_CYCLE: ErrorCode(
        409, "Somebody would stand in for themselves, or too many one after the other.", "Choose another deputy."
    ),
    notify.ENDPOINT_EXISTS: ErrorCode(409, "The endpoint's name is taken.", "Choose another, or change that one."),
    notify.LETTER_OVER: ErrorCode(409, "The letter is sent or dropped already.", "There is nothing to do."),
    access.LAST_ADMINISTRATOR: ErrorCode(409, "Nobody would be left to administer.", "Make another one first."),
    runtime.ATTACHMENTS_FULL: ErrorCode(409, "The instance has too many attachments.", "Delete some first."),
    runtime.ATTACHMENT_TOO_LARGE: ErrorCode(
        413, "The file is larger than the server takes.", "attachment_max says it."
    ),
    runtime.ATTACHMENT_TYPE: ErrorCode(
        415, "The file is of a kind that the server does not take, or not what its name says.", "See attachment_types."
    ),
    access.TENANT_UNKNOWN: ErrorCode(
        404, "There is no such access.TENANT_", "Check the address, or the header X-Andante-Tenant."
    ),
    access.TENANT_SUSPENDED: ErrorCode(403, "The tenant is suspended.", "Ask whoever runs the server."),
    access.TENANT_EXISTS: ErrorCode(409, "A tenant has the name already.", "Choose another."),
    access.TENANT_STATE: ErrorCode(409, "The tenant is in no state for this.", "Look at its state."),
    access.TENANT_BUSY: ErrorCode(409, "The tenant is just being made.", "Try again in a moment."),
    TOO_LARGE: ErrorCode(413, "The body is larger than the server takes.", "Send less (ANDANTE_MAX_BODY)."),
    CONTENT_TYPE: ErrorCode(415, "The body is of a type this address does not take.", "Send application/json."),
    runtime.MODEL_REFUSED: ErrorCode(
        422, "The model cannot be deployed.", "details lists each fault: code, element, line, message."
    ),
    access.TOO_MANY: ErrorCode(429, "More requests a second than the client may send.", "Wait as Retry-After says."),
    runtime.STARTS: ErrorCode(429, "Too many instances were started within a second.", "Wait as Retry-After says."),
    runtime.TOO_MANY_OPEN: ErrorCode(
        429, "As many instances are open as may be.", "End some, or wait until some have ended (open_instances)."
    ),
    access.TOO_FAST: ErrorCode(429, "Too many wrong secrets.", "Wait as long as the message says."),
    faults.TASK_REMINDED: ErrorCode(
        429, "The task was reminded of a short while ago.", "Wait as long as Retry-After says."
    ),
    runtime.INTERNAL: ErrorCode(500, "A fault of the server; nothing was changed.", "Report it with the server's log."),
    faults.PARKED_FULL: ErrorCode(503, "A suspended instance can keep no more input.", "Resume it, then send again."),
    runtime.UNAVAILABLE: ErrorCode(503, "The database did not take the change.", "Try again."),
    access.TENANT_UNAVAILABLE: ErrorCode(
        503, "The tenant is out of service.", "Try again later; the server's operator sees why."
    ),
    runtime.OVERLOADED: ErrorCode(503, "More work than the server can do.", "Wait as long as Retry-After says."),
    runtime.LOST: ErrorCode(
        504, "The database was lost while it wrote: it may have happened.", "Look whether it has before you try again."
    ),
}


def bad_parameter(field: str, message: str) -> Problem:
    """A 400 that names the field."""
    return Problem(runtime.PARAMETER, 400, f"{field}: {message}", [{"field": field, "message": message}])


def failure(
    code: str, message: str, details: list[Any] | None = None, *, status: int = 0, wait: int = 0
) -> Response[bytes]:
    """The error answer; the status is the table's unless given. `wait`: seconds before another try makes sense."""
    body = msgspec.json.encode(ErrorBody(code, message, details or []), enc_hook=str)
    status = status or ERRORS[code].status
    headers = {"X-Content-Type-Options": "nosniff"}  # messages repeat what was sent
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if wait or status == 503:
        headers["Retry-After"] = str(wait or SOON)
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def on_problem(_: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    return failure(problem.code, problem.message, problem.details, status=problem.status, wait=problem.wait)


def on_access_problem(_: Request[Any, Any, Any], problem: AccessProblem) -> Response[bytes]:
    return failure(problem.code, problem.message, status=problem.status, wait=problem.wait)


async def after_exception(fault: Exception, _: Any) -> None:
    """Keep in the audit log what was refused, or failed."""
    if isinstance(fault, Problem | AccessProblem):
        await auditing.keep_refusal(fault.code, fault.status)
    elif isinstance(fault, HTTPException):
        await auditing.keep_refusal(NOT_FOUND, fault.status_code)
    else:
        await auditing.keep_refusal(runtime.INTERNAL, 500)


def on_store_problem(request: Request[Any, Any, Any], fault: StoreProblem) -> Response[bytes]:
    """The database could not be asked, or has no such values."""
    if isinstance(fault, Unstorable):
        return failure(runtime.PARAMETER, f"A value cannot be: {fault}.")
    log.error("the database does not answer", path=request.scope["path"], why=str(fault))
    return failure(runtime.UNAVAILABLE, "The database does not answer. Try again later.")


def on_http_exception(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes]:
    """What the framework refuses by itself: unknown addresses, methods, bodies too large."""
    method, path = request.method, request.scope["path"]
    if fault.status_code == 404:
        return failure(NOT_FOUND, f"There is no {path}. See /docs.")
    if fault.status_code == 405:
        response = failure(METHOD, f"{path} does not know {method}.")
        response.headers.update({name.title(): value for name, value in (fault.headers or {}).items()})
        return response
    if fault.status_code == 413:
        return failure(TOO_LARGE, "The body is too large for this server.")
    if fault.status_code >= 500:
        return on_fault(request, fault)
    return failure(runtime.PARAMETER, fault.detail or "The request is wrong.", status=400)


def on_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """A bug of ours: logged with its traceback, told without it."""
    keep_fault("a request failed", fault, method=request.method, path=request.scope["path"])
    return failure(runtime.INTERNAL, "Something went wrong in the server. Its log tells more.")


HANDLERS: Final[dict[Any, Any]] = {
    Problem: on_problem,
    AccessProblem: on_access_problem,
    StoreProblem: on_store_problem,
    HTTPException: on_http_exception,
    Exception: on_fault,
}


def reference() -> str:
    """docs/reference/errors.md."""
    lines = [
        "# Errors",
        "",
        "<!-- Made from src/andante/api/errors.py by `python -m andante.api.reference`. -->",
        "",
        "A failed call answers with the HTTP status of the fault and the body",
        '`{"resCode":"...","resMsg":"...","details":[...]}`; `details` is there when there is more to tell.',
        "Programs test `resCode`; `resMsg` is for people and may change. A call that failed has changed nothing, but",
        f"for `{runtime.LOST}`, which leaves it open. `Retry-After`: seconds after which another try makes sense.",
        'The token endpoint alone answers as OAuth 2.0 says: `{"error":"...","error_description":"..."}`.',
        "",
        "| HTTP | resCode | meaning | remedy |",
        "|---|---|---|---|",
    ]
    lines += [f"| {row.status} | `{code}` | {row.meaning} | {row.remedy} |" for code, row in ERRORS.items()]
    return "\n".join(lines) + "\n"
