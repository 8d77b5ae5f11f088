"""Business calendars for those who keep them: saving, showing a year, computing due dates."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Final, final

import msgspec

from andante.runtime.calendars import BUILT_IN, Found, Kept, LiveCalendars, key_of
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.problem import CALENDAR_EXISTS, CALENDAR_IN_USE, CALENDAR_NOT_FOUND, PARAMETER, Problem
from andante.runtime.recounting import Recounting
from andante.runtime.roster import LiveRoster
from andante.runtime.sharing import Sharing
from andante.store import calendars as rows
from andante.store.audit import AuditLog, Entry, difference
from andante.store.faults import Duplicate
from andante.store.store import Store
from andante.timing import public_holidays
from andante.timing.calendar import DEFAULT_CALENDAR, BusinessCalendar
from andante.timing.calendar_form import CalendarForm, FormFault, Made, make
from andante.timing.instants import TimingError, local, parse_instant

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200


class CalendarView(msgspec.Struct, frozen=True):
    """A calendar with what is to be known of it; times in ms. `waiting`: instances that were to follow its last change,
    `left`: those that have not yet. `library`: the release of the holidays that it was saved with; `outdated`: this
    server has another one, which would give other days. `holidays_until`: the last year with holidays."""

    name: str
    form: CalendarForm
    built_in: bool = False
    revision: int = 0
    saved_at: int = 0
    saved_by: str = ""
    library: str = ""
    outdated: bool = False
    holidays_until: int = 0
    waiting: int = 0
    left: int = 0


class DayView(msgspec.Struct, frozen=True):
    """A date of a year: its shifts as "08:00-17:00", how much of it is working time, and whether that is of the week
    ("working", "free"), a "holiday" or an "exception", with its name."""

    date: str
    weekday: int
    kind: str
    hours: list[str]
    minutes: int
    name: str = ""


@final
class Calendars:
    """`runtime.calendars`. All methods raise Problem for what can be expected to go wrong."""

    def __init__(
        self, store: Store, clock: Clock, live: LiveCalendars, definitions: Definitions, roster: LiveRoster,
        executor: Executor, sharing: Sharing, audit: AuditLog,
    ) -> None:  # fmt: skip
        self._store = store
        self._audit = audit
        self._clock = clock
        self._catalogue = definitions.catalogue
        self._roster = roster
        self._one = asyncio.Lock()
        self.live = live
        self.recounting = Recounting(store, executor, live, lambda: sharing.first)
        definitions.use_calendars(live)

    # Looking.

    async def all(self) -> list[CalendarView]:
        """By name, without the progress of changes; the built-in default too where nobody has saved another."""
        await self.live.refresh()
        found = [self._view(kept) for kept in self.live.all()]
        if self.live.one(DEFAULT_CALENDAR) is None:
            found.append(self._built_in())
        return sorted(found, key=lambda view: view.name)

    async def one(self, name: str) -> CalendarView:
        await self.live.refresh()
        kept = self.live.one(name)
        if kept is None and name == DEFAULT_CALENDAR:
            return self._built_in()
        kept = self._kept(name)
        view = self._view(kept, await asyncio.to_thread(self._outdated, kept))
        left = await rows.left(self._store, key_of(name), view.revision)
        return msgspec.structs.replace(view, waiting=max(view.waiting, left), left=left)

    async def year(self, name: str, year: int, language: str = "") -> list[DayView]:
        """Every day of a year; the holidays called as in `language` where the library knows it, else as saved."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Problem(PARAMETER, 400, f"year: {year} is none; give {FIRST_YEAR} to {LAST_YEAR}.")
        made = await self._made(name)
        kept = self.live.one(name)
        spoken: Mapping[int, str] = {}
        if language and kept is not None:
            spoken = await asyncio.to_thread(public_holidays.names, kept.form, year, language)
        first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
        return [_day(made, ordinal, spoken) for ordinal in range(first, last + 1)]

    async def due(self, name: str, start: str, working_ms: int) -> tuple[int, int]:
        """When so much working time from `start` on (ISO 8601, by the calendar's clocks) is over; and the start; ms."""
        calendar = (await self._made(name)).calendar
        at = _instant("start", start, calendar)
        try:
            return calendar.add(at, working_ms), at
        except TimingError as fault:
            raise Problem(PARAMETER, 400, f"working: {fault}.") from None

    async def worked(self, name: str, start: str, end: str) -> int:
        """The working time (ms) between two moments; negative where the end lies before the start."""
        calendar = (await self._made(name)).calendar
        try:
            return calendar.between(_instant("start", start, calendar), _instant("end", end, calendar))
        except TimingError as fault:
            raise Problem(PARAMETER, 400, f"end: {fault}.") from None

    # Changing.

    async def save(self, name: str, form: CalendarForm, *, who: str, fresh: bool = False) -> CalendarView:
        """`fresh`: as a new one. What was saved again without a change is no change, and nothing is counted anew;
        holidays that the library has learnt since then are one."""
        if not NAME.fullmatch(name):
            text = f"'{name[:80]}' is no name; use letters, digits and . _ -, at most 64 characters."
            raise Problem(PARAMETER, 400, f"name: {text}", [{"field": "name", "message": text}])
        async with self._one:
            await self.live.refresh()
            if fresh and self.live.one(name) is not None:
                raise _exists(name)
            found = await asyncio.to_thread(self._expanded, form)
            kept = self.live.one(name)
            if kept is None or kept.form != form or kept.found.days != found.days:
                text = msgspec.json.encode(form).decode()
                statement = rows.save(
                    name, key_of(name), text, msgspec.json.encode(found).decode(), self._clock.now(), who,
                    fresh=fresh and name not in self.live.deleted(),
                )  # fmt: skip
                changed = difference(_told(kept.form) if kept is not None else {}, _told(form))
                entry = Entry("calendar.change" if kept is not None else "calendar.add", name, changed)
                try:
                    await self._audit.write([rows.RAISE_REVISION, statement], entry)
                except Duplicate:
                    raise _exists(name) from None
                await self.live.changed()
        return await self.one(name)

    async def delete(self, name: str, *, who: str) -> None:
        """One that nothing names and no clock runs by. Without the one named "default" the built-in one counts again,
        also for what runs by it."""
        async with self._one:
            await self.live.refresh()
            kept = self._kept(name)
            users = await self._users(name)
            if users:
                shown = ", ".join(users[:10]) + (f" and {len(users) - 10} more" if len(users) > 10 else "")
                text = f"The calendar '{name}' is used by {shown}. Let them use another first."
                raise Problem(CALENDAR_IN_USE, 409, text, [{"usedBy": user} for user in users])
            statement = rows.delete(name, key_of(name), self._clock.now(), who)
            entry = Entry("calendar.delete", name, {"before": _told(kept.form)})
            await self._audit.write([rows.RAISE_REVISION, statement], entry)
            await self.live.changed()

    async def _users(self, name: str) -> list[str]:
        queues = [
            f"queue '{team}'"
            for (kind, team), row in sorted(self._roster.known.teams.items())
            if kind == "queue" and row.calendar == name
        ]
        if name == DEFAULT_CALENDAR:
            return queues
        await self._catalogue.fresh()
        naming = [
            each for each in self._catalogue.all() if name in json.loads(each.config or "{}").get("calendars", ())
        ]
        open_ones = set(await rows.definitions_with_open(self._store, [each.id for each in naming if not each.active]))
        used = [each for each in naming if each.active or each.id in open_ones]
        clocks = await rows.clocks(self._store, key_of(name))
        return [
            *(f"definition '{each.name}' {each.version}" for each in sorted(used, key=lambda d: (d.name, d.version))),
            *queues,
            *([f"{clocks} open SLA clock{'s' if clocks > 1 else ''}"] if clocks else ()),
        ]

    def _expanded(self, form: CalendarForm) -> Found:
        """The form with its holidays, checked. Raises Problem."""
        year = local(self._clock.now(), "UTC").year
        try:
            first = year - public_holidays.YEARS_BACK
            last = public_holidays.last_year(form, year + public_holidays.YEARS_AHEAD)
            holidays = public_holidays.find(form, first, last)
            make(form, holidays, self.live.zone)
        except FormFault as fault:
            detail = {"field": fault.field, "message": fault.message}
            raise Problem(PARAMETER, 400, f"{fault.field}: {fault.message}", [detail]) from None
        days = [(str(dt.date.fromordinal(each.ordinal)), *each[1:]) for each in holidays]
        return Found(public_holidays.release(), first, last, days)

    def _outdated(self, kept: Kept) -> bool:
        """Whether saving it again would give other holidays, in the years that are known."""
        if kept.found.library == public_holidays.release():
            return False
        found = public_holidays.find(kept.form, kept.found.first, kept.found.last)
        return kept.found.holidays() != found

    def _kept(self, name: str) -> Kept:
        kept = self.live.one(name)
        if kept is None:
            raise Problem(CALENDAR_NOT_FOUND, 404, f"There is no business calendar '{name}'.")
        return kept

    async def _made(self, name: str) -> Made:
        await self.live.refresh()
        if name == DEFAULT_CALENDAR and self.live.one(name) is None:
            return Made(self.live.find(""), {}, {})
        return self._kept(name).made

    def _view(self, kept: Kept, outdated: bool = False) -> CalendarView:
        row, found = kept.row, kept.found
        until = found.last if found.days else 0
        return CalendarView(
            row.name, kept.form, False, row.revision, row.saved_at, row.saved_by, found.library, outdated, until,
            row.waiting,
        )  # fmt: skip

    def _built_in(self) -> CalendarView:
        form = msgspec.structs.replace(BUILT_IN, zone=self.live.zone)
        return CalendarView(DEFAULT_CALENDAR, form, True, self.live.find("").revision)


