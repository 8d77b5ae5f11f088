"""Which business calendar an SLA counts by, and what happens where there is none of its name."""

import pytest

from andante.bpmn import read_json, read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine.calendars import FixedCalendars
from andante.engine.events import ClockChanged, ClockStarted
from andante.engine.settings import EngineSettings
from andante.testing import Scenario
from andante.timing.calendar import BusinessCalendar
from andante.timing.instants import contract_time

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t">'
)


def extension(**attributes: str) -> str:
    """An SLA of two working hours with these attributes."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items() if value)
    sla = f'<andante:sla name="fix" deadline="PT2H" deadlineBusinessDays="true"{more}/>'
    return f"<extensionElements>{sla}</extensionElements>"


NINE = ((9 * 3600, 10 * 3600),)  # one hour a day: two hours are done on Tuesday at ten
CALENDARS = {
    "mornings": BusinessCalendar("UTC", hours=NINE),
    "evenings": BusinessCalendar("UTC", hours=((20 * 3600, 21 * 3600),)),
    "nights": BusinessCalendar("UTC", hours=((2 * 3600, 3 * 3600),)),
    "noons": BusinessCalendar("UTC", hours=((12 * 3600, 13 * 3600),)),
}
ENDS = {
    "mornings": "2026-01-06 10:00:00",
    "evenings": "2026-01-06 21:00:00",
    "nights": "2026-01-07 03:00:00",
    "noons": "2026-01-06 13:00:00",
    "": "2026-01-05 11:00:00",
}


def named(name: str) -> str:
    return f' andante:calendar="{name}"' if name else ""


def xml(sla: str = "", task: str = "", lane: str = "", process: str = "", queue: str = "") -> ProcessGraph:
    text = (
        f'{HEAD}<process id="p" isExecutable="true"{named(process)}><laneSet><lane id="l"{named(lane)}>'
        "<flowNodeRef>fix</flowNodeRef></lane></laneSet>"
        f'<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="fix"/>'
        f'<userTask id="fix" andante:queue="{queue}"{named(task)}>'
        f"{extension(calendar=sla)}</userTask></process></definitions>"
    )
    return read_xml(text.encode()).processes[0]


def json(sla: str = "", task: str = "", lane: str = "", process: str = "", queue: str = "") -> ProcessGraph:
    body = {
        "name": "p",
        "label": "P",
        "calendar": process,
        "variables": [],
        "startEvents": [{"name": "s", "label": "S", "connector": "fix"}],
        "userTasks": [{"name": "fix", "label": "Fix", "queue": queue, "calendar": task}],
        "laneSet": {"lanes": [{"name": "l", "elements": ["fix"], "calendar": lane}]},
        "slas": [{"name": "fix_sla", "deadlineHours": 2, "deadlineOnlyBusinessDays": True, "calendar": sla}],
    }
    return read_json(body).processes[0]


def scenario(graph: ProcessGraph, **queues: str) -> Scenario:
    settings = EngineSettings("UTC", calendars=FixedCalendars("UTC", CALENDARS, queues))
    return Scenario(graph, settings=settings)


@pytest.mark.parametrize("form", [xml, json])
@pytest.mark.parametrize(
    ("names", "wins"),
    [
        ({"sla": "nights", "task": "noons", "lane": "evenings", "process": "mornings", "queue": "desk"}, "nights"),
        ({"task": "noons", "lane": "evenings", "process": "mornings", "queue": "desk"}, "noons"),
        ({"lane": "evenings", "process": "mornings", "queue": "desk"}, "evenings"),
        ({"process": "mornings", "queue": "desk"}, "noons"),
        ({"process": "mornings", "queue": "other"}, "mornings"),
        ({"sla": "default", "process": "mornings"}, ""),
        ({}, ""),
    ],
)
def test_the_nearest_calendar_counts(form, names: dict[str, str], wins: str) -> None:  # type: ignore[no-untyped-def]
    started = scenario(form(**names), desk="noons").given()
    (clock,) = started.instance.clocks.values()
    assert clock.calendar == wins
    assert contract_time(clock.state.deadline_at, "UTC") == ENDS[wins]


def test_a_suspended_clock_keeps_its_working_time_by_its_own_calendar() -> None:
    held = scenario(xml(sla="mornings")).given().pass_time("PT30M").suspend().pass_time("P7D").resume()
    (clock,) = held.instance.clocks.values()
    assert contract_time(clock.state.deadline_at, "UTC") == "2026-01-13 10:00:00", "30 minutes today, one hour tomorrow"


@pytest.mark.parametrize("names", [{"sla": "moon"}, {"task": "moon"}, {"lane": "moon"}, {"process": "moon"}])
def test_an_unknown_calendar_is_an_incident_until_there_is_one(names: dict[str, str]) -> None:
    broken = scenario(xml(**names)).given()
    broken.then(state="Broken", at=["fix"], incidents=["calendar"])
    (incident,) = broken.instance.incidents.values()
    assert "no business calendar 'moon'" in incident.message
    assert not broken.instance.tasks, "a task whose deadline nobody knows is not handed out"
    broken.retry().then(state="Broken", incidents=["calendar"])
    broken.settings = EngineSettings("UTC", calendars=FixedCalendars("UTC", {"moon": CALENDARS["mornings"]}))
    broken.retry().then(state="Waiting for user interaction", tasks=["fix"])
    (clock,) = broken.instance.clocks.values()
    assert contract_time(clock.state.deadline_at, "UTC") == ENDS["mornings"]


def test_an_unknown_calendar_of_the_process_too() -> None:
    text = (
        f'{HEAD}<process id="p" isExecutable="true">{extension(calendar="moon")}'
        '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="fix"/><userTask id="fix"/>'
        "</process></definitions>"
    )
    broken = scenario(read_xml(text.encode()).processes[0]).given()
    broken.then(state="Broken", incidents=["calendar"], tasks=["fix"])
    assert not broken.instance.clocks
    broken.suspend().resume().then(state="Broken", incidents=["calendar"])
    broken.settings = EngineSettings("UTC", calendars=FixedCalendars("UTC", {"moon": CALENDARS["mornings"]}))
    broken.retry().then(state="Waiting for user interaction")
    assert [each.calendar for each in broken.facts(ClockStarted)] == ["moon"]


def test_a_clock_that_starts_late_waits_for_its_calendar() -> None:
    text = (
        f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="fix"/>'
        f'<userTask id="fix">{extension(calendar="moon", startWhen="go")}</userTask></process></definitions>'
    )
    late = scenario(read_xml(text.encode()).processes[0]).given(go=False)
    late.then(state="Waiting for user interaction", tasks=["fix"])
    late.when(cmd.SetVariables({"go": True})).then(state="Broken", incidents=["calendar"], tasks=["fix"])
    late.when(cmd.SetVariables({"go": True})).then(incidents=["calendar"])
    late.settings = EngineSettings("UTC", calendars=FixedCalendars("UTC", {"moon": CALENDARS["mornings"]}))
    late.retry().then(state="Waiting for user interaction", tasks=["fix"])
    assert len(late.instance.clocks) == 1


def test_what_counts_in_plain_time_needs_no_calendar() -> None:
    text = (
        f'{HEAD}<process id="p" isExecutable="true" andante:calendar="moon"><startEvent id="s"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="fix"/><userTask id="fix"><extensionElements>'
        '<andante:sla name="fix" deadline="PT2H"/></extensionElements></userTask></process></definitions>'
    )
    started = (
        scenario(read_xml(text.encode()).processes[0]).given().then(state="Waiting for user interaction", tasks=["fix"])
    )
    (clock,) = started.instance.clocks.values()
    assert (clock.calendar, clock.revision) == ("", 0)


def changed(revision: int, **calendars: BusinessCalendar) -> EngineSettings:
    """Settings in which calendars have changed."""
    for calendar in calendars.values():
        calendar.revision = revision
    return EngineSettings("UTC", calendars=FixedCalendars("UTC", {**CALENDARS, **calendars}))


def deadline(of: Scenario) -> str:
    (clock,) = of.instance.clocks.values()
    return contract_time(clock.state.deadline_at, "UTC")


def test_a_calendar_that_changes_moves_the_deadline_once_and_the_journal_tells() -> None:
    started = scenario(xml(sla="mornings")).given().pass_time("PT15M")
    started.settings = changed(7, mornings=BusinessCalendar("UTC", hours=NINE, weekdays=(0, 2)))
    started.when(cmd.FollowCalendar("mornings", 7))
    assert deadline(started) == "2026-01-07 10:00:00", "no work on Tuesdays"
    (fact,) = started.facts(ClockChanged)
    assert (fact.facts, fact.revision) == (["calendar"], 7)
    started.when(cmd.FollowCalendar("mornings", 7)).when(cmd.FollowCalendar("evenings", 8))
    assert len(started.facts(ClockChanged)) == 1, "once, and only for its own calendar"
    started.pass_time("P3D")
    assert started.instance.clocks
    assert [each.facts for each in started.facts(ClockChanged)][1:] == [["deadline"]]


def test_a_server_that_has_not_heard_of_the_change_leaves_it_to_be_asked_again() -> None:
    started = scenario(xml(sla="mornings")).given()
    started.when(cmd.FollowCalendar("mornings", 7))
    assert not started.facts(ClockChanged)


def test_a_deadline_that_by_the_new_calendar_is_over_passes_at_once() -> None:
    started = scenario(xml(sla="nights")).given().pass_time("P1D")
    assert deadline(started) == ENDS["nights"]
    started.settings = changed(2, nights=BusinessCalendar("UTC"))
    started.when(cmd.FollowCalendar("nights", 2)).pass_time(0)
    assert [each.facts for each in started.facts(ClockChanged)] == [["calendar"], ["deadline"]]


def test_one_that_has_passed_stays_passed() -> None:
    late = scenario(xml(sla="mornings")).given().pass_time("P2D")
    late.settings = changed(2, mornings=BusinessCalendar("UTC", hours=NINE, weekdays=(4,)))
    late.when(cmd.FollowCalendar("mornings", 2)).pass_time("P30D")
    assert [each.facts for each in late.facts(ClockChanged)] == [["deadline"], ["calendar"]]
    assert deadline(late) == ENDS["mornings"]


@pytest.mark.parametrize("held", [False, True])
def test_a_paused_clock_keeps_its_working_time_when_its_calendar_changes(held: bool) -> None:
    paused = scenario(xml(sla="mornings")).given().pass_time("PT30M").when(cmd.Suspend(held))
    paused.settings = changed(3, mornings=BusinessCalendar("UTC", hours=NINE, weekdays=(0,)))
    paused.when(cmd.FollowCalendar("mornings", 3)).then(suspended=True)
    (clock,) = paused.instance.clocks.values()
    assert clock.state.lefts[1] == 90 * 60_000
    paused.pass_time("P7D").when(cmd.Resume(held))
    assert deadline(paused) == "2026-01-19 10:00:00", "half an hour today, an hour next Monday"
    paused.when(cmd.FollowCalendar("mornings", 3))
    assert [each.facts for each in paused.facts(ClockChanged)] == [["paused"], ["calendar"], ["resumed"]]


def test_a_clock_resumed_by_the_new_calendar_need_not_be_told() -> None:
    paused = scenario(xml(sla="mornings")).given().suspend()
    paused.settings = changed(3, mornings=BusinessCalendar("UTC", hours=NINE, weekdays=(0,)))
    paused.resume().when(cmd.FollowCalendar("mornings", 3))
    assert [each.facts for each in paused.facts(ClockChanged)] == [["paused"], ["resumed"]]
    assert deadline(paused) == "2026-01-12 10:00:00"


def test_of_an_instance_that_is_over_nothing_changes() -> None:
    over = scenario(xml(sla="mornings")).given().terminate()
    over.settings = changed(2, mornings=BusinessCalendar("UTC"))
    seq = over.instance.seq
    assert over.when(cmd.FollowCalendar("mornings", 2)).instance.seq == seq
