"""What the past tells: sums by process, element, person and queue; forecasts; the history for other tools."""

import asyncio
import csv
import datetime as dt
import io
import random
from collections.abc import AsyncIterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from server import HOUR, START, bpmn, line

from andante.runtime import Runtime, TaskQuery, TestClock
from andante.runtime.insight.exports import csv_line
from andante.runtime.insight.forecast import wilson
from andante.runtime.insight.histogram import Histogram
from andante.runtime.insight.insight import Insight

MINUTE: Final = 60_000
DAY: Final = 24 * HOUR
XES: Final = "{http://www.xes-standard.org/}"
REVIEW: Final = (
    'review <startEvent id="start"/><userTask id="check" name="Check" andante:candidateGroups="clerks"'
    ' andante:outcomes="ok,again"><extensionElements><andante:sla goal="PT1H" deadline="PT4H"/></extensionElements>'
    '</userTask><exclusiveGateway id="good" default="back"/><userTask id="sign" name="Sign" andante:assignee="boss"/>'
    '<endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="check"/>'
    '<sequenceFlow id="b" sourceRef="check" targetRef="good"/>'
    '<sequenceFlow id="back" sourceRef="good" targetRef="check"/>'
    '<sequenceFlow id="c" sourceRef="good" targetRef="sign"><conditionExpression>=$BP.TaskOutcome = "ok"'
    '</conditionExpression></sequenceFlow><sequenceFlow id="d" sourceRef="sign" targetRef="end"/>'
)


class House:
    """A runtime, its clock, and people who do what the test says."""

    def __init__(self, runtime: Runtime, clock: TestClock) -> None:
        self.runtime = runtime
        self.clock = clock

    @property
    def insight(self) -> Insight:
        return self.runtime.insight

    async def pass_by(self, ms: int) -> None:
        self.clock.set(self.clock.now() + ms)
        await self.runtime.run_due()

    async def do(self, instance_id: str, who: str, outcome: str = "") -> None:
        page = await self.runtime.tasks(TaskQuery(everything=True, instance_id=instance_id))
        await self.runtime.task_action(page.items[0].id, "complete", who=who, outcome=outcome)

    async def claim(self, instance_id: str, who: str) -> None:
        page = await self.runtime.tasks(TaskQuery(everything=True, instance_id=instance_id))
        await self.runtime.task_action(page.items[0].id, "claim", who=who)

    async def review(self, *, wait: int = HOUR, work: int = HOUR, sign: int = HOUR, again: int = 0) -> str:
        started = await self.runtime.start("review", who="ann")
        for _ in range(again + 1):
            await self.pass_by(wait)
            await self.claim(started.id, "carl")
            await self.pass_by(work)
            await self.do(started.id, "carl", "again" if again else "ok")
            again -= 1
        await self.pass_by(sign)
        await self.do(started.id, "boss")
        return started.id


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    clock = TestClock(START)
    runtime = await Runtime.open(database_url, clock=clock, timers=False)
    await runtime.deploy_xml(bpmn(REVIEW), who="ann")
    yield House(runtime, clock)
    await runtime.close()


async def test_a_process_and_its_steps(house: House) -> None:
    for _ in range(3):
        await house.review()
    await house.review(wait=3 * HOUR, work=2 * HOUR, again=1)
    gone = await house.runtime.start("review", who="ann")
    await house.runtime.act(gone.id, "terminate", who="ann", reason="twice")
    await house.pass_by(MINUTE)
    assert await house.insight.fresh()
    period = house.insight.period()

    (process,) = await house.insight.reports.processes(period)
    assert (process.definition, process.count, process.cancelled) == ("review", 4, 1)
    assert process.cycle.mean == pytest.approx((3 * 3 + 11) * 3600 / 4)
    # The second look of the last one was late, and so was the first: 5 hours each.
    assert (process.met, process.missed, process.attainment) == (3, 2, 0.6)

    found = {each.name: each for each in await house.insight.reports.elements(period, "review")}
    check, sign = found["check"], found["sign"]
    assert (check.count, check.cancelled, sign.count) == (5, 1, 4)
    assert check.rework == pytest.approx(0.2)
    assert check.wait.mean == pytest.approx((3 + 6) / 5 * 3600)
    assert check.work.mean == pytest.approx((3 + 4) / 5 * 3600)
    assert check.outcomes == {"ok": 4, "again": 1}
    assert sign.wait.mean == 0  # it is the boss's at once
    assert check.share == pytest.approx(16 / 20, abs=0.001)
    assert next(iter(found)) == "check"  # the bottleneck

    people = {each.name: each for each in await house.insight.reports.people(period)}
    assert {name: each.count for name, each in people.items()} == {"carl": 5, "boss": 4}
    (queue,) = await house.insight.reports.queues(period)
    assert (queue.name, queue.count) == ("group:clerks", 5)
    (version,) = await house.insight.reports.versions(period, "review")
    assert version.version == "1.0.0"


async def test_suspended_time_is_left_out_and_nothing_is_counted_twice(house: House) -> None:
    started = await house.runtime.start("review", who="ann")
    await house.pass_by(HOUR)
    await house.runtime.act(started.id, "suspend", who="ann")
    await house.pass_by(10 * DAY)
    await house.runtime.act(started.id, "resume", who="ann")
    await house.pass_by(HOUR)
    await house.do(started.id, "carl", "ok")
    await house.do(started.id, "boss")
    await house.pass_by(MINUTE)
    for _ in range(3):
        await house.insight.fresh()
    (process,) = await house.insight.reports.processes(house.insight.period())
    assert (process.count, process.cycle.mean) == (1, 2 * 3600)

    # What ends later is added, on its day.
    await house.pass_by(2 * DAY)
    await house.review()
    await house.pass_by(MINUTE)
    await house.insight.fresh()
    (process,) = await house.insight.reports.processes(house.insight.period())
    assert process.count == 2
    today = house.insight.period(days=1)
    assert [each.count for each in await house.insight.reports.processes(today)] == [1]
    assert [sums.count for _, sums in await house.insight.reports.days(house.insight.period())] == [1, 1]


