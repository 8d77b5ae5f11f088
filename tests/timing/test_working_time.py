"""Working time, against a reference that walks minute by minute, and across the days on which the clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minutes import ZONES, Rules, rules

from andante.timing.calendar import BusinessCalendar, Period
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError, contract_time, parse_instant

# Days on which something happens: clocks go forward and back, in half hours too, the date line moves, leap days.
DAYS = {
    dt.date(2026, 3, 29): "Europe forward",
    dt.date(2026, 10, 25): "Europe back, Troll by two hours",
    dt.date(2026, 3, 8): "America forward",
    dt.date(2026, 11, 1): "America back",
    dt.date(2026, 4, 5): "Lord Howe back by half an hour, Chatham back",
    dt.date(2026, 10, 4): "Lord Howe forward by half an hour",
    dt.date(2011, 12, 30): "no such day in Samoa and Tokelau",
    dt.date(2024, 2, 29): "leap day",
    dt.date(2016, 5, 1): "",
    dt.date(2026, 4, 24): "Cairo forward on a Friday at midnight",
    dt.date(2026, 2, 18): "Casablanca back for Ramadan",
    dt.date(2018, 11, 4): "Sao Paulo forward at midnight",
}
OFFICE = ((9 * 3600, 12 * 3600), (13 * 3600, 17 * 3600))
NIGHT = ((22 * 3600, 30 * 3600),)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rules, int]:
    day = draw(st.sampled_from(sorted(DAYS)))
    start = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) * 1000
    return draw(rules(day)), start + draw(st.integers(-3 * 1440, 2 * 1440)) * MINUTE


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 4 * 24 * 60))
def test_add_and_between_are_those_of_a_walk_minute_by_minute(case: tuple[Rules, int], minutes: int) -> None:
    told, start = case
    end = told.walk(start, minutes, 9 * 1440)
    calendar = told.calendar()
    if end is not None:
        assert calendar.add(start, minutes * MINUTE) == end
        assert calendar.between(start, end) == minutes * MINUTE
    until = start + minutes * MINUTE
    worked = sum(told.works(at) for at in range(start, until, MINUTE))
    assert calendar.between(start, until) == worked * MINUTE
    assert calendar.between(until, start) == -worked * MINUTE


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_in_each_zone_is_that_of_a_walk(zone: str) -> None:
    """About every change of the clocks of some years, and now and then, by the quarter of an hour."""
    week = (((1350, 1860),), ((0, 150),), ((60, 120), (150, 210)), ((120, 180),), ((90, 1530),), ((1380, 1560),), ())
    told = Rules(((dt.date(1, 1, 1), zone, week),), {}, {}, {})
    calendar = told.calendar()
    first = parse_instant("2010-12-01", "UTC")
    tz = ZoneInfo(zone)
    offsets = [dt.datetime.fromtimestamp((first + n * DAY) // 1000, tz).utcoffset() for n in range(500)]
    changes = {n + k for n in range(1, 500) if offsets[n] != offsets[n - 1] for k in range(-2, 2)}
    for n in sorted(changes | set(range(0, 500, 25))):
        at = first + n * DAY
        worked = sum(told.works(at + quarter * 15 * MINUTE) for quarter in range(96)) * 15 * MINUTE
        assert calendar.between(at, at + DAY) == worked, contract_time(at, "UTC")


CALENDARS = [
    *(BusinessCalendar(zone) for zone in ZONES),
    *(BusinessCalendar(zone, hours=OFFICE) for zone in ZONES),
    *(BusinessCalendar(zone, weekdays=range(7), hours=NIGHT) for zone in ZONES),
]
calendars = st.sampled_from(CALENDARS)
times = st.integers(parse_instant("2008-01-01", "UTC"), parse_instant("2035-01-01", "UTC"))


@given(calendars, times, st.integers(0, 500 * DAY))
def test_between_measures_what_add_gave(calendar: BusinessCalendar, start: int, working: int) -> None:
    end = calendar.add(start, working)
    assert calendar.between(start, end) == working
    assert calendar.between(end, start) == -working
    assert end == start or calendar.between(start, end - 1) == working - 1, "the first such moment"


@given(calendars, times, st.integers(0, 90 * DAY), st.integers(0, 90 * DAY))
def test_added_in_two_parts_is_added_at_once(calendar: BusinessCalendar, start: int, first: int, second: int) -> None:
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(calendars, times)
def test_opening_is_the_first_moment_of_working_time(calendar: BusinessCalendar, at: int) -> None:
    opens = calendar.opening(at)
    assert opens >= at
    assert calendar.between(at, opens) == 0
    assert calendar.between(opens, opens + 1) == 1
    assert calendar.opening(opens) == opens


@pytest.mark.parametrize(
    ("zone", "start", "working", "end"),
    [
        ("Europe/Berlin", "2026-01-02T16:00", DAY, "2026-01-05 16:00:00"),
        ("Europe/Berlin", "2026-01-03T12:00", HOUR, "2026-01-05 01:00:00"),
        ("Europe/Berlin", "2026-01-02T23:00", HOUR, "2026-01-03 00:00:00"),  # Friday's end, not Monday's begin
        ("Europe/Berlin", "2026-01-01T00:00", 261 * DAY, "2027-01-01 00:00:00"),  # 2026 has 261 weekdays
        ("America/New_York", "2026-03-06T09:00", DAY, "2026-03-09 09:00:00"),  # the clocks go forward on Sunday
        ("Africa/Cairo", "2026-04-23T12:00", DAY, "2026-04-24 13:00:00"),  # Friday begins at 01:00: 23 hours long
        ("Pacific/Apia", "2011-12-29T12:00", DAY, "2012-01-02 12:00:00"),  # Friday, the 30th, never was
    ],
)
def test_business_days_by_the_local_calendar(zone: str, start: str, working: int, end: str) -> None:
    assert contract_time(BusinessCalendar(zone).add(parse_instant(start, zone), working), zone) == end


def berlin(since: int = 1, week: tuple[tuple[tuple[int, int], ...], ...] = (OFFICE,) * 7) -> Period:
    return Period(since, "Europe/Berlin", week)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-28T22:00", 7, "2026-03-29 06:00:00"),  # a night shift of seven hours: the clocks go forward
        ("2026-10-24T22:00", 9, "2026-10-25 06:00:00"),  # of nine: they go back
        ("2026-07-01T22:00", 8, "2026-07-02 06:00:00"),
        ("2026-07-01T23:00", 8, "2026-07-02 23:00:00"),
    ],
)
def test_a_night_shift_is_as_long_as_the_night(start: str, hours: int, end: str) -> None:
    calendar = BusinessCalendar(periods=[berlin(week=(NIGHT,) * 7)])
    assert contract_time(calendar.add(parse_instant(start, "Europe/Berlin"), hours * HOUR), "Europe/Berlin") == end


def test_of_a_day_counts_what_is_said_nearest_to_it() -> None:
    """Its own rule, the rule of every year, the holiday, the week; and the night before a day off is worked."""
    date = dt.date(2026, 12, 24)
    more = {
        "days": {date.toordinal(): ((8 * 3600, 10 * 3600),)},
        "yearly": {(12, 24): ((8 * 3600, 12 * 3600),), (2, 29): ()},
        "holidays": {date.toordinal(): (), dt.date(2026, 12, 25).toordinal(): (), dt.date(2026, 12, 26).toordinal(): 3},
    }
    calendar = BusinessCalendar(periods=[berlin(week=(*(OFFICE,) * 3, (*OFFICE, *NIGHT), OFFICE, (), ()))], **more)  # type: ignore[arg-type]
    hours = {day: calendar.hours_on(dt.date(2026, 12, day).toordinal()) for day in (23, 24, 25, 26, 27)}
    assert hours == {23: OFFICE, 24: ((28_800, 36_000),), 25: (), 26: (*OFFICE, *NIGHT), 27: ()}
    assert calendar.hours_on(dt.date(2027, 12, 24).toordinal()) == ((28_800, 43_200),)
    assert calendar.hours_on(dt.date(2028, 2, 29).toordinal()) == (), "a leap day"
    start = parse_instant("2026-12-26T22:00", "Europe/Berlin")
    assert contract_time(calendar.add(start, 8 * HOUR), "Europe/Berlin") == "2026-12-27 06:00:00"


def test_hours_change_from_a_date_on_also_to_another_zone() -> None:
    change = dt.date(2026, 7, 1).toordinal()
    mornings = (((8 * 3600, 10 * 3600),),) * 7
    calendar = BusinessCalendar(periods=[berlin(), Period(change, "America/New_York", mornings)])
    assert calendar.hours_on(change - 1) == OFFICE
    assert calendar.zone_on(change - 1) == "Europe/Berlin"
    end = calendar.add(parse_instant("2026-06-30T16:00", "Europe/Berlin"), 2 * HOUR)
    assert contract_time(end, "America/New_York") == "2026-07-01 09:00:00"


@pytest.mark.parametrize(
    ("weekdays", "hours", "says"),
    [
        ((), ((0, 1),), "at least one"),
        ((7,), ((0, 1),), "0 .Monday. to 6"),
        ((0,), (), "spans of seconds"),
        ((0,), ((0, 86_401),), "spans of seconds"),
        ((0,), ((86_400, 86_401),), "spans of seconds"),
        ((0,), ((10, 10),), "spans of seconds"),
        ((0,), ((10, 20), (15, 30)), "overlap"),
    ],
)
def test_a_calendar_without_sense_is_refused(
    weekdays: tuple[int, ...], hours: tuple[tuple[int, int], ...], says: str
) -> None:
    with pytest.raises(TimingError, match=says):
        BusinessCalendar("UTC", weekdays, hours)


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ([berlin(5), berlin(5)], "order of their dates"),
        ([berlin(), berlin(5, ((),) * 7)], "no working hours"),
        ([berlin(9), berlin(5)], "order of their dates"),
    ],
)
def test_periods_without_sense_are_refused(periods: list[Period], says: str) -> None:
    with pytest.raises(TimingError, match=says):
        BusinessCalendar(periods=periods)
    with pytest.raises(TimingError, match="seven"):
        berlin(week=(OFFICE,))


def test_amounts_and_times_out_of_range_are_refused() -> None:
    calendar = BusinessCalendar()
    with pytest.raises(TimingError, match="unknown time zone 'Mars/Olympus'"):
        BusinessCalendar("Mars/Olympus")
    for working in (-1, 101 * 366 * DAY):
        with pytest.raises(TimingError, match="0 to 100 years"):
            calendar.add(0, working)
    for zone in ("UTC", "Asia/Kolkata"):
        with pytest.raises(TimingError, match="years 1 to 9998"):
            BusinessCalendar(zone).add(parse_instant("9999-01-01", "UTC"), 360 * DAY)
        with pytest.raises(TimingError, match="years 1 to 9998"):
            BusinessCalendar(zone).between(parse_instant("0001-01-01", "UTC"), 0)
    seldom = BusinessCalendar(hours=((0, 1),), weekdays=(0,))
    with pytest.raises(TimingError, match="1,000 years"):
        seldom.add(0, 100 * DAY)
