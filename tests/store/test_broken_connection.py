"""What is on its way when a connection breaks fails, however it breaks."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

import pytest
import uvloop
from cluster import Cluster

from andante.store.faults import StoreLost
from andante.store.postgres.pipe import Pipe

NOTICE = b"SWARNING\0VWARNING\0C57P02\0Mterminating connection because of crash of another server process\0\0"
RESET = struct.pack("ii", 1, 0)  # linger: what is sent last is followed by a reset


class Between:
    """A proxy before the database, which can end as a server does that is killed: it says that it ends, and what it has
    not read is answered with a reset."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._carrying: list[threading.Thread] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listening.accept()
        server = socket.create_connection(("127.0.0.1", self._port))
        self._ends = [client, server]
        for source, target in ((client, server), (server, client)):
            self._carrying.append(threading.Thread(target=self._carry, args=(source, target), daemon=True))
            self._carrying[-1].start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65_536):
            target.sendall(data)

    def break_off(self) -> None:
        client, server = self._ends
        for end in self._ends:
            end.shutdown(socket.SHUT_RD)
        for each in self._carrying:
            each.join()
        client.sendall(b"N" + struct.pack("!i", len(NOTICE) + 4) + NOTICE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        server.close()
        self._listening.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_what_is_under_way_fails_when_the_other_end_is_killed(cluster: Cluster, run: Callable[..., None]) -> None:
    async def ask() -> None:
        between = Between(cluster.port)
        pipe = await Pipe.open(f"postgresql://postgres@127.0.0.1:{between.port}/postgres")
        lost = asyncio.Event()
        pipe.lost = lost.set
        asked = pipe.send([(b"select pg_sleep(60)", (), 0)])
        between.break_off()  # the warning and the reset are both there before the loop looks
        with pytest.raises(StoreLost):
            async with asyncio.timeout(10):
                await asked
        assert lost.is_set()

    run(ask())
