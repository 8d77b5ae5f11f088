"""The ways to fail inside the core, never mixed (the fourth, an exception, is a bug of ours).

`Rejected`: the caller's mistake; nothing has changed. `ModelFault`: the model's mistake at a token; becomes an
incident and the instance waits. A BPMN error is neither: it is modelled, see `elements.error`.
"""

from typing import Final

CLOSED: Final = "bpm.instance.closed"
SUSPENDED: Final = "bpm.instance.suspended"
PARENT_SUSPENDED: Final = "bpm.instance.parentSuspended"
NOT_STARTED: Final = "bpm.instance.notFound"
TASK_NOT_FOUND: Final = "bpm.task.notFound"
TASK_CLAIMED: Final = "bpm.task.claimed"
TASK_NOT_CLAIMED: Final = "bpm.task.notClaimed"
TASK_DELEGATED: Final = "bpm.task.delegated"
TASK_NOT_DELEGATED: Final = "bpm.task.notDelegated"
TASK_REMINDED: Final = "bpm.task.reminded"
TASK_NOBODY: Final = "bpm.task.nobody"
TASK_EXCLUDED: Final = "bpm.task.excluded"
TASK_OUTCOME: Final = "bpm.task.outcome"
TASK_ACTION: Final = "bpm.task.action"
TASK_SIGNERS: Final = "bpm.task.signers"
TASK_RETURN: Final = "bpm.task.return"
VARIABLE_TYPE: Final = "bpm.variable.type"
FORM: Final = "bpm.form.invalid"
PARKED_FULL: Final = "bpm.instance.parkedFull"
NOTHING_TO_RETRY: Final = "bpm.instance.noIncident"
NO_CLOCK: Final = "bpm.sla.notFound"
NOT_EXTENDED: Final = "bpm.sla.notExtended"
CANNOT_MOVE: Final = "bpm.instance.cannotMove"
NOT_CAUGHT: Final = "bpm.task.notCaught"
CANNOT_MIGRATE: Final = "bpm.instance.cannotMigrate"
NO_START: Final = "bpm.definition.noStart"


class Rejected(Exception):
    """The command cannot be carried out as things stand. `code` is for programs (docs/reference/errors.md); `wait_ms`:
    after this time it can, where it is only too early; `details` are plain data, such as the fields that are wrong."""

    def __init__(self, code: str, message: str, wait_ms: int = 0, details: list[object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.wait_ms = wait_ms
        self.details: list[object] = details or []


class ModelFault(Exception):
    """The model cannot go on at this element. `kind` names the cause: expression, noFlow, call, multiInstance, ..."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
