"""Administration: business calendars, seen as a year, changed as a form or as JSON, and tried out."""

import datetime as dt
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import demand
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.runtime.calendar_desk import DayView
from andante.runtime.problem import PARAMETER
from andante.timing.calendar import LONGEST
from andante.timing.calendar_form import DAYS, CalendarForm, Exceptional, HolidaysOf, Week
from andante.web.admin import names_in, text_of
from andante.web.desk import Desk, go, language_of, said
from andante.web.session import Asked, caller, form, kept_as
from andante.web.settings import DAY_NAMES

HOUR: Final = 3_600_000
FRESH: Final = CalendarForm(Week(*(["09:00-17:00"] for _day in range(5))))


class Month(msgspec.Struct, frozen=True):
    """`first` is noon of its first day in UTC (ms); `weeks` are of seven cells each, None outside the month."""

    first: int
    weeks: list[list[DayView | None]]


def _months(days: list[DayView]) -> list[Month]:
    found = []
    for number in range(1, 13):
        own = [day for day in days if int(day.date[5:7]) == number]
        cells: list[DayView | None] = [*[None] * (own[0].weekday - 1), *own]
        cells += [None] * (-len(cells) % 7)
        first = dt.datetime.fromisoformat(f"{own[0].date}T12:00:00+00:00")
        weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
        found.append(Month(int(first.timestamp() * 1_000), weeks))
    return found


@get("/admin/calendars")
async def calendars(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _calendars(request, desk)


async def _calendars(request: Asked, desk: Desk, problem: Problem | None = None, name: str = "") -> Response[str]:
    demand(caller(request), allow.CALENDAR_CHANGE)
    return desk.page(
        request, "admin_calendars.html", status=problem.status if problem else 200, problem=problem, name=name,
        calendars=await desk.runtime.calendars.all(),
    )  # fmt: skip


@post("/admin/calendars", opt=kept_as("calendar.add"), status_code=200)
async def add_calendar(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """With office hours from Monday to Friday, to be changed."""
    who, given = caller(request), await form(request)
    demand(who, allow.CALENDAR_CHANGE)
    name = text_of(given, "name")
    try:
        await desk.runtime.calendars.save(name, FRESH, who=who.user, fresh=True)
    except Problem as problem:
        return await _calendars(request, desk, problem, name)
    return go(request, f"/admin/calendars/{name}", said(request, _("%(name)s is there now."), name=name))


@get("/admin/calendars/{name:str}")
async def calendar(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    return await _calendar(request, desk, name)


async def _calendar(
    request: Asked, desk: Desk, name: str, problem: Problem | None = None, typed: FormMultiDict | None = None
) -> Response[str]:
    """`typed`: a form that could not be saved. The address says the year, and what is tried out."""
    demand(caller(request), allow.CALENDAR_CHANGE)
    table = desk.runtime.calendars
    view = await table.one(name)
    text = request.query_params.get("year", "")
    this = dt.datetime.fromtimestamp(desk.runtime.clock.now() / 1_000, dt.UTC).year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    days = await table.year(name, year, language_of(request).code)
    usual = max((day.minutes for day in days if day.kind == "working"), default=0)
    start, hours = (request.query_params.get(each, "").strip() for each in ("start", "hours"))
    due, wrong = 0, None
    if start and hours:
        try:
            due, _at = await table.due(name, start, _length(hours))
        except Problem as fault:
            wrong = fault
    given = view.form
    return desk.page(
        request, "admin_calendar.html", status=problem.status if problem else 200, problem=problem, view=view,
        year=year, months=_months(days), usual=usual, worked=sum(day.minutes for day in days) * 60_000,
        working=sum(1 for day in days if day.minutes), named=[day for day in days if day.name],
        start=start, hours=hours, due=due, wrong=wrong, weekdays=DAY_NAMES,
        typed=typed if typed is not None else FormMultiDict(),
        week={day: ", ".join(getattr(given.hours, day)) for day in DAYS}, json=_json(given),
        holidays=", ".join("-".join(filter(None, (h.country, h.subdivision))) for h in given.holidays),
        exceptions="\n".join(_line(each) for each in given.exceptions), plain=_plain(given),
        zone_of=given.zone or desk.zone,
    )  # fmt: skip


def _length(hours: str) -> int:
    try:
        length = round(float(hours) * HOUR)
    except (ValueError, OverflowError):
        length = -1
    if not 0 <= length <= LONGEST:
        raise Problem(
            PARAMETER, 400, f"hours: '{hours[:40]}' is no length; give hours of working time, such as 8 or 1.5."
        )
    return length


def _json(found: CalendarForm) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def _plain(found: CalendarForm) -> bool:
    """Whether the form says all of it; what it cannot say is changed as JSON."""
    simple = all(not each.hours and not each.like and each.categories == ["public"] for each in found.holidays)
    return simple and not found.periods and not found.language and not any(each.like for each in found.exceptions)


def _line(each: Exceptional) -> str:
    days = f"{each.date}..{each.until}" if each.until else each.date
    return " ".join(filter(None, (days, ",".join(each.hours), each.name)))


def _exceptional(line: str) -> Exceptional:
    """ "2026-12-24 08:00-12:00 Christmas Eve": a date or two, hours where there are any, a name."""
    days, _space, rest = line.partition(" ")
    date, _dots, until = days.partition("..")
    first, _space, after = rest.strip().partition(" ")
    if first[:2].isdigit() and ":" in first:
        return Exceptional(date, until, after.strip(), first.split(","))
    return Exceptional(date, until, rest.strip())


def _read(given: FormMultiDict, before: CalendarForm) -> CalendarForm:
    """What the form or its JSON says. Raises Problem 400."""
    if "json" in given:
        try:
            return msgspec.json.decode(str(given["json"]), type=CalendarForm)
        except msgspec.ValidationError as fault:
            raise Problem(PARAMETER, 400, f"{fault}") from None
        except msgspec.DecodeError as fault:
            raise Problem(PARAMETER, 400, f"This is no JSON: {fault}") from None
    week = Week(**{day: names_in(given, day) for day in DAYS})
    countries = [each.partition("-") for each in names_in(given, "holidays")]
    lines = [line.strip() for line in text_of(given, "exceptions").splitlines()]
    return msgspec.structs.replace(
        before, hours=week, label=text_of(given, "label"), zone=text_of(given, "zone"),
        holidays=[HolidaysOf(country, part) for country, _dash, part in countries],
        exceptions=[_exceptional(line) for line in lines if line],
    )  # fmt: skip


@post("/admin/calendars/{name:str}", opt=kept_as("calendar.change"), status_code=200)
async def save_calendar(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    """Open clocks that run by it follow."""
    who, given = caller(request), await form(request)
    demand(who, allow.CALENDAR_CHANGE)
    try:
        found = _read(given, (await desk.runtime.calendars.one(name)).form)
        await desk.runtime.calendars.save(name, found, who=who.user)
    except Problem as problem:
        return await _calendar(request, desk, name, problem, given)
    return go(request, f"/admin/calendars/{name}", said(request, _("Saved. Open clocks that run by it follow.")))


@post("/admin/calendars/{name:str}/remove", opt=kept_as("calendar.delete"), status_code=200)
async def remove_calendar(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    who = caller(request)
    demand(who, allow.CALENDAR_CHANGE)
    try:
        await desk.runtime.calendars.delete(name, who=who.user)
    except Problem as problem:
        return await _calendar(request, desk, name, problem)
    return go(request, "/admin/calendars", said(request, _("%(name)s is removed."), name=name))


HANDLERS: Final = (calendars, add_calendar, calendar, save_calendar, remove_calendar)
