"""The whole server on a real port with a real database, and both clients behind one face."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from whole_server import SECRET, serving

from andante.client import AsyncClient, Client

__all__ = ["EXAMPLES", "SECRET", "Hands", "bpmn", "eventually", "serving", "straight"]
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
