"""Date and time functions (DMN 1.5, sections 10.3.4.8 and 10.3.4.9). The clock comes in with the evaluation."""

import datetime as dt
from calendar import monthrange
from typing import Any, Final

from andante.expressions.faults import EvaluationFault
from andante.expressions.functions.registry import builtin
from andante.expressions.temporal import from_epoch, zone_name
from andante.expressions.values import Run, type_name

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@builtin("now", "", run=True, clock=True)
def now(run: Run) -> dt.datetime:
    """The time of the command that is being carried out, in the expression's zone."""
    if run.now is None:
        raise EvaluationFault("now() and today() are not known here: the expression is evaluated without a time")
    try:
        return from_epoch(run.now).astimezone(run.zone)
    except (OverflowError, ValueError):
        raise EvaluationFault(f"The time {run.now} is beyond the calendar") from None


@builtin("today", "", run=True, clock=True)
def today(run: Run) -> dt.date:
    instant: dt.datetime = now(run)
    return instant.date()


@builtin("day of year", "date", single=True)
def day_of_year(date: Any) -> Any:
    return date.timetuple().tm_yday if isinstance(date, dt.date) else None


@builtin("day of week", "date", single=True)
def day_of_week(date: Any) -> Any:
    return _DAYS[date.weekday()] if isinstance(date, dt.date) else None


@builtin("month of year", "date", single=True)
def month_of_year(date: Any) -> Any:
    return _MONTHS[date.month - 1] if isinstance(date, dt.date) else None


@builtin("week of year", "date", single=True)
def week_of_year(date: Any) -> Any:
    """The week by ISO 8601."""
    return date.isocalendar()[1] if isinstance(date, dt.date) else None


@builtin("last day of month", "date", single=True)
def last_day_of_month(date: Any) -> Any:
    return dt.date(date.year, date.month, monthrange(date.year, date.month)[1]) if isinstance(date, dt.date) else None


@builtin("is", "value1?, value2?", run=True)
def is_same(run: Run, one: Any = None, two: Any = None) -> Any:
    """True when both are the same value of the same kind: of times, also in the same zone."""
    run.weigh(one)
    return _is_same(one, two)


def _is_same(one: Any, two: Any) -> bool:
    if type_name(one) != type_name(two):
        return False
    if isinstance(one, list):
        return len(one) == len(two) and all(map(_is_same, one, two))
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(_is_same(value, two[name]) for name, value in one.items())
    if isinstance(one, dt.datetime | dt.time):
        if one.utcoffset() != two.utcoffset() or zone_name(one) != zone_name(two):
            return False
        return bool(one.replace(tzinfo=None) == two.replace(tzinfo=None))
    return bool(one == two)
