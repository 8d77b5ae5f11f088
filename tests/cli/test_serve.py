"""`andante serve`: what it prints, how it ends, and why it does not start. Real processes."""

import asyncio
import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from shell import EXAMPLES, PROGRAM, SECRET, Process, Shell, clean_environment, serving

from andante.assembly import open_runtime
from andante.cli.examples import prepare, read
from andante.client import Client, Refused
from andante.people import Accounts
from andante.settings import Settings


def test_the_first_start_tells_the_secret_and_only_the_first(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/first.db"
    with serving(db=db) as server:
        lines = dict(line.strip().split(maxsplit=2)[1:] for line in server.printed.splitlines() if "client " in line)
        assert set(lines) == {"id", "secret"}
        assert server.printed.count(lines["secret"]) == 1
        with Client(server.url, lines["id"], lines["secret"]) as client:
            assert client.definitions() == []
            waiting = wait_for_a_job(server.url, client.session.token)
            client.definitions()  # answered later than the worker's request was read
        assert {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {
            "first.db": 0, "first.db-shm": 0, "first.db-wal": 0, "first.db.lock": 0,
        }  # fmt: skip
        assert server.stop(signal.SIGINT) == (0, "")
        answer = waiting.getresponse()
        assert (answer.status, b'"Recs":[]' in answer.read()) == (200, True)
    with serving(db=db, ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as server:
        assert server.printed == f"Andante is ready at {server.url}\n"
        with Client(server.url, "admin", SECRET) as client:
            assert [person.name for person in client.persons().items] == ["admin"]
        with Client(server.url, lines["id"], lines["secret"]) as client, pytest.raises(Refused):
            client.persons()
        assert server.stop(signal.SIGTERM) == (0, "")


def wait_for_a_job(url: str, token: str) -> http.client.HTTPConnection:
    """As a worker does while there is nothing to do: it must not keep the server from stopping."""
    waiting = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    headers = {"access-token": token, "content-type": "application/json"}
    body = b'{"type":"dig","wait":"PT60S"}'
    waiting.request("POST", "/u-route/baas/bp/v2.0/runtime/jobs/activate", body, headers)
    return waiting


def test_the_examples_tell_how_to_get_in(server: Process) -> None:
    told, ready = server.printed.rsplit("\n", 2)[:2]
    assert told.splitlines() == [
        f"The examples are deployed in {server.db}.",
        "  pages     log in as ada or ben, password andante-demo",
        "  programs  client id admin, client secret as you set it; the API is described at /docs",
    ]
    assert ready == f"Andante is ready at {server.url}"


def test_the_examples_stay_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("leave-approval.bpmn", "travel-request.json"):
        (folder / name).write_bytes((EXAMPLES / name).read_bytes())
    (folder / "broken.bpmn").write_text("<definitions")
    settings = Settings(db=f"sqlite:///{tmp_path}/a.db")

    async def look() -> tuple[list[str], list[str]]:
        await prepare(settings, read(folder))
        runtime = await open_runtime(settings)
        found = [f"{each.name} {each.version} {each.active}" for each in await runtime.definitions()]
        persons = [person.name for person in await Accounts(runtime.store, runtime.clock.now).persons()]
        await runtime.close()
        return sorted(found), sorted(persons)

    first, again = asyncio.run(look()), asyncio.run(look())
    assert first == again == (["LeaveApproval 1.0.0 True", "TravelRequest 1.0.0 True"], ["ada", "ben"])
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[:2] for line in told] == [["broken.bpmn", "The model cannot be deployed"]] * 2


@pytest.fixture
def plain_logs() -> Iterator[None]:
    """Whatever `serve` sets up to log with in this process is forgotten."""
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("plain_logs")
def test_a_database_that_cannot_be_used(tmp_path: Path, server: Process, shell: Shell) -> None:
    (tmp_path / "letter.db").write_text("Dear database, this is a letter of more than a hundred characters. " * 3)
    cases = {
        server.db.removeprefix("sqlite:///"): "Stop it first, or give this one another --db.",
        f"{tmp_path}/no/such/folder.db": "No such file or directory.",
        f"{tmp_path}/letter.db": "file is not a database.",
    }
    for db, reason in cases.items():
        said = shell("serve", "--port", "0", "--db", f"sqlite:///{db}")
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
        assert said.err.startswith("andante: ")
        assert db in said.err
        assert said.err.endswith(f"{reason}\n")
    said = shell("serve", "--db", "mysql://somewhere")
    assert said.code == 1
    assert "'mysql://somewhere' is no database this release can use" in said.err


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = subprocess.run(
            (*PROGRAM, "serve", "--port", str(taken.getsockname()[1]), "--db", f"sqlite:///{tmp_path}/a.db"),
            capture_output=True, text=True, check=False, env=clean_environment(),
        )  # fmt: skip
    line, remedy = said.stderr.splitlines()
    assert (said.returncode, "address already in use" in line) == (1, True)
    assert remedy.startswith("andante: nothing can listen on 127.0.0.1:")
    assert "Give another --port" in remedy


def test_what_is_found_wrong_while_it_starts_is_told_in_a_line(shell: Shell, tmp_path: Path) -> None:
    said = shell("serve", "--port", "0", "--db", f"sqlite:///{tmp_path}/a.db", "--oidc-issuer", "http://127.0.0.1:1")
    assert said.code == 2
    assert said.err.startswith("andante: oidc_issuer needs an https address")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port", "99999"), "ANDANTE_PORT (--port)"),
        (("--port", "http"), "--port"),
        (("--zone", "Mars/Crater"), "unknown time zone 'Mars/Crater'"),
        (("--queue", "0"), "ANDANTE_QUEUE (--queue)"),
        (("--prot", "80"), "--prot"),
        (("--examples", str(EXAMPLES), "--host", "0.0.0.0"), "does not serve 0.0.0.0"),
        (("--examples", str(Path(__file__).parent)), "there are no *.bpmn, *.dmn and *.json files"),
    ],
)
def test_wrong_settings_are_named(shell: Shell, options: tuple[str, ...], words: str) -> None:
    said = shell("serve", *options)
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_wrong_settings_of_the_environment_are_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDANTE_TOKEN_LIFETIME", "long")
    said = shell("serve")
    assert (said.code, said.out) == (2, "")
    assert "ANDANTE_TOKEN_LIFETIME (--token-lifetime)" in said.err


