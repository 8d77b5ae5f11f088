"""How commands end: the table of exit codes, Ctrl-C, readers that go away, and screens that are none."""

import io
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from shell import EXAMPLES, PROGRAM, ROOT, Shell, clean_environment

from andante.cli import app, run
from andante.cli.endings import CLOSED, CODES, INTERRUPTED, NO_SERVER


def test_the_page_has_the_exit_codes() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text()
    told = dict(re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE))
    assert {int(code): what for code, what in told.items()} == CODES


def test_a_command_that_speaks_to_a_server_reads_no_engine() -> None:
    command = (sys.executable, "-X", "importtime", *PROGRAM[1:], "tasks", "--key", "k", "--url", "http://127.0.0.1:9")
    said = subprocess.run(command, check=False, capture_output=True, text=True, env=clean_environment(), timeout=60)
    assert said.returncode == NO_SERVER
    read = set(re.findall(r"\| +(andante\.\w+)$", said.stderr, re.MULTILINE))
    assert read == {"andante.cli", "andante.client"}


def _as_at_a_terminal() -> None:
    """What runs in the background of a script has Ctrl-C ignored, and so has what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_while_a_command_waits_for_a_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = (*PROGRAM, "tasks", "--url", url, "--key", "any")
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(),
            preexec_fn=_as_at_a_terminal,
        ) as waiting:  # fmt: skip
            try:
                connection, _ = silent.accept()
                with connection:
                    waiting.send_signal(signal.SIGINT)
                    said = waiting.communicate(timeout=60)
            finally:
                waiting.kill()
    assert (waiting.returncode, *said) == (INTERRUPTED, "", "")


@pytest.mark.parametrize("words", [("completion", "bash"), ("--help",), ("sart",)])
def test_a_reader_that_went_away_is_no_fault(words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        command = (*PROGRAM, *words)
        closed = {"stderr": write, "stdout": subprocess.PIPE} if words == ("sart",) else {"stdout": write}
        said = subprocess.run(command, **({"stderr": subprocess.PIPE} | closed), check=False, timeout=60)  # type: ignore[call-overload]
    finally:
        os.close(write)
    assert said.returncode == CLOSED
    assert not said.stderr


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _shown(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What a person at a narrow screen sees."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    with monkeypatch.context() as patch:
        screen = _Terminal()
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        for each in (app.console, app.error_console):
            patch.setattr(each, "_width", 60)  # else it is as wide as COLUMNS said when this process began
        run(words)
        return screen.getvalue()


@pytest.mark.parametrize(
    ("more", "seen"), [((), True), (("--json",), False), (("--quiet",), False)], ids=["bar", "json", "quiet"]
)
def test_progress_is_for_a_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], seen: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    words = ["test", str(EXAMPLES), "-k", "approved", *more]
    assert run(words) == 0
    piped = capsys.readouterr()
    assert piped.err == "", "nobody looks at a pipe"
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen := _Terminal())
        assert run(words) == 0
    assert re.sub(r'"seconds": [^,]*', "", capsys.readouterr().out) == re.sub(r'"seconds": [^,]*', "", piped.out)
    assert bool(re.search(r"test .*/", screen.getvalue())) is seen
    assert bool(screen.getvalue()) is seen


@pytest.mark.parametrize("words", [("start", "--help"), ("sart",)])
def test_boxes_are_for_screens_that_want_them(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    boxed = _shown(monkeypatch, *words)
    assert "╭" in boxed
    assert max(map(len, re.sub(r"\x1b\[[\d;]*m", "", boxed).splitlines())) <= 60
    said = shell(*words)
    piped = said.out + said.err
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _shown(monkeypatch, *words)
    for text in (piped, plain):
        assert not set(text) & set("╭│\x1b")
    assert " ".join(plain.split()) == " ".join(piped.split())
    assert max(map(len, plain.splitlines())) <= 60 < max(map(len, piped.splitlines()))
