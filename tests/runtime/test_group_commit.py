"""Many commands, one transaction; one that fails harms no other; a disk that refuses takes back what it refused."""

import asyncio

import pytest
from invariants import check
from server import Bench, line

from andante.runtime import InstanceQuery, Problem

APPROVAL = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')


async def test_commands_that_are_ready_together_share_a_commit(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    before = bench.runtime.executor.batches
    await asyncio.gather(*(bench.start("approval") for _ in range(200)))
    assert bench.runtime.executor.batches - before <= 3
    assert (await bench.runtime.instances(InstanceQuery())).total == 200


async def test_a_bad_command_among_good_ones_fails_alone(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    one = await bench.start("approval")
    (task,) = await bench.todo()
    results = await asyncio.gather(
        bench.start("approval"),
        bench.runtime.set_variables(one.id, {"text": "\ud800"}, who="anna", introduce=True),
        bench.runtime.set_variables(one.id, {"text": "good"}, who="anna", introduce=True),
        bench.runtime.act("nobody", "suspend", who="anna"),
        bench.complete(task),
        bench.complete(task),
        bench.start("approval"),
        return_exceptions=True,
    )
    failed = [r.status if isinstance(r, Problem) else 0 for r in results]
    assert failed == [0, 400, 0, 404, 0, 409, 0]
    assert await bench.runtime.variables(one.id) == {"text": "good"}
    assert await bench.state(one.id) == "Completed OK"
    check(bench.url)


async def test_two_who_complete_the_same_task_one_wins(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    await bench.start("approval")
    (task,) = await bench.todo()
    results = await asyncio.gather(*(bench.complete(task, who) for who in "abcde"), return_exceptions=True)
    assert sum(not isinstance(r, Problem) for r in results) == 1
    assert {r.status for r in results if isinstance(r, Problem)} == {409}


async def _fill(bench: Bench) -> str:
    """Let the database refuse what is large. Returns what ends that."""
    store = bench.runtime.store
    if bench.url.startswith("postgresql"):
        await store.write([("alter table instance add constraint full_disk check (octet_length(data) < 10000)", [])])
        return "alter table instance drop constraint full_disk"
    (pages,) = await store.get("pragma page_count") or (0,)
    await store.write([(f"pragma max_page_count={pages}", [])])
    return "pragma max_page_count=1000000"


async def test_a_full_disk_is_a_503_and_changes_nothing(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    one = await bench.start("approval")
    room = await _fill(bench)
    big = "x" * 200_000
    with pytest.raises(Problem) as refused:
        await bench.runtime.set_variables(one.id, {"big": big}, who="anna", introduce=True)
    assert refused.value.status == 503
    assert await bench.runtime.variables(one.id) == {}
    await bench.runtime.store.write([(room, [])])
    await bench.runtime.set_variables(one.id, {"big": big}, who="anna", introduce=True)
    assert await bench.runtime.variables(one.id) == {"big": big}
    check(bench.url)


async def test_closed_instances_and_those_left_suspended_cost_no_memory(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    one, two, three = [await bench.start("approval") for _ in range(3)]
    assert bench.runtime.executor.cached == 3
    await bench.runtime.act(one.id, "suspend", who="olga")
    await bench.runtime.act(two.id, "terminate", who="olga")
    assert bench.runtime.executor.cached == 2
    await bench.runtime.run_due()
    await bench.runtime.run_due()  # twice looked at, and nothing was done with the suspended one
    assert bench.runtime.executor.cached == 1
    assert not (await bench.runtime.instance(three.id)).closed
