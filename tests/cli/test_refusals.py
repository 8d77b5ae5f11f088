"""What goes wrong between a person and the server: each has its words and its exit code."""

import http.server
import importlib
import inspect
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import Shell

from andante.cli import COMMANDS, FUNCTIONS
from andante.cli.endings import NO_SERVER, REFUSED, USAGE


def test_a_wrong_secret(shell: Shell) -> None:
    said = shell("instances", "--client-secret", "guessed")
    assert (said.code, said.out) == (REFUSED, "")
    assert "andante: The client is unknown, revoked or expired, the secret is wrong, or it may not" in said.err
    assert said.err.endswith(" Look at --client-id and ANDANTE_CLIENT_SECRET. (unauthorized_client)\n")
    assert not list(shell.home.rglob("token-*"))


def test_no_secret(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANDANTE_CLIENT_SECRET")
    expected = (
        "andante: set ANDANTE_CLIENT_SECRET to the secret of the client 'ben-client' (--client-id), or ANDANTE_KEY "
        "to a key of yours (`andante keys add` makes one)\n"
    )
    for command in (("tasks",), ("suspend", "i1", "i2"), ("deploy", __file__, __file__)):
        said = shell(*command, "--client-id", "ben-client")
        assert (said.code, said.out, said.err) == (USAGE, "", expected)


def test_nobody_answers(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: it refuses
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        for command in (("tasks",), ("terminate", "i1", "i2")):
            said = shell(*command, "--url", url)
            assert (said.code, said.out) == (NO_SERVER, "")
            assert said.err == (
                f"andante: No answer from {url}: [Errno 111] Connection refused. Start a server with `andante serve`, "
                "or name the address of one with --url (ANDANTE_URL).\n"
            )
    assert waited == [0.2, 0.4, 0.8, 1.6] * 2


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
        "",
    ],
)
def test_no_address(shell: Shell, url: str) -> None:
    said = shell("tasks", "--url", url)
    assert (said.code, said.out) == (USAGE, "")
    assert said.err == f"andante: --url: '{url}' is no address of a server; it looks like http://127.0.0.1:8080.\n"


class _Stranger(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome to the printer</html>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_somebody_else_answers(shell: Shell, stranger: str) -> None:
    said = shell("tasks", "--url", stranger)
    assert (said.code, said.out) == (REFUSED, "")
    assert said.err.startswith(f"andante: {stranger} does not answer as Andante does")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("sart",), 'Did you mean "start"?'),
        (("start",), "requires an argument"),
        (("start", "A", "B"), "Unused Tokens"),
        (("start", "A", "--vra", "x=1"), "Did you mean --var?"),
        (("start", "A", "--var", "x"), "andante: --var x: it must be name=value"),
        (("start", "A", "--var", "=1"), "andante: --var =1: it must be name=value"),
        (("instances", "--limit", "many"), 'unable to convert "many" into int'),
        (("suspend",), "andante: name the instances to suspend"),
        (("deploy",), "andante: name the files to deploy"),
        (("lint",), "andante: name the files to check"),
        (("show",), "requires an argument"),
        (("complete",), "requires an argument"),
        (("evaluate", "1", "--language", "python"), "--language"),
        (("evaluate", "a", "--context", "[1]"), "andante: --context: it must be a JSON object"),
        (("person", "remove", "ben"), "remove"),
    ],
)
def test_wrong_usage(shell: Shell, command: tuple[str, ...], words: str) -> None:
    said = shell(*command)
    assert (said.code, said.out) == (USAGE, "")
    assert words in " ".join(said.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("start", "Nowhere"), "There is no definition 'Nowhere'. (bpm.definition.notFound)"),
        (("start", "LeaveApproval", "--version", "9"), "bpm.definition.notFound"),
        (("show", "i1"), "There is no instance 'i1'. (bpm.instance.notFound)"),
        (("complete", "t1"), "(bpm.task.notFound)"),
        (
            ("tasks", "--view", "mine"),
            "view: 'mine' is none of todo, paused, delegated, history, all, informed",
        ),
        (("instances", "--states", "Asleep"), "states: 'Asleep' is none of New, "),
        (("instances", "--limit", "5000"), "limit: "),
        (("person", "add", "ada", "--password", "long enough"), "(bpm.person.exists)"),
        (("person", "add", "x", "--password", "short"), "password: 8 to 1024 characters, got 5. (astrozero.0002)"),
    ],
)
def test_what_the_server_refuses_is_said_once(shell: Shell, command: tuple[str, ...], words: str) -> None:
    said = shell(*command)
    assert (said.code, said.out) == (REFUSED, "")
    assert words in said.err
    assert len(said.err.splitlines()) == 1


def test_the_summaries_of_the_overview_are_those_of_the_commands(shell: Shell) -> None:
    """They are written twice so that a command need not be imported to be listed."""
    overview = " ".join(shell("--help").out.replace("│", " ").split())
    for room, name, summary in COMMANDS:
        command = getattr(importlib.import_module(f"andante.cli.{room}"), FUNCTIONS.get(name, name))
        assert (inspect.getdoc(command) or "").startswith(summary.replace(". End", ".\nEnd")), name
        assert f"{name}: {summary}" in overview
        assert summary[:60] in " ".join(shell(name, "--help").out.split())


def test_the_commands_of_the_page_are_the_commands() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()
    for _, name, _ in COMMANDS:
        assert f"`{name}" in page, f"docs/reference/cli.md does not tell of {name}"
