"""The calls about business calendars, and what they answer."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from andante.client.calls import BASE, Call
from andante.client.shapes import Recs, Shape

CALENDARS: Final = f"{BASE}/runtime/calendars"


class Calendar(Shape, frozen=True, kw_only=True):
    """A business calendar; `calendar` is what `save_calendar` takes (docs/reference/calendars.md). Of its last change
    `waiting` instances were to follow, and `left` have not yet."""

    name: str
    calendar: dict[str, Any]
    built_in: bool
    revision: int
    saved_at: str
    saved_by: str
    library: str
    outdated: bool
    holidays_until: int
    waiting: int
    left: int


class CalendarDay(Shape, frozen=True, kw_only=True):
    """A date: `weekday` 1 (Monday) to 7; `kind` working, free, holiday or exception; `minutes` of working time."""

    date: str
    weekday: int
    kind: str
    hours: list[str]
    minutes: int
    name: str


class CalendarYear(Shape, frozen=True, kw_only=True):
    """Every day of a year."""

    name: str
    year: int
    days: list[CalendarDay]
    minutes: int


class Computed(Shape, frozen=True, kw_only=True):
    """A due date (ISO 8601, UTC) or "", and the working time as an ISO 8601 duration and in ms."""

    due: str
    working: str
    working_ms: int


def _of(name: str, more: str = "") -> str:
    return f"{CALENDARS}/{quote(name, safe='')}{more}"


def calendars() -> Call[Recs[Calendar]]:
    """All business calendars, by name."""
    return Call("GET", CALENDARS, Recs[Calendar])


def calendar(name: str) -> Call[Calendar]:
    """One, with how far its last change has got."""
    return Call("GET", _of(name), Calendar)


def add_calendar(name: str, calendar: Mapping[str, Any]) -> Call[Calendar]:
    """A new one: hours, zone, holidays, exceptions, periods."""
    return Call("POST", CALENDARS, Calendar, {"name": name, **calendar})


def save_calendar(name: str, calendar: Mapping[str, Any]) -> Call[Calendar]:
    """As a whole, made where it is not there; open SLA clocks follow."""
    return Call("PUT", _of(name), Calendar, dict(calendar))


def delete_calendar(name: str) -> Call[None]:
    """One that nothing uses."""
    return Call("DELETE", _of(name), None)


def calendar_year(name: str, year: int, *, language: str = "") -> Call[CalendarYear]:
    """Every day of a year with its hours; the holidays' names in a language such as "en"."""
    return Call("GET", _of(name, "/year"), CalendarYear, query={"year": year, "language": language})


def due_date(name: str, start: str, working: str) -> Call[Computed]:
    """When `working` (ISO 8601 duration; a day is 24 hours) from `start` on is over. Times without offset or zone are
    by the calendar's clocks."""
    return Call("POST", _of(name, "/compute"), Computed, {"start": start, "working": working})


def working_time(name: str, start: str, end: str) -> Call[Computed]:
    """The working time between two moments."""
    return Call("POST", _of(name, "/compute"), Computed, {"start": start, "end": end})
