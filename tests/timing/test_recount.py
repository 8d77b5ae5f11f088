"""A calendar changes while clocks run by it: each is where it would be had the calendar always been so."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.timing.calendar import BusinessCalendar
from andante.timing.instants import DAY, HOUR, contract_time, parse_instant
from andante.timing.sla import Reminder, SlaClock, SlaPolicy, Target

ZONE = "Europe/Berlin"
HOURS = ((9 * 3600, 17 * 3600),)
BEFORE = BusinessCalendar(ZONE, hours=HOURS)
BUILT_IN = BusinessCalendar(ZONE)
POLICY = SlaPolicy(
    "fix", Target(8 * HOUR, business=True), Target(16 * HOUR, business=True), (Reminder("deadline", -4 * HOUR),)
)


def at(text: str) -> int:
    return parse_instant(text, ZONE)


def shown(ms: int) -> str:
    return contract_time(ms, ZONE)[:16]


def without(*days: str) -> BusinessCalendar:
    """The calendar with holidays."""
    found = {dt.date.fromisoformat(day).toordinal(): () for day in days}
    return BusinessCalendar(ZONE, hours=HOURS, revision=2, periods=BEFORE.periods, holidays=found)


MONDAY = at("2026-03-02T09:00")


def start(policy: SlaPolicy = POLICY) -> SlaClock:
    return SlaClock.start(policy, MONDAY, BEFORE)


@pytest.mark.parametrize(
    ("holidays", "goal", "deadline"),
    [
        (["2026-03-03"], "2026-03-02 17:00", "2026-03-04 17:00"),
        (["2026-03-02"], "2026-03-03 17:00", "2026-03-04 17:00"),  # today: entered late, it still counts
        (["2026-03-06"], "2026-03-02 17:00", "2026-03-03 17:00"),
        ([], "2026-03-02 17:00", "2026-03-03 17:00"),
    ],
)
def test_a_holiday_that_is_entered_later_moves_what_is_to_come(holidays: list[str], goal: str, deadline: str) -> None:
    now = MONDAY + 2 * HOUR
    clock = start().recount(POLICY, now, without(*holidays), BUILT_IN)
    assert [shown(each) for each in clock.ats] == [goal, deadline]
    assert clock.recount(POLICY, now, without(*holidays), BUILT_IN) == clock, "twice is once"


def test_what_has_passed_stays_passed() -> None:
    clock, facts = start().advance(POLICY, at("2026-03-02T18:00"), BEFORE)
    assert facts == ("goal",)
    clock = clock.recount(POLICY, at("2026-03-02T18:00"), without("2026-03-02"), BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-03-02 17:00", "2026-03-04 17:00"]
    clock, facts = clock.advance(POLICY, at("2026-03-04T16:00"), without("2026-03-02"))
    assert facts == ("reminder:0",), "the goal does not pass again"


def test_a_reminder_comes_before_the_new_time_too() -> None:
    clock, facts = start().advance(POLICY, at("2026-03-03T14:00"), BEFORE)
    assert facts == ("goal", "reminder:0")
    clock = clock.recount(POLICY, at("2026-03-03T14:00"), without("2026-03-03"), BUILT_IN)
    assert shown(clock.next_at(POLICY)) == "2026-03-04 13:00"


def test_what_is_over_by_the_new_calendar_passes_at_once() -> None:
    more = BusinessCalendar(ZONE, weekdays=range(7), hours=((0, 86_400),), revision=2)
    now = at("2026-03-02T16:00")
    clock = start().recount(POLICY, now + HOUR // 2, more, BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-03-02 17:00", "2026-03-03 01:00"]
    late = BusinessCalendar(ZONE, weekdays=range(7), hours=((0, 86_400),), revision=2)
    clock = SlaClock.start(POLICY, at("2026-02-28T09:00"), BEFORE).recount(POLICY, now, late, BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-02-28 17:00", "2026-03-01 01:00"]
    assert clock.advance(POLICY, now, late)[1] == ("goal", "deadline")


def test_a_paused_clock_keeps_its_working_time_and_goes_on_by_the_new_calendar() -> None:
    now = MONDAY + 2 * HOUR
    paused = start().pause(POLICY, now, BEFORE)
    changed = without("2026-03-02", "2026-03-03")
    assert paused.recount(POLICY, now + HOUR, changed, BUILT_IN) == paused
    resumed = paused.resume(POLICY, at("2026-03-03T12:00"), changed)
    assert [shown(each) for each in resumed.ats] == ["2026-03-04 15:00", "2026-03-05 15:00"]


def test_after_a_pause_the_time_that_was_left_then_is_counted_anew() -> None:
    resumed = start().pause(POLICY, MONDAY + 2 * HOUR, BEFORE).resume(POLICY, at("2026-03-03T09:00"), BEFORE)
    assert [shown(each) for each in resumed.ats] == ["2026-03-03 15:00", "2026-03-04 15:00"]
    clock = resumed.recount(POLICY, at("2026-03-03T10:00"), without("2026-03-02", "2026-03-04"), BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-03-03 15:00", "2026-03-05 15:00"], "Monday was worked"


def test_an_extension_and_a_restart_are_kept() -> None:
    now = MONDAY + 2 * HOUR
    clock, names = start().extend(POLICY, now, BEFORE, 8 * HOUR, "deadline")
    assert names == ("deadline",)
    clock = clock.recount(POLICY, now, without("2026-03-03"), BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-03-02 17:00", "2026-03-05 17:00"]
    clock = start().restart(POLICY, now, BEFORE).recount(POLICY, now, without("2026-03-03"), BUILT_IN)
    assert [shown(each) for each in clock.ats] == ["2026-03-04 11:00", "2026-03-05 11:00"]


def test_a_clock_of_an_earlier_release_keeps_what_is_left_by_the_calendar_of_then() -> None:
    policy = SlaPolicy("fix", None, Target(DAY, business=True))
    clock = SlaClock.start(policy, MONDAY, BUILT_IN)
    old = SlaClock.from_tuple(clock.as_tuple()[:10])
    assert (old.counted, old.deadline_at) == ((), MONDAY + DAY)
    changed = BusinessCalendar(ZONE, revision=2, holidays={dt.date(2026, 3, 3).toordinal(): ()})
    assert shown(old.recount(policy, MONDAY + HOUR, changed, BUILT_IN).deadline_at) == "2026-03-04 09:00"


def test_plain_time_does_not_know_of_calendars() -> None:
    policy = SlaPolicy("fix", Target(DAY), Target(2 * DAY))
    clock = start(policy)
    assert clock.counted == ()
    assert clock.recount(policy, MONDAY, without("2026-03-02"), BUILT_IN) == clock


verbs = st.lists(st.tuples(st.sampled_from(("pause", "resume", "extend", "restart", "wait")), st.integers(1, 30)))


@given(verbs)
def test_by_the_same_calendar_nothing_moves(steps: list[tuple[str, int]]) -> None:
    clock, now = start(), MONDAY
    for verb, hours in steps:
        now += hours * HOUR
        clock, _ = clock.advance(POLICY, now, BEFORE)
        if verb == "pause":
            clock = clock.pause(POLICY, now, BEFORE)
        elif verb == "resume":
            clock = clock.resume(POLICY, now, BEFORE)
        elif verb == "restart":
            clock = clock.restart(POLICY, now, BEFORE)
        elif verb == "extend":
            clock, _ = clock.extend(POLICY, now, BEFORE, hours * HOUR)
        assert clock.recount(POLICY, now, BEFORE, BUILT_IN).ats == clock.ats
        assert SlaClock.from_tuple(clock.as_tuple()) == clock


@given(st.integers(0, 20 * 24), st.lists(st.integers(0, 20), max_size=5))
def test_a_clock_never_paused_is_the_one_that_began_by_the_new_calendar(hours: int, days: list[int]) -> None:
    changed = without(*(str(dt.date(2026, 3, 2) + dt.timedelta(days=day)) for day in days))
    now = MONDAY + hours * HOUR
    clock, _ = start().advance(POLICY, now, BEFORE)
    fresh = SlaClock.start(POLICY, MONDAY, changed)
    for index, due in enumerate(clock.recount(POLICY, now, changed, BUILT_IN).ats):
        assert due == (clock.ats[index] if clock.ats[index] <= now else fresh.ats[index])
