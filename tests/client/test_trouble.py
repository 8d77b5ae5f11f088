"""When the server says no, says later, or says nothing; with both clients."""

import http.server
import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import SECRET, Hands, serving, straight

from andante.app import create_app
from andante.client import AsyncClient, Client, ClientError, Refused, Unreachable
from andante.settings import Settings

TOKEN = b'{"access_token":"t","expires_in":600,"token_type":"Bearer"}'
EMPTY = b'{"resCode":"0","resMsg":"Success","result":[]}'
BUSY = b'{"resCode":"bpm.server.overloaded","resMsg":"More work than the server can write."}'


@contextmanager
def answering(*answers: tuple[int, bytes] | None) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers, one after the other; None: it hangs up. Its address, and what was asked."""
    asked: list[str] = []
    left = list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path.rsplit('/', 1)[-1].split('?')[0]}")
            self.rfile.read(int(self.headers.get("content-length", 0)))
            given = left.pop(0)
            if given is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(given[0])
            self.send_header("retry-after", "0")
            self.send_header("content-length", str(len(given[1])))
            self.end_headers()
            self.wfile.write(given[1])

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.fixture
def at(kind: str) -> Iterator["Clients"]:
    clients = Clients(kind)
    yield clients
    clients.close()


class Clients:
    """Makes clients that do not wait between attempts."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._made: list[Hands] = []

    def __call__(self, url: str, *, token: str = "", secret: str = SECRET, attempts: int = 3) -> Hands:
        hands = Hands(self._kind, url, secret=secret, token=token, attempts=attempts, wait=0.0)
        self._made.append(hands)
        return hands

    def close(self) -> None:
        for hands in self._made:
            hands.close()


def test_refusals_tell_their_status_code_and_words(hands: Hands, at: Clients, url: str) -> None:
    with pytest.raises(Refused) as refused:
        hands.tasks("mine")
    assert (refused.value.status, refused.value.code) == (400, "astrozero.0002")
    views = "todo, paused, delegated, history, all, informed"
    assert str(refused.value) == f"view: 'mine' is none of {views}. (astrozero.0002)"
    assert isinstance(refused.value, ClientError)
    other = pickle.loads(pickle.dumps(refused.value))  # as between the processes of a pool
    assert (str(other), other.code, other.details) == (str(refused.value), "astrozero.0002", refused.value.details)

    with pytest.raises(Refused) as refused:
        hands.deploy_xml(straight("Puzzle", '<choreographyTask id="work"/>'))
    assert (refused.value.status, refused.value.code) == (422, "bpm.model.refused")
    (finding,) = refused.value.details
    assert (finding["element"], finding["line"], finding["code"]) == ("work", 1, "unsupported")

    with pytest.raises(Refused) as refused:
        at(url, secret="guessed").definitions()
    assert (refused.value.status, refused.value.code) == (400, "unauthorized_client")
    with pytest.raises(Refused) as refused:
        at(url, secret="", token="made up").definitions()
    assert (refused.value.status, refused.value.code) == (401, "astrozero.0004")
    with pytest.raises(Refused, match="no client secret to get one with"):
        at(url, secret="").definitions()

    made = hands.add_person(f"tom-{hands.kind}")
    key = hands.add_client(made.name)
    tom = Hands(hands.kind, url, key.client_id, key.client_secret)
    with pytest.raises(Refused) as refused:
        tom.persons()
    assert (refused.value.status, refused.value.code) == (403, "bpm.access.forbidden")
    tom.close()


def test_an_expired_token_is_renewed_unseen(kind: str, tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path}/andante.db", token_lifetime=60) as url:
        hands = Hands(kind, url)
        hands.definitions()
        first = hands.client.session.token
        hands.set_clock(advance="PT2M")
        assert hands.definitions() == []
        assert hands.client.session.token not in ("", first)
        kept = Hands(kind, url, secret="", token=hands.client.session.token)
        assert kept.definitions() == []
        kept.close()
        hands.close()


def test_what_was_not_done_is_tried_again(at: Clients) -> None:
    with answering((503, BUSY), (200, TOKEN), (503, BUSY), (429, BUSY), (200, EMPTY)) as (url, asked):
        assert at(url).definitions() == []
    assert asked == ["POST token", "POST token", "GET definitions", "GET definitions", "GET definitions"]
    with answering((200, TOKEN), (503, BUSY), (503, BUSY), (503, BUSY)) as (url, asked):
        with pytest.raises(Refused) as refused:
            at(url).act("i1", "suspend")
        assert (refused.value.status, refused.value.code) == (503, "bpm.server.overloaded")
    assert asked == ["POST token", *["PUT i1"] * 3]


def test_too_many_wrong_secrets_are_not_made_more(at: Clients) -> None:
    slow = b'{"error":"slow_down","error_description":"Too many wrong secrets."}'
    with answering((429, slow)) as (url, asked), pytest.raises(Refused, match="Too many wrong secrets"):
        at(url).definitions()
    assert asked == ["POST token"]


def test_after_a_broken_connection_only_reading_is_tried_again(at: Clients) -> None:
    with answering((200, TOKEN), None, (200, EMPTY)) as (url, asked):
        assert at(url).definitions() == []
    assert asked == ["POST token", "GET definitions", "GET definitions"]
    with answering((200, TOKEN), None) as (url, asked), pytest.raises(Unreachable, match="No answer from"):
        at(url).start("Once")
    assert asked == ["POST token", "POST instances"]


def test_nobody_there(at: Clients) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unreachable, match=f"^No answer from {url}: .*[^.][.]$"):
            at(url).definitions()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"access_token":7}', b""])
def test_a_stranger_answers(at: Clients, body: bytes) -> None:
    with answering((200, body)) as (url, _), pytest.raises(ClientError, match="does not answer as Andante does"):
        at(url).definitions()
    with answering((200, TOKEN), (200, body)) as (url, _), pytest.raises(ClientError, match=r"GET .*/definitions"):
        at(url).definitions()
    with answering((200, TOKEN), (502, body)) as (url, _), pytest.raises(Refused, match="The server answered 502"):
        at(url).definitions()


@pytest.mark.parametrize("url", ["localhost", "ftp://x", "http://", "http://x:port", "http://x:0", "http://[::1"])
def test_no_address(kind: str, url: str) -> None:
    with pytest.raises(ClientError, match="is no address of a server"):
        {"sync": Client, "async": AsyncClient}[kind](url)


def test_no_attempt_is_none_too_few() -> None:
    with pytest.raises(ClientError, match="attempts"):
        Client("http://127.0.0.1:8080", attempts=0)


async def test_without_a_network(tmp_path: Path) -> None:
    """A transport of one's own: here the application itself, as users test theirs."""
    app = create_app(Settings(db=f"sqlite:///{tmp_path}/andante.db", bootstrap_client_secret=SECRET))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # each words ASGI in its own types
    async with (
        app.lifespan(),
        AsyncClient("http://andante.test", "admin", SECRET, transport=transport) as client,
    ):
        deployed = await client.deploy_xml(straight("Here", '<manualTask id="work"/>'))
        assert deployed.ids == {"Here": deployed.id}
        started = await client.start("Here")
        assert started.state == "Completed OK"
