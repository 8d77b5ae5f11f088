"""Suspend and resume over HTTP: `python -m bench.http CLIENTS SECONDS` prints {"suspend_resume_per_s": number,
"parse_and_answer_per_s": number, "p50_ms": ..., "p99_ms": ..., "histogram": ...}.

One server as `andante serve` runs it, on SQLite, in a process of its own. The yardstick is an address of the same
server, with the same middleware, the same access token and the same body, whose handler only reads the body and answers
as the other does. The load comes over keep-alive connections from this process, which sends what it has made beforehand
and looks at no more than the status. Both are measured in turn, several times, for SECONDS in all.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

import msgspec
import uvloop
from litestar import put

from andante import app as assembly
from andante.api import operation
from andante.api.instances import ActionBody
from andante.api.operation import BASE
from andante.api.services import Call
from andante.api.wire import body_of, success
from andante.client import AsyncClient
from andante.people import permissions
from andante.runtime import collector
from andante.settings import Settings
from bench.measuring import latencies
from bench.process import MODEL, NAME, VARIABLES

SECRET: Final = "a secret for the bench"
ROUNDS: Final = 4


class Echo(msgspec.Struct, frozen=True):
    instanceId: str  # noqa: N815


@put(f"{BASE}/bench/{{instance_id:str}}", operation=operation.Operation("", permissions.INSTANCE_ACT, Echo, ActionBody))
async def nothing(request: Call, instance_id: str) -> Any:
    await body_of(request, ActionBody)
    return success(Echo(instance_id))


async def serve(folder: str, port: int) -> None:
    settings = Settings(db=f"sqlite:///{folder}/http.db", port=port, bootstrap_client_secret=SECRET)
    handlers = assembly.api_handlers  # type: ignore[attr-defined]
    setattr(assembly, "api_handlers", lambda **more: [*handlers(**more), nothing])  # noqa: B010 - mypy
    collector.settle()
    await assembly._serve(settings)


class Connection:
    """One client: a request on its way at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> None:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await self._reader.readexactly(length)


def request(path: str, token: str, action: str) -> bytes:
    body = json.dumps({"action": action}).encode()
    return (
        f"PUT {path} HTTP/1.1\r\nHost: bench\r\naccess-token: {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def load(connections: list[Connection], requests: list[list[bytes]], seconds: float, times: list[float]) -> float:
    """Requests a second. Each connection sends its own requests, round and round."""
    until = time.perf_counter() + seconds

    async def one(connection: Connection, own: list[bytes]) -> int:
        count = 0
        while (begin := time.perf_counter()) < until:
            for each in own:
                await connection.send(each)
                now = time.perf_counter()
                times.append(now - begin)
                begin = now
                count += 1
        return count

    begin = time.perf_counter()
    counts = await asyncio.gather(*(one(c, own) for c, own in zip(connections, requests, strict=True)))
    return sum(counts) / (time.perf_counter() - begin)


async def measure(url: str, port: int, clients: int, seconds: float) -> dict[str, Any]:
    async with AsyncClient(url, client_id="admin", client_secret=SECRET) as client:
        await client.deploy_xml(MODEL.read_bytes())
        ids = [(await client.start(NAME, dict(VARIABLES))).id for _ in range(clients)]
        token = client.session.token
    connections = [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(clients)]
    real = [
        [request(f"{BASE}/runtime/instances/{id}", token, action) for action in ("suspend", "resume")] for id in ids
    ]
    bare = [[request(f"{BASE}/bench/{id}", token, action) for action in ("suspend", "resume")] for id in ids]
    times: list[float] = []
    rates: dict[str, list[float]] = {"real": [], "bare": []}
    for number in range(ROUNDS + 1):
        times.clear() if number == 1 else None
        part = seconds / (2 * ROUNDS + 2)
        found = await load(connections, real, part, times), await load(connections, bare, part, [])
        if number:  # the first warms up
            rates["real"].append(found[0])
            rates["bare"].append(found[1])
    return {
        "suspend_resume_per_s": statistics.median(rates["real"]),
        "parse_and_answer_per_s": statistics.median(rates["bare"]),
        **latencies(times),
    }


def main() -> None:
    if sys.argv[1] == "serve":
        uvloop.run(serve(sys.argv[2], int(sys.argv[3])))
        return
    clients, seconds = int(sys.argv[1]), float(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.http", "serve", folder, "0"], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        while "ready at" not in line:
            line = server.stdout.readline()
        url = line.rsplit(" ", 1)[1].strip()
        try:
            print(json.dumps(uvloop.run(measure(url, int(url.rsplit(":", 1)[1]), clients, seconds))))
        finally:
            os.kill(server.pid, signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
