"""What was agreed for a piece of work: goal, deadline, milestones between them, and when somebody is reminded.

All spans are ms. Plain time is real time; business time is what the calendar counts as worked.
"""

from typing import Final, final

from andante.timing.calendar import LONGEST
from andante.timing.instants import TimingError

GOAL: Final = "goal"
DEADLINE: Final = "deadline"
CREATED: Final = "created"
DUE_DATE: Final = "dueDate"
RESERVED: Final = (GOAL, DEADLINE, CREATED, DUE_DATE)
AT_CREATION: Final = -1
AT_DUE_DATE: Final = -2
RISK_AT: Final = 800
"""In thousandths: at risk is who has a fifth or less of the time left."""


@final
class Target:
    """When the work should be done: `ms` after the start, in working time if `business`; passing it adds `urgency`.
    A milestone has a `name`; goal and deadline have none.

    Raises TimingError unless `ms` is more than 0 and at most 100 years.
    """

    __slots__ = ("business", "ms", "name", "urgency")

    def __init__(self, ms: int, business: bool = False, urgency: int = 0, name: str = "") -> None:
        if not 0 < ms <= LONGEST:
            raise TimingError(f"a target of {ms} ms: give more than nothing and at most 100 years, or no target")
        self.ms = ms
        self.business = business
        self.urgency = urgency
        self.name = name


@final
class Level:
    """Whom a reminder reaches, too, when it comes for more than the `after`-th time."""

    __slots__ = ("after", "to")

    def __init__(self, after: int, to: tuple[str, ...]) -> None:
        if after < 1:
            raise TimingError(f"a level after {after} reminders: give one or more")
        self.after = after
        self.to = to


@final
class Reminder:
    """Points at which somebody is reminded: `max_count` of them, `every_ms` apart, the first `offset_ms` after what it
    is `relative_to`, before it if negative: goal, deadline, a milestone's name, created (the start of the work) or
    dueDate (the task's own). Offsets are plain time, also from a business target.

    `working_hours`: a point outside working time moves to the next opening; several that move to the same one count
    as one. `to` names who is reminded (none: who holds the work), `levels` who else when it has come often.

    Raises TimingError for repetition without an interval.
    """

    __slots__ = ("every_ms", "levels", "max_count", "offset_ms", "relative_to", "to", "working_hours")

    def __init__(
        self,
        relative_to: str,
        offset_ms: int = 0,
        every_ms: int = 0,
        max_count: int = 1,
        *,
        working_hours: bool = False,
        to: tuple[str, ...] = (),
        levels: tuple[Level, ...] = (),
    ) -> None:
        if max_count < 1 or every_ms < 0 or (max_count > 1 and not every_ms):
            raise TimingError(
                f"a reminder {max_count} times, every {every_ms} ms: give one time or more, and an interval to repeat"
            )
        self.relative_to = relative_to
        self.offset_ms = offset_ms
        self.every_ms = every_ms
        self.max_count = max_count
        self.working_hours = working_hours
        self.to = to
        self.levels = levels


@final
class SlaPolicy:
    """What was agreed.

    From `risk_at` thousandths of the time to the first target on the work is at risk. When the pause by a condition
    ends, the clock goes on, or with `restart_on_resume` begins anew; so it does with `restart_on_transfer` when the
    task is given to another.

    `targets` are goal and deadline (None where there is none) and the milestones. `anchors` tells of each reminder
    which of them it is relative to, or AT_CREATION, AT_DUE_DATE.

    Raises TimingError without goal, deadline and reminders, for milestones without either, for a milestone whose name
    is missing, taken or reserved, and for a reminder of a target that is not there.
    """

    __slots__ = (
        "anchors", "deadline", "goal", "milestones", "name", "reminders", "restart_on_resume", "restart_on_transfer",
        "risk_at", "targets",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        goal: Target | None,
        deadline: Target | None,
        reminders: tuple[Reminder, ...] = (),
        *,
        milestones: tuple[Target, ...] = (),
        risk_at: int = RISK_AT,
        restart_on_resume: bool = False,
        restart_on_transfer: bool = False,
    ) -> None:
        names = [milestone.name for milestone in milestones]
        free = {reminder.relative_to for reminder in reminders} <= {CREATED, DUE_DATE}
        if goal is None and deadline is None and (milestones or not reminders or not free):
            raise TimingError(f"SLA {name!r} has neither goal nor deadline: give it one")
        for index, one in enumerate(names):
            if not one or one in RESERVED or one in names[:index]:
                raise TimingError(f"SLA {name!r} has a milestone {one!r}: give each a name of its own")
        if not 0 <= risk_at <= 1_000:
            raise TimingError(f"SLA {name!r} is at risk from {risk_at / 1_000} of its time on: give 0 to 1")
        self.name = name
        self.goal = goal
        self.deadline = deadline
        self.milestones = milestones
        self.targets = (goal, deadline, *milestones)
        self.reminders = reminders
        self.anchors = tuple(self._anchor(reminder.relative_to, names) for reminder in reminders)
        self.risk_at = risk_at
        self.restart_on_resume = restart_on_resume
        self.restart_on_transfer = restart_on_transfer

    def _anchor(self, name: str, milestones: list[str]) -> int:
        if name == CREATED:
            return AT_CREATION
        if name == DUE_DATE:
            return AT_DUE_DATE
        if name == GOAL and self.goal is not None:
            return 0
        if name == DEADLINE and self.deadline is not None:
            return 1
        if name in milestones:
            return 2 + milestones.index(name)
        raise TimingError(f"SLA {self.name!r} has a reminder of its {name}, but no such target")

    def name_of(self, index: int) -> str:
        """What target number `index` is called: goal, deadline, or the milestone's name."""
        return (GOAL, DEADLINE)[index] if index < 2 else self.milestones[index - 2].name
