"""The whole server on a real port with a real database, in a thread of the tests' own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from apps import application

from andante.settings import Settings

SECRET: Final = "a secret for tests"


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
    chosen: dict[str, Any] = {"test_clock": True, "bootstrap_client_secret": SECRET} | settings
    with application(Settings(db=db, **chosen)) as app:
        port = settings.get("port", 0)
        server = _Server(
            uvicorn.Config(app, port=port, log_level="warning", lifespan="on", timeout_graceful_shutdown=5)
        )
        server.ready = threading.Event()
        thread = threading.Thread(target=server.run)
        thread.start()
        assert server.ready.wait(30)
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.should_exit = True
            thread.join(30)
