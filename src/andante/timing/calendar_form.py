"""A business calendar as people write it (docs/reference/calendars.md), and the calendar that comes of it.

Holidays are not looked up here: they are handed in, as they were found when the calendar was saved.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from andante.timing.calendar import BusinessCalendar, Hours, Period, Rule, check_hours
from andante.timing.instants import DAY, TimingError, excerpt, zone_of

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_RANGE: Final = 1_100  # days of one exception: three years
_SHIFT: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_YEARLY: Final = re.compile(r"\d\d-\d\d", re.ASCII)
_LEAP_YEAR: Final = 2024

Shifts = Annotated[
    list[Annotated[str, Meta(max_length=11)]],
    Meta(max_length=20, description='Shifts of a day, each "08:00-17:00"; "22:00-06:00" goes over midnight.'),
]
Date = Annotated[str, Meta(max_length=10, description="2026-12-24")]
Name = Annotated[str, Meta(max_length=200)]


class Week(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The hours of each weekday; a day without any is a day off."""

    monday: Shifts = []
    tuesday: Shifts = []
    wednesday: Shifts = []
    thursday: Shifts = []
    friday: Shifts = []
    saturday: Shifts = []
    sunday: Shifts = []


class HolidaysOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The public holidays of a country (ISO 3166-1) and of one of its `subdivision`s, in these categories of the
    library `holidays`. They are days off, or have `hours`, or those of the weekday `like`."""

    country: Annotated[str, Meta(min_length=2, max_length=20)]
    subdivision: Annotated[str, Meta(max_length=40)] = ""
    categories: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=20)] = msgspec.field(
        default_factory=lambda: ["public"]
    )
    hours: Shifts = []
    like: Annotated[str, Meta(max_length=9)] = ""


class Exceptional(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A day of its own, or all from `date` to `until`. Without a year ("12-24") it comes every year. A day off, or one
    with `hours`, or with those of the weekday `like`. It goes before holidays."""

    date: Date
    until: Date = ""
    name: Name = ""
    hours: Shifts = []
    like: Annotated[str, Meta(max_length=9)] = ""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"since": "from"}):
    """From this date on these hours count; the zone and the holidays stay unless they are given."""

    since: Date
    hours: Week
    zone: Annotated[str, Meta(max_length=64)] = ""
    holidays: Annotated[list[HolidaysOf], Meta(max_length=20)] | None = None


class CalendarForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A calendar: weekly hours by the clocks of `zone` ("": the server's), holidays, exceptions, and what changes from
    a date on. `language` is that of the holidays' names ("": the country's own)."""

    hours: Week
    label: Name = ""
    zone: Annotated[str, Meta(max_length=64)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    holidays: Annotated[list[HolidaysOf], Meta(max_length=20)] = []
    exceptions: Annotated[list[Exceptional], Meta(max_length=2_000)] = []
    periods: Annotated[list[Change], Meta(max_length=100)] = []


class FormFault(ValueError):
    """What is wrong with a calendar: `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class Holiday(NamedTuple):
    """A holiday that was found: the number of its period (0: the first) and of the rule there that gave it."""

    ordinal: int
    name: str
    period: int
    rule: int


class Made(NamedTuple):
    """What comes of a form: the calendar, and the names of days by their ordinals, of those of every year by date."""

    calendar: BusinessCalendar
    names: dict[int, str]
    yearly_names: dict[tuple[int, int], str]


def periods_of(form: CalendarForm) -> list[tuple[int, Sequence[HolidaysOf]]]:
    """Of each period the ordinal of its first date and its holidays. Raises FormFault."""
    found: list[tuple[int, Sequence[HolidaysOf]]] = [(1, form.holidays)]
    for n, change in enumerate(form.periods):
        since = _date(f"periods[{n}].from", change.since).toordinal()
        found.append((since, found[-1][1] if change.holidays is None else change.holidays))
    return found


def make(form: CalendarForm, holidays: Sequence[Holiday], zone: str, revision: int = 0) -> Made:
    """The calendar; `zone` is that of one that names none. Raises FormFault."""
    rules = [
        [_rule(f"{where}holidays[{n}]", each.hours, each.like) for n, each in enumerate(of)]
        for where, of in zip(places_of(form), (of for _, of in periods_of(form)), strict=True)
    ]
    off: dict[int, Rule] = {}
    names: dict[int, str] = {}
    for each in holidays:
        if each.ordinal not in off:  # the first rule that knows the day
            off[each.ordinal] = rules[each.period][each.rule]
            names[each.ordinal] = each.name
    days: dict[int, Rule] = {}
    yearly: dict[tuple[int, int], Rule] = {}
    yearly_names: dict[tuple[int, int], str] = {}
    for n, exception in enumerate(form.exceptions):
        where = f"exceptions[{n}]"
        rule = _rule(where, exception.hours, exception.like)
        if _YEARLY.fullmatch(exception.date):
            for date in _yearly_dates(where, exception):
                yearly[date], yearly_names[date] = rule, exception.name
        else:
            for ordinal in _dates(where, exception):
                days[ordinal], names[ordinal] = rule, exception.name
    for ordinal in days.keys() & off.keys():
        del off[ordinal]
    try:
        calendar = BusinessCalendar(
            periods=_periods(form, zone), revision=revision, days=days, yearly=yearly, holidays=off
        )
    except TimingError as fault:
        raise FormFault("periods" if form.periods else "hours", f"{fault}.") from None
    _check_that_it_works(calendar)
    return Made(calendar, names, yearly_names)


def places_of(form: CalendarForm) -> list[str]:
    """Where the holidays of each period are written."""
    found = [""]
    for n, change in enumerate(form.periods):
        found.append(found[-1] if change.holidays is None else f"periods[{n}].")
    return found


def _periods(form: CalendarForm, zone: str) -> list[Period]:
    found = [_period("", 1, form.zone or zone, form.hours)]
    for n, change in enumerate(form.periods):
        since = _date(f"periods[{n}].from", change.since).toordinal()
        if since <= found[-1].since:
            raise FormFault(f"periods[{n}].from", "it does not lie after the one before; put them in order.")
        found.append(_period(f"periods[{n}].", since, change.zone or found[-1].zone, change.hours))
    if not any(found[-1].week):
        where = f"periods[{len(form.periods) - 1}].hours" if form.periods else "hours"
        raise FormFault(where, "no day has any hours: no work would ever be due. Give at least one a shift.")
    return found


def _period(where: str, since: int, zone: str, week: Week) -> Period:
    try:
        zone_of(zone)
    except TimingError as fault:
        raise FormFault(f"{where}zone", f"{fault}.") from None
    return Period(since, zone, [_hours(f"{where}hours.{day}", getattr(week, day)) for day in DAYS])


def _hours(where: str, shifts: Sequence[str]) -> Hours:
    found: list[tuple[int, int]] = []
    for n, text in enumerate(shifts):
        parts = _SHIFT.fullmatch(text.strip())
        if parts is None or (parts[3] == "24" and parts[4] != "00"):
            raise FormFault(f"{where}[{n}]", f"{excerpt(text)} is no shift; write it as 08:00-17:00 or 22:00-06:00.")
        start, end = ((int(parts[i]) * 60 + int(parts[i + 1])) * 60 for i in (1, 3))
        if start == end:
            raise FormFault(f"{where}[{n}]", f"{excerpt(text)} has no length; a whole day is 00:00-24:00.")
        found.append((start, end if end > start else end + 86_400))
    try:
        return check_hours(tuple(sorted(found)))
    except TimingError:
        raise FormFault(where, "the shifts overlap; write each apart from the others.") from None


def _rule(where: str, hours: Sequence[str], like: str) -> Rule:
    if like and hours:
        raise FormFault(f"{where}.like", "it has hours too; keep one of them.")
    if like and like not in DAYS:
        raise FormFault(f"{where}.like", f"{excerpt(like)} is none of {', '.join(DAYS)}.")
    return DAYS.index(like) if like else _hours(f"{where}.hours", hours)


def _date(where: str, text: str) -> dt.date:
    try:
        if len(text) != 10:
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FormFault(where, f"{excerpt(text)} is no date; write it as 2026-12-24.") from None


def _dates(where: str, exception: Exceptional) -> range:
    first = _date(f"{where}.date", exception.date).toordinal()
    last = _date(f"{where}.until", exception.until).toordinal() if exception.until else first
    if not first <= last < first + LONGEST_RANGE:
        raise FormFault(f"{where}.until", f"it must not lie before the date, nor {LONGEST_RANGE} days after it.")
    return range(first, last + 1)


def _yearly_dates(where: str, exception: Exceptional) -> list[tuple[int, int]]:
    """Dates of every year; 29 February comes with a leap year."""
    first = _date_of_year(f"{where}.date", exception.date)
    last = _date_of_year(f"{where}.until", exception.until) if exception.until else first
    if last < first:
        raise FormFault(f"{where}.until", "it lies before the date; one over the turn of the year is two exceptions.")
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [(day.month, day.day) for day in days]


def _date_of_year(where: str, text: str) -> dt.date:
    if not _YEARLY.fullmatch(text):
        raise FormFault(where, f"{excerpt(text)} is no date of every year; write it as 12-24.")
    return _date(where, f"{_LEAP_YEAR}-{text}")


def _check_that_it_works(calendar: BusinessCalendar) -> None:
    """Days off may leave nothing of the week: then nothing would ever be due."""
    try:
        calendar.add(0, 1)
        calendar.add(max(0, calendar.periods[-1].since - dt.date(1970, 1, 1).toordinal()) * DAY, 1)
    except TimingError:
        raise FormFault("exceptions", "they leave no working time at all. Take some out.") from None
