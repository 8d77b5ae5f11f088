"""Business calendars: those that end, and those that are named and are not there."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from andante.runtime.calendars import Kept, key_of
from andante.runtime.doctor.finding import ERROR, HINT, WARNING, Finding, Look
from andante.store import calendars as rows
from andante.store.store import Store
from andante.timing.calendar import DEFAULT_CALENDAR
from andante.timing.calendar_form import CalendarForm
from andante.timing.instants import HOUR, local

AUTUMN: Final = 10  # the month from which the next year's days should be known
FOLLOWING: Final = HOUR // 6  # ms after which clocks should have followed a change
DEFINITIONS: Final = "select name, version, config from definition where active=1 and config like ? order by name"
QUEUES: Final = "select name, calendar from team where kind='queue' and calendar<>'' order by name"
CLOCKS: Final = "select calendar, count(*) from working_clock group by calendar"


async def calendars(look: Look) -> list[Finding]:
    """All that are saved, and all that names one."""
    zone = look.text("zone") or "UTC"
    kept = {row.name: Kept(row, zone) for row in await rows.since(look.store, -1) if not row.deleted}
    today = local(look.now, zone)
    found = [
        finding for each in kept.values() for finding in _ending(each.row.name, each, today.year, today.month)
    ]  # fmt: skip
    found += await _missing(look.store, kept.keys() | {DEFAULT_CALENDAR})
    clocks: dict[str, int] = dict(await look.store.read(CLOCKS))
    for name, count in sorted(clocks.items()):
        if name and name not in kept:
            what = f"Open SLA clocks run by it, and it is not there: {count} of them."
            found.append(Finding(ERROR, "calendar.missing", name, what, _make(name)))
    if clocks.get("") and DEFAULT_CALENDAR not in kept:
        what = f"Open SLA clocks run by the built-in calendar, which has no holidays: {clocks['']} of them."
        remedy = "Save a calendar named default with yours (Administration, Calendars, or `andante calendars set`)."
        found.append(Finding(HINT, "calendar.builtIn", DEFAULT_CALENDAR, what, remedy))
    for each in kept.values():
        left = await rows.left(look.store, key_of(each.row.name), each.row.revision)
        if left and look.now - each.row.saved_at > FOLLOWING:
            what = f"Instances still count by what it was before its last change: {left} of them."
            remedy = "See whether a server is at work; if one is, its log tells what it could not do."
            found.append(Finding(WARNING, "calendar.behind", each.row.name, what, remedy))
    return found


def _ending(name: str, kept: Kept, year: int, month: int) -> Iterator[Finding]:
    """Of its holidays and exceptions, whether they are there for this year and the next."""
    save = f"Save it again (`andante calendars show {name}`, then `set`), with days of its own where it needs them."
    if _has_rules(kept.form):
        years = {int(day[0][:4]) for day in kept.found.days}
        last = min(kept.found.last, max(years, default=0))
        if last < year:
            what = f"Its holidays end with {last or 'no year at all'}: days off count as working days."
            yield Finding(ERROR, "calendar.ended", name, what, save)
        elif last == year:
            what = f"Its holidays end with {last}: due dates of the next year count too many days."
            yield Finding(WARNING, "calendar.ends", name, what, save)
        return
    dated = {int(each.until[:4] or each.date[:4]) for each in kept.form.exceptions if len(each.date) == 10}
    last = max(dated, default=0)
    add = f"Add the days off of the year to it (Administration, Calendars, or `andante calendars set {name} FILE`)."
    if dated and last < year:
        what = f"It has no holidays of a country, and its own days off end with {last}."
        yield Finding(WARNING, "calendar.ended", name, what, add)
    elif dated and last == year and month >= AUTUMN:
        what = f"It has no holidays of a country, and no days off of its own for {year + 1} yet."
        yield Finding(HINT, "calendar.ends", name, what, add)


def _has_rules(form: CalendarForm) -> bool:
    return bool(form.holidays) or any(each.holidays for each in form.periods)


async def _missing(store: Store, known: Iterable[str]) -> list[Finding]:
    """Queues and definitions that name a calendar which is not there."""
    there = set(known)
    found = []
    for queue, calendar in await store.read(QUEUES):
        if calendar not in there:
            what = f"It counts by the calendar '{calendar}', which is not there."
            remedy = f"{_make(calendar)} Or let the queue use another."
            found.append(Finding(ERROR, "calendar.missing", f"work queue '{queue}'", what, remedy))
    for name, version, config in await store.read(DEFINITIONS, ('%"calendars"%',)):
        for calendar in json.loads(config or "{}").get("calendars", ()):
            if calendar not in there:
                what = f"Its SLAs count by the calendar '{calendar}', which is not there: they raise incidents."
                where = f"definition '{name}' {version}"
                found.append(Finding(ERROR, "calendar.missing", where, what, _make(calendar)))
    return found


def _make(name: str) -> str:
    return f"Save a calendar of this name: `andante calendars set {name} FILE`, then retry what has stopped."
