"""Who looks on hears that something has changed, whichever server wrote it."""

import asyncio
from pathlib import Path

from server import START, bpmn, line

from andante.runtime import Runtime, TestClock

ASK = "ask " + line('<startEvent id="start"/>', '<userTask id="ask"/>', '<endEvent id="end"/>')


async def test_a_change_is_told_to_those_who_look_at_it(database_url: str) -> None:
    clock = TestClock(START)
    one = await Runtime.open(database_url, clock=clock, timers=False)
    two = one if database_url.startswith("sqlite") else await Runtime.open(database_url, clock=clock, timers=False)
    try:
        await one.deploy_xml(bpmn(ASK), who="t")
        first, second = [await one.start("ask", who="t") for _ in range(2)]
        whole = two.changes.watch()
        watcher, other = two.changes.watch(first.id), two.changes.watch(second.id)
        while await whole.changed(1):  # what was written before is told too
            pass
        await watcher.changed(0), await other.changed(0)

        await one.act(first.id, "suspend", who="t")
        assert await watcher.changed(10)
        assert await whole.changed(0)
        assert not await other.changed(0)
        assert not await watcher.changed(0)

        for each in (watcher, other):
            each.stop()
        assert two.changes.watching() == 1
        two.end_waiting()
        assert whole.over
        assert not await whole.changed(10)
        late = two.changes.watch()
        assert late.over
    finally:
        await one.close()
        if two is not one:
            await two.close()


async def test_very_many_changes_are_told_as_one(tmp_path: Path) -> None:
    runtime = await Runtime.open(f"sqlite:///{tmp_path}/andante.db", clock=TestClock(START), timers=False)
    try:
        await runtime.deploy_xml(bpmn(ASK), who="t")
        watched = await runtime.start("ask", who="t")
        watcher = runtime.changes.watch(watched.id)
        while await watcher.changed(0.5):
            pass
        await asyncio.gather(*(runtime.start("ask", business_key=str(number), who="t") for number in range(150)))
        assert await watcher.changed(10)
    finally:
        await runtime.close()
