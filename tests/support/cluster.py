"""A PostgreSQL of the tests' own, from Debian's package, in a private directory, on a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import psycopg

SETTINGS = """
max_connections = 200
shared_buffers = 128MB
wal_level = replica
max_wal_senders = 4
hot_standby = on
logging_collector = off
"""

MEMORY: Final = "/dev/shm"
ROOM: Final = 4 << 30  # bytes: for as many servers as run beside each other


def programs() -> Path | None:
    """The folder with the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    at_hand = shutil.which("initdb")
    return Path(at_hand).resolve().parent if at_hand else None


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Cluster:
    """Not started until `start`. `durable`: it waits for the disk; else only a crash of the machine loses anything.
    `listen`: addresses of this machine beside the usual one."""

    def __init__(self, folder: Path, *, durable: bool = False, port: int = 0, listen: Sequence[str] = ()) -> None:
        bin_folder = programs()
        if bin_folder is None:
            raise LookupError("PostgreSQL is not installed: apt-get install postgresql")
        self.bin = bin_folder
        self.folder = folder
        self.data = folder / "data"
        self.port = port or free_port()
        self.durable = durable
        self.listen = ["127.0.0.1", *listen]

    def _run(self, *command: str) -> str:
        # The server refuses to run as root.
        before = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        done = subprocess.run([*before, *command], capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            shutil.chown(path, "postgres", "postgres")

    def create(self) -> None:
        """Make the files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        self._run(str(self.bin / "initdb"), "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS + f"unix_socket_directories = '{self.folder}'\n")
            settings.write("" if self.durable else "fsync = off\nfull_page_writes = off\n")
        with (self.data / "pg_hba.conf").open("a") as who:
            who.write("host replication all 127.0.0.1/32 trust\nhost all all samenet trust\n")

    def start(self) -> None:
        self._run(
            str(self.bin / "pg_ctl"), "-D", str(self.data), "-w", "-t", "60", "-l", str(self.folder / "log"),
            "-o", f"-p {self.port} -c listen_addresses={','.join(self.listen)}", "start",
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self._run(str(self.bin / "pg_ctl"), "-D", str(self.data), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """As a crash would: no process has time for anything."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.01)  # until the machine has cleared up

    def processes(self) -> list[int]:
        """The server's process and its children."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return []
        server = pid_file.read_text().split("\n", 1)[0]
        found = subprocess.run(["pgrep", "-P", server], capture_output=True, text=True, check=False).stdout.split()
        alive = [int(server)] if Path(f"/proc/{server}").exists() else []
        return [*alive, *map(int, found)]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            done = connection.execute(sql.encode())
            return done.fetchall() if done.description else []

    def copy(self, template: str, name: str) -> None:
        """A database `name` like `template`. Its files are copied, not written page by page."""
        by_files = self.execute("select current_setting('server_version_num')::int >= 150000") == [(True,)]
        self.execute(f"create database {name} template {template}{' strategy file_copy' if by_files else ''}")

    def standby(self, folder: Path, *, port: int = 0) -> "Cluster":
        """A started copy that follows this one: nothing is acknowledged before the copy has it."""
        copy = Cluster(folder, durable=self.durable, port=port, listen=self.listen[1:])
        folder.mkdir(parents=True, exist_ok=True)
        self._own(folder)
        self._run(
            str(self.bin / "pg_basebackup"), "-D", str(copy.data), "-R", "-X", "stream", "-c", "fast",
            "-d", f"host=127.0.0.1 port={self.port} user=postgres application_name=copy",
        )  # fmt: skip
        with (copy.data / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{folder}'\n")
        copy.start()
        self.execute("alter system set synchronous_standby_names = 'copy'")
        self.execute("alter system set synchronous_commit = 'on'")
        self.execute("select pg_reload_conf()")
        return copy

    def archive_to(self, folder: Path) -> None:
        """Before `start`: keep all that is written ahead in that folder, too."""
        folder.mkdir(parents=True)
        self._own(folder)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"archive_mode = on\narchive_command = 'cp %p {folder}/%f'\n")

    def base_backup(self, folder: Path) -> None:
        """A copy of all files, while others write."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._own(folder.parent)
        self._run(
            str(self.bin / "pg_basebackup"), "-D", str(folder), "-X", "none", "-c", "fast",
            "-d", f"host=127.0.0.1 port={self.port} user=postgres",
        )  # fmt: skip

    def restored(self, base: Path, archive: Path, until: str) -> "Cluster":
        """A started cluster of that copy (which it takes), led on by the archive to the restore point `until`."""
        found = Cluster(base.parent, durable=self.durable)
        base.rename(found.data)
        (found.data / "recovery.signal").touch()
        self._own(found.data / "recovery.signal")
        with (found.data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"archive_mode = off\nrestore_command = 'cp {archive}/%f %p'\nrecovery_target_name = '{until}'\n"
                f"recovery_target_action = promote\nunix_socket_directories = '{base.parent}'\n"
            )
        found.start()
        deadline = time.monotonic() + 60
        while found.execute("select pg_is_in_recovery()") == [(True,)]:
            assert time.monotonic() < deadline
        return found

    def promote(self) -> None:
        self.execute("alter system reset synchronous_standby_names")
        self._run(str(self.bin / "pg_ctl"), "-D", str(self.data), "-w", "promote")
        self.execute("select pg_reload_conf()")


def _memory() -> str | None:
    """A folder that is memory, where there is one with room: databases are made there in half the time."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= ROOM:
            return MEMORY
    return None


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """A started cluster that is gone afterwards. Raises LookupError where PostgreSQL is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="andante-pg-", dir=None if durable else _memory()))
    cluster = Cluster(folder, durable=durable)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        with contextlib.suppress(RuntimeError):
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
