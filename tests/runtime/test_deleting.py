"""Deleting for good: what others are to know of an instance goes first, what it called goes with it, and what somebody
else is about to archive does not come back."""

import asyncio
from typing import Any, Final

import pytest
from invariants import check
from server import Bench, line

from andante.runtime import Problem, StoreProblem, removing
from andante.store import archive

CALLER: Final = "caller " + line(
    '<startEvent id="s"/>', '<callActivity id="call" calledElement="called"/>', '<userTask id="after"/>',
    '<endEvent id="e"/>',
)  # fmt: skip
CALLED: Final = "called " + line('<startEvent id="s"/>', '<userTask id="do"/>', '<endEvent id="e"/>')


async def test_a_called_instance_is_not_deleted_before_its_caller_knows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.deploy(CALLER, CALLED)
    caller = await bench.start("caller")
    await bench.runtime.outbox.drain()
    (called,) = (await bench.runtime.detail(caller.id)).children
    gate = asyncio.Event()
    deliver = bench.runtime.outbox._deliver

    async def held_up(*letter: Any) -> None:
        await gate.wait()
        await deliver(*letter)

    monkeypatch.setattr(bench.runtime.outbox, "_deliver", held_up)
    monkeypatch.setattr(removing, "PATIENCE", 0.05)
    await bench.complete((await bench.todo())[0])
    with pytest.raises(Problem) as refused:
        await bench.runtime.delete_instance(called, who="adam")
    assert (refused.value.status, refused.value.code) == (409, "bpm.instance.open")
    deletion = asyncio.ensure_future(bench.runtime.delete_instance(called, who="adam"))
    gate.set()
    await deletion
    await bench.runtime.outbox.drain()
    (after,) = await bench.todo()
    assert after.element == "after"
    check(bench.url)


async def test_what_an_instance_called_goes_with_it(bench: Bench) -> None:
    await bench.deploy(CALLER, CALLED)
    caller = await bench.start("caller")
    other = await bench.start("caller")
    await bench.runtime.outbox.drain()
    await bench.runtime.delete_instance(caller.id, who="adam", force=True)
    left = await bench.runtime.store.read("select root_id from instance order by id")
    assert left == [(other.id,), (other.id,)]
    for table in archive.OF_INSTANCE:
        rows = await bench.runtime.store.read(f"select distinct instance_id from {table}")
        assert len(rows) <= 2
    check(bench.url)


@pytest.mark.parametrize("kept", [True, False])
async def test_what_was_deleted_does_not_come_into_the_archive(bench: Bench, kept: bool) -> None:
    await bench.deploy(CALLED)
    ids = [(await bench.start("called")).id for _ in range(2)]
    for task in await bench.todo():
        await bench.complete(task)
    store = bench.runtime.store
    rows = await store.read("select id, seq from instance")
    finished = [archive.Finished(id, seq, id) for id, seq in rows]
    read = await archive.packed(store, ids, bench.clock.now()) if kept else []
    await bench.runtime.delete_instance(ids[0], who="adam")
    with pytest.raises(StoreProblem):
        await store.write(archive.removal(finished, read))
    assert await store.read("select id from archive") == []
    assert await store.read("select id from instance") == [(ids[1],)]
    check(bench.url)
