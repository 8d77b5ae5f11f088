"""Instants and durations as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.timing.duration import Duration, parse_duration, shift
from andante.timing.instants import DAY, HOUR, MINUTE, SECOND, WEEK, TimingError, contract_time, iso, parse_instant

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31", "2026-01-30T23:00:00.000Z"),
        ("2026-01-31T09:00", "2026-01-31T08:00:00.000Z"),
        ("2026-07-31 09:00:30", "2026-07-31T07:00:30.000Z"),
        ("2026-01-31T09:00:00.1234Z", "2026-01-31T09:00:00.123Z"),
        ("2026-01-31T09:00:00+05:30", "2026-01-31T03:30:00.000Z"),
        ("2026-01-31T09:00:00-0800", "2026-01-31T17:00:00.000Z"),
        ("2026-01-31T09:00:00@Asia/Shanghai", "2026-01-31T01:00:00.000Z"),
        ("2026-01-31T09:00:00+08:00[Asia/Shanghai]", "2026-01-31T01:00:00.000Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30:00.000Z"),  # an hour that the clocks skip
        ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),  # an hour they repeat: the first
    ],
)
def test_instants_in_many_forms(text: str, utc: str) -> None:
    assert iso(parse_instant(text, BERLIN)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-01-31T25:00",
        "2026-01-31Z",
        "20260131",
        "31.01.2026",
        "2026-01-31T09",
        "٢٠٢٦-٠١-٣١",
        "2026-01-31T09:00@Nowhere/Land",
        "0001-01-01T00:00:00+05:00" * 9,
    ],
)
def test_what_is_no_instant_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(TimingError, match=r"is no date|unknown time zone|has an offset"):
        parse_instant(text, BERLIN)


def test_the_contracts_times() -> None:
    at = parse_instant("2026-03-29T01:30:00Z", "UTC")
    assert contract_time(at, "UTC") == "2026-03-29 01:30:00"
    assert contract_time(at + 999, BERLIN) == "2026-03-29 03:30:00"
    assert contract_time(0, BERLIN) == ""
    with pytest.raises(TimingError, match="outside the years"):
        contract_time(2**60, BERLIN)


@given(st.integers(-(10**13), 2 * 10**14))
def test_iso_text_reads_back_as_the_same_instant(ms: int) -> None:
    assert parse_instant(iso(ms), BERLIN) == ms


@pytest.mark.parametrize(
    ("text", "months", "ms"),
    [
        ("PT10M", 0, 10 * MINUTE),
        ("P1Y2M3W4DT5H6M7.0899S", 14, 3 * WEEK + 4 * DAY + 5 * HOUR + 6 * MINUTE + 7 * SECOND + 89),
        ("-P1M", -1, 0),
        ("-PT1H30M", 0, -90 * MINUTE),
        ("PT1.5H", 0, 90 * MINUTE),
        ("P0,5D", 0, 12 * HOUR),
        ("PT0S", 0, 0),
        ("+P2W", 0, 2 * WEEK),
    ],
)
def test_durations(text: str, months: int, ms: int) -> None:
    assert parse_duration(text) == Duration(months, ms)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1H", "PT1H1.5M2S", "P1.5M", "PT-1H", "P1H", "PT1M1H", "P99999Y", "P99999999999D"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(TimingError, match=r"duration|10,000 years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("at", "duration", "then"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28 09:00:00"),
        ("2024-01-31T09:00", "P1M", "2024-02-29 09:00:00"),
        ("2024-02-29T09:00", "P1Y", "2025-02-28 09:00:00"),
        ("2026-03-31T09:00", "-P1M", "2026-02-28 09:00:00"),
        ("2026-11-15T09:00", "P2M", "2027-01-15 09:00:00"),
        ("2026-02-28T23:30", "P1M", "2026-03-28 23:30:00"),
        ("2026-03-28T09:00", "P1M", "2026-04-28 09:00:00"),  # the local time stays over the change of the clocks
        ("2026-03-28T09:00", "P1D", "2026-03-29 10:00:00"),  # a day has 24 hours
    ],
)
def test_shift_counts_months_by_the_calendar_and_days_by_hours(at: str, duration: str, then: str) -> None:
    assert contract_time(shift(parse_instant(at, BERLIN), parse_duration(duration), BERLIN), BERLIN) == then


def test_shift_stays_in_the_calendar() -> None:
    for duration in ("P1M", "P40D", "-P9999Y", "-P3652100D"):
        with pytest.raises(TimingError, match="outside"):
            shift(parse_instant("9999-12-01", "UTC"), parse_duration(duration), "UTC")
