"""Which business calendar an SLA counts by, and what happens where there is none of its name."""

import pytest

from andante.bpmn import read_json, read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine.calendars import FixedCalendars
from andante.engine.events import ClockStarted
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
