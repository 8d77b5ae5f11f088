"""Working time, against a reference that walks minute by minute, and across the days on which the clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.timing.calendar import BusinessCalendar
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError, contract_time, parse_instant

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Africa/Cairo", "Australia/Lord_Howe")
# Egypt changes its clocks on Fridays and Thursdays: within the week.
CALENDARS = [
    *(BusinessCalendar(zone) for zone in ZONES),
    BusinessCalendar("Europe/Berlin", hours=((9 * 3600, 12 * 3600), (13 * 3600, 17 * 3600))),
    BusinessCalendar("Africa/Cairo", weekdays=(6, 0, 1, 2, 3, 4), hours=((0, 8 * 3600), (16 * 3600, 86_400))),
    BusinessCalendar("Europe/London", weekdays=range(7)),
]
calendars = st.sampled_from(CALENDARS)
times = st.integers(parse_instant("2023-01-01", "UTC"), parse_instant("2030-01-01", "UTC"))


def works(calendar: BusinessCalendar, ms: int) -> bool:
    local = dt.datetime.fromtimestamp(ms // 1000, ZoneInfo(calendar.zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    return local.weekday() in calendar.weekdays and any(a <= second < b for a, b in calendar.hours)


@settings(max_examples=40)
@given(calendars, times, st.integers(1, 5 * 24 * 60))
def test_add_and_between_are_those_of_a_walk_minute_by_minute(
    calendar: BusinessCalendar, start: int, minutes: int
) -> None:
    start -= start % MINUTE
    at, left, passed = start, minutes, 0
    while left:
        if works(calendar, at):
            left -= 1
        at += MINUTE
        passed += 1
        assert passed < 60_000
    assert calendar.add(start, minutes * MINUTE) == at
    assert calendar.between(start, at) == minutes * MINUTE


@given(calendars, times, st.integers(0, 500 * DAY))
def test_between_measures_what_add_gave(calendar: BusinessCalendar, start: int, working: int) -> None:
    end = calendar.add(start, working)
    assert calendar.between(start, end) == working
    assert calendar.between(end, start) == -working
    assert end == start or calendar.between(start, end - 1) == working - 1, "the first such moment"


@given(calendars, times, st.integers(0, 90 * DAY), st.integers(0, 90 * DAY))
def test_added_in_two_parts_is_added_at_once(calendar: BusinessCalendar, start: int, first: int, second: int) -> None:
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@pytest.mark.parametrize(
    ("zone", "start", "working", "end"),
    [
        ("Europe/Berlin", "2026-01-02T16:00", DAY, "2026-01-05 16:00:00"),
        ("Europe/Berlin", "2026-01-03T12:00", HOUR, "2026-01-05 01:00:00"),
        ("Europe/Berlin", "2026-01-02T23:00", HOUR, "2026-01-03 00:00:00"),  # Friday's end, not Monday's begin
        ("Europe/Berlin", "2026-01-01T00:00", 261 * DAY, "2027-01-01 00:00:00"),  # 2026 has 261 weekdays
        ("America/New_York", "2026-03-06T09:00", DAY, "2026-03-09 09:00:00"),  # the clocks go forward on Sunday
        ("Africa/Cairo", "2026-04-23T12:00", DAY, "2026-04-24 13:00:00"),  # Friday begins at 01:00: 23 hours long
    ],
)
def test_business_days_by_the_local_calendar(zone: str, start: str, working: int, end: str) -> None:
    assert contract_time(BusinessCalendar(zone).add(parse_instant(start, zone), working), zone) == end


@pytest.mark.parametrize(
    ("weekdays", "hours", "says"),
    [
        ((), ((0, 1),), "at least one"),
        ((7,), ((0, 1),), "0 .Monday. to 6"),
        ((0,), (), "spans of seconds"),
        ((0,), ((0, 86_401),), "spans of seconds"),
        ((0,), ((10, 10),), "spans of seconds"),
        ((0,), ((10, 20), (15, 30)), "overlap"),
    ],
)
def test_a_calendar_without_sense_is_refused(
    weekdays: tuple[int, ...], hours: tuple[tuple[int, int], ...], says: str
) -> None:
    with pytest.raises(TimingError, match=says):
        BusinessCalendar("UTC", weekdays, hours)


def test_amounts_and_times_out_of_range_are_refused() -> None:
    calendar = BusinessCalendar()
    with pytest.raises(TimingError, match="unknown time zone 'Mars/Olympus'"):
        BusinessCalendar("Mars/Olympus")
    for working in (-1, 101 * 366 * DAY):
        with pytest.raises(TimingError, match="0 to 100 years"):
            calendar.add(0, working)
    with pytest.raises(TimingError, match="years 1 to 9998"):
        calendar.add(parse_instant("9999-01-01", "UTC"), 360 * DAY)
