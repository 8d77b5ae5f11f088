"""Jobs that are sent to a worker: as many as it may hold, whoever they are reported to, until the server stops."""

import asyncio

from server import Bench, line

from andante.runtime.job_stream import LOOK

DIG = "dig " + line('<startEvent id="s"/>', '<serviceTask id="work" andante:type="dig"/>', '<endEvent id="e"/>')


async def test_what_was_reported_elsewhere_makes_room(bench: Bench) -> None:
    await bench.deploy(DIG)
    one, two = [await bench.start("dig") for _ in range(2)]
    with bench.runtime.jobs.stream(["dig"], "w", 1, 60_000) as sent:
        (first,) = await sent.next(20)
        assert await sent.next(0) == []
        await bench.runtime.jobs.held.complete(first.id, "w", {}, {}, who="w")  # which it is not told of
        (second,) = await sent.next(20 * LOOK)  # it is seen at the next look
    assert {first.instance_id, second.instance_id} == {one.id, two.id}


async def test_a_lock_that_is_over_makes_room(bench: Bench) -> None:
    await bench.deploy(DIG)
    await bench.start("dig")
    with bench.runtime.jobs.stream(["dig"], "w", 1, 60_000) as sent:
        (first,) = await sent.next(20)
        bench.clock.set(bench.clock.now() + 60_001)
        assert [job.id for job in await sent.next(20 * LOOK)] == [first.id]


async def test_it_ends_with_the_server(bench: Bench) -> None:
    with bench.runtime.jobs.stream(["dig"], "w", 1, 60_000) as sent:
        waiting = asyncio.create_task(sent.next(600))
        await asyncio.sleep(0)
        bench.runtime.end_waiting()
        assert await asyncio.wait_for(waiting, 10) == []
        assert sent.over
    with bench.runtime.jobs.stream(["dig"], "w", 1, 60_000) as late:
        assert await late.next(600) == []
    assert bench.runtime.jobs.streams == 0
