"""The SLA clock: goal, deadline and reminders of a task or an instance, with pause and resume.

A policy says what was agreed; a clock is where one piece of work stands, in plain numbers. The clock is immutable:
each verb gives the next one. All times are ms since the epoch (UTC), all spans ms.
"""

from typing import Final, final

from andante.timing.calendar import LONGEST, BusinessCalendar
from andante.timing.instants import TimingError

GOAL: Final = "goal"
DEADLINE: Final = "deadline"
REMINDER: Final = "reminder:"

_GOAL_BIT: Final = 1
_DEADLINE_BIT: Final = 2
_RISK_PART: Final = 5
"""At risk is who has a fifth or less of the time left."""


@final
class Target:
    """When the work should be done: `ms` after the start, in working time if `business`; passing it adds `urgency`.

    Raises TimingError unless `ms` is more than 0 and at most 100 years.
    """

    __slots__ = ("business", "ms", "urgency")

    def __init__(self, ms: int, business: bool = False, urgency: int = 0) -> None:
        if not 0 < ms <= LONGEST:
            raise TimingError(f"a target of {ms} ms: give more than nothing and at most 100 years, or no target")
        self.ms = ms
        self.business = business
        self.urgency = urgency


@final
class Reminder:
    """Points at which somebody is reminded: `max_count` of them, `every_ms` apart, the first `offset_ms` after the
    goal or deadline (`relative_to`), before it if negative. Offsets are plain time, also from a business target.

    Raises TimingError for an unknown anchor, and for repetition without an interval.
    """

    __slots__ = ("every_ms", "max_count", "offset_ms", "relative_to")

    def __init__(self, relative_to: str, offset_ms: int = 0, every_ms: int = 0, max_count: int = 1) -> None:
        if relative_to not in (GOAL, DEADLINE):
            raise TimingError(f"a reminder relative to {relative_to!r}: it is goal or deadline")
        if max_count < 1 or every_ms < 0 or (max_count > 1 and not every_ms):
            raise TimingError(
                f"a reminder {max_count} times, every {every_ms} ms: give one time or more, and an interval to repeat"
            )
        self.relative_to = relative_to
        self.offset_ms = offset_ms
        self.every_ms = every_ms
        self.max_count = max_count


@final
class SlaPolicy:
    """What was agreed. Raises TimingError without any target, and for a reminder of a target that is not there."""

    __slots__ = ("deadline", "goal", "name", "reminders")

    def __init__(
        self, name: str, goal: Target | None, deadline: Target | None, reminders: tuple[Reminder, ...] = ()
    ) -> None:
        if goal is None and deadline is None:
            raise TimingError(f"SLA {name!r} has neither goal nor deadline: give it one")
        for reminder in reminders:
            if (goal if reminder.relative_to == GOAL else deadline) is None:
                raise TimingError(f"SLA {name!r} has a reminder of its {reminder.relative_to}, but no such target")
        self.name = name
        self.goal = goal
        self.deadline = deadline
        self.reminders = reminders


