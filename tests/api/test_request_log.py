"""Which request a line of the log is of, and what never is in one."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from house import APPROVAL, House, house_at

from andante.api.operation import BASE
from andante.app import configure_logging
from andante.runtime import logs
from andante.settings import Settings

MINE = "order-17/a"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged as JSON; the former ways are back afterwards."""
    root, former = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("json", secrets=["hunter22"], to=stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    structlog.configure(**former)
    logging.basicConfig(handlers=handlers, level=level, force=True)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_the_id_of_a_request_comes_back_and_is_in_its_lines(database_url: str, lines: io.StringIO) -> None:
    async with house_at(database_url, access_log=True) as house:
        await house.ada.deploy(APPROVAL)
        answer = await house.kim.call(
            "POST",
            "/runtime/instances",
            json={"name": "Approval"},
            headers={"x-request-id": MINE},
            params={"q": "secret"},
        )
        assert answer.response.headers["x-request-id"] == MINE
        started = answer.result["id"]
        line = read(lines)[-1]
        assert (line["event"], line["request"], line["instance"], line["definition"]) == (
            "request", MINE, started, "Approval",
        )  # fmt: skip
        assert (line["status"], line["who"], line["method"], "secret" in str(line)) == (200, "kim", "POST", False)
        (task,) = await house.kim.tasks()
        other = await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "dance"})
        fresh = other.response.headers["x-request-id"]
        assert (len(fresh), fresh != MINE) == (16, True)
        line = read(lines)[-1]
        assert (line["instance"], line["task"], line["status"], line["request"]) == (started, task["id"], 400, fresh)
        assert "definition" not in line


@pytest.mark.parametrize("id", ["a b", "", "x" * 129, "a\x1b[2J", 'a"b', "-a"])
async def test_an_id_that_could_do_harm_is_not_taken(house: House, id: str) -> None:
    answer = await house.nobody.call("GET", "/health/live", headers={"x-request-id": id})
    assert answer.response.headers["x-request-id"] != id


def test_secrets_are_blacked_out_of_messages_and_tracebacks(lines: io.StringIO) -> None:
    log = structlog.get_logger("t")
    try:
        raise RuntimeError("cannot log in with hunter22")
    except RuntimeError:
        log.exception("it failed", url="https://me:hunter22@host", parts=["hunter22"])
    logging.getLogger("some.library").warning("of a library: %s", "hunter22")
    logging.getLogger("some.library").info("too quiet")
    text = lines.getvalue()
    assert "hunter22" not in text
    first, second = read(lines)
    assert "RuntimeError: cannot log in with ***" in first["exception"]
    assert (second["event"], second["level"]) == ("of a library: ***", "warning")


def test_the_settings_secrets_and_form(lines: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(
        Settings(
            smtp_url="smtp://me:p%40ssword@mail", db="postgresql://a:dbsecret@h/x", log_level="warning",
            bootstrap_client_secret="first secret",
        )
    )  # fmt: skip
    log = structlog.get_logger("t")
    log.info("quiet")
    log.warning("a\x1b[2Jline", why='p@ssword dbsecret "first secret" h/x', more="two\nlines\r\x00")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r'level=warning event=a\x1b[2Jline why="*** *** \"***\" h/x" more=two\nlines\r\x00'), line


def test_a_line_that_cannot_be_written_does_no_harm(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    logs.configure(to=Full())
    structlog.get_logger("t").error("nobody reads it")
    logging.getLogger("some.library").error("nor this")
    logs.configure()
    log, closed = structlog.get_logger("t"), io.StringIO()
    monkeypatch.setattr("sys.stderr", closed)
    log.warning("one")
    assert "event=one" in closed.getvalue()
    closed.close()
    log.warning("nobody reads it")
    monkeypatch.setattr("sys.stderr", lines)  # another in its place
    log.warning("two")
    assert "event=two" in lines.getvalue()


async def test_what_goes_on_behind_a_request_has_its_instance_and_no_request(
    house: House, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the post is closed")

    await house.ada.deploy(APPROVAL.replace(b"<userTask ", b'<userTask andante:cc="user:zoe" '))
    for channel in house.runtime.channels:
        monkeypatch.setattr(type(channel), "send", fail)
    started = await house.kim.start("Approval")
    await house.runtime.run_due()
    assert read(lines), "nothing was to be told"
    found = [line for line in read(lines) if line["event"] == "a note was not sent"]
    assert {line["instance"] for line in found} == {started["id"]}
    assert not [line for line in found if "request" in line]


async def test_who_goes_away_in_the_middle_of_a_request_is_no_fault(tmp_path: Path, lines: io.StringIO) -> None:
    """Of the API, of Camunda's, of a page."""
    gone = iter([{"type": "http.request", "body": b'{"', "more_body": True}, {"type": "http.disconnect"}] * 3)

    async def receive() -> Any:
        return next(gone)

    async def send(_: Any) -> None:
        """Nobody is there."""

    asked = {
        f"{BASE}/runtime/instances": b"application/json",
        "/engine-rest/message": b"application/json",
        "/login": b"application/x-www-form-urlencoded",
    }
    async with house_at(f"sqlite:///{tmp_path}/a.db", camunda_rest=True) as house:
        for path, kind in asked.items():
            scope = {
                "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
                "headers": [(b"access-token", house.ada.token.encode()), (b"content-type", kind)],
                "client": ("127.0.0.1", 1), "server": ("test", 80), "scheme": "http", "http_version": "1.1",
                "root_path": "",
            }  # fmt: skip
            await house.app(scope, receive, send)  # type: ignore[arg-type]
        told = [(line["event"], line["path"]) for line in read(lines)]
    assert told == [("the caller went away", path) for path in asked]
