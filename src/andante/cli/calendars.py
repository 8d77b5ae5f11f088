"""`andante calendars ...`: business calendars."""

from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_gone, print_json, print_table
from andante.cli.remote import LOCAL, minute
from andante.client.calendars import Calendar, CalendarYear

WEEKDAYS: Final = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def list_calendars(*, server: Server = LOCAL) -> None:
    """List business calendars."""
    with server.connect() as client:
        found = client.calendars().items
    if server.json:
        print_json(found)
        return
    print_table(
        ("calendar", "zone", "holidays", "until", "saved", "by"),
        [
            (
                *(c.name, c.calendar.get("zone", ""), _holidays(c), str(c.holidays_until or "")),
                *(minute(c.saved_at), c.saved_by),
            )
            for c in found
        ],
    )


def _holidays(calendar: Calendar) -> str:
    places = [
        "-".join(filter(None, (each["country"], each.get("subdivision", ""))))
        for each in calendar.calendar.get("holidays", [])
    ]
    return ", ".join(places)


def show_calendar(
    name: str,
    *,
    year: int = 0,
    language: str = "",
    everything: Annotated[bool, Parameter(name="--all", negative=())] = False,
    server: Server = LOCAL,
) -> None:
    """Show a business calendar as a file that `set` takes, or with --year its days.

    Parameters
    ----------
    year
        Show this year's holidays and exceptions.
    language
        Of the holidays' names, such as en or de.
    everything
        With --year: show every day.
    """
    with server.connect() as client:
        if not year:
            found = client.calendar(name)
            print_json(found if server.json else found.calendar)
            return
        days = client.calendar_year(name, year, language=language)
    if server.json:
        print_json(days)
    else:
        _print_year(days, everything)


def _print_year(found: CalendarYear, everything: bool) -> None:
    print_table(
        ("date", "day", "kind", "hours", "name"),
        [
            (day.date, WEEKDAYS[day.weekday], day.kind, ", ".join(day.hours), day.name)
            for day in found.days
            if everything or day.kind in ("holiday", "exception")
        ],
    )


def set_calendar(name: str, file: Path, *, server: Server = LOCAL) -> None:
    """Save a business calendar from a JSON FILE; open SLA clocks that run by it follow.

    Saving the same file again takes over holidays that the server has learnt since.
    """
    try:
        form = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise ValueError(f"{file}: this is no JSON calendar: {fault}") from None
    with server.connect() as client:
        saved = client.save_calendar(name, form)
    if server.json:
        print_json(saved)
        return
    follow = f"; {saved.left} instances follow" if saved.left else ""
    print(f"{saved.name} is saved{follow}.")


def delete_calendar(name: str, *, server: Server = LOCAL) -> None:
    """Delete a business calendar that nothing uses."""
    with server.connect() as client:
        client.delete_calendar(name)
    print_gone(name, server)


def due(name: str, start: str, working: str = "", *, until: str = "", server: Server = LOCAL) -> None:
    """When WORKING time (such as PT16H) from START on is over; or with --until how much working time lies between.

    Parameters
    ----------
    start
        ISO 8601, such as 2026-01-05T09:00; without an offset by the calendar's clocks.
    working
        ISO 8601 duration; a day is 24 hours of working time.
    until
        ISO 8601.
    """
    if bool(working) == bool(until):
        raise ValueError("give either the working time, or --until")
    with server.connect() as client:
        found = client.working_time(name, start, until) if until else client.due_date(name, start, working)
    if server.json:
        print_json(found)
    else:
        print(found.working if until else found.due)
