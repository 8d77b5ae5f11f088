"""What went wrong with a command, in words for who asked."""

from typing import Final

import structlog

from andante.runtime.problem import INTERNAL, LOST, OVERLOADED, PARAMETER, UNAVAILABLE, Problem
from andante.store.faults import StoreProblem

log: Final = structlog.get_logger("andante.runtime")


def unreadable(fault: Exception, instance_id: str) -> Problem:
    """The instance did not come into memory."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, StoreProblem):
        return Problem(UNAVAILABLE, 503, "The database does not answer; nothing was changed. Try again later.")
    log.error("an instance could not be read", instance=instance_id, exc_info=fault)
    return Problem(INTERNAL, 500, "The instance could not be read; nothing was changed.")


def failed(fault: Exception, instance_id: str, command: str) -> Problem:
    """The step was not carried out."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, OverflowError | UnicodeEncodeError):
        return unstorable(str(fault))
    log.error("a step failed", instance=instance_id, command=command, exc_info=fault)
    return Problem(INTERNAL, 500, "Something went wrong in the server; nothing was changed.")


def unstorable(reason: str) -> Problem:
    return Problem(PARAMETER, 400, f"A value cannot be stored: {reason}.")


def unwritten(maybe: bool) -> Problem:
    """`maybe`: it may have been written."""
    if maybe:
        text = "The database was lost while it wrote. See whether it has happened before you try again."
        return Problem(LOST, 504, text)
    return Problem(UNAVAILABLE, 503, "The database refused to write; nothing was changed. Try again later.")


def too_many() -> Problem:
    return Problem(OVERLOADED, 503, "Too many change this instance at once. Try again in a moment.")
