"""Instances that are moved and migrated on a real database: what is on the disk is whole, also for others meanwhile."""

import asyncio

import invariants
import pytest
from server import Bench, line

from andante.engine.commands import MoveToken
from andante.runtime import Problem, Runtime

OLD = "job " + line(
    '<startEvent id="start"/>', '<userTask id="do" name="Do it"/>', '<serviceTask id="ship"/>', '<endEvent id="end"/>'
)
NEW = "job " + line(
    '<startEvent id="start"/>', '<userTask id="make" name="Make it"/>', '<userTask id="check"/>',
    '<serviceTask id="ship"/>', '<endEvent id="end"/>',
)  # fmt: skip
NAMES = {"do": "make"}


async def test_commands_that_come_together_see_one_version_after_the_other(bench: Bench) -> None:
    await bench.deploy(OLD)
    record = await bench.start("job")
    await bench.deploy(NEW)
    (task,) = await bench.todo()
    runtime = bench.runtime
    moved, done = await asyncio.gather(
        runtime.migrate(record.id, "1.0.1", who="oda", mapping=NAMES, reason="better"),
        runtime.task_action(task.id, "complete", who="anna"),
    )
    assert (moved.version, done.state) == ("1.0.1", "completed")
    # With a database that is asked over a wire the other of the two may be first: then the new element is passed.
    expected = (["check"],) if bench.url.startswith("sqlite") else (["check"], [])
    assert [each.element for each in await bench.todo()] in expected
    with pytest.raises(Problem, match="already"):
        await runtime.migrate(record.id, "1.0.1", who="oda")
    await runtime.executor.idle()
    invariants.check(bench.url)


async def test_after_a_restart_it_goes_on_by_its_new_version(bench: Bench) -> None:
    await bench.deploy(OLD)
    record = await bench.start("job")
    await bench.deploy(NEW)
    await bench.runtime.migrate(record.id, "1.0.1", who="oda", mapping=NAMES)
    await bench.runtime.close()
    bench.runtime = await Runtime.open(bench.url, clock=bench.clock, timers=False)
    (task,) = await bench.todo()
    assert (task.element, task.version) == ("make", "1.0.1")
    await bench.runtime.move(record.id, "make", "ship", who="oda", reason="ready made")
    (job,) = await bench.runtime.activate_jobs(["ship"], worker="w")
    await bench.runtime.job_action(job.id, "complete", who="w")
    assert (await bench.runtime.instance(record.id)).state == "Completed OK"
    elements = [entry.element for entry in await bench.runtime.history(record.id) if entry.kind == "ElementEntered"]
    assert elements == ["start", "do", "ship", "end"]
    await bench.runtime.executor.idle()
    invariants.check(bench.url)


async def test_a_change_that_is_refused_half_way_leaves_no_trace(bench: Bench) -> None:
    await bench.deploy(NEW)
    record, other = await bench.start("job"), await bench.start("job")
    live = bench.runtime.live
    half = [MoveToken("make", "check"), MoveToken("", "make"), MoveToken("", "nowhere")]
    with pytest.raises(Problem, match="nowhere"):
        await live.modify(record.id, half, who="oda", variables={"x": 1})
    assert await bench.runtime.variables(record.id) == {}
    whole = asyncio.gather(
        live.modify(record.id, half[:2], who="oda", variables={"x": 1}),
        live.modify(other.id, [MoveToken("", "check"), MoveToken("", "nowhere")], who="oda"),
        live.modify(record.id, half, who="oda"), return_exceptions=True,
    )  # fmt: skip
    assert [isinstance(each, Problem) for each in await whole] == [False, True, True]
    assert sorted(each.element for each in await bench.todo()) == ["check", "make", "make"]
    assert await bench.runtime.variables(record.id) == {"x": 1}
    await bench.runtime.executor.idle()
    invariants.check(bench.url)


async def test_a_refused_migration_leaves_the_instance_as_it_is(bench: Bench) -> None:
    await bench.deploy(OLD)
    record = await bench.start("job")
    await bench.deploy(NEW)
    with pytest.raises(Problem, match="no such element"):
        await bench.runtime.migrate(record.id, "1.0.1", who="oda")
    (task,) = await bench.todo()
    await bench.runtime.task_action(task.id, "complete", who="anna")
    assert (await bench.runtime.instance(record.id)).next_element == "ship"
    invariants.check(bench.url)
