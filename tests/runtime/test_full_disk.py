"""The database's disk is full: who asks is told so, nothing acknowledged is lost, and it goes on when there is room."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from cluster import Cluster
from invariants import check
from server import START, bpmn, line

from andante.runtime import Problem, Runtime, TaskQuery, TestClock
from andante.store.sqlite import SqliteStore

WORK = "work " + line('<startEvent id="start"/>', '<userTask id="do"/>', '<endEvent id="end"/>')
LARGE: Final = "x" * 20_000  # so that there is soon no room
MOST: Final = 2_000
DISK: Final = 64  # MB
Room = Callable[[Runtime, bool], None]


@pytest.fixture
def small_file(tmp_path: Path) -> tuple[str, Room]:
    """SQLite is told that there is no room for another page."""

    def room(runtime: Runtime, there: bool) -> None:
        assert isinstance(runtime.store, SqliteStore)
        connection = runtime.store._writer._connection
        ((pages,),) = connection.execute("pragma page_count").fetchall()
        connection.execute(f"pragma max_page_count={1_000_000 if there else pages + 10}")

    return f"sqlite:///{tmp_path}/andante.db", room


@pytest.fixture
def small_disk(cluster: Cluster) -> Iterator[tuple[str, Room]]:
    """The tables of PostgreSQL have a small disk of their own, which somebody else fills."""
    disk = cluster.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "andante", disk], capture_output=True)
    if os.getuid() or mounted.returncode:
        pytest.skip(f"NOT TESTED: a full disk under PostgreSQL, for that takes root. {mounted.stderr.decode()}")
    ballast = disk / "ballast"

    def room(_: Runtime, there: bool) -> None:
        if there:
            ballast.unlink()
            return
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65_536))

    try:
        shutil.chown(disk, "postgres", "postgres")
        cluster.execute(f"create tablespace small location '{disk}'")
        cluster.execute("create database andante_full tablespace small")
        yield cluster.url("andante_full"), room
        cluster.execute("drop database andante_full with (force)")
        cluster.execute("drop tablespace small")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("where", ["small_file", "small_disk"])
async def test_a_full_disk_loses_nothing(where: str, request: pytest.FixtureRequest) -> None:
    url, room = request.getfixturevalue(where)
    runtime = await Runtime.open(url, clock=TestClock(START), timers=False)
    await runtime.deploy_xml(bpmn(WORK), who="ann")
    done = [(await runtime.start("work", variables={"text": LARGE}, who="ann")).id]

    async def fill() -> None:
        for _ in range(MOST):
            done.append((await runtime.start("work", variables={"text": LARGE}, who="ann")).id)

    room(runtime, False)
    with pytest.raises(Problem) as full:
        await fill()
    assert full.value.status == 503
    assert len(done) < MOST
    with pytest.raises(Problem) as still:
        await runtime.start("work", variables={"text": LARGE * 10}, who="ann")
    assert still.value.status == 503
    shown = await runtime.tasks(TaskQuery(everything=True, limit=1))
    assert shown.total == len(done)  # what changes nothing goes on

    room(runtime, True)
    for instance_id in done[:3]:
        await runtime.set_variables(instance_id, {"more": LARGE}, who="ann", introduce=True)
        await runtime.act(instance_id, "terminate", who="ann")
    done.append((await runtime.start("work", variables={"text": LARGE}, who="ann")).id)
    await runtime.close()
    assert check(url).keys() == set(done)
