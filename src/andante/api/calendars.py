"""Business calendars: everybody sees them and computes with them, administrators change them."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, duration_ms, query_of, success
from andante.api.wire import done as removed
from andante.people import permissions as allow
from andante.runtime import problem as codes
from andante.runtime.calendar_desk import CalendarView
from andante.timing.calendar import LONGEST
from andante.timing.calendar_form import CalendarForm
from andante.timing.duration import iso_duration
from andante.timing.instants import iso

CALENDARS: Final = f"{BASE}/runtime/calendars"
CALENDAR: Final = f"{CALENDARS}/{{name:str}}"
TAG: Final = "calendars"


class NewCalendar(CalendarForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A calendar and its name."""

    name: Annotated[str, Meta(description="Letters, digits and . _ -; at most 64.")]


class CalendarShape(msgspec.Struct, frozen=True):
    """`calendar` is what PUT takes. `library` is the release of the holidays that it was saved with; `outdated` says
    that this server's release gives other days, which saving it again takes over. `holidaysUntil` is the last year with
    holidays, 0 for none. Of the last change, `waiting` instances were to follow, and `left` have not yet."""

    name: str
    calendar: CalendarForm
    builtIn: bool  # noqa: N815 - as in the contract, here and below
    revision: int
    savedAt: str  # noqa: N815
    savedBy: str  # noqa: N815
    library: str
    outdated: bool
    holidaysUntil: int  # noqa: N815
    waiting: int
    left: int


class CalendarRecs(msgspec.Struct, frozen=True):
    """All, by name; `outdated` and `left` are told of one alone."""

    Recs: list[CalendarShape]
    total: int


class YearQuery(msgspec.Struct, frozen=True):
    """`language` such as en or de: of the holidays' names, where the library has them."""

    year: Annotated[int, Meta(ge=1900, le=2200)]
    language: Annotated[str, Meta(max_length=10)] = ""


class DayShape(msgspec.Struct, frozen=True):
    """`weekday` is 1 (Monday) to 7. `kind` is working, free, holiday or exception. `minutes` of working time lie on the
    date itself; `hours` are the shifts that begin on it."""

    date: str
    weekday: int
    kind: str
    hours: list[str]
    minutes: int
    name: str


class YearShape(msgspec.Struct, frozen=True):
    """Every day of a year."""

    name: str
    year: int
    days: list[DayShape]
    minutes: int


class Computation(msgspec.Struct, frozen=True):
    """`start` with `working` (an ISO 8601 duration, a day is 24 hours) for a due date, or with `end` for the working
    time between. A time without offset or zone is by the calendar's clocks."""

    start: Annotated[str, Meta(max_length=100)]
    working: Annotated[str, Meta(max_length=100)] = ""
    end: Annotated[str, Meta(max_length=100)] = ""


class Computed(msgspec.Struct, frozen=True):
    """`due` is an instant in UTC, "" where `end` was given; `working` is a duration, negative where the end lies before
    the start."""

    due: str
    working: str
    workingMs: int  # noqa: N815


def _shape(v: CalendarView) -> CalendarShape:
    return CalendarShape(
        v.name, v.form, v.built_in, v.revision, at(v.saved_at) if v.saved_at else "", v.saved_by, v.library, v.outdated,
        v.holidays_until, v.waiting, v.left,
    )  # fmt: skip


@get(CALENDARS, operation=Operation("List business calendars", allow.CALENDAR_READ, CalendarRecs, tag=TAG))
async def calendars(request: Call) -> Response[bytes]:
    recs = [_shape(each) for each in await services(request).runtime.calendars.all()]
    return success(CalendarRecs(recs, len(recs)))


@post(
    CALENDARS,
    status_code=200,
    operation=Operation(
        "Create a business calendar", allow.CALENDAR_CHANGE, CalendarShape, NewCalendar, tag=TAG,
        errors=(codes.CALENDAR_EXISTS,), audit="calendar.add",
    ),
)  # fmt: skip
async def add_calendar(request: Call) -> Response[bytes]:
    body = await body_of(request, NewCalendar)
    form = CalendarForm(**{name: getattr(body, name) for name in CalendarForm.__struct_fields__})
    desk = services(request).runtime.calendars
    return success(_shape(await desk.save(body.name, form, who=caller(request).user, fresh=True)))


@get(
    CALENDAR,
    operation=Operation(
        "Read a business calendar", allow.CALENDAR_READ, CalendarShape, tag=TAG, errors=(codes.CALENDAR_NOT_FOUND,)
    ),
)
async def calendar(request: Call, name: FromPath[str]) -> Response[bytes]:
    return success(_shape(await services(request).runtime.calendars.one(name)))


@put(
    CALENDAR,
    operation=Operation(
        "Save a business calendar", allow.CALENDAR_CHANGE, CalendarShape, CalendarForm, tag=TAG,
        description="As a whole, under this name; made where it is not there. Open SLA clocks that run by it follow in "
        "the background. The one named default counts where nothing else is named.", audit="calendar.change",
    ),
)  # fmt: skip
async def save_calendar(request: Call, name: FromPath[str]) -> Response[bytes]:
    form = await body_of(request, CalendarForm)
    return success(_shape(await services(request).runtime.calendars.save(name, form, who=caller(request).user)))


@delete(
    CALENDAR,
    status_code=200,
    operation=Operation(
        "Delete a business calendar", allow.CALENDAR_CHANGE, None, tag=TAG,
        errors=(codes.CALENDAR_NOT_FOUND, codes.CALENDAR_IN_USE),
        description="One that no active definition, open instance or work queue names. Without the one named default, "
        "Monday to Friday all day counts again.", audit="calendar.delete",
    ),
)  # fmt: skip
async def delete_calendar(request: Call, name: FromPath[str]) -> Response[bytes]:
    await services(request).runtime.calendars.delete(name, who=caller(request).user)
    return removed()


@get(
    f"{CALENDAR}/year",
    operation=Operation(
        "Show a year of a business calendar", allow.CALENDAR_READ, YearShape, query=YearQuery, tag=TAG,
        errors=(codes.CALENDAR_NOT_FOUND,),
    ),
)  # fmt: skip
async def year_of_calendar(request: Call, name: FromPath[str]) -> Response[bytes]:
    query = query_of(request, YearQuery)
    found = await services(request).runtime.calendars.year(name, query.year, query.language)
    days = [DayShape(day.date, day.weekday, day.kind, day.hours, day.minutes, day.name) for day in found]
    return success(YearShape(name, query.year, days, sum(day.minutes for day in days)))


@post(
    f"{CALENDAR}/compute",
    status_code=200,
    operation=Operation(
        "Compute in working time", allow.CALENDAR_READ, Computed, Computation, tag=TAG,
        errors=(codes.CALENDAR_NOT_FOUND,), description="A due date, or the working time between two moments.",
    ),
)  # fmt: skip
async def compute(request: Call, name: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, Computation)
    if bool(body.working) == bool(body.end):
        raise bad_parameter("working", "give either working, for a due date, or end, for the working time between.")
    desk = services(request).runtime.calendars
    if body.end:
        worked = await desk.worked(name, body.start, body.end)
        return success(Computed("", iso_duration(worked), worked))
    wanted = duration_ms("working", body.working, 0, "UTC", LONGEST)
    due, _ = await desk.due(name, body.start, wanted)
    return success(Computed(iso(due), iso_duration(wanted), wanted))


HANDLERS: Final[tuple[Any, ...]] = (
    calendars, add_calendar, calendar, save_calendar, delete_calendar, year_of_calendar, compute,
)  # fmt: skip
