"""One server for all tests of this room, and a shell with a home of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import EXAMPLES, SECRET, Process, Shell, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """With the examples, and a clock that stands still until it is moved."""
    db = tmp_path_factory.mktemp("server") / "andante.db"
    with serving("--examples", str(EXAMPLES), "--test-clock", db=db, ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as process:
        yield process


@pytest.fixture
def shell(
    server: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Somebody who may do everything."""
    monkeypatch.setenv("ANDANTE_URL", server.url)
    monkeypatch.setenv("ANDANTE_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ANDANTE_CLIENT_ID", raising=False)
    return Shell(capsys, tmp_path, server.url)
