"""Dates, times and durations: literals, arithmetic, properties (DMN 1.5, sections 10.3.2.3.4 to 10.3.2.3.9)."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from evaluating import NOW, feel, holds

from andante.expressions import EvaluationFault, SyntaxFault, compile_feel
from andante.expressions.values import YearsMonths

HOUR = dt.timezone(dt.timedelta(hours=1))
ROME = ZoneInfo("Europe/Rome")


def clock(hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0, tz: dt.tzinfo | None = None) -> dt.time:
    return dt.time(hour, minute, second, micro, tz)


def moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0,
    tz: dt.tzinfo | None = None,
) -> dt.datetime:  # fmt: skip
    return dt.datetime(year, month, day, hour, minute, second, micro, tz)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-31", dt.date(2026, 1, 31)),
        ("0001-01-01", dt.date(1, 1, 1)),
        ("2024-02-29", dt.date(2024, 2, 29)),
        ("10:30:00", clock(10, 30)),
        ("T10:30:00", clock(10, 30)),
        ("10:30:15.25", clock(10, 30, 15, 250_000)),
        ("10:30:00Z", clock(10, 30, tz=dt.UTC)),
        ("10:30:00+01:00", clock(10, 30, tz=HOUR)),
        ("10:30:00-00:00", clock(10, 30, tz=dt.UTC)),
        ("10:30:00@Europe/Rome", clock(10, 30, tz=ROME)),
        ("2026-01-31T10:30:00", moment(2026, 1, 31, 10, 30)),
        ("2026-01-31T10:30:00Z", moment(2026, 1, 31, 10, 30, tz=dt.UTC)),
        ("2026-01-31T10:30:00.000001+01:00", moment(2026, 1, 31, 10, 30, 0, 1, tz=HOUR)),
        ("2026-01-31T10:30:00@Europe/Rome", moment(2026, 1, 31, 10, 30, tz=ROME)),
        ("2026-01-31T24:00:00", moment(2026, 2, 1)),
        ("P1D", dt.timedelta(days=1)),
        ("P1DT2H3M4S", dt.timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0.5S", dt.timedelta(microseconds=500_000)),
        ("-PT36H", dt.timedelta(hours=-36)),
        ("PT0S", dt.timedelta(0)),
        ("P1Y2M", YearsMonths(14)),
        ("-P14M", YearsMonths(-14)),
        ("P0M", YearsMonths(0)),
    ],
)
def test_a_literal(text: str, value: object) -> None:
    holds(text, feel(f'@"{text}"'), value)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "2026-1-31", "2026-02-30", "2026-13-01", "26-01-31", "10:30", "25:00:00", "10:60:00", "10:30:60",
        "10:30:00+19:00", "10:30:00@Nowhere/Else", "2026-01-31T", "2026-01-31 10:30:00", "P", "PT", "P1DT", "1D", "P1H",
        "P1Y1D", "PT1", "P-1D", "P1.5D", "2026-01-31T10:30:00ZZ", "99999-01-01",
    ],
)  # fmt: skip
def test_no_literal(text: str) -> None:
    with pytest.raises(SyntaxFault, match="@ is to be followed by"):
        compile_feel(f'@"{text}"')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('@"2026-01-31" + @"P1D"', dt.date(2026, 2, 1)),
        ('@"P1D" + @"2026-01-31"', dt.date(2026, 2, 1)),
        ('@"2026-01-31" + @"PT23H"', dt.date(2026, 1, 31)),
        ('@"2026-01-31" + @"P1M"', dt.date(2026, 2, 28)),
        ('@"2024-01-31" + @"P1M"', dt.date(2024, 2, 29)),
        ('@"2024-02-29" + @"P1Y"', dt.date(2025, 2, 28)),
        ('@"2026-01-31" - @"P1M"', dt.date(2025, 12, 31)),
        ('@"2026-01-31" - @"2026-01-01"', dt.timedelta(days=30)),
        ('@"2026-01-01" - @"2026-01-31"', dt.timedelta(days=-30)),
        ('@"2026-01-31T10:00:00" + @"PT20H"', moment(2026, 2, 1, 6)),
        ('@"2026-01-31T10:00:00" - @"P1M"', moment(2025, 12, 31, 10)),
        ('@"2026-01-31T10:00:00Z" - @"2026-01-31T10:00:00+01:00"', dt.timedelta(hours=1)),
        ('@"2026-01-31" - @"2026-01-31T10:00:00+02:00"', dt.timedelta(hours=-8)),
        ('@"2026-01-31T10:00:00" - @"2026-01-31"', None),  # a day is its midnight in UTC, so one has a zone, one none
        ('@"2026-01-31" - @"2026-01-31T10:00:00"', None),
        ('@"2026-01-31T10:00:00Z" - @"2026-01-31"', dt.timedelta(hours=10)),
        # An hour is an hour also in the night when the clocks change.
        ('@"2026-03-29T01:30:00@Europe/Rome" + @"PT1H"', moment(2026, 3, 29, 3, 30, tz=ROME)),
        ('@"2026-03-29T12:00:00@Europe/Rome" - @"2026-03-28T12:00:00@Europe/Rome"', dt.timedelta(hours=23)),
        ('@"23:00:00" + @"PT2H"', clock(1)),
        ('@"01:00:00" - @"PT2H"', clock(23)),
        ('@"10:00:00+01:00" + @"PT1H"', clock(11, tz=HOUR)),
        ('@"10:00:00" - @"09:30:00"', dt.timedelta(minutes=30)),
        ('@"10:00:00+01:00" - @"09:00:00Z"', dt.timedelta(0)),
        ('@"P1D" + @"PT1H"', dt.timedelta(days=1, hours=1)),
        ('@"P1D" - @"PT36H"', dt.timedelta(hours=-12)),
        ('-@"P1D"', dt.timedelta(days=-1)),
        ('@"P1D" * 2', dt.timedelta(days=2)),
        ('2.5 * @"P1D"', dt.timedelta(days=2, hours=12)),
        ('@"P1D" / 2', dt.timedelta(hours=12)),
        ('@"P1D" / @"PT1H"', 24),
        ('@"PT1S" / 3', dt.timedelta(microseconds=333_333)),
        ('@"P1Y" + @"P2M"', YearsMonths(14)),
        ('@"P1Y" - @"P2M"', YearsMonths(10)),
        ('-@"P1Y"', YearsMonths(-12)),
        ('@"P1Y" * 2', YearsMonths(24)),
        ('@"P1Y" / 5', YearsMonths(2)),
        ('@"P1Y" / @"P4M"', 3),
    ],
)
def test_arithmetic(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    "text",
    [
        '@"P1Y" + @"P1D"', '@"2026-01-31" + 1', '@"2026-01-31" + @"2026-01-31"', '@"10:00:00" + @"P1M"',
        '@"9999-12-31" + @"P1D"', '@"0001-01-01" - @"P1D"', '@"9999-01-01" + @"P1Y"',
        '@"9999-12-31T23:00:00" + @"PT2H"',
        '@"2026-01-31T10:00:00" - @"2026-01-31T10:00:00Z"', '@"10:00:00" - @"10:00:00Z"', '@"P1D" / 0',
        '@"P1D" / @"PT0S"', '@"P1D" / @"P1M"', '@"P1D" * @"P1D"', '1 / @"P1D"', '@"P1D" * 1e30', '@"P1M" * 1e30',
        '@"P1D" + null', 'null + @"P1D"', '@"P999999999D" + @"P1D"', '@"P1D" ** 2', '-@"2026-01-31"',
    ],
)  # fmt: skip
def test_arithmetic_without_an_answer_is_null(text: str) -> None:
    assert feel(text) is None


@pytest.mark.parametrize(
    ("literal", "properties"),
    [
        ("2026-01-31", {"year": 2026, "month": 1, "day": 31, "weekday": 6, "hour": None, "timezone": None}),
        ("10:30:15+01:00", {"hour": 10, "minute": 30, "second": 15, "time offset": dt.timedelta(hours=1), "day": None}),
        ("10:30:15", {"time offset": None, "timezone": None, "year": None}),
        (
            "2026-07-31T10:30:15@Europe/Rome",
            {"year": 2026, "weekday": 5, "hour": 10, "timezone": "Europe/Rome", "time offset": dt.timedelta(hours=2)},
        ),
        ("P1DT2H3M4.5S", {"days": 1, "hours": 2, "minutes": 3, "seconds": Decimal("4.5"), "years": None}),
        ("-P1DT2H", {"days": -1, "hours": -2, "minutes": 0}),
        ("P3Y4M", {"years": 3, "months": 4, "days": None}),
        ("-P3Y4M", {"years": -3, "months": -4}),
    ],
)
def test_properties(literal: str, properties: dict[str, object]) -> None:
    for name, value in properties.items():
        text = f'@"{literal}".{name}'
        holds(text, feel(text), value)
        holds(f"x.{name} of {literal}", feel(f"x.{name}", x=feel(f'@"{literal}"')), value)
        holds(f"[{literal}].{name}", feel(f"[x].{name}", x=feel(f'@"{literal}"')), [value])


def test_the_clock_comes_in_with_the_evaluation() -> None:
    now, today = compile_feel("now()"), compile_feel("today()")
    assert now.evaluate({}, NOW) == moment(2026, 1, 1, tz=dt.UTC)
    assert now.evaluate({}, NOW + 1) == moment(2026, 1, 1, 0, 0, 0, 1000, tz=dt.UTC)
    assert today.evaluate({}, NOW) == dt.date(2026, 1, 1)
    assert today.evaluate({}, NOW - 1) == dt.date(2025, 12, 31)
    assert not now.is_constant
    for expression in (now, today):
        with pytest.raises(EvaluationFault, match="without a time"):
            expression.evaluate({}, None)
        with pytest.raises(EvaluationFault, match="beyond the calendar"):
            expression.evaluate({}, 10**18)


def test_the_zone_is_that_of_the_expression() -> None:
    late = NOW - 1_800_000  # half an hour before the year's end in UTC
    assert compile_feel("today()", zone="UTC").evaluate({}, late) == dt.date(2025, 12, 31)
    assert compile_feel("today()", zone="Europe/Rome").evaluate({}, late) == dt.date(2026, 1, 1)
    assert compile_feel("now().timezone", zone="Europe/Rome").evaluate({}, late) == "Europe/Rome"
    with pytest.raises(SyntaxFault, match="no time zone 'Europe/Atlantis'"):
        compile_feel("now()", zone="Europe/Atlantis")