@final
class SlaClock:
    """Where one piece of work stands.

    - `goal_at`, `deadline_at`: when each is or was due, 0 if there is none. They move when a pause ends.
    - `goal_left`, `deadline_left`: while paused, the time kept until each (working time of a business target); else 0.
    - `goal_shift`, `deadline_shift`: how long the clock was paused after each was due. A target that is due stays
      where it is, but the reminders after it wait.
    - `risk_ms`: so long before its first target the work is at risk.
    - `paused_at`, `done_at`: since when it is paused or over, 0 if it is not.
    - `bits`: which targets passed. `points`: for each reminder of the policy, the number of its next point.
    """

    __slots__ = (
        "bits", "deadline_at", "deadline_left", "deadline_shift", "done_at", "goal_at", "goal_left", "goal_shift",
        "paused_at", "points", "risk_ms",
    )  # fmt: skip

    def __init__(
        self,
        goal_at: int,
        deadline_at: int,
        goal_left: int,
        deadline_left: int,
        goal_shift: int,
        deadline_shift: int,
        risk_ms: int,
        paused_at: int,
        done_at: int,
        bits: int,
        points: tuple[int, ...],
    ) -> None:
        self.goal_at = goal_at
        self.deadline_at = deadline_at
        self.goal_left = goal_left
        self.deadline_left = deadline_left
        self.goal_shift = goal_shift
        self.deadline_shift = deadline_shift
        self.risk_ms = risk_ms
        self.paused_at = paused_at
        self.done_at = done_at
        self.bits = bits
        self.points = points

    @classmethod
    def start(cls, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "SlaClock":
        """The clock of work that begins now. Reminder points that are then already over are left out."""
        goal_at = _due(policy.goal, now, calendar)
        deadline_at = _due(policy.deadline, now, calendar)
        risk_ms = ((goal_at or deadline_at) - now) // _RISK_PART
        clock = cls(goal_at, deadline_at, 0, 0, 0, 0, risk_ms, 0, 0, 0, (0,) * len(policy.reminders))
        points = tuple(
            clock._after(reminder, 0, now) if clock._at(reminder, 0) <= now else 0 for reminder in policy.reminders
        )
        return clock._with(points=points)

    @classmethod
    def from_tuple(cls, numbers: tuple[int, ...] | list[int]) -> "SlaClock":
        """The clock that gave these numbers by `as_tuple`."""
        a, b, c, d, e, f, g, h, i, j, *points = numbers
        return cls(a, b, c, d, e, f, g, h, i, j, tuple(points))

    def as_tuple(self) -> tuple[int, ...]:
        """The clock in plain numbers: the ten of its constructor, then the reminders' points."""
        return (
            self.goal_at, self.deadline_at, self.goal_left, self.deadline_left, self.goal_shift, self.deadline_shift,
            self.risk_ms, self.paused_at, self.done_at, self.bits, *self.points,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SlaClock) and self.as_tuple() == other.as_tuple()

    def __hash__(self) -> int:
        return hash(self.as_tuple())

    def __repr__(self) -> str:
        return f"SlaClock{self.as_tuple()}"

    @property
    def passed(self) -> tuple[str, ...]:
        """Which targets have passed, as `advance` told: "goal", "deadline"."""
        names = ((_GOAL_BIT, GOAL), (_DEADLINE_BIT, DEADLINE))
        return tuple(name for bit, name in names if self.bits & bit)

    def next_at(self, policy: SlaPolicy) -> int:
        """When the next fact is due; 0 when nothing more comes, and while paused. May lie in the past."""
        if self.paused_at or self.done_at:
            return 0
        coming = [
            self._at(reminder, point)
            for reminder, point in zip(policy.reminders, self.points, strict=True)
            if point < reminder.max_count
        ]
        if self.goal_at and not self.bits & _GOAL_BIT:
            coming.append(self.goal_at)
        if self.deadline_at and not self.bits & _DEADLINE_BIT:
            coming.append(self.deadline_at)
        return min(coming, default=0)

    def advance(self, policy: SlaPolicy, now: int) -> "tuple[SlaClock, tuple[str, ...]]":
        """Let everything due by `now` occur. The facts, in order of time: "goal", "deadline", "reminder:<index>".

        A reminder occurs once, however many of its points are due: there is no burst after a standstill.
        """
        if self.paused_at or self.done_at:
            return self, ()
        facts: list[tuple[int, int, str]] = []
        bits = self.bits
        if self.goal_at and not bits & _GOAL_BIT and self.goal_at <= now:
            facts.append((self.goal_at, 0, GOAL))
            bits |= _GOAL_BIT
        if self.deadline_at and not bits & _DEADLINE_BIT and self.deadline_at <= now:
            facts.append((self.deadline_at, 1, DEADLINE))
            bits |= _DEADLINE_BIT
        points = list(self.points)
        for index, reminder in enumerate(policy.reminders):
            point = points[index]
            if point < reminder.max_count and (at := self._at(reminder, point)) <= now:
                facts.append((at, 2 + index, f"{REMINDER}{index}"))
                points[index] = self._after(reminder, point, now)
        if not facts:
            return self, ()
        facts.sort()
        return self._with(bits=bits, points=tuple(points)), tuple(fact for _, _, fact in facts)

    def pause(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "SlaClock":
        """The clock stopped, with what is left kept. Nothing changes if it is paused or over."""
        if self.paused_at or self.done_at:
            return self
        goal_left = _left(policy.goal, self.goal_at, now, calendar)
        deadline_left = _left(policy.deadline, self.deadline_at, now, calendar)
        return self._with(paused_at=now, goal_left=goal_left, deadline_left=deadline_left)

    def resume(self, policy: SlaPolicy, now: int, calendar: BusinessCalendar) -> "SlaClock":
        """The clock going on: what was left at the pause is left now. Nothing changes unless it is paused.

        A target that was due before the pause keeps its time; its reminders still to come wait by the pause.
        """
        if not self.paused_at or self.done_at:
            return self
        span = max(now - self.paused_at, 0)
        goal_at, goal_shift = self.goal_at, self.goal_shift
        if goal_at > self.paused_at:
            goal_at = _ahead(policy.goal, self.goal_left, now, calendar)
        else:
            goal_shift += span
        deadline_at, deadline_shift = self.deadline_at, self.deadline_shift
        if deadline_at > self.paused_at:
            deadline_at = _ahead(policy.deadline, self.deadline_left, now, calendar)
        else:
            deadline_shift += span
        return self._with(
            goal_at=goal_at,
            deadline_at=deadline_at,
            goal_left=0,
            deadline_left=0,
            goal_shift=goal_shift,
            deadline_shift=deadline_shift,
            paused_at=0,
        )

    def finish(self, now: int) -> "SlaClock":
        """The clock of work that is over; it keeps how the work ended. Nothing changes if it is over already."""
        # Work that ends while paused ended, for its clock, when the pause began: time stood still since.
        return self if self.done_at else self._with(done_at=self.paused_at or now)

    def state(self, now: int) -> str:
        """ "on track", "at risk", "goal passed", "breached" (the deadline passed), "paused"; "met" when the work ended
        before all its targets."""
        if self.paused_at and not self.done_at:
            return "paused"
        at = self.done_at or now
        if self.deadline_at and at >= self.deadline_at:
            return "breached"
        if self.goal_at and at >= self.goal_at:
            return "goal passed"
        if self.done_at:
            return "met"
        return "at risk" if at >= (self.goal_at or self.deadline_at) - self.risk_ms else "on track"

    def _at(self, reminder: Reminder, point: int) -> int:
        """When a point of the reminder is due."""
        anchor = self.goal_at + self.goal_shift
        if reminder.relative_to == DEADLINE:
            anchor = self.deadline_at + self.deadline_shift
        return anchor + reminder.offset_ms + point * reminder.every_ms

    def _after(self, reminder: Reminder, point: int, now: int) -> int:
        """The number of the reminder's first point after `now`, given one that is due."""
        if not reminder.every_ms:
            return point + 1
        return min(point + (now - self._at(reminder, point)) // reminder.every_ms + 1, reminder.max_count)

    def _with(
        self,
        *,
        goal_at: int | None = None,
        deadline_at: int | None = None,
        goal_left: int | None = None,
        deadline_left: int | None = None,
        goal_shift: int | None = None,
        deadline_shift: int | None = None,
        paused_at: int | None = None,
        done_at: int | None = None,
        bits: int | None = None,
        points: tuple[int, ...] | None = None,
    ) -> "SlaClock":
        return SlaClock(
            self.goal_at if goal_at is None else goal_at,
            self.deadline_at if deadline_at is None else deadline_at,
            self.goal_left if goal_left is None else goal_left,
            self.deadline_left if deadline_left is None else deadline_left,
            self.goal_shift if goal_shift is None else goal_shift,
            self.deadline_shift if deadline_shift is None else deadline_shift,
            self.risk_ms,
            self.paused_at if paused_at is None else paused_at,
            self.done_at if done_at is None else done_at,
            self.bits if bits is None else bits,
            self.points if points is None else points,
        )


def _due(target: Target | None, now: int, calendar: BusinessCalendar) -> int:
    return 0 if target is None else _ahead(target, target.ms, now, calendar)


def _ahead(target: Target | None, ms: int, now: int, calendar: BusinessCalendar) -> int:
    return calendar.add(now, ms) if target is not None and target.business else now + ms


def _left(target: Target | None, at: int, now: int, calendar: BusinessCalendar) -> int:
    if at <= now:
        return 0
    return calendar.between(now, at) if target is not None and target.business else at - now
