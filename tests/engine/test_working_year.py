"""A year of an SLA in working time: holidays, changes of the clocks, a leap day, a changed calendar, and pauses in
every state of the clock."""

import datetime as dt

import pytest

from andante.bpmn import read_xml
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.calendars import FixedCalendars
from andante.engine.settings import EngineSettings
from andante.testing import Scenario
from andante.timing import public_holidays
from andante.timing.calendar_form import CalendarForm, Exceptional, HolidaysOf, Week, make
from andante.timing.instants import contract_time, parse_instant

ZONE = "Europe/Berlin"
OFFICE = ["09:00-12:00", "13:00-17:00"]
FORM = CalendarForm(Week(OFFICE, OFFICE, OFFICE, OFFICE, OFFICE), zone=ZONE, holidays=[HolidaysOf("DE", "BY")])
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t"><process id="p" isExecutable="true">
 <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="audit"/>
 <userTask id="audit" andante:calendar="munich"><extensionElements>
  <andante:sla name="audit" goal="PT{goal}H" goalBusinessDays="true" deadline="PT{deadline}H"
   deadlineBusinessDays="true"/>
 </extensionElements></userTask></process></definitions>"""


def settings(form: CalendarForm = FORM, revision: int = 1) -> EngineSettings:
    calendar = make(form, public_holidays.find(form, 2023, 2030), "UTC", revision).calendar
    return EngineSettings(ZONE, calendars=FixedCalendars(ZONE, {"munich": calendar}))


def audit(start: str, goal: int, deadline: int, **more: EngineSettings) -> Scenario:
    graph = read_xml(MODEL.format(goal=goal, deadline=deadline).encode()).processes[0]
    now = parse_instant(start, ZONE)
    return Scenario(graph, now=now, settings=more.get("settings", settings())).given()


def shown(scenario: Scenario) -> list[str]:
    (clock,) = scenario.instance.clocks.values()
    return [contract_time(at, ZONE)[:16] for at in clock.state.ats]


def facts(scenario: Scenario) -> list[str]:
    return [fact for each in scenario.facts(ev.ClockChanged) for fact in each.facts]


def days(form: CalendarForm, first: str, last: str) -> int:
    """The working days by hand: weekdays that are no holiday."""
    import holidays  # the library itself

    off = holidays.country_holidays("DE", subdiv="BY", years=range(2023, 2031))
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    each = (begin + dt.timedelta(days=n) for n in range((end - begin).days + 1))
    return sum(day.weekday() < 5 and day not in off for day in each)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-02", "2026-12-30"),  # both changes of the clocks
        ("2027-12-20", "2028-03-31"),  # the turn of the year, a leap day
        ("2028-02-28", "2028-03-01"),
        ("2026-10-23", "2026-10-26"),  # the weekend on which the clocks go back
        ("2026-03-27", "2026-03-30"),  # and forward
    ],
)
def test_so_many_working_days_end_on_that_day_at_five(first: str, last: str) -> None:
    hours = 7 * days(FORM, first, last)
    scenario = audit(f"{first}T09:00", hours - 7, hours)
    assert shown(scenario)[1] == f"{last} 17:00"
    scenario.pass_time("P400D")
    assert facts(scenario) == ["goal", "deadline"]


@pytest.mark.parametrize("when", ["PT1H", "PT6H", "P2D", "P45D", "P90D", "P200D"])
@pytest.mark.parametrize("pause", ["PT1H", "P9D", "P40D", "P366D"])
def test_a_pause_in_any_state_keeps_what_is_left(when: str, pause: str) -> None:
    """On track, at risk, after the goal, after the deadline; by day, by night, over changes of the clocks."""
    paused = audit("2026-03-02T09:00", 300, 700).pass_time(when)
    passed = facts(paused)
    (clock,) = paused.instance.clocks.values()
    calendar = paused.settings.calendars.find("munich")
    left = [max(0, calendar.between(paused.now, at)) if at > paused.now else 0 for at in clock.state.ats]
    due = clock.state.ats
    paused.suspend().pass_time(pause)
    assert facts(paused) == [*passed, "paused"]
    paused.resume()
    (clock,) = paused.instance.clocks.values()
    for at, before, kept in zip(clock.state.ats, due, left, strict=True):
        assert at == (calendar.add(paused.now, kept) if kept else before)
    paused.pass_time("P400D")
    assert sorted(fact for fact in facts(paused) if fact in ("goal", "deadline")) == ["deadline", "goal"]


@pytest.mark.parametrize("state", ["running", "suspended", "held", "terminated"])
def test_a_calendar_that_changes_in_the_midst_of_a_year(state: str) -> None:
    """Two weeks of works holidays are decided in spring, for August."""
    changed = CalendarForm(
        FORM.hours, zone=ZONE, holidays=FORM.holidays, exceptions=[Exceptional("2026-08-03", "2026-08-14", "Closed")]
    )
    scenario = audit("2026-03-02T09:00", 300, 1_000).pass_time("P60D")
    before = shown(scenario)
    meanwhile: dict[str, cmd.Command] = {
        "suspended": cmd.Suspend(),
        "held": cmd.Suspend(held=True),
        "terminated": cmd.Terminate(),
    }
    if state in meanwhile:
        scenario.when(meanwhile[state])
    scenario.settings = settings(changed, 2)
    for _ in range(2):
        scenario.when(cmd.FollowCalendar("munich", 2))
    if state == "terminated":
        assert "calendar" not in facts(scenario)
        return
    if state != "running":
        scenario.when(cmd.Resume(held=state == "held"))
    assert facts(scenario).count("calendar") == 1
    assert shown(scenario)[0] == before[0], "before August nothing moves"
    calendar = scenario.settings.calendars.find("munich")
    start = parse_instant("2026-03-02T09:00", ZONE)
    assert shown(scenario)[1] == contract_time(calendar.add(start, 1_000 * 3_600_000), ZONE)[:16] != before[1]
