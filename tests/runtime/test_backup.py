"""Backup and restore for real: under load, and what was acknowledged before it is in it."""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cluster import Cluster, programs
from invariants import check
from server import START, bpmn, line

from andante.runtime import Runtime, StoreProblem, TaskQuery, TestClock
from andante.runtime.upkeep import verify_database
from andante.store.sqlite.backup import backup

APPROVAL = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')


class Load:
    """Several who start and complete, and what they were told."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.acknowledged: dict[str, int] = {}
        self._ends = False

    async def work(self) -> None:
        while not self._ends:
            started = await self.runtime.start("approval", who="anna", variables={"text": "x" * 200})
            self.acknowledged[started.id] = 1
            (task,) = (await self.runtime.tasks(TaskQuery(everything=True, instance_id=started.id))).items
            await self.runtime.task_action(task.id, "complete", who="ben")
            self.acknowledged[started.id] = 2

    async def more(self, count: int) -> None:
        """Return when so many more were started."""
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted:
            await asyncio.sleep(0)

    def end(self) -> None:
        self._ends = True


@asynccontextmanager
async def loaded(url: str) -> AsyncIterator[Load]:
    runtime = await Runtime.open(url, clock=TestClock(START), timers=False)
    await runtime.deploy_xml(bpmn(APPROVAL), who="dora")
    load = Load(runtime)
    workers = [asyncio.create_task(load.work()) for _ in range(8)]
    try:
        await load.more(50)
        yield load
    finally:
        load.end()
        await asyncio.gather(*workers, return_exceptions=True)
        await runtime.close()


async def sound(url: str, acknowledged: dict[str, int]) -> dict[str, int]:
    """Nothing is wrong with that database, it has all of this, and a server goes on with it. Its instances."""
    found = check(url)
    assert {id for id, seq in acknowledged.items() if found.get(id, 0) < seq} == set()
    parts = [part async for part in verify_database(url)]
    assert [drift for part in parts for drift in part.drift] == []
    assert sum(part.checked for part in parts) == len(found)
    runtime = await Runtime.open(url, clock=TestClock(START), timers=False)
    try:
        for task in (await runtime.tasks(TaskQuery(everything=True))).items:
            await runtime.task_action(task.id, "complete", who="ben")
        assert (await runtime.start("approval", who="anna")).state == "Waiting for user interaction"
    finally:
        await runtime.close()
    return found


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may look into."""
    folder = Path(tempfile.mkdtemp(prefix="andante-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def copied(url: str, to: Path, load: Load, copy: Callable[[], object]) -> dict[str, int]:
    """Copy while the load goes on; what was acknowledged before it began."""
    before = dict(load.acknowledged)
    copying = asyncio.create_task(asyncio.to_thread(copy))
    await load.more(20)
    await copying
    assert to.exists()
    return before


async def test_a_file_is_copied_under_load(tmp_path: Path) -> None:
    url, to = f"sqlite:///{tmp_path}/andante.db", tmp_path / "copy.db"
    async with loaded(url) as load:
        before = await copied(url, to, load, lambda: backup(url, to))
        after = dict(load.acknowledged)
    assert to.stat().st_mode & 0o777 == 0o600
    found = await sound(f"sqlite:///{to}", before)
    assert len(before) <= len(found) <= len(after)
    assert sorted(path.name for path in tmp_path.glob("*.part*")) == []


def test_one_hears_how_far_a_copy_is(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "large.db")) as large:
        large.execute("create table instance (id integer primary key, data blob)")
        large.executemany("insert into instance (data) values (?)", [(b"x" * 400,)] * 20_000)
        large.commit()
    heard: list[tuple[int, int]] = []
    size = backup(f"sqlite:///{tmp_path}/large.db", tmp_path / "copy.db", lambda *so_far: heard.append(so_far))
    assert {total for _, total in heard} == {size}
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert size / 3 < heard[-1][0] <= size


def test_what_cannot_be_copied(tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"mine")
    missing = f"sqlite:///{tmp_path}/missing.db"
    for url, to, words in (
        (missing, taken, "there already"),
        (missing, tmp_path / "copy.db", "cannot be copied"),
        (f"sqlite:///{taken}", tmp_path / "copy.db", "cannot be copied"),
        (missing, tmp_path / "nowhere" / "copy.db", "cannot be copied"),
    ):
        with pytest.raises(StoreProblem, match=words):
            backup(url, to)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.db"]
    assert taken.read_bytes() == b"mine"


@pytest.mark.xdist_group("faults")
@pytest.mark.skipif(programs() is None, reason="NOT TESTED ON POSTGRESQL: it is not installed")
async def test_a_cluster_is_copied_under_load_and_led_on_to_a_point(open_folder: Path) -> None:
    folder = open_folder
    cluster = Cluster(folder / "first")
    cluster.create()
    archive, base = folder / "wal", folder / "second" / "base"
    cluster.archive_to(archive)
    cluster.start()
    restored: Cluster | None = None
    try:
        async with loaded(cluster.url()) as load:
            await copied(cluster.url(), base, load, lambda: cluster.base_backup(base))
            await load.more(20)
            before = dict(load.acknowledged)
            await asyncio.to_thread(cluster.execute, "select pg_create_restore_point('good')")
            after = set(load.acknowledged)
            await load.more(20)
            everything = set(load.acknowledged)
        cluster.execute("drop table journal")  # the accident
        cluster.execute("select pg_switch_wal()")
        cluster.stop()
        restored = cluster.restored(base, archive, "good")
        found = await sound(restored.url(), before)
        assert not everything <= found.keys()  # it ends where it was told to
        assert len(found) <= len(after) + 8
    finally:
        for each in (cluster, restored):
            if each is not None and each.processes():
                each.stop("immediate")
