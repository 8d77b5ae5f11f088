"""A real server in a process of its own, and the command line as a person at a shell has it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from andante.cli import run

ROOT: Final = Path(__file__).parents[2]
EXAMPLES: Final = ROOT / "examples"
PROGRAM: Final = (sys.executable, "-m", "andante")
SECRET: Final = "a secret for tests"


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without any setting of the person who runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ANDANTE_")} | more


class Process:
    """`andante serve`: what it printed until it was ready, and where it is."""

    def __init__(self, process: "subprocess.Popen[str]", db: str, printed: list[str]) -> None:
        self._process = process
        self.db = db
        self.printed = "".join(printed)
        found = re.search(r"^Andante is ready at (http://127\.0\.0\.1:\d+)$", self.printed, re.MULTILINE)
        assert found, self.printed
        self.url = found.group(1)

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code, and what it printed after it was ready."""
        self._process.send_signal(by)
        out, err = self._process.communicate(timeout=30)
        return self._process.returncode, out + err


@contextmanager
def serving(*options: str, db: str, **environment: str) -> Iterator[Process]:
    """A server on a free port, with the database of this address."""
    command = (*PROGRAM, "serve", "--port", "0", "--db", db, *options)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(**environment)
    )
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if "ready" in line:
            break
    else:
        raise AssertionError(f"it did not start: {process.communicate(timeout=30)}")
    try:
        yield Process(process, db, printed)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


class Said:
    """What a command answered."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        assert self.code == 0, self
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of each line after the heading."""
        assert self.code == 0, self
        return [re.split(r"\s{2,}", line) for line in self.out.splitlines()[1:]]

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.out}\n{self.err}"


class Shell:
    """Carries out command lines in this process: `shell("tasks", "--view", "paused")`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], home: Path, url: str) -> None:
        self._capsys = capsys
        self.home = home
        self.url = url

    def __call__(self, *arguments: object) -> Said:
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return Said(code, captured.out, captured.err)

    def start(self, name: str, *options: str) -> str:
        """The id of a new instance."""
        (started,) = self("start", name, *options, "--json").json
        instance_id: str = started["id"]
        return instance_id

    def task_of(self, instance_id: str) -> str:
        """The id of its open task."""
        (task,) = self("tasks", "--instance", instance_id, "--json").json
        task_id: str = task["id"]
        return task_id
