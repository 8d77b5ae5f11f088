"""Servers as `andante serve` runs them, each a process of its own, and their clients in another."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from cluster import free_port
from loaded_clients import MODEL, TOLD
from network import Namespace

import andante
from andante.client import Client

PATIENCE: Final = 60.0  # seconds for what must come sooner or later
SECRET: Final = "a secret for tests"
PROGRAM: Final = Path(__file__).with_name("own_clock.py")
CLIENTS: Final = Path(__file__).with_name("loaded_clients.py")
SOURCE: Final = Path(andante.__file__).parents[1]


def until(what: str, condition: Callable[[], object], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)  # other processes decide when; the clock of the product is not involved


def environment(source: Path) -> dict[str, str]:
    """This one, without any setting of the person who runs the tests, and with the product's code from `source`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANDANTE_")}
    return kept | {"PYTHONPATH": str(source)}


class Server:
    """One server, to be started. `url`: of the database, as this machine's processes see it; `mail`: the port that mail
    goes to; `network`: where it lives, None for this machine's own; `source`: the code it runs."""

    def __init__(
        self, name: str, url: str, folder: Path, mail: int, network: Namespace | None = None, source: Path = SOURCE
    ) -> None:
        self.name = name
        self.network = network
        self.source = source
        self._outer, inner = ("127.0.0.1", "127.0.0.1") if network is None else (network.inside, network.host)
        self._port = free_port()
        self._db = url.replace("127.0.0.1", inner)
        self._mail = f"smtp://{inner}:{mail}"
        self._output = folder / f"server.{name}"
        self._clock = folder / f"clock.{name}"
        self._clock.write_text("+00000.0")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self._outer}:{self._port}"

    def start(self) -> None:
        self.since = time.monotonic()
        command = [
            sys.executable,
            str(PROGRAM),
            str(self._clock),
            "serve",
            "--host",
            self._outer,
            "--port",
            str(self._port),
            "--db",
            self._db,
        ]
        command += ["--smtp-url", self._mail, "--bootstrap-client-secret", SECRET]
        if self.network is not None:
            command = self.network.within(command)
        with self._output.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment(self.source))

    def step_clock(self, seconds: float) -> None:
        """From now on its clock differs by that from the machine's."""
        with self._clock.open("r+") as file:
            file.write(f"{seconds:+08.1f}")  # of one length: whoever reads it finds the old or the new

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            assert self.running
            return False

    def begin(self) -> None:
        """Start it, and wait until it is ready."""
        self.start()
        until(f"server {self.name} is ready", self.is_ready)

    def output(self) -> str:
        return f"server {self.name}: {self._output.read_text()[-3000:]}"

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        assert self.process.poll() is None, f"ended by itself: {self.output()}"
        return self.process

    def signal(self, which: signal.Signals) -> None:
        self.running.send_signal(which)

    def end(self) -> None:
        """As an operator would."""
        process = self.running
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, self.output()

    def kill(self) -> None:
        """As a crash would."""
        process = self.running
        process.kill()
        process.wait()

    def destroy(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Load:
    """The clients of some servers."""

    def __init__(self, servers: list[Server], folder: Path, log: Path, mail: int, source: Path = SOURCE) -> None:
        plan = {
            "servers": {server.name: server.url for server in servers}, "log": str(log), "secret": SECRET, "mail": mail,
        }  # fmt: skip
        path = folder / f"plan.{log.name}"
        path.write_text(json.dumps(plan))
        self._output = path.with_suffix(".output")
        with self._output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(CLIENTS), str(path)], stdout=output, stderr=output, env=environment(source)
            )

    def finish(self) -> None:
        """Nothing new begins."""
        self._signal(signal.SIGUSR1)

    def end(self) -> None:
        self._signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0, self._output.read_text()[-3000:]

    def _signal(self, which: signal.Signals) -> None:
        assert self.process.poll() is None, self._output.read_text()[-3000:]
        self.process.send_signal(which)

    def destroy(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def prepare(server: Server) -> None:
    """Deploy what the clients need, and say where those live who are to be told."""
    with Client(server.url, "admin", SECRET) as client:
        client.deploy_xml(MODEL)
        for name in TOLD:
            client.add_person(name, email=f"{name}@example.com")
