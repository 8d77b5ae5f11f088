"""Business calendars on a server: saved, shown, used by SLAs, and changed while clocks run by them."""

import asyncio
from typing import Final

import msgspec
import pytest
from invariants import check
from server import HOUR, START, Bench, bpmn, line

from andante.engine.commands import FollowCalendar
from andante.runtime import Problem, Runtime, TestClock
from andante.runtime.calendar_desk import DayView
from andante.runtime.recounting import Recounting
from andante.timing import public_holidays
from andante.timing.calendar_form import CalendarForm, Holiday
from andante.timing.instants import contract_time

OFFICE: Final = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
SLA: Final = '<andante:sla name="fix" deadline="PT16H" deadlineBusinessDays="true"{}/>'


def form(**more: object) -> CalendarForm:
    return msgspec.convert({"hours": OFFICE, "zone": "Europe/Berlin", **more}, CalendarForm)


def process(name: str = "job", sla: str = ' calendar="office"', task: str = "") -> str:
    return f"{name} " + line(
        '<startEvent id="start"/>',
        f'<userTask id="fix"{task}><extensionElements>{SLA.format(sla)}</extensionElements></userTask>',
        '<endEvent id="end"/>',
    )


async def due(runtime: Runtime, instance_id: str) -> str:
    rows = await runtime.store.read("select due_at from task where instance_id=? and state='open'", (instance_id,))
    return contract_time(rows[0][0], "Europe/Berlin")[:16]


async def facts(runtime: Runtime, instance_id: str, fact: str = "calendar") -> int:
    entries = await runtime.history(instance_id, limit=1_000)
    return sum(fact in entry.data.get("facts", ()) for entry in entries)


async def test_an_sla_counts_by_the_stored_calendar_and_its_holidays(bench: Bench) -> None:
    saved = await bench.runtime.calendars.save("office", form(holidays=[{"country": "DE"}]), who="adam")
    assert (saved.name, saved.built_in, saved.saved_by, saved.outdated) == ("office", False, "adam", False)
    assert saved.holidays_until == 2026 + public_holidays.YEARS_AHEAD
    await bench.deploy(process())
    started = await bench.start("job")  # Thursday, New Year's Day, 10:00 in Berlin
    assert await due(bench.runtime, started.id) == "2026-01-05 17:00"
    await bench.reopen()
    await bench.runtime.act(started.id, "suspend", who="oda")
    await bench.pass_time(30 * 24 * HOUR)
    await bench.runtime.act(started.id, "resume", who="oda")
    assert await due(bench.runtime, started.id) == "2026-02-03 17:00", "from Saturday on, 16 hours"


async def test_a_changed_calendar_moves_open_clocks_once_and_keeps_the_rest(bench: Bench) -> None:
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.deploy(process())
    await bench.deploy(process("other", sla=""))
    mine, paused, over, other = [(await bench.start(name)).id for name in ("job", "job", "job", "other")]
    assert await due(bench.runtime, mine) == "2026-01-05 10:00"
    await bench.runtime.act(paused, "suspend", who="oda")
    await bench.runtime.act(over, "terminate", who="oda")
    changed = form(exceptions=[{"date": "2026-01-02", "name": "Bridge day"}])
    saved = await bench.runtime.calendars.save("office", changed, who="adam")
    assert (saved.waiting, saved.left) == (2, 2)
    await bench.runtime.run_due()
    assert await due(bench.runtime, mine) == "2026-01-06 10:00"
    assert [await facts(bench.runtime, id) for id in (mine, paused, over, other)] == [1, 1, 0, 0]
    told = await bench.runtime.calendars.one("office")
    assert (told.waiting, told.left) == (2, 0)
    again = await bench.runtime.calendars.save("office", changed, who="adam")
    await bench.runtime.run_due()
    assert again.revision == saved.revision, "saved without a change"
    assert await facts(bench.runtime, mine) == 1
    await bench.runtime.act(paused, "resume", who="oda")
    assert await due(bench.runtime, paused) == "2026-01-06 10:00"
    check(bench.url)
    assert not (await bench.runtime.upkeep.verify()).drift


