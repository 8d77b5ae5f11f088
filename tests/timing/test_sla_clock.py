"""The SLA clock: what a task's owner and the people who wait for it see of goal, deadline, reminders and pauses."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.timing.calendar import BusinessCalendar
from andante.timing.instants import DAY, HOUR, MINUTE, TimingError, parse_instant
from andante.timing.sla import Level, Reminder, SlaClock, SlaPolicy, Target

BERLIN = BusinessCalendar("Europe/Berlin")
FRIDAY = parse_instant("2026-03-27T16:00", "Europe/Berlin")
INCIDENT = SlaPolicy(
    "incident",
    Target(4 * HOUR, urgency=1),
    Target(DAY, urgency=2),
    (Reminder("goal", -HOUR), Reminder("deadline"), Reminder("deadline", HOUR, HOUR, 3)),
)

spans = st.integers(1, 400 * DAY)
starts = st.integers(parse_instant("2024-01-01", "UTC"), parse_instant("2028-01-01", "UTC"))
targets = st.builds(Target, spans, st.booleans(), st.integers(0, 9))


@st.composite
def policies(draw: st.DrawFn) -> SlaPolicy:
    goal = draw(st.none() | targets)
    deadline = draw(targets if goal is None else st.none() | targets)
    anchors = [name for name, target in (("goal", goal), ("deadline", deadline)) if target]
    reminder = st.builds(
        Reminder, st.sampled_from(anchors), st.integers(-30 * DAY, 30 * DAY), st.integers(1, DAY), st.integers(1, 5)
    )
    return SlaPolicy("drawn", goal, deadline, tuple(draw(st.lists(reminder, max_size=3))))


def remaining(target: Target | None, at: int, now: int) -> int:
    """What is left of a target, in its own kind of time."""
    if target is None:
        return 0
    return BERLIN.between(now, at) if target.business else at - now


def test_a_day_of_an_incident() -> None:
    clock = SlaClock.start(INCIDENT, FRIDAY, BERLIN)
    assert (clock.goal_at, clock.deadline_at) == (FRIDAY + 4 * HOUR, FRIDAY + DAY)
    assert clock.state(FRIDAY) == "on track"
    assert clock.next_at(INCIDENT) == FRIDAY + 3 * HOUR

    assert clock.advance(INCIDENT, FRIDAY + 3 * HOUR - 1, BERLIN) == (clock, ())
    clock, facts = clock.advance(INCIDENT, FRIDAY + 3 * HOUR, BERLIN)
    assert facts == ("reminder:0",)
    assert clock.state(FRIDAY + 3 * HOUR + 30 * MINUTE) == "at risk"

    clock, facts = clock.advance(INCIDENT, FRIDAY + 4 * HOUR, BERLIN)
    assert facts == ("goal",)
    assert (clock.has_passed(0), clock.has_passed(1)) == (True, False)
    assert clock.state(FRIDAY + 4 * HOUR) == "goal passed"

    clock, facts = clock.advance(INCIDENT, FRIDAY + DAY + 2 * HOUR, BERLIN)
    assert facts == ("deadline", "reminder:1", "reminder:2")
    assert (clock.has_passed(0), clock.has_passed(1)) == (True, True)
    assert clock.state(FRIDAY + DAY + 2 * HOUR) == "breached"

    assert clock.next_at(INCIDENT) == FRIDAY + DAY + 3 * HOUR
    clock, facts = clock.advance(INCIDENT, FRIDAY + 30 * DAY, BERLIN)
    assert facts == ("reminder:2",)
    assert clock.next_at(INCIDENT) == 0


def test_business_days_skip_the_weekend() -> None:
    policy = SlaPolicy("approval", None, Target(DAY, business=True))
    clock = SlaClock.start(policy, FRIDAY, BERLIN)
    # The clocks go forward that Sunday; Monday 16:00 is Monday 16:00.
    assert clock.deadline_at == parse_instant("2026-03-30T16:00", "Europe/Berlin")


def test_suspended_over_the_weekend_the_time_left_is_the_same_on_tuesday() -> None:
    policy = SlaPolicy("approval", Target(2 * HOUR), Target(DAY, business=True), (Reminder("deadline", -HOUR),))
    clock = SlaClock.start(policy, FRIDAY, BERLIN)
    paused = clock.pause(policy, FRIDAY + HOUR, BERLIN)
    assert paused.state(FRIDAY + 9 * HOUR) == "paused"
    assert paused.next_at(policy) == 0
    assert paused.advance(policy, FRIDAY + 30 * DAY, BERLIN) == (paused, ())
    assert paused.lefts == (HOUR, 23 * HOUR)

    tuesday = parse_instant("2026-03-31T09:00", "Europe/Berlin")
    resumed = paused.resume(policy, tuesday, BERLIN)
    assert resumed.goal_at == tuesday + HOUR
    assert resumed.deadline_at == parse_instant("2026-04-01T08:00", "Europe/Berlin")
    assert resumed.next_at(policy) == resumed.goal_at
    assert resumed.advance(policy, resumed.deadline_at - HOUR, BERLIN)[1] == ("goal", "reminder:0")


def test_a_pause_after_the_deadline_holds_the_reminders_but_does_not_move_the_deadline() -> None:
    clock, _ = SlaClock.start(INCIDENT, FRIDAY, BERLIN).advance(INCIDENT, FRIDAY + DAY + 90 * MINUTE, BERLIN)
    resumed_at = FRIDAY + 10 * DAY
    resumed = clock.pause(INCIDENT, FRIDAY + DAY + 90 * MINUTE, BERLIN).resume(INCIDENT, resumed_at, BERLIN)
    assert resumed.deadline_at == FRIDAY + DAY
    assert resumed.state(resumed_at) == "breached"
    assert resumed.advance(INCIDENT, resumed_at, BERLIN) == (resumed, ())
    assert resumed.next_at(INCIDENT) == resumed_at + 30 * MINUTE


def test_work_done_in_time_is_met_and_nothing_comes_after() -> None:
    clock = SlaClock.start(INCIDENT, FRIDAY, BERLIN)
    done = clock.finish(FRIDAY + HOUR)
    assert done.state(FRIDAY + 9 * DAY) == "met"
    assert done.next_at(INCIDENT) == 0
    assert done.advance(INCIDENT, FRIDAY + 9 * DAY, BERLIN) == (done, ())
    assert done.pause(INCIDENT, FRIDAY + 2 * HOUR, BERLIN) == done
    assert done.finish(FRIDAY + 9 * DAY) == done
    assert clock.finish(FRIDAY + 5 * HOUR).state(FRIDAY + 9 * DAY) == "goal passed"
    assert clock.finish(FRIDAY + 2 * DAY).state(FRIDAY + 9 * DAY) == "breached"


def test_work_that_ends_while_paused_is_judged_by_when_the_pause_began() -> None:
    paused = SlaClock.start(INCIDENT, FRIDAY, BERLIN).pause(INCIDENT, FRIDAY + HOUR, BERLIN)
    assert paused.finish(FRIDAY + 9 * DAY).state(FRIDAY + 9 * DAY) == "met"


def test_a_reminder_that_lay_before_the_start_is_left_out_and_one_at_the_start_is_due_at_once() -> None:
    policy = SlaPolicy("short", None, Target(2 * HOUR), (Reminder("deadline", -3 * HOUR, HOUR, 3),))
    clock = SlaClock.start(policy, FRIDAY, BERLIN)
    assert clock.next_at(policy) == FRIDAY
    clock, facts = clock.advance(policy, FRIDAY, BERLIN)
    assert facts == ("reminder:0",)
    assert clock.next_at(policy) == FRIDAY + HOUR


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Target(0), "more than nothing"),
        (lambda: Target(101 * 366 * DAY), "at most 100 years"),
        (lambda: SlaPolicy("s", None, None), "neither goal nor deadline"),
        (lambda: SlaPolicy("s", Target(1), None, (Reminder("deadline"),)), "reminder of its deadline"),
        (lambda: SlaPolicy("s", Target(1), None, (Reminder("start"),)), "reminder of its start, but no such target"),
        (lambda: SlaPolicy("s", None, None, (Reminder("dueDate"), Reminder("goal"))), "neither goal nor deadline"),
        (lambda: SlaPolicy("s", None, None, milestones=(Target(1, name="m"),)), "neither goal nor deadline"),
        (lambda: SlaPolicy("s", Target(1), None, milestones=(Target(1),)), "a name of its own"),
        (lambda: SlaPolicy("s", Target(1), None, milestones=(Target(1, name="goal"),)), "a name of its own"),
        (lambda: SlaPolicy("s", Target(1), None, milestones=(Target(1, name="m"),) * 2), "a name of its own"),
        (lambda: SlaPolicy("s", Target(1), None, risk_at=1_001), "give 0 to 1"),
        (lambda: Level(0, ("lead",)), "give one or more"),
        (lambda: Reminder("goal", 0, 0, 2), "an interval to repeat"),
        (lambda: Reminder("goal", 0, 5, 0), "one time or more"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(make: object, says: str) -> None:
    with pytest.raises(TimingError, match=says):
        make()  # type: ignore[operator]


@given(policies(), starts, st.lists(st.tuples(st.integers(0, 20 * DAY), st.integers(0, 20 * DAY)), max_size=6))
def test_any_pauses_keep_the_remaining_time_to_the_millisecond(
    policy: SlaPolicy, now: int, pauses: list[tuple[int, int]]
) -> None:
    clock = SlaClock.start(policy, now, BERLIN)
    for running, paused in pauses:
        now += running
        clock, _ = clock.advance(policy, now, BERLIN)
        stopped = clock.pause(policy, now, BERLIN)
        assert stopped.pause(policy, now + paused, BERLIN) == stopped
        later = now + paused
        resumed = stopped.resume(policy, later, BERLIN)
        assert resumed.resume(policy, later + paused, BERLIN) == resumed
        for target, before, after, left in (
            (policy.goal, clock.goal_at, resumed.goal_at, stopped.lefts[0]),
            (policy.deadline, clock.deadline_at, resumed.deadline_at, stopped.lefts[1]),
        ):
            if before > now:
                assert remaining(target, before, now) == left == remaining(target, after, later)
            else:
                assert (before, left) == (after, 0)
        clock, now = resumed, later


@given(policies(), starts, st.lists(st.integers(0, 30 * DAY), min_size=1, max_size=30))
def test_many_small_steps_give_the_facts_of_one_big_step(policy: SlaPolicy, start: int, steps: list[int]) -> None:
    clock = fresh = SlaClock.start(policy, start, BERLIN)
    now = start
    seen: list[str] = []
    for step in steps:
        now += step
        clock, facts = clock.advance(policy, now, BERLIN)
        seen += facts
        assert not 0 < clock.next_at(policy) <= now, "nothing due is left"
    at_once, facts = fresh.advance(policy, now, BERLIN)
    # One big step tells each repeating reminder once, at its first point.
    assert list(dict.fromkeys(seen)) == list(facts)
    assert at_once == clock


@given(policies(), starts)
def test_going_from_due_time_to_due_time_sees_every_point_once(policy: SlaPolicy, start: int) -> None:
    clock = SlaClock.start(policy, start, BERLIN)
    seen: list[str] = []
    while at := clock.next_at(policy):
        assert at > start
        assert clock.advance(policy, at - 1, BERLIN) == (clock, ())
        clock, facts = clock.advance(policy, at, BERLIN)
        assert facts
        seen += facts
    fixed = [name for name in ("goal", "deadline") if name in seen]
    assert fixed == [name for name, t in (("goal", policy.goal), ("deadline", policy.deadline)) if t]
    assert all(seen.count(f"reminder:{i}") <= r.max_count for i, r in enumerate(policy.reminders))


@given(policies(), starts, st.integers(0, 400 * DAY), st.booleans())
def test_a_clock_is_its_numbers(policy: SlaPolicy, start: int, later: int, pause: bool) -> None:
    clock, _ = SlaClock.start(policy, start, BERLIN).advance(policy, start + later, BERLIN)
    if pause:
        clock = clock.pause(policy, start + later, BERLIN)
    numbers = clock.as_tuple()
    assert all(type(number) is int for number in numbers[:10])
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(numbers)) == [
        list(each) if isinstance(each, tuple) else each for each in numbers
    ], "nothing but numbers, and lists of them"
    assert SlaClock.from_tuple(list(numbers)) == clock
