"""What workers say of their jobs. See the package for the rules that all commands keep."""

from typing import final


@final
class CompleteJob:
    """A worker's result."""

    __slots__ = ("job", "variables")

    def __init__(self, job: int, variables: dict[str, object] | None = None) -> None:
        self.job = job
        self.variables = variables


@final
class FailJob:
    """A worker's failure: `retries` left, available again after `backoff_ms`."""

    __slots__ = ("backoff_ms", "job", "message", "retries")

    def __init__(self, job: int, retries: int, message: str = "", backoff_ms: int = 0) -> None:
        self.job = job
        self.retries = retries
        self.message = message
        self.backoff_ms = backoff_ms


@final
class ThrowError:
    """A worker throws a BPMN error at its job."""

    __slots__ = ("code", "job", "message", "variables")

    def __init__(self, job: int, code: str, message: str = "", variables: dict[str, object] | None = None) -> None:
        self.job = job
        self.code = code
        self.message = message
        self.variables = variables