async def test_what_has_passed_stays_and_what_is_over_by_the_new_hours_passes(bench: Bench) -> None:
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.deploy(process())
    first = await bench.start("job")
    await bench.pass_time(5 * 24 * HOUR)
    second = await bench.start("job")
    assert await facts(bench.runtime, first.id, "deadline") == 1
    night = {day: ["00:00-24:00"] for day in OFFICE}
    await bench.pass_time(20 * HOUR)
    await bench.runtime.calendars.save("office", form(hours=night), who="adam")
    await bench.runtime.run_due()
    assert await facts(bench.runtime, first.id, "deadline") == 1
    assert await facts(bench.runtime, second.id, "deadline") == 1
    assert await due(bench.runtime, second.id) == "2026-01-07 02:00"


@pytest.mark.interpreted  # it puts another method in the place of one
async def test_a_change_is_followed_in_pages_and_after_a_crash_in_the_midst(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("andante.runtime.recounting.AT_ONCE", 4)
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.deploy(process())
    ids = [(await bench.start("job")).id for _ in range(19)]
    await bench.runtime.calendars.save("office", form(exceptions=[{"date": "2026-01-02"}]), who="adam")
    submit = bench.runtime.executor.submit
    done = 0

    async def lost(instance_id: str, command: object, *more: object, **named: object) -> object:
        nonlocal done
        if isinstance(command, FollowCalendar):
            done += 1
            if done > 10:
                raise Problem("bpm.server.unavailable", 503, "the database is away")
        return await submit(instance_id, command, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.runtime.executor, "submit", lost)
    with pytest.raises(Problem, match="away"):
        await bench.runtime.run_due()
    await bench.reopen()
    view = await bench.runtime.calendars.one("office")
    assert (view.waiting, view.left) == (19, 9)
    await bench.runtime.run_due()
    assert (await bench.runtime.calendars.one("office")).left == 0
    assert {await due(bench.runtime, id) for id in ids} == {"2026-01-06 10:00"}
    assert [await facts(bench.runtime, id) for id in ids] == [1] * 19


async def test_the_default_calendar_can_be_another_and_the_built_in_one_again(bench: Bench) -> None:
    (built_in,) = await bench.runtime.calendars.all()
    assert (built_in.name, built_in.built_in, built_in.form.zone) == ("default", True, "UTC")
    await bench.deploy(process(sla=""))
    started = await bench.start("job")
    assert await due(bench.runtime, started.id) == "2026-01-02 02:00"
    await bench.runtime.calendars.save("default", form(), who="adam")
    await bench.runtime.run_due()
    assert await due(bench.runtime, started.id) == "2026-01-05 10:00"
    await bench.runtime.calendars.delete("default", who="adam")
    await bench.runtime.run_due()
    assert await due(bench.runtime, started.id) == "2026-01-02 02:00"
    assert await facts(bench.runtime, started.id) == 2
    assert (await bench.runtime.calendars.one("default")).built_in


async def test_a_work_queue_has_a_calendar(bench: Bench) -> None:
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.runtime.store.write(
        [
            ("update roster set revision=revision+1", []),
            (
                "insert into team (kind, name, calendar, revision) values (?,?,?,(select revision from roster))",
                ["queue", "desk", "office"],
            ),
        ]
    )
    await bench.runtime.roster.changed()
    await bench.deploy(process(sla="", task=' andante:queue="desk"'))
    started = await bench.start("job")
    assert await due(bench.runtime, started.id) == "2026-01-05 10:00"
    with pytest.raises(Problem, match="used by queue 'desk', 1 open SLA clock"):
        await bench.runtime.calendars.delete("office", who="adam")


async def test_one_that_is_used_cannot_be_deleted(bench: Bench) -> None:
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.deploy(process())
    started = await bench.start("job")
    with pytest.raises(Problem) as refused:
        await bench.runtime.calendars.delete("office", who="adam")
    assert (refused.value.status, refused.value.code) == (409, "bpm.calendar.inUse")
    assert refused.value.details == [{"usedBy": "definition 'job' 1.0.0"}, {"usedBy": "1 open SLA clock"}]
    await bench.runtime.act(started.id, "terminate", who="oda")
    await bench.runtime.definition_action(started.definition_id, "deactivate", who="oda")
    await bench.runtime.calendars.delete("office", who="adam")
    with pytest.raises(Problem, match="There is no business calendar 'office'"):
        await bench.runtime.calendars.one("office")
    assert [view.name for view in await bench.runtime.calendars.all()] == ["default"]
    saved = await bench.runtime.calendars.save("office", form(), who="adam", fresh=True)
    assert saved.revision == 3
    with pytest.raises(Problem, match="There is a calendar 'office' already"):
        await bench.runtime.calendars.save("office", form(), who="adam", fresh=True)


async def test_a_model_that_names_another_is_warned_of_and_its_instances_wait(bench: Bench) -> None:
    deployed = await bench.runtime.deploy_xml(bpmn(process()), who="designer")
    (warning,) = [each for each in deployed.warnings if each.code == "unknownCalendar"]
    assert warning.element == "fix"
    assert "no business calendar 'office'" in warning.message
    started = await bench.start("job")
    assert await bench.state(started.id) == "Broken"
    await bench.runtime.calendars.save("office", form(), who="adam")
    await bench.runtime.act(started.id, "retry", who="oda")
    assert await due(bench.runtime, started.id) == "2026-01-05 10:00"


async def test_holidays_of_another_release_of_the_library_are_taken_over_when_it_is_saved_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server's library says does not move anything by itself: two servers may have two releases of it."""
    calendar = form(holidays=[{"country": "DE"}])
    await bench.runtime.calendars.save("office", calendar, who="adam")
    await bench.deploy(process())
    started = await bench.start("job")
    find = public_holidays.find

    def newer(form: CalendarForm, first: int, last: int) -> list[Holiday]:
        return sorted([*find(form, first, last), Holiday(739618, "A new one", 0, 0)])  # 2026-01-05

    monkeypatch.setattr(public_holidays, "find", newer)
    assert not (await bench.runtime.calendars.one("office")).outdated, "not looked at within one release"
    monkeypatch.setattr(public_holidays, "release", lambda: "99.1")
    assert (await bench.runtime.calendars.one("office")).outdated
    await bench.reopen()
    await bench.runtime.run_due()
    assert await due(bench.runtime, started.id) == "2026-01-05 17:00"
    saved = await bench.runtime.calendars.save("office", calendar, who="adam")
    assert (saved.library, saved.outdated, saved.left) == ("99.1", False, 1)
    await bench.runtime.run_due()
    assert await due(bench.runtime, started.id) == "2026-01-06 17:00"


def _of(days: list[DayView], date: str) -> DayView:
    return next(day for day in days if day.date == date)


async def test_a_year_is_shown_with_its_hours_and_names(bench: Bench) -> None:
    calendar = form(
        holidays=[{"country": "DE", "subdivision": "BY"}],
        exceptions=[
            {"date": "12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]},
            {"date": "2026-03-28", "hours": ["22:00-06:00"], "name": "Stocktaking"},
        ],
        periods=[{"from": "2026-07-01", "hours": {"monday": ["08:00-16:00"]}}],
    )
    await bench.runtime.calendars.save("office", calendar, who="adam")
    days = await bench.runtime.calendars.year("office", 2026)
    assert len(days) == 365
    assert _of(days, "2026-01-02") == DayView("2026-01-02", 5, "working", ["09:00-17:00"], 480)
    assert _of(days, "2026-01-03") == DayView("2026-01-03", 6, "free", [], 0)
    assert _of(days, "2026-01-06") == DayView("2026-01-06", 2, "holiday", [], 0, "Heilige Drei Könige")
    assert _of(days, "2026-12-24") == DayView("2026-12-24", 4, "exception", ["09:00-12:00"], 180, "Christmas Eve")
    assert _of(days, "2026-03-28") == DayView("2026-03-28", 6, "exception", ["22:00-06:00"], 120, "Stocktaking")
    assert _of(days, "2026-03-29").minutes == 300, "until six, but the clocks go forward"
    assert _of(days, "2026-07-06").hours == ["08:00-16:00"]
    assert _of(days, "2026-07-07").kind == "free"
    named = await bench.runtime.calendars.year("office", 2026, "en")
    assert _of(named, "2026-01-06").name == "Epiphany"
    assert len(await bench.runtime.calendars.year("default", 2028)) == 366
    with pytest.raises(Problem, match="year: 20026"):
        await bench.runtime.calendars.year("office", 20026)


async def test_due_dates_and_working_time_are_computed(bench: Bench) -> None:
    await bench.runtime.calendars.save("office", form(), who="adam")
    at, start = await bench.runtime.calendars.due("office", "2026-01-02T16:00", 2 * HOUR)
    assert (contract_time(at, "Europe/Berlin"), start) == ("2026-01-05 10:00:00", START + 30 * HOUR)
    assert await bench.runtime.calendars.worked("office", "2026-01-01", "2026-01-06") == 3 * 8 * HOUR
    for start_text, says in (("tomorrow", "start: 'tomorrow' is no date"), ("9999-01-01", "working: ")):
        with pytest.raises(Problem, match=says):
            await bench.runtime.calendars.due("office", start_text, 9_000 * HOUR)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"zone": "Mars/Olympus"}, "zone: unknown time zone"),
        ({"hours": {}}, "hours: no day has any hours"),
        ({"hours": {"monday": ["9-17"]}}, r"hours.monday\[0\]: '9-17' is no shift"),
        ({"hours": {"monday": ["09:00-24:30"]}}, r"hours.monday\[0\]: '09:00-24:30' is no shift"),
        ({"hours": {"monday": ["09:00-09:00"]}}, "a whole day is 00:00-24:00"),
        ({"hours": {"monday": ["09:00-12:00", "11:00-13:00"]}}, "hours.monday: the shifts overlap"),
        ({"holidays": [{"country": "XX"}]}, r"holidays\[0\].country: 'XX' is not known"),
        ({"holidays": [{"country": "DE", "subdivision": "ZZ"}]}, "known are: BB, BE"),
        ({"holidays": [{"country": "DE", "categories": ["odd"]}]}, "'odd' is not known in DE"),
        ({"holidays": [{"country": "DE", "like": "someday"}]}, r"holidays\[0\].like: 'someday' is none of monday"),
        ({"exceptions": [{"date": "24.12.2026"}]}, r"exceptions\[0\].date: '24.12.2026' is no date"),
        ({"exceptions": [{"date": "02-30"}]}, r"exceptions\[0\].date: '2024-02-30' is no date"),
        ({"exceptions": [{"date": "2026-02-03", "until": "2026-02-01"}]}, "must not lie before"),
        ({"exceptions": [{"date": "12-27", "until": "01-02"}]}, "over the turn of the year is two"),
        ({"exceptions": [{"date": "12-27", "until": "2026-01-02"}]}, "is no date of every year"),
        ({"exceptions": [{"date": "12-27", "hours": ["08:00-09:00"], "like": "monday"}]}, "it has hours too"),
        ({"exceptions": [{"date": "01-01", "until": "12-31"}]}, "no working time at all"),
        ({"periods": [{"from": "2027-01-01", "hours": {}}]}, r"periods\[0\].hours: no day has any hours"),
        (
            {"periods": [{"from": f"2027-01-0{n}", "hours": OFFICE} for n in (2, 1)]},
            r"periods\[1\].from: it does not lie after",
        ),
        ({"periods": [{"from": "soon", "hours": OFFICE}]}, r"periods\[0\].from: 'soon' is no date"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_place(bench: Bench, wrong: dict[str, object], says: str) -> None:
    with pytest.raises(Problem, match=says) as refused:
        await bench.runtime.calendars.save("office", form(**wrong), who="adam")
    assert refused.value.status == 400
    assert [view.name for view in await bench.runtime.calendars.all()] == ["default"]


async def test_names_are_plain(bench: Bench) -> None:
    for name in ("", "a b", "ä", "x" * 65, "-a"):
        with pytest.raises(Problem, match="is no name"):
            await bench.runtime.calendars.save(name, form(), who="adam")


async def test_another_server_hears_of_a_change_and_one_of_them_carries_it_out(postgres_url: str) -> None:
    clock = TestClock(START)
    servers = [await Runtime.open(postgres_url, clock=clock, timers=False) for _ in range(2)]
    try:
        one, two = servers
        await one.calendars.save("office", form(), who="adam")
        await one.deploy_xml(bpmn(process()), who="designer")
        ids = [(await each.start("job", who="anna")).id for each in (one, two, two)]
        assert {await due(one, id) for id in ids} == {"2026-01-05 10:00"}, "the other knew the calendar at once"
        await two.calendars.save("office", form(exceptions=[{"date": "2026-01-02"}]), who="adam")
        late = await one.start("job", who="anna")  # by what this server knows, which may be the earlier one
        await asyncio.gather(*(each.calendars.recounting.carry_out() for each in servers))
        for each in servers:
            await each.calendars.live.refresh()
            await Recounting(each.store, each.executor, each.calendars.live, lambda: True).carry_out()
        assert {await due(two, id) for id in (*ids, late.id)} == {"2026-01-06 10:00"}
        assert [await facts(one, id) for id in ids] == [1, 1, 1]
        assert (await one.calendars.one("office")).left == 0
    finally:
        for each in servers:
            await each.close()
