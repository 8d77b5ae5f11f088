"""The ways a call can fail."""

from typing import Any


class ClientError(Exception):
    """Base of this module's errors."""


class Unreachable(ClientError):
    """No answer: wrong address, no server, or a broken connection. The call may or may not have been carried out."""


class Refused(ClientError):
    """The server said no. `code` is its resCode (docs/reference/errors.md), `status` the HTTP status, `details` what
    goes with it, such as the findings of a model."""

    def __init__(self, status: int, code: str, message: str, details: list[Any] | None = None) -> None:
        super().__init__(status, code, message, details)  # all of them, so that it can be pickled
        self.status = status
        self.code = code
        self.message = message
        self.details = details or []

    def __str__(self) -> str:
        return f"{self.message} ({self.code})" if self.code else self.message
