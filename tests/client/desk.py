"""The whole server on a real port with a real database, and both clients behind one face."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn

from andante.app import create_app
from andante.client import AsyncClient, Client
from andante.settings import Settings

SECRET: Final = "a secret for tests"
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
NAMESPACES: Final = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"'
)


def bpmn(name: str, body: str, extra: str = "") -> bytes:
    """A file with one process: start event `begin`, what `body` says, end event `finish`."""
    return (
        f'<definitions {NAMESPACES} targetNamespace="http://test">{extra}<process id="{name}" isExecutable="true">'
        f'<startEvent id="begin"/>{body}<endEvent id="finish"/></process></definitions>'
    ).encode()


def straight(name: str, element: str, extra: str = "") -> bytes:
    """A file with one process that passes one element, whose id is `work`."""
    flows = (
        '<sequenceFlow id="f1" sourceRef="begin" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="finish"/>'
    )
    return bpmn(name, element + flows, extra)


def eventually(condition: Callable[[], bool]) -> None:
    """Ask until it is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end


class _Server(uvicorn.Server):
    ready: threading.Event
    port: int

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.port = self.servers[0].sockets[0].getsockname()[1]
        self.ready.set()


@contextmanager
def serving(db: str, **settings: Any) -> Iterator[str]:
    """The address of a server on the database of that address, whose clock stands still until it is set."""
    app = create_app(Settings(db=db, test_clock=True, bootstrap_client_secret=SECRET, **settings))
    server = _Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=5))
    server.ready = threading.Event()
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.ready.wait(30)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(30)


class Hands:
    """One of the two clients, used as if it were the synchronous one."""

    def __init__(self, kind: str, url: str, client_id: str = "admin", secret: str = SECRET, **more: Any) -> None:
        self._runner = asyncio.Runner()
        made = {"sync": Client, "async": AsyncClient}[kind]
        self.client: Any = made(url, client_id, secret, **more)
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)
        if self.kind == "sync":
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            return self._runner.run(method(*arguments, **named))

        return call

    def close(self) -> None:
        if self.kind == "sync":
            self.client.close()
        else:
            self._runner.run(self.client.aclose())
        self._runner.close()
