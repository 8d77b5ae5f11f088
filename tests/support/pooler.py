"""A PgBouncer of the tests' own, from Debian's package, before a PostgreSQL."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cluster import Cluster, free_port

SETTINGS = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 40
server_login_retry = 0.2
"""


class Pooler:
    """In that `mode`: session or transaction."""

    def __init__(self, cluster: Cluster, folder: Path, mode: str) -> None:
        self.port = free_port()
        self._file = folder / "pgbouncer.ini"
        self._file.write_text(SETTINGS.format(server=cluster.port, port=self.port, mode=mode))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        # It refuses to run as root.
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        with self._file.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen([program, *user, str(self._file)], stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            said = self._file.with_suffix(".log").read_text()
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def url(self, other: str) -> str:
        """The way to that database through it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{other.rpartition('/')[2]}"


@contextlib.contextmanager
def pooling(cluster: Cluster, folder: Path, mode: str) -> Iterator[Pooler]:
    """Raises LookupError where it is not installed."""
    if shutil.which("pgbouncer") is None and not Path("/usr/sbin/pgbouncer").exists():
        raise LookupError("PgBouncer is not installed: apt-get install pgbouncer")
    pooler = Pooler(cluster, folder, mode)
    try:
        pooler.start()
        yield pooler
    finally:
        pooler.kill()
