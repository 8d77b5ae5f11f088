"""What the retention takes away is in the sums of the insight before it goes."""

from collections.abc import AsyncIterator

import pytest
from server import HOUR, START, Bench, line

from andante.runtime import Runtime, RuntimeSettings, TestClock

ONE = "one " + line('<startEvent id="s"/>', '<endEvent id="e"/>')


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    clock, settings = TestClock(START), RuntimeSettings(retention="PT1H", archive=False)
    runtime = await Runtime.open(database_url, clock=clock, timers=False, settings=settings)
    yield Bench(runtime, clock, database_url)
    await runtime.close()


async def test_nothing_goes_before_it_is_counted(bench: Bench) -> None:
    """A server that was down when its retention passed takes it away and loses nothing of the reports."""
    await bench.deploy(ONE)
    for _ in range(3):
        await bench.start("one")
    await bench.pass_time(HOUR)
    assert await bench.runtime.upkeep.retention.carry_out() == 3
    insight = bench.runtime.insight
    assert [each.count for each in await insight.reports.processes(insight.period())] == [3]
    await insight.projector.catch_up()
    assert [each.count for each in await insight.reports.processes(insight.period())] == [3]


async def test_what_cannot_be_counted_stays_and_the_rest_goes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    await bench.deploy(ONE, ONE.replace("one ", "other "))
    stays = (await bench.start("one")).id
    await bench.start("other")
    await bench.pass_time(HOUR)
    count = bench.runtime.insight.projector._add

    async def refusing(whole: object, instance_id: str, *more: object) -> None:
        if instance_id == stays:
            raise ValueError("not to be read")
        await count(whole, instance_id, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.runtime.insight.projector, "_add", refusing)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    assert await bench.runtime.store.read("select id from instance") == [(stays,)]
