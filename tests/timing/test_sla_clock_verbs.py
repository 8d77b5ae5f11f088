"""The SLA clock in any order of pauses for two reasons, restarts and extensions, with milestones and reminders."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.timing.calendar import BusinessCalendar
from andante.timing.instants import DAY, HOUR, MINUTE, parse_instant
from andante.timing.sla import CONDITION, SUSPENDED, Reminder, SlaClock, SlaPolicy, Target

OFFICE: Final = BusinessCalendar("Europe/Berlin", hours=((8 * 3_600, 12 * 3_600), (13 * 3_600, 17 * 3_600)))
MONDAY: Final = parse_instant("2026-03-23T08:00", "Europe/Berlin")
STAGES: Final = SlaPolicy(
    "claim",
    Target(6 * HOUR, urgency=1),
    Target(24 * HOUR),
    (Reminder("checked", -MINUTE), Reminder("created", HOUR), Reminder("dueDate", -HOUR, HOUR, 3)),
    milestones=(Target(HOUR, business=True, urgency=2, name="seen"), Target(12 * HOUR, name="checked")),
)


def test_milestones_pass_in_their_turn() -> None:
    clock = SlaClock.start(STAGES, MONDAY, OFFICE)
    assert clock.ats[2:] == (MONDAY + HOUR, MONDAY + 12 * HOUR)
    seen = []
    while at := clock.next_at(STAGES):
        clock, facts = clock.advance(STAGES, at, OFFICE)
        seen.append(((at - MONDAY) / HOUR, facts))
    assert seen == [
        (1, ("milestone:seen", "reminder:1")),
        (6, ("goal",)),
        (12 - 1 / 60, ("reminder:0",)),
        (12, ("milestone:checked",)),
        (24, ("deadline",)),
    ]


def test_a_due_date_does_not_move_and_what_was_missed_in_a_pause_does_not_come_later() -> None:
    due = MONDAY + 5 * HOUR
    clock = SlaClock.start(STAGES, MONDAY, OFFICE, due)
    clock, _ = clock.advance(STAGES, MONDAY + 3 * HOUR, OFFICE)
    clock = clock.pause(STAGES, MONDAY + 3 * HOUR, OFFICE).resume(STAGES, due + MINUTE, OFFICE)
    assert clock.due_at == due
    assert clock.advance(STAGES, due + MINUTE, OFFICE)[1] == ()
    assert clock.advance(STAGES, due + HOUR, OFFICE)[1] == ("reminder:2",)


def test_both_reasons_must_end_in_whatever_order() -> None:
    policy = SlaPolicy("two", Target(4 * HOUR), None)
    begun = SlaClock.start(policy, MONDAY, OFFICE)
    for first, second in ((SUSPENDED, CONDITION), (CONDITION, SUSPENDED)):
        for ended, last in ((first, second), (second, first)):
            clock = begun.pause(policy, MONDAY + HOUR, OFFICE, first).pause(policy, MONDAY + 2 * HOUR, OFFICE, second)
            clock = clock.resume(policy, MONDAY + 5 * HOUR, OFFICE, ended)
            assert (clock.state(MONDAY + 9 * HOUR), clock.why) == ("paused", last)
            assert clock.resume(policy, MONDAY + 6 * HOUR, OFFICE, ended) == clock
            clock = clock.resume(policy, MONDAY + 9 * HOUR, OFFICE, last)
            assert clock.ats == (MONDAY + 12 * HOUR, 0)


def test_after_a_condition_the_clock_may_begin_anew() -> None:
    policy = SlaPolicy("anew", Target(4 * HOUR), Target(DAY), (Reminder("goal", -HOUR),), restart_on_resume=True)
    clock, facts = SlaClock.start(policy, MONDAY, OFFICE).advance(policy, MONDAY + 3 * HOUR, OFFICE)
    assert facts == ("reminder:0",)
    clock = clock.pause(policy, MONDAY + 3 * HOUR, OFFICE).resume(policy, MONDAY + 4 * HOUR, OFFICE)
    assert clock.goal_at == MONDAY + 5 * HOUR, "after a suspension it goes on"
    clock = clock.pause(policy, MONDAY + 4 * HOUR, OFFICE, CONDITION)
    clock = clock.pause(policy, MONDAY + 5 * HOUR, OFFICE, SUSPENDED)
    clock = clock.resume(policy, MONDAY + 6 * HOUR, OFFICE, CONDITION)
    assert clock.state(MONDAY + 6 * HOUR) == "paused"
    clock = clock.resume(policy, MONDAY + 8 * HOUR, OFFICE, SUSPENDED)
    assert clock.ats == (MONDAY + 12 * HOUR, MONDAY + 8 * HOUR + DAY)
    assert clock.advance(policy, MONDAY + 11 * HOUR, OFFICE)[1] == ("reminder:0",), "its reminders come again"


def test_what_has_passed_gets_no_second_chance() -> None:
    policy = SlaPolicy("late", Target(HOUR), Target(2 * HOUR))
    clock, _ = SlaClock.start(policy, MONDAY, OFFICE).advance(policy, MONDAY + HOUR, OFFICE)
    again = clock.restart(policy, MONDAY + HOUR, OFFICE)
    assert again.ats == (MONDAY + HOUR, MONDAY + 3 * HOUR)
    extended, moved = again.extend(policy, MONDAY + HOUR, OFFICE, HOUR)
    assert (extended.ats, moved) == ((MONDAY + HOUR, MONDAY + 4 * HOUR), ("deadline",))
    assert extended.advance(policy, MONDAY + 9 * HOUR, OFFICE)[1] == ("deadline",)
    over, _ = clock.advance(policy, MONDAY + 2 * HOUR, OFFICE)
    assert over.extend(policy, MONDAY + 2 * HOUR, OFFICE, HOUR) == (over, ())
    assert over.restart(policy, MONDAY + 2 * HOUR, OFFICE) == over


def test_an_extension_counts_working_time_and_brings_the_reminder_again() -> None:
    policy = SlaPolicy("office", None, Target(8 * HOUR, business=True), (Reminder("deadline", -HOUR),))
    friday = MONDAY + 4 * DAY
    clock, facts = SlaClock.start(policy, friday, OFFICE).advance(policy, friday + 8 * HOUR, OFFICE)
    assert (clock.deadline_at, facts) == (friday + 9 * HOUR, ("reminder:0",))
    longer, moved = clock.extend(policy, friday + 8 * HOUR, OFFICE, 2 * HOUR)
    # The clocks go forward that Sunday.
    assert (longer.deadline_at, moved) == (parse_instant("2026-03-30T10:00", "Europe/Berlin"), ("deadline",))
    assert longer.next_at(policy) == longer.deadline_at - HOUR
    paused, _ = clock.pause(policy, friday + 8 * HOUR, OFFICE).extend(policy, friday + DAY, OFFICE, 2 * HOUR)
    assert paused.lefts == (0, 3 * HOUR)
    assert paused.resume(policy, friday + DAY, OFFICE).deadline_at == parse_instant("2026-03-30T11:00", "Europe/Berlin")


def test_only_one_target_is_extended_where_it_is_named() -> None:
    clock = SlaClock.start(STAGES, MONDAY, OFFICE)
    longer, moved = clock.extend(STAGES, MONDAY, OFFICE, HOUR, "checked")
    assert moved == ("checked",)
    assert [b - a for a, b in zip(clock.ats, longer.ats, strict=True)] == [0, 0, 0, HOUR]


def test_a_reminder_in_working_hours_waits_for_the_next_opening_and_counts_once() -> None:
    policy = SlaPolicy(
        "hourly", None, Target(6 * HOUR), (Reminder("deadline", 0, HOUR, 4, working_hours=True),)
    )  # due on Friday at 14:00
    friday = MONDAY + 4 * DAY
    clock = SlaClock.start(policy, friday, OFFICE)
    seen = []
    while at := clock.next_at(policy):
        clock, facts = clock.advance(policy, at, OFFICE)
        seen.append((at, facts[-1]))
    monday = parse_instant("2026-03-30T08:00", "Europe/Berlin")
    assert [at for at, fact in seen if fact == "reminder:0"] == [
        friday + 6 * HOUR, friday + 7 * HOUR, friday + 8 * HOUR, monday,
    ]  # fmt: skip


def test_a_reminder_that_lay_before_the_start_is_left_out_in_working_hours_too() -> None:
    policy = SlaPolicy("short", None, Target(HOUR), (Reminder("deadline", -2 * HOUR, working_hours=True),))
    assert SlaClock.start(policy, MONDAY, OFFICE).next_at(policy) == MONDAY + HOUR


@pytest.mark.parametrize(("risk_at", "after"), [(800, 8 * HOUR), (500, 5 * HOUR), (1_000, 10 * HOUR), (0, 0)])
def test_when_work_is_at_risk_is_a_part_of_its_time(risk_at: int, after: int) -> None:
    clock = SlaClock.start(SlaPolicy("s", Target(10 * HOUR), None, risk_at=risk_at), MONDAY, OFFICE)
    assert clock.state(MONDAY + after - 1) == "on track"
    assert clock.state(MONDAY + after) == ("at risk" if risk_at < 1_000 else "goal passed")


def test_reminders_alone_have_no_state() -> None:
    policy = SlaPolicy("", None, None, (Reminder("dueDate", -HOUR), Reminder("created", 2 * HOUR)))
    clock = SlaClock.start(policy, MONDAY, OFFICE, MONDAY + 4 * HOUR)
    assert (clock.state(MONDAY), clock.pause(policy, MONDAY, OFFICE).state(MONDAY)) == ("", "")
    assert clock.advance(policy, MONDAY + 9 * HOUR, OFFICE)[1] == ("reminder:1", "reminder:0")
    none = SlaClock.start(policy, MONDAY, OFFICE)
    assert none.advance(policy, MONDAY + 9 * HOUR, OFFICE)[1] == ("reminder:1",)


# Any order of anything.

spans = st.integers(1, 60 * DAY)
names = st.sampled_from(["a", "b", "c"])
milestones = st.lists(
    st.builds(Target, spans, st.booleans(), st.just(0), names), max_size=3, unique_by=lambda t: t.name
)


@st.composite
def policies(draw: st.DrawFn) -> SlaPolicy:
    target = st.builds(Target, spans, st.booleans())
    goal = draw(st.none() | target)
    deadline = draw(target if goal is None else st.none() | target)
    stones = tuple(draw(milestones))
    anchors = ["created", "dueDate", *(["goal"] if goal else []), *(["deadline"] if deadline else [])]
    reminder = st.builds(
        Reminder, st.sampled_from([*anchors, *(each.name for each in stones)]), st.integers(-9 * DAY, 9 * DAY),
        st.integers(HOUR, 3 * DAY), st.integers(1, 5), working_hours=st.booleans(),
    )  # fmt: skip
    return SlaPolicy(
        "drawn", goal, deadline, tuple(draw(st.lists(reminder, max_size=3))), milestones=stones,
        risk_at=draw(st.integers(0, 1_000)), restart_on_resume=draw(st.booleans()),
    )  # fmt: skip


VERBS: Final = ["pass"] * 4 + ["suspend", "resume", "wait", "go", "extend", "extend one", "restart"]
moves = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(1, 9 * DAY)), max_size=25)


class Slow:
    """The same by counting: what is left of each target, in its own kind of time, and why all stands still."""

    def __init__(self, policy: SlaPolicy) -> None:
        self.policy = policy
        self.left = [0 if each is None else each.ms for each in policy.targets]
        self.why: set[int] = set()

    def passes(self, now: int, ms: int) -> None:
        if self.why:
            return
        for index, target in enumerate(self.policy.targets):
            if target is not None and self.left[index] > 0:
                self.left[index] -= OFFICE.between(now, now + ms) if target.business else ms

    def restart(self) -> None:
        for index, target in enumerate(self.policy.targets):
            if target is not None and self.left[index] > 0:
                self.left[index] = target.ms

    def extend(self, ms: int, only: str) -> None:
        for index in range(len(self.left)):
            if self.left[index] > 0 and only in ("", self.policy.name_of(index)):
                self.left[index] += ms


@given(policies(), st.integers(0, 300), moves)
@settings(deadline=None)
def test_in_any_order_the_time_left_is_kept_and_each_fact_comes_at_most_once(
    policy: SlaPolicy, day: int, script: list[tuple[str, int]]
) -> None:
    now = MONDAY + day * DAY
    clock, slow = SlaClock.start(policy, now, OFFICE, now + 9 * DAY), Slow(policy)
    clock, _ = clock.advance(policy, now, OFFICE)  # what is due at the start
    told: Counter[str] = Counter()
    for verb, ms in script:
        if verb == "pass":
            slow.passes(now, ms)
            now += ms
        elif verb in ("suspend", "wait"):
            why = SUSPENDED if verb == "suspend" else CONDITION
            clock = clock.pause(policy, now, OFFICE, why)
            slow.why.add(why)
        elif verb in ("resume", "go"):
            why = SUSPENDED if verb == "resume" else CONDITION
            clock = clock.resume(policy, now, OFFICE, why)
            if why in slow.why and why == CONDITION and policy.restart_on_resume:
                slow.restart()
            slow.why.discard(why)
            if not slow.why and verb == "resume":
                assert "reminder" not in " ".join(clock.advance(policy, now, OFFICE)[1]), "a burst"
        elif verb == "restart":
            clock = clock.restart(policy, now, OFFICE)
            slow.restart()
        else:
            only = "" if verb == "extend" else "goal"
            clock, _ = clock.extend(policy, now, OFFICE, ms, only)
            slow.extend(ms, only)
        clock, facts = clock.advance(policy, now, OFFICE)
        told.update(fact for fact in facts if not fact.startswith("reminder"))
        assert SlaClock.from_tuple(clock.as_tuple()) == clock
        assert bool(clock.paused_at) == bool(slow.why)
        assert not slow.why or not facts
        assert not 0 < clock.next_at(policy) <= now, "nothing due is left"
        for index, left in enumerate(slow.left):
            if policy.targets[index] is not None:
                assert clock.has_passed(index) == (left <= 0)
                assert clock.left(policy, index, now, OFFICE) == left or left <= 0
    expected = [policy.name_of(i) for i, t in enumerate(policy.targets) if t is not None and slow.left[i] <= 0]
    assert told == Counter(name if name in ("goal", "deadline") else f"milestone:{name}" for name in expected)


@given(policies(), st.integers(0, 300))
@settings(deadline=None)
def test_facts_come_in_the_order_of_their_times(policy: SlaPolicy, day: int) -> None:
    now = MONDAY + day * DAY
    clock = fresh = SlaClock.start(policy, now, OFFICE, now + 9 * DAY)
    now -= 1  # what lies at the start is due then
    seen: list[str] = []
    counts: Counter[str] = Counter()
    while at := clock.next_at(policy):
        assert at > now
        clock, facts = clock.advance(policy, at, OFFICE)
        seen += facts
        counts.update(facts)
        now = at
    at_once = fresh.advance(policy, now, OFFICE)[1]
    assert list(at_once) == list(dict.fromkeys(seen))
    for index, reminder in enumerate(policy.reminders):
        assert counts[f"reminder:{index}"] <= reminder.max_count
        assert clock.count(policy, index) >= min(reminder.max_count, 1)
