"""The SLA clock: how far one piece of work is on its way to goal, deadline, milestones and reminders.

A policy says what was agreed (sla_policy.py); a clock is where one piece of work stands, in plain numbers. The clock is
immutable: each verb gives the next one. All times are ms since the epoch (UTC), all spans ms.
"""

from collections.abc import Sequence
from typing import Any, Final, final

from andante.timing.ahead import ahead, counted, distance, recounted, risk
from andante.timing.calendar import BusinessCalendar
from andante.timing.sla_policy import AT_CREATION, AT_DUE_DATE, DEADLINE, GOAL, Level, Reminder, SlaPolicy, Target

__all__ = ["DEADLINE", "GOAL", "Level", "Reminder", "SlaClock", "SlaPolicy", "Target"]

REMINDER: Final = "reminder:"
MILESTONE: Final = "milestone:"

# Why a clock stands still; both may be so at a time.
SUSPENDED: Final = 1
CONDITION: Final = 2
_FIRST: Final = 10  # numbers of a clock before its reminders' points


@final
class SlaClock:
    """Where one piece of work stands. Of goal, deadline and each milestone, in the order of the policy's `targets`:

    - `ats`: when it is or was due, 0 if there is none. They move when a pause ends.
    - `lefts`: while paused, the time kept until it (working time of a business target); else 0.
    - `shifts`: how long the clock was paused after it was due. A target that is due stays where it is, but the
      reminders after it wait. `bits` tells which have passed: what has passed once never passes again.

    And of the whole:

    - `risk_ms`: so long before its first target the work is at risk.
    - `paused_at`, `done_at`: since when it is paused or over, 0 if it is not. `why` it is paused: SUSPENDED, CONDITION.
    - `points`: for each reminder of the policy, the number of its next point. Where a reminder keeps to working hours,
      `sent` tells how often each has come, and `moved` when each comes next (0: no more); else both are empty.
    - `start_at`, `start_shift`: the start of the work and how long it was paused since, where a reminder needs it;
      `due_at`: the task's due date, where a reminder needs it. It does not move.
    - `counted`: of targets in working time, since when they are counted, and of each how much was left then.
    """

    __slots__ = (
        "ats", "bits", "counted", "done_at", "due_at", "lefts", "moved", "paused_at", "points", "risk_ms", "sent",
        "shifts", "start_at", "start_shift", "why",
    )  # fmt: skip

    def __init__(
        self,
        ats: tuple[int, ...],
        lefts: tuple[int, ...],
        shifts: tuple[int, ...],
        risk_ms: int,
        paused_at: int,
        done_at: int,
        bits: int,
        points: tuple[int, ...],
        why: int = 0,
        start_at: int = 0,
        start_shift: int = 0,
        due_at: int = 0,
        sent: tuple[int, ...] = (),
        moved: tuple[int, ...] = (),
        counted: tuple[int, ...] = (),
    ) -> None:
        self.ats = ats
        self.lefts = lefts
        self.shifts = shifts
        self.risk_ms = risk_ms
        self.paused_at = paused_at
        self.done_at = done_at
        self.bits = bits
        self.points = points
        self.why = why
        self.start_at = start_at
        self.start_shift = start_shift
        self.due_at = due_at
        self.sent = sent
        self.moved = moved
        self.counted = counted

    @classmethod
    def start(cls, policy: SlaPolicy, now: int, calendar: BusinessCalendar, due_at: int = 0) -> "SlaClock":
        """The clock of work that begins now; `due_at` is the task's own due date, 0 if it has none. Reminder points
        that lie before are left out; one that lies at `now` is due at once."""
        ats = tuple(0 if each is None else ahead(each, each.ms, now, calendar) for each in policy.targets)
        nothing = (0,) * len(ats)
        points = (0,) * len(policy.reminders)
        working = any(reminder.working_hours for reminder in policy.reminders)
        clock = cls(
            ats, nothing, nothing, risk(policy, ats, now), 0, 0, 0, points, 0,
            now if AT_CREATION in policy.anchors else 0, 0, due_at if AT_DUE_DATE in policy.anchors else 0,
            points if working else (), (), counted(policy, now, [each.ms if each else 0 for each in policy.targets]),
        )  # fmt: skip
        fresh = tuple(clock._first(policy, index, now - 1) for index in range(len(points)))
        return clock._with(points=fresh)._settled(policy, calendar)

    # In plain numbers.

    @classmethod
    def from_tuple(cls, numbers: Sequence[Any]) -> "SlaClock":
        """The clock that gave these numbers by `as_tuple`."""
        a, b, c, d, e, f, risk_ms, paused_at, done_at, bits = numbers[:_FIRST]
        points = tuple(numbers[_FIRST:])
        if points and not isinstance(points[-1], int):
            *before, (why, start_at, start_shift, due_at, milestones, sent, moved, *more) = points
            ats, lefts, shifts = milestones[0::3], milestones[1::3], milestones[2::3]
            return cls(
                (a, b, *ats), (c, d, *lefts), (e, f, *shifts), risk_ms, paused_at, done_at, bits, tuple(before), why,
                start_at, start_shift, due_at, tuple(sent), tuple(moved), tuple(more[0]) if more else (),
            )  # fmt: skip
        why = SUSPENDED if paused_at else 0
        return cls((a, b), (c, d), (e, f), risk_ms, paused_at, done_at, bits, points, why)

    def as_tuple(self) -> tuple[Any, ...]:
        """The clock in plain numbers: of goal and deadline when each is due, what is left and by how much it waits;
        risk, pause, end, passed, the reminders' points. What few clocks have comes last, in a list of its own, and is
        left out where there is none of it."""
        ats, lefts, shifts = self.ats, self.lefts, self.shifts
        numbers = (
            ats[0], ats[1], lefts[0], lefts[1], shifts[0], shifts[1], self.risk_ms, self.paused_at, self.done_at,
            self.bits, *self.points,
        )  # fmt: skip
        why = SUSPENDED if self.paused_at else 0
        if len(ats) == 2 and self.why == why and not (self.start_at or self.due_at or self.sent or self.counted):
            return numbers
        milestones = [n for three in zip(ats[2:], lefts[2:], shifts[2:], strict=True) for n in three]
        rest = [self.why, self.start_at, self.start_shift, self.due_at, milestones, list(self.sent), list(self.moved)]
        return (*numbers, [*rest, list(self.counted)] if self.counted else rest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SlaClock) and self.as_tuple() == other.as_tuple()

    def __hash__(self) -> int:
        return hash((self.ats, self.paused_at, self.bits, self.points))

    def __repr__(self) -> str:
        return f"SlaClock{self.as_tuple()}"

    # How it stands.

    @property
    def goal_at(self) -> int:
        return self.ats[0]

    @property
    def deadline_at(self) -> int:
        return self.ats[1]

    @property
    def first_at(self) -> int:
        """When the first of goal and deadline is due; 0 where there is neither."""
        return self.ats[0] or self.ats[1]

    def has_passed(self, index: int) -> bool:
        """Whether target number `index` has passed, as `advance` told."""
        return bool(self.bits >> index & 1)

    def count(self, policy: SlaPolicy, index: int) -> int:
        """How often reminder number `index` has come, or would have come but for a standstill."""
        reminder = policy.reminders[index]
        return self.sent[index] if reminder.working_hours and reminder.every_ms else self.points[index]

    def left(self, policy: SlaPolicy, index: int, now: int, calendar: BusinessCalendar) -> int:
        """The time until target number `index`, in working time of a business target; negative once it is over."""
        if self.paused_at and self.ats[index] > self.paused_at:
            return self.lefts[index]
        return distance(policy.targets[index], self.done_at or self.paused_at or now, self.ats[index], calendar)

    def state(self, now: int) -> str:
        """ "on track", "at risk", "goal passed", "breached" (the deadline passed), "paused"; "met" when the work ended
        before all its targets; "" where there are reminders alone."""
        if not self.first_at:
            return ""
        if self.paused_at and not self.done_at:
            return "paused"
        at = self.done_at or now
        if self.deadline_at and at >= self.deadline_at:
            return "breached"
        if self.goal_at and at >= self.goal_at:
            return "goal passed"
        if self.done_at:
            return "met"
        return "at risk" if at >= self.first_at - self.risk_ms else "on track"

    def next_at(self, policy: SlaPolicy) -> int:
        """When the next fact is due; 0 when nothing more comes, and while paused. May lie in the past."""
        if self.paused_at or self.done_at:
            return 0
        coming = [at for index in range(len(policy.reminders)) if (at := self._coming(policy, index))]
        coming.extend(at for index, at in enumerate(self.ats) if at and not self.bits >> index & 1)
        return min(coming, default=0)

    # What happens to it.

    def advance(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "tuple[SlaClock, tuple[str, ...]]":
        """Let everything due by `now` occur. The facts, in order of time: "goal", "deadline", "milestone:<name>",
        "reminder:<index>".

        A reminder occurs once, however many of its points are due: there is no burst after a standstill.
        """
        if self.paused_at or self.done_at:
            return self, ()
        facts: list[tuple[int, int, str]] = []
        bits = self.bits
        for index, at in enumerate(self.ats):
            if at and at <= now and not bits >> index & 1:
                name = policy.name_of(index)
                facts.append((at, index, name if index < 2 else f"{MILESTONE}{name}"))
                bits |= 1 << index
        points, sent = list(self.points), list(self.sent)
        for index in range(len(points)):
            at = self._coming(policy, index)
            if at and at <= now:
                facts.append((at, len(self.ats) + index, f"{REMINDER}{index}"))
                points[index] = self._first(policy, index, now, points[index] + 1)
                if sent:
                    sent[index] += 1
        if not facts:
            return self, ()
        facts.sort()
        after = self._with(bits=bits, points=tuple(points), sent=tuple(sent))._settled(policy, calendar)
        return after, tuple(fact for _, _, fact in facts)

    def pause(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar, why: int = SUSPENDED) -> "SlaClock":
        """The clock stopped, with what is left kept. Nothing changes if it is paused for that reason or over; paused
        for another one it stays as it is until both have ended."""
        if self.done_at or self.why & why:
            return self
        if self.paused_at:
            return self._with(why=self.why | why)
        lefts = tuple(
            distance(target, now, at, calendar) if at > now else 0
            for target, at in zip(policy.targets, self.ats, strict=True)
        )
        return self._with(paused_at=now, lefts=lefts, why=why)

    def resume(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar, why: int = SUSPENDED) -> "SlaClock":
        """One reason to stand still has ended; with the last one the clock goes on: what was left at the pause is left
        now. Nothing changes unless it is paused for that reason.

        A target that was due before the pause keeps its time; its reminders still to come wait by the pause. Points of
        reminders that only by the pause lie behind are left out. After a condition the policy may say that the clock
        begins anew.
        """
        if self.done_at or not self.why & why:
            return self
        anew = why == CONDITION and policy.restart_on_resume
        clock = self._with(why=self.why & ~why)
        if not clock.why:
            clock = clock._going_on(policy, now, calendar)
        return clock.restart(policy, now, calendar) if anew else clock

    def _going_on(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "SlaClock":
        since = self.paused_at
        span = max(now - since, 0)
        ats, shifts = list(self.ats), list(self.shifts)
        for index, target in enumerate(policy.targets):
            if ats[index] > since:
                ats[index] = ahead(target, self.lefts[index], now, calendar)
            elif ats[index]:
                shifts[index] += span
        start_shift = self.start_shift + span if self.start_at else 0
        clock = self._with(
            ats=tuple(ats), lefts=(0,) * len(ats), shifts=tuple(shifts), paused_at=0, start_shift=start_shift,
            counted=counted(policy, now, self.lefts),
        )  # fmt: skip
        points = list(self.points)
        for index, point in enumerate(points):
            if self._at(policy, index, point) > since:
                points[index] = clock._first(policy, index, now, point)
        return clock._with(points=tuple(points))._settled(policy, calendar)

    def restart(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "SlaClock":
        """The clock begun anew, also while it is paused: each target that has not passed is as far away as at the
        start, and its reminders come again. What is due stays: there is no second chance for it."""
        since = self.paused_at or now
        ats, lefts = list(self.ats), list(self.lefts)
        moved = set()
        for index, target in enumerate(policy.targets):
            if target is not None and ats[index] > since and not self.bits >> index & 1:
                ats[index] = ahead(target, target.ms, since, calendar)
                lefts[index] = target.ms if self.paused_at else 0
                moved.add(index)
        if not moved or self.done_at:
            return self
        first = 0 if self.ats[0] else 1
        risk_ms = risk(policy, tuple(ats), since) if first in moved else self.risk_ms
        wholes = [target.ms if target is not None and n in moved else 0 for n, target in enumerate(policy.targets)]
        since_now = counted(policy, since, wholes)
        clock = self._with(ats=tuple(ats), lefts=tuple(lefts), risk_ms=risk_ms, counted=since_now)
        return clock._again(policy, moved, since, calendar)

    def extend(
        self, policy: SlaPolicy, now: int, calendar: BusinessCalendar, by_ms: int, only: str = ""
    ) -> "tuple[SlaClock, tuple[str, ...]]":
        """Every target still to come, or `only` the one of this name, `by_ms` later, in working time of a business
        target; and the names of those that moved. Their reminders move, too: one that has come comes again if its time
        lies ahead again. What is due stays.

        Raises TimingError for an amount that is more than a calendar reaches.
        """
        since = self.paused_at or now
        ats, lefts = list(self.ats), list(self.lefts)
        moved = set()
        for index, target in enumerate(policy.targets):
            if ats[index] <= since or self.bits >> index & 1 or only not in ("", policy.name_of(index)):
                continue
            ats[index] = ahead(target, by_ms, ats[index], calendar)
            lefts[index] = lefts[index] + by_ms if self.paused_at else 0
            moved.add(index)
        if not moved or self.done_at:
            return self, ()
        longer = tuple(ms + by_ms if n - 1 in moved and ms else ms for n, ms in enumerate(self.counted))
        clock = self._with(ats=tuple(ats), lefts=tuple(lefts), counted=longer)._again(policy, moved, since, calendar)
        return clock, tuple(policy.name_of(index) for index in sorted(moved))

    def recount(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar, before: BusinessCalendar) -> "SlaClock":
        """Its calendar has changed: every target in working time that is still to come is where it would be had the
        calendar always been so. What is due stays; while the clock is paused it keeps what is left. Reminders move as
        by an extension. A clock that does not know since when it is counted keeps what is left by `before`.
        """
        if self.done_at or self.paused_at:
            return self
        ats = recounted(policy, self.ats, self.counted, now, calendar, before)
        moved = {index for index, at in enumerate(self.ats) if ats[index] != at}
        return self._with(ats=ats)._again(policy, moved, now, calendar)

    def finish(self, now: int) -> "SlaClock":
        """The clock of work that is over; it keeps how the work ended. Nothing changes if it is over already."""
        # Work that ends while paused ended, for its clock, when the pause began: time stood still since.
        return self if self.done_at else self._with(done_at=self.paused_at or now)

    # Reminders.

    def _at(self, policy: SlaPolicy, index: int, point: int) -> int:
        """When a point of the reminder is due, without regard to working hours; 0 where it has no anchor."""
        anchor = policy.anchors[index]
        if anchor >= 0:
            at = self.ats[anchor] + self.shifts[anchor]
        else:
            at = self.start_at + self.start_shift if anchor == AT_CREATION else self.due_at
        reminder = policy.reminders[index]
        return at + reminder.offset_ms + point * reminder.every_ms if at else 0

    def _coming(self, policy: SlaPolicy, index: int) -> int:
        """When the reminder comes next; 0: no more."""
        reminder = policy.reminders[index]
        if self.count(policy, index) >= reminder.max_count:
            return 0
        return self.moved[index] if reminder.working_hours else self._at(policy, index, self.points[index])

    def _first(self, policy: SlaPolicy, index: int, now: int, point: int = 0) -> int:
        """The number of the reminder's first point after `now`, from `point` on."""
        reminder = policy.reminders[index]
        at = self._at(policy, index, point)
        if at > now or not at:
            return point
        if not reminder.every_ms:
            return max(point, 1)
        after = point + (now - at) // reminder.every_ms + 1
        return after if reminder.working_hours else max(point, min(after, reminder.max_count))

    def _again(self, policy: SlaPolicy, moved: set[int], now: int, calendar: BusinessCalendar) -> "SlaClock":
        """The reminders of these targets, whose times have changed, from their first point after `now` on."""
        points, sent = list(self.points), list(self.sent)
        for index, anchor in enumerate(policy.anchors):
            if anchor in moved:
                point = self._first(policy, index, now)
                if sent and point < points[index]:
                    sent[index] = 0
                points[index] = point
        return self._with(points=tuple(points), sent=tuple(sent))._settled(policy, calendar)

    def _settled(self, policy: SlaPolicy, calendar: BusinessCalendar) -> "SlaClock":
        """The times of reminders that keep to working hours, found anew."""
        if not self.sent:
            return self
        return self._with(
            moved=tuple(
                calendar.opening(at)
                if reminder.working_hours and (at := self._at(policy, index, self.points[index]))
                else 0
                for index, reminder in enumerate(policy.reminders)
            )
        )

    def _with(self, **changes: Any) -> "SlaClock":
        made = SlaClock(
            self.ats, self.lefts, self.shifts, self.risk_ms, self.paused_at, self.done_at, self.bits, self.points,
            self.why, self.start_at, self.start_shift, self.due_at, self.sent, self.moved, self.counted,
        )  # fmt: skip
        for name, value in changes.items():
            setattr(made, name, value)
        return made
