"""How many instances may be started from outside: a second, and while others are open."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from server import HOUR, START, Bench, bpmn, line

from andante.runtime import Problem, Runtime, RuntimeSettings, TestClock

ROOTS = '<message id="m" name="paid"/><signal id="s" name="alarm"/>'
TIMER = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
ORDER = "order " + line('<startEvent id="start"/>', '<userTask id="look"/>', '<endEvent id="end"/>')
CALL = '<callActivity id="all" calledElement="order"/>'
CALLER = "caller " + line('<startEvent id="start"/>', CALL, '<endEvent id="e"/>')
EVENTS = "{} " + line(
    '<startEvent id="start"><messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="s"/>'
    "{}</startEvent>",
    '<userTask id="look"/>',
    '<endEvent id="end"/>',
)


@pytest.fixture
async def limited(database_url: str) -> AsyncIterator[Bench]:
    clock = TestClock(START)
    settings = RuntimeSettings(starts=2, open_instances=6)
    bench = Bench(await Runtime.open(database_url, clock=clock, timers=False, settings=settings), clock, database_url)
    await bench.deploy(ORDER, CALLER, EVENTS.format("one", TIMER), EVENTS.format("two", ""), extra=ROOTS)
    yield bench
    await bench.runtime.close()


async def test_only_what_comes_from_outside_is_held_up(limited: Bench) -> None:
    runtime = limited.runtime

    async def refused(code: str, count: int) -> int:
        """The seconds to wait; nothing was started."""
        with pytest.raises(Problem) as told:
            await runtime.start("order", who="ann")
        assert (told.value.status, told.value.code) == (429, code)
        assert (await runtime.open_counts())[0] == count
        return told.value.wait

    # Two a second. A call takes along as many others as it likes.
    await runtime.start("caller", who="ann")
    await runtime.run_due()
    await runtime.start("order", who="ann")
    assert await refused("bpm.instance.tooMany", 3) == 1
    limited.clock.set(limited.clock.now() + 500)
    first = await runtime.start("order", who="ann")  # half of what there is a second
    await refused("bpm.instance.tooMany", 4)

    # A message or signal counts as often as it starts something.
    limited.clock.set(limited.clock.now() + 500)
    pace = runtime.conditions.pace
    with pytest.raises(Problem, match="within a second"):
        await pace.demand_for("signal", "alarm")
    await pace.demand_for("message", "nobody waits for it")
    limited.clock.set(limited.clock.now() + 500)
    await pace.demand_for("message", "paid")
    await runtime.publish("paid", who="bank")

    # Six at a time. Timers and what runs already go on, beyond it as well.
    await limited.pass_time(HOUR)
    assert await refused("bpm.instance.tooManyOpen", 7) == 5
    await runtime.act(first.id, "terminate", who="ann")
    await refused("bpm.instance.tooManyOpen", 6)
    await runtime.act((await limited.todo())[0].instance_id, "terminate", who="ann")
    await refused("bpm.instance.tooManyOpen", 5)  # it is looked at once a second
    limited.clock.set(limited.clock.now() + 1_000)
    await runtime.start("order", who="ann")
    assert pace.refused == {"rate": 3, "open": 3}


async def test_servers_that_share_a_database_share_the_starts_of_a_second(postgres_url: str) -> None:
    clock = TestClock(START)
    settings = RuntimeSettings(starts=5)
    servers = [await Runtime.open(postgres_url, clock=clock, timers=False, settings=settings) for _ in range(2)]
    await servers[0].deploy_xml(bpmn(ORDER), who="ann")
    started = 0
    for server in servers:
        for _ in range(5):
            with contextlib.suppress(Problem):
                await server.start("order", who="ann")
                started += 1
    assert [server.conditions.pace.refused["rate"] for server in servers] == [3, 3]
    assert started == 4
    for server in servers:
        await server.close()