async def test_two_servers_count_everything_once(postgres_url: str) -> None:
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    try:
        await one.deploy_xml(bpmn("quick " + line('<startEvent id="start"/>', '<endEvent id="end"/>')), who="ann")
        for _ in range(250):
            await one.start("quick", who="ann")
        clock.set(clock.now() + MINUTE)
        await asyncio.gather(*(each.insight.projector.catch_up() for each in (one, two, one, two)))
        (process,) = await one.insight.reports.processes(one.insight.period())
        assert process.count == 250
    finally:
        await one.close()
        await two.close()


async def test_a_forecast_goes_by_the_past_and_says_how_sure_it_is(house: House) -> None:
    chance = random.Random(1)
    for _ in range(40):
        await house.review(wait=int(chance.uniform(0, 6) * HOUR), work=0, sign=0)
    open_ = await house.runtime.start("review", who="ann")
    await house.pass_by(MINUTE)
    await house.insight.fresh()
    (fresh,) = await house.insight.forecast()
    assert (fresh.task.instance_id, fresh.breached, fresh.certain) == (open_.id, False, True)
    assert fresh.late is not None
    assert fresh.low < 1 / 3 < fresh.high  # two of six hours are beyond the deadline of four

    # The longer it is open, the likelier it is to be late; and the fewer the cases that tell.
    await house.pass_by(3 * HOUR)
    (older,) = await house.insight.forecast()
    assert older.late is not None
    assert older.late > fresh.late
    assert older.cases < fresh.cases
    assert not older.certain
    await house.pass_by(2 * HOUR)
    (late,) = await house.insight.forecast()
    assert (late.breached, late.late) == (True, 1.0)
    assert await house.insight.workload() == [("group:clerks", 1, 1)]


async def test_a_forecast_without_a_past_knows_nothing(house: House) -> None:
    await house.runtime.start("review", who="ann")
    (only,) = await house.insight.forecast()
    assert (only.cases, only.late, only.low, only.high, only.certain) == (0, None, 0.0, 1.0, False)


def value(of: etree._Element, key: str) -> str:
    found = of.find(f"*[@key='{key}']")
    assert found is not None
    return str(found.get("value"))


async def test_the_history_for_other_tools(house: House) -> None:
    first = await house.review(again=1)
    second = await house.runtime.start("review", business_key="=1+1", who="ann")
    xes = b"".join([part async for part in house.insight.exports.stream("xes", "review", 0, 2**50)])
    log = etree.fromstring(xes)
    traces = {value(trace, "concept:name"): trace for trace in log.iter(f"{XES}trace")}
    assert list(traces) == [first, second.id]
    told = [
        (value(event, "concept:name"), value(event, "lifecycle:transition"))
        for event in traces[first].iter(f"{XES}event")
    ]
    assert [each for each in told if each[1] == "complete" and each[0] in ("Check", "Sign")] == [
        ("Check", "complete"), ("Check", "complete"), ("Sign", "complete"),
    ]  # fmt: skip
    times = [value(event, "time:timestamp") for event in traces[first].iter(f"{XES}event")]
    assert times == sorted(times)
    assert dt.datetime.fromisoformat(times[0]).timestamp() * 1000 == START

    table = b"".join([part async for part in house.insight.exports.stream("csv", "review", 0, 2**50)]).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    mine = [row for row in rows if row["case_id"] == first]
    columns = ("activity", "resource", "outcome", "seconds")
    assert [tuple(row[each] for each in columns) for row in mine if row["kind"] == "userTask"] == [
        ("Check", "carl", "again", "7200.0"), ("Check", "carl", "ok", "7200.0"), ("Sign", "boss", "", "3600.0"),
    ]  # fmt: skip
    (waiting,) = [row for row in rows if row["case_id"] == second.id and row["kind"] == "userTask"]
    assert (waiting["completed"], waiting["business_key"]) == ("", "'=1+1")


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=200))
def test_quantiles_are_within_a_twentieth(values: list[int]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    ordered = sorted(values)
    for part in (0.5, 0.75, 0.95):
        exact = ordered[min(len(ordered) - 1, max(0, -(-int(part * 100) * len(ordered) // 100) - 1))]
        assert exact / 1.06 - 1 <= histogram.quantile(part) <= exact * 1.06 + 1
    assert histogram.mean == pytest.approx(sum(values) / len(values))
    assert histogram.above(0) == pytest.approx(sum(value > 0 for value in values))


@given(st.floats(0, 1), st.integers(1, 1_000))
def test_the_interval_holds_the_part_and_narrows(part: float, cases: int) -> None:
    low, high = wilson(part, cases)
    assert 0 <= low <= part + 1e-9
    assert part - 1e-9 <= high <= 1
    wider = wilson(part, cases * 4)
    assert wider[1] - wider[0] <= high - low + 1e-9


def test_no_cell_of_a_table_is_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@sum", "\t=1", "\n=1", "＝1+1", "＠sum"):
        assert csv_line([text]).decode().lstrip('"').startswith("'"), text
    assert csv_line(["a=1", "", "1-1"]) == b"a=1,,1-1\r\n"