def test_the_settings_in_force_and_where_they_came_from(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('smtp_url = "smtp://me:pw@mail"\nport = 9000\n')
    monkeypatch.setenv("ANDANTE_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("ANDANTE_PROT", "1")
    said = shell("config", "--config", file, "--port", "9001", "--json")
    found = {each["name"]: (each["value"], each["from"]) for each in said.json}
    assert (found["port"], found["zone"], found["cache"]) == (
        ("9001", "--port"), ("Asia/Tokyo", "ANDANTE_ZONE"), ("10000", "default"),
    )  # fmt: skip
    assert found["smtp_url"] == ("smtp://me:***@mail", f"{file}: smtp_url")
    assert "ANDANTE_PROT is no setting" in said.err
    assert "pw" not in shell("config", "--config", file).out
    assert "# port = 8080" in shell("config", "--example").out
    file.write_text("prot = 1")
    for command in ("config", "serve", "doctor"):
        said = shell(command, "--config", file)
        assert (said.code, said.out) == (2, "")
        assert "mine.toml: prot: there is no such setting. Did you mean port?" in said.err


def test_a_server_that_is_to_stop_says_so_first_and_serves_meanwhile(tmp_path: Path) -> None:
    with serving("--drain", "600", db=f"sqlite:///{tmp_path}/a.db", ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as server:
        assert httpx.get(f"{server.url}/health/ready").status_code == 200
        server.tell(signal.SIGTERM)
        until = time.monotonic() + 20
        while (answer := httpx.get(f"{server.url}/health/ready")).status_code == 200 and time.monotonic() < until:
            pass
        assert (answer.status_code, "about to stop" in answer.text) == (503, True)
        alive = httpx.get(f"{server.url}/health/live")
        assert (alive.status_code, alive.headers["connection"]) == (200, "close")  # who asks again gets to another
        with Client(server.url, "admin", SECRET) as client:
            assert client.definitions() == []
        assert server.stop(signal.SIGTERM) == (0, "")  # told again: at once
