"""Business calendars in memory: read once, kept up to date by a revision, asked by commands without a query.

Who saves one says so; other servers are told, and look by themselves too, twice a second. A definition that names a
calendar is not known to a server before the calendar is. What a server still counted by an earlier revision is found by
its rows and counted anew (runtime/recounting.py), so that being late does no harm.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any, Final, final

import msgspec

from andante.engine.calendars import unknown
from andante.runtime.rereading import Rereading
from andante.store import calendars as rows
from andante.store.calendars import CalendarRow
from andante.store.store import SharedStore, Store
from andante.timing.calendar import DEFAULT_CALENDAR, BusinessCalendar
from andante.timing.calendar_form import CalendarForm, Holiday, Made, Week, make

NEWS: Final = "calendars"
ALL_DAY: Final = ["00:00-24:00"]
BUILT_IN: Final = CalendarForm(Week(ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY))
"""What "only business days" means where nobody has said otherwise."""


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """The holidays of a form as they were found when it was saved: for the years from `first` to `last`, in that
    release of the library. `days` are date, name, number of the period and of the rule in it."""

    library: str
    first: int
    last: int
    days: list[tuple[str, str, int, int]] = []

    def holidays(self) -> list[Holiday]:
        return [
            Holiday(dt.date.fromisoformat(day).toordinal(), name, period, rule) for day, name, period, rule in self.days
        ]


@final
class Kept:
    """A calendar that was saved. What comes of it is made when it is first asked for."""

    __slots__ = ("_made", "form", "found", "row", "zone")

    def __init__(self, row: CalendarRow, zone: str) -> None:
        self.row = row
        self.zone = zone
        self.form: CalendarForm = msgspec.json.decode(row.form, type=CalendarForm)
        self.found: Found = msgspec.json.decode(row.holidays, type=Found)
        self._made: Made | None = None

    @property
    def made(self) -> Made:
        if self._made is None:
            self._made = make(self.form, self.found.holidays(), self.zone, self.row.revision)
        return self._made


@final
class LiveCalendars:
    """`refresh` before the first use. Satisfies what the core asks of calendars; `queue_calendar` gives the name of a
    work queue's, "" where it has none."""

    def __init__(self, store: Store, zone: str, queue_calendar: Callable[[str], str]) -> None:
        self._store = store
        self.zone = zone
        self.of_queue = queue_calendar
        self._revision = -1
        self._one = asyncio.Lock()
        self._rereading = Rereading(self.refresh, "calendars")
        self._kept: dict[str, Kept] = {}  # deleted ones too
        self._default = BusinessCalendar(zone)
        # Called after each change.
        self.heard: list[Callable[[], Any]] = []

    async def refresh(self) -> None:
        """Read what has changed. Raises StoreProblem."""
        async with self._one:
            revision = await rows.revision(self._store)
            if revision == self._revision:
                return
            for row in await rows.since(self._store, self._revision):
                self._kept[row.name] = Kept(row, self.zone)
            default = self._kept.get(DEFAULT_CALENDAR)
            if default is not None and default.row.deleted:
                self._default = BusinessCalendar(self.zone, revision=default.row.revision)
            self._revision = revision
            for each in self.heard:
                each()

    async def changed(self) -> None:
        """This server has saved one: it is known here when this returns, and elsewhere soon. Raises StoreProblem;
        then it is known soon."""
        await self._rereading.now()
        if isinstance(self._store, SharedStore):
            self._store.tell(NEWS)

    def look(self) -> None:
        """Another server may have saved one: read it, soon."""
        self._rereading.look()

    async def close(self) -> None:
        await self._rereading.close()

    # What the core asks.

    def find(self, name: str) -> BusinessCalendar:
        kept = self._kept.get(name or DEFAULT_CALENDAR)
        if kept is not None and not kept.row.deleted:
            return kept.made.calendar
        if name and name != DEFAULT_CALENDAR:
            raise unknown(name)
        return self._default

    def known(self, name: str) -> BusinessCalendar:
        kept = self._kept.get(name or DEFAULT_CALENDAR)
        if kept is None or (kept.row.deleted and name in ("", DEFAULT_CALENDAR)):
            return self._default
        return kept.made.calendar

    # What else is asked.

    def one(self, name: str) -> Kept | None:
        """As it was saved, unless it was deleted."""
        kept = self._kept.get(name)
        return kept if kept is not None and not kept.row.deleted else None

    def all(self) -> list[Kept]:
        """By name; without those that were deleted."""
        return [kept for _, kept in sorted(self._kept.items()) if not kept.row.deleted]

    def deleted(self) -> set[str]:
        """The names of those that were."""
        return {name for name, kept in self._kept.items() if kept.row.deleted}

    def names(self) -> set[str]:
        """Those that a model may name."""
        return {DEFAULT_CALENDAR, *(kept.row.name for kept in self.all())}

    def revisions(self) -> list[tuple[str, int]]:
        """What clocks name each by, and the revision that they are to follow; deleted ones too."""
        return [(key_of(name), kept.row.revision) for name, kept in self._kept.items()]


def key_of(name: str) -> str:
    """What clocks name a calendar by: the default has no name."""
    return "" if name == DEFAULT_CALENDAR else name
