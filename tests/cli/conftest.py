"""One server on each kind of database for all tests of this room, and a shell with a home of its own for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from shell import EXAMPLES, SECRET, Process, Shell, serving


@pytest.fixture(scope="session")
def servers(lasting_url: Callable[[str], str]) -> Iterator[Callable[[str], Process]]:
    """The one on a kind of database: with the examples, and a clock that stands still until it is moved."""
    with ExitStack() as stack:

        @cache
        def server(database: str) -> Process:
            options = ("--examples", str(EXAMPLES), "--test-clock")
            made = serving(*options, db=lasting_url(database), ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET)
            return stack.enter_context(made)

        yield server


@pytest.fixture
def database() -> str:
    """Which kind. A file of tests that are also to run on PostgreSQL has another fixture of this name."""
    return "sqlite"


@pytest.fixture
def server(servers: Callable[[str], Process], database: str) -> Process:
    return servers(database)


@pytest.fixture
def shell(
    server: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Somebody who may do everything."""
    monkeypatch.setenv("ANDANTE_URL", server.url)
    monkeypatch.setenv("ANDANTE_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ANDANTE_CLIENT_ID", raising=False)
    monkeypatch.setattr("andante.app.configure_logging", lambda _: None)  # it is for good, and of the whole process
    return Shell(capsys, tmp_path, server.url)