def _told(form: CalendarForm) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(form)
    return found


def _exists(name: str) -> Problem:
    return Problem(CALENDAR_EXISTS, 409, f"There is a calendar '{name}' already. Change that one, or choose a name.")


def _instant(field: str, text: str, calendar: BusinessCalendar) -> int:
    try:
        return parse_instant(text, calendar.zone)
    except TimingError as fault:
        raise Problem(PARAMETER, 400, f"{field}: {fault}.", [{"field": field, "message": str(fault)}]) from None


def _day(made: Made, ordinal: int, spoken: Mapping[int, str]) -> DayView:
    calendar = made.calendar
    date = dt.date.fromordinal(ordinal)
    hours = calendar.hours_on(ordinal)
    name = made.names.get(ordinal, "")
    if ordinal in calendar.days:
        kind = "exception"
    elif (date.month, date.day) in calendar.yearly:
        kind, name = "exception", made.yearly_names[date.month, date.day]
    elif ordinal in calendar.holidays:
        kind, name = "holiday", spoken.get(ordinal, name)
    else:
        kind = "working" if hours else "free"
    zone = calendar.zone_on(ordinal)
    begin, end = (parse_instant(str(dt.date.fromordinal(day)), zone) for day in (ordinal, ordinal + 1))
    minutes = calendar.between(begin, end) // 60_000
    return DayView(str(date), date.isoweekday(), kind, [_shift(*shift) for shift in hours], minutes, name)


def _shift(start: int, end: int) -> str:
    end = end if end <= 86_400 else end - 86_400
    return "-".join(f"{second // 3600:02}:{second // 60 % 60:02}" for second in (start, end))
