"""How a command ends: its exit code, and words where it ends badly."""

import os
import sys
from collections.abc import Callable
from typing import Any, Final

from cyclopts import CycloptsError

from andante.cli.output import complain
from andante.client import ClientError, Unreachable

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
NO_SERVER: Final = 3
# As a shell reckons what a signal ended: 128 and the number of SIGINT, of SIGPIPE.
INTERRUPTED: Final = 130
CLOSED: Final = 141
# docs/reference/cli.md has this table; a test holds the two together.
CODES: Final = {
    DONE: "done",
    REFUSED: "refused, or something was found: the server said no, a model or expression is faulty, a test failed, "
    "`verify` found a difference, `doctor` a warning, `serve` could not start",
    USAGE: "wrong usage or settings; `doctor`: an error",
    NO_SERVER: "no server answers",
    INTERRUPTED: "interrupted by Ctrl-C",
    CLOSED: "who reads the output went away, as `head` does",
}


def carry_out(command: Callable[[], Any]) -> int:
    """Do it; the exit code."""
    try:
        code = _answered(command)
        sys.stdout.flush()
    except BrokenPipeError:
        return CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _answered(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except CycloptsError:
        return USAGE  # it has been told
    except ValueError as problem:
        return _fail(problem, USAGE)
    except Unreachable as problem:
        return _fail(
            f"{problem} Start a server with `andante serve`, or name the address of one with --url (ANDANTE_URL).",
            NO_SERVER,
        )
    except BrokenPipeError:
        raise
    except OSError as problem:
        words = f"{problem.filename}: {problem.strerror}" if problem.filename else problem
        return _fail(words, REFUSED)
    except ClientError as problem:
        return _fail(problem, REFUSED)
    return code if isinstance(code, int) else DONE


def _fail(problem: object, code: int) -> int:
    complain(f"andante: {problem}")
    return code


def leave(code: int) -> None:
    """End the program. What could not be written to a reader that went away is forgotten, not told of."""
    if code == CLOSED:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
    raise SystemExit(code)
