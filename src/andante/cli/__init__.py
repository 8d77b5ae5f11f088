"""The command line: `andante serve` runs a server, the other commands speak to one or work on files.

Exit codes: 0 done; 1 refused (by the server, or the model or expression is faulty); 2 wrong usage or settings; 3 no
server answers.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version as version_of
from typing import Final

from cyclopts import App, CycloptsError
from rich.console import Console

from andante.cli import files, remote, server
from andante.cli.output import complain
from andante.client import ClientError, Unreachable
from andante.runtime import StoreProblem
from andante.settings import SettingsProblem

REFUSED: Final = 1
USAGE: Final = 2
NO_SERVER: Final = 3

app: Final = App(
    name="andante",
    help="A BPM runtime: BPMN 2.0 processes, to-do lists, SLA clocks and reminders.",
    version=version_of("andante"),
    exit_on_error=False,
    print_error=True,
    error_console=Console(stderr=True),
    result_action="return_value",
    default_parameter=None,
)
app.command(server.serve)
app.command(remote.deploy)
app.command(remote.start)
app.command(remote.instances)
app.command(remote.suspend)
app.command(remote.resume)
app.command(remote.terminate)
app.command(remote.retry)
app.command(remote.show)
app.command(remote.tasks)
app.command(remote.complete)
app.command(files.lint)
app.command(files.evaluate)
person: Final = App(name="person", help="The people who work with a server.")
person.command(remote.add_person, name="add")
app.command(person)


@app.command
def version() -> None:
    """Print the version."""
    print(version_of("andante"))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code."""
    try:
        code = app(list(arguments))
    except CycloptsError:
        return USAGE
    except (SettingsProblem, ValueError) as problem:
        return _fail(problem, USAGE)
    except Unreachable as problem:
        return _fail(problem, NO_SERVER)
    except (ClientError, StoreProblem, OSError) as problem:
        return _fail(problem, REFUSED)
    return code if isinstance(code, int) else 0


def _fail(problem: Exception, code: int) -> int:
    complain(f"andante: {problem}")
    return code


def main() -> None:
    """The program `andante`."""
    raise SystemExit(run(sys.argv[1:]))
