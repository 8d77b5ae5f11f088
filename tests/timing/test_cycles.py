"""Cycles: their first point, the points after it, and the points passed over while nobody looked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.timing.cycle import check, first, following
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError, iso, parse_instant

ZONE = "Europe/Berlin"
NOW = parse_instant("2026-03-01T12:00", ZONE)


def at(text: str) -> int:
    return parse_instant(text, ZONE)


@pytest.mark.parametrize(
    ("text", "due", "left"),
    [
        ("R3/PT10M", "2026-03-01T12:10", 2),
        ("R1/P1M", "2026-04-01T12:00", 0),
        ("R/PT1H", "2026-03-01T13:00", -1),
        ("R3/2026-03-05T09:00/P1D", "2026-03-05T09:00", 2),
        ("R3/2026-02-28T09:00/P1D", "2026-03-02T09:00", 0),  # two of the three are over
        ("R3/2020-01-01T09:00/P1D", "2020-01-03T09:00", 0),  # all are over: the last is due at once
        ("R/2026-01-31T09:00/P1M", "2026-03-31T09:00", -1),  # not the 28th: counted from the start
        ("R/PT1H/2026-03-01T18:30", "2026-03-01T12:30", 6),
        ("R2/PT1H/2026-03-01T18:30", "2026-03-01T17:30", 1),
        ("R/PT1H/2026-02-01T18:30", "2026-02-01T18:30", 0),
        ("R/P1M/2026-05-31", "2026-03-31", 2),
    ],
)
def test_the_first_point(text: str, due: str, left: int) -> None:
    point, repetitions = first(text, NOW, ZONE)
    assert (iso(point), repetitions) == (iso(at(due)), left)


@pytest.mark.parametrize(
    ("text", "due", "now", "then", "missed"),
    [
        ("R/PT1H", "2026-03-01T13:00", "2026-03-01T13:00", "2026-03-01T14:00", 0),
        ("R/PT1H", "2026-03-01T13:00", "2026-03-01T13:59", "2026-03-01T14:00", 0),
        ("R/PT1H", "2026-03-01T13:00", "2026-03-01T16:00", "2026-03-01T17:00", 3),
        ("R9/P1M", "2026-03-31T13:00", "2026-07-01T00:00", "2026-07-31T13:00", 3),
        ("R/2026-01-31T09:00/P1M", "2026-02-28T09:00", "2026-02-28T09:00", "2026-03-31T09:00", 0),
        ("R3/2026-03-01T09:00/P1D", "2026-03-01T09:00", "2026-03-03T10:00", "2026-03-04T09:00", 2),
        ("R/PT1H/2026-03-01T18:30", "2026-03-01T12:30", "2026-03-01T15:00", "2026-03-01T15:30", 2),
        ("R/PT1H/2026-03-01T18:30", "2026-03-01T18:30", "2026-03-02T00:00", None, 0),
        ("R/PT1H/2026-03-01T18:30", "2026-03-01T15:30", "2026-03-02T00:00", None, 3),
        ("R/P1M/2026-05-31", "2026-03-31", "2026-03-31", "2026-04-30", 0),
    ],
)
def test_the_point_after(text: str, due: str, now: str, then: str | None, missed: int) -> None:
    point, passed_over = following(text, at(due), at(now), ZONE)
    assert (iso(point) if point else None, passed_over) == (iso(at(then)) if then else None, missed)


periods = st.sampled_from(["PT1M", "PT7H", "P1D", "P3W", "P1M", "P1Y", "P1M3D", "PT0.5S"])
forms = st.sampled_from(
    ["R/2026-03-01T11:00/{p}", "R/2025-12-31T09:00/{p}", "R/2026-05-31T09:00/{p}", "R/{p}/2026-12-31T18:00"]
)


# Without a start months count from the last point that occurred, so only exact periods are the same either way.
exact = st.sampled_from(["R/PT1M", "R/PT7H", "R/P1D", "R/P3W", "R/PT0.5S"])


@given(exact | st.builds(lambda form, p: form.format(p=p), forms, periods), st.integers(0, 40), st.integers(0, 30))
def test_one_long_sleep_misses_what_looking_each_time_sees(text: str, looks: int, into: int) -> None:
    start, _ = first(text, NOW, ZONE)
    seen = [start]
    while len(seen) <= looks and seen[-1]:
        point, missed = following(text, seen[-1], seen[-1], ZONE)
        assert missed == 0
        assert point == 0 or point > seen[-1]
        seen.append(point)
    if seen[-1]:
        seen.append(following(text, seen[-1], seen[-1], ZONE)[0])
    # Wake up a little after the last but one: all between the first and it were missed, the last is next.
    now = seen[-2] + (into if not seen[-1] else min(into, seen[-1] - seen[-2] - 1)) if len(seen) > 1 else start
    assert following(text, start, now, ZONE) == (seen[-1], len(seen) - 2)


def test_a_cycle_asleep_for_centuries_is_quick_to_answer() -> None:
    point, missed = following("R/PT1S", at("1700-01-01"), NOW, ZONE)
    assert point == NOW + 1000
    assert missed > 10**10
    assert following("R/P1M", at("1700-01-15"), NOW, ZONE) == (at("2026-03-15"), (2026 - 1700) * 12 + 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("PT1H", "is no cycle"),
        ("R3", "is no cycle"),
        ("Rx/PT1H", "is no cycle"),
        ("R-1/PT1H", "is no cycle"),
        ("R/PT1H/2026-01-01/P1D", "is no cycle"),
        ("R0/PT1H", "repetitions"),
        ("R/PT0S", "longer than nothing"),
        ("R/-PT1H", "longer than nothing"),
        ("R/2026-13-01/PT1H", "is no date"),
        ("R/1 hour", "duration"),
    ],
)
def test_what_is_no_cycle_is_refused_at_deployment(text: str, says: str) -> None:
    with pytest.raises(TimingError, match=says):
        check("cycle", text)


def test_constant_timers_are_checked_by_their_kind() -> None:
    check("date", "2026-03-01T09:00:00Z")
    check("duration", "PT15M")
    check("cycle", "R3/PT10M")
    for kind, text, says in (
        ("date", "PT1H", "is no date"),
        ("duration", "2026-03-01", "is no ISO 8601 duration"),
        ("duration", "-PT1H", "cannot be negative"),
        ("interval", "PT1H", "date, duration or cycle"),
    ):
        with pytest.raises(TimingError, match=says):
            check(kind, text)


def test_due_points_lie_a_period_apart() -> None:
    assert following("R/PT10M", NOW, NOW + 25 * MINUTE, ZONE) == (NOW + 30 * MINUTE, 2)
    assert following("R/P1D", NOW, NOW + DAY - HOUR, ZONE) == (NOW + DAY, 0)


def test_cron_by_the_local_time() -> None:
    assert first("0 9 * * MON", NOW, ZONE) == (at("2026-03-02T09:00"), -1)
    assert first("0 0/5 * * * ?", NOW, ZONE) == (NOW + 5 * MINUTE, -1)
    # Over the change of the clocks it stays at nine.
    assert following("0 9 * * MON", at("2026-03-02T09:00"), at("2026-03-29T12:00"), ZONE) == (at("2026-03-30T09:00"), 3)
    assert following("* * * * *", NOW, NOW + 30 * DAY, ZONE) == (NOW + 30 * DAY + MINUTE, 100)
    for text in ("61 * * * *", "0 0 31 2 *", "a b c d e"):
        with pytest.raises(TimingError, match="no cron expression"):
            check("cycle", text)
