"""The one exception of this room for all that can be expected to go wrong: a code for programs, words for people."""

from collections.abc import Sequence
from typing import Final

from andante.engine import faults

# HTTP status of each code the core rejects with; docs/reference/errors.md lists them all.
STATUS: Final[dict[str, int]] = {
    faults.CLOSED: 409,
    faults.SUSPENDED: 409,
    faults.PARENT_SUSPENDED: 409,
    faults.NOT_STARTED: 404,
    faults.TASK_NOT_FOUND: 404,
    faults.NO_CLOCK: 404,
    faults.TASK_CLAIMED: 409,
    faults.TASK_NOT_CLAIMED: 409,
    faults.TASK_DELEGATED: 409,
    faults.TASK_NOT_DELEGATED: 409,
    faults.TASK_OUTCOME: 400,
    faults.TASK_ACTION: 409,
    faults.TASK_SIGNERS: 400,
    faults.TASK_RETURN: 409,
    faults.TASK_NOBODY: 409,
    faults.TASK_EXCLUDED: 403,
    faults.TASK_REMINDED: 429,
    faults.VARIABLE_TYPE: 400,
    faults.FORM: 400,
    faults.PARKED_FULL: 503,
    faults.NOTHING_TO_RETRY: 409,
    faults.CANNOT_MOVE: 409,
    faults.NOT_CAUGHT: 409,
    faults.CANNOT_MIGRATE: 409,
}
INSTANCE_NOT_FOUND: Final = "bpm.instance.notFound"
INSTANCE_OPEN: Final = "bpm.instance.open"
DEFINITION_NOT_FOUND: Final = "bpm.definition.notFound"
DEFINITION_INACTIVE: Final = "bpm.definition.inactive"
DEFINITION_SUSPENDED: Final = "bpm.definition.suspended"
DEFINITION_EXISTS: Final = "bpm.definition.exists"
DEFINITION_IN_USE: Final = "bpm.definition.inUse"
CALENDAR_NOT_FOUND: Final = "bpm.calendar.notFound"
CALENDAR_EXISTS: Final = "bpm.calendar.exists"
CALENDAR_IN_USE: Final = "bpm.calendar.inUse"
DECISION_NOT_FOUND: Final = "bpm.decision.notFound"
DECISION_FAULT: Final = "bpm.decision.fault"
MODEL_REFUSED: Final = "bpm.model.refused"
NOT_GRANTED: Final = "bpm.access.forbidden"
AUDIT_NOT_FOUND: Final = "bpm.audit.notFound"
BATCH_NOT_FOUND: Final = "bpm.batch.notFound"
SAME_PERSON: Final = "bpm.batch.samePerson"
BATCH_OVER: Final = "bpm.batch.over"
VIEW_NOT_FOUND: Final = "bpm.view.notFound"
STARTS: Final = "bpm.instance.tooMany"
TOO_MANY_OPEN: Final = "bpm.instance.tooManyOpen"
TASK_CLOSED: Final = "bpm.task.closed"
JOB_NOT_FOUND: Final = "bpm.job.notFound"
JOB_HELD: Final = "bpm.job.held"
MESSAGE_MISMATCH: Final = "bpm.message.mismatch"
ATTACHMENT_NOT_FOUND: Final = "bpm.attachment.notFound"
ATTACHMENT_TOO_LARGE: Final = "bpm.attachment.tooLarge"
ATTACHMENT_TYPE: Final = "bpm.attachment.type"
ATTACHMENTS_FULL: Final = "bpm.attachment.tooMany"
PARAMETER: Final = "astrozero.0002"
INTERNAL: Final = "astrozero.0001"
UNAVAILABLE: Final = "bpm.server.unavailable"
OVERLOADED: Final = "bpm.server.overloaded"
LOST: Final = "bpm.server.lost"
LATER: Final = frozenset((UNAVAILABLE, OVERLOADED, LOST))  # the same may well succeed in a moment


class Problem(Exception):
    """`status` is the HTTP status that fits; `details` are findings or fields, as plain data; `wait`: seconds
    after which another try makes sense, 0 where that is no matter of time."""

    def __init__(self, code: str, status: int, message: str, details: Sequence[object] = (), wait: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details = list(details)
        self.wait = wait


def rejected(fault: faults.Rejected) -> Problem:
    """The core's rejection as a problem."""
    wait = -(-fault.wait_ms // 1000)
    return Problem(fault.code, STATUS.get(fault.code, 409), fault.message, fault.details, wait=wait)
