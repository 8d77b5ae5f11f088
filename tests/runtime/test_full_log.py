"""The disk of PostgreSQL's write-ahead log is full: PostgreSQL stops itself. Who asks is told so, nothing acknowledged
is lost, and it goes on when there is room."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from cluster import Cluster
from invariants import check
from server import START, bpmn, line

from andante.runtime import Problem, Runtime, TestClock
from andante.runtime.problem import LATER
from andante.store.postgres import line as lines

WORK: Final = "work " + line('<startEvent id="start"/>', '<userTask id="do"/>', '<endEvent id="end"/>')
DISK: Final = 64  # MB: some segments of 16
BACK: Final = 60.0  # seconds until it must be there again


class Disk:
    """A small one for the log of a PostgreSQL of its own."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65_536))
        with contextlib.suppress(psycopg.Error):
            self.cluster.execute("select pg_switch_wal()")  # what is written next needs another segment

    def clear(self) -> None:
        """Somebody makes room, and starts PostgreSQL where it has given up."""
        self._ballast.unlink()
        if not self.cluster.processes():
            (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)
            self.cluster.start()


@pytest.fixture
def disk() -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="andante-log-"))
    shutil.chown(folder, "postgres") if os.getuid() == 0 else None
    log = folder / "log-disk"
    log.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "andante", log], capture_output=True)
        if os.getuid() or mounted.returncode:
            pytest.skip(f"NOT TESTED: a full disk under PostgreSQL's log, that takes root. {mounted.stderr.decode()}")
        try:
            cluster = Cluster(folder / "cluster")
        except LookupError as missing:
            pytest.skip(f"NOT TESTED ON POSTGRESQL: {missing}")
        cluster.create()
        place = log / "wal"
        shutil.copytree(cluster.data / "pg_wal", place)
        shutil.rmtree(cluster.data / "pg_wal")
        (cluster.data / "pg_wal").symlink_to(place)
        subprocess.run(["chown", "-R", "postgres:postgres", log], check=True)
        cluster.start()
        yield Disk(cluster, log)
        with contextlib.suppress(RuntimeError):
            cluster.stop("immediate")
    finally:
        subprocess.run(["umount", "-l", log], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(180)
async def test_a_full_log_loses_nothing(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 0.2)
    disk.cluster.execute("create database andante")
    url = disk.cluster.url("andante")
    runtime = await Runtime.open(url, clock=TestClock(START), timers=False)
    try:
        await runtime.deploy_xml(bpmn(WORK), who="ann")
        done = [(await runtime.start("work", who="ann")).id for _ in range(20)]
        await asyncio.to_thread(disk.fill)
        refused: list[Problem] = []
        while len(refused) < 5:
            try:
                done.append((await runtime.start("work", who="ann")).id)
            except Problem as problem:
                refused.append(problem)
        assert {each.status for each in refused} <= {503, 504}
        assert {each.code for each in refused} <= LATER
        assert "No space left on device" in (disk.cluster.folder / "log").read_text()
        await asyncio.to_thread(disk.clear)
        async with asyncio.timeout(BACK):
            while True:
                try:
                    done.append((await runtime.start("work", who="ann")).id)
                except Problem:
                    continue
                break
        await runtime.set_variables(done[0], {"a": 1}, who="ann", introduce=True)
        assert await runtime.variables(done[0]) == {"a": 1}
    finally:
        await runtime.close()
    found = check(url).keys()
    assert set(done) <= found
    assert len(found) <= len(done) + len(refused), "what was doubtful may be there, and nothing else"
