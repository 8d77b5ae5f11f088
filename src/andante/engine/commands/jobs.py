"""What workers say of their jobs, and what operators change of them. See the package for the rules of all commands."""

from typing import final


@final
class CompleteJob:
    """A worker's result. `apart`, as in Camunda 7: the variables go where their names are known, else to the instance,
    also where the element has output mappings; `locals` are for those mappings alone."""

    __slots__ = ("apart", "job", "locals", "variables")

    def __init__(
        self,
        job: int,
        variables: dict[str, object] | None = None,
        locals: dict[str, object] | None = None,
        apart: bool = False,
    ) -> None:
        self.job = job
        self.variables = variables
        self.locals = locals
        self.apart = apart


@final
class FailJob:
    """A worker's failure: `retries` left, available again after `backoff_ms`. `details` say more than the message.
    `variables` go where their names are known, else to the instance; `locals` are the job's own."""

    __slots__ = ("backoff_ms", "details", "job", "locals", "message", "retries", "variables")

    def __init__(
        self,
        job: int,
        retries: int,
        message: str = "",
        backoff_ms: int = 0,
        details: str = "",
        variables: dict[str, object] | None = None,
        locals: dict[str, object] | None = None,
    ) -> None:
        self.job = job
        self.retries = retries
        self.message = message
        self.backoff_ms = backoff_ms
        self.details = details
        self.variables = variables
        self.locals = locals


@final
class ThrowError:
    """A worker throws a BPMN error at its job."""

    __slots__ = ("code", "job", "message", "variables")

    def __init__(self, job: int, code: str, message: str = "", variables: dict[str, object] | None = None) -> None:
        self.job = job
        self.code = code
        self.message = message
        self.variables = variables


@final
class ChangeJob:
    """An operator gives a job other `retries` (-1: as before), or another `priority` (None: as before)."""

    __slots__ = ("job", "priority", "retries")

    def __init__(self, job: int, retries: int = -1, priority: int | None = None) -> None:
        self.job = job
        self.retries = retries
        self.priority = priority
