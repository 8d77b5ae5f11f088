"""Conversion functions (DMN 1.5, section 10.3.4.1), and `not` and what guards against null."""

import datetime as dt
from decimal import Decimal, DecimalException
from typing import Any, Final

from andante.expressions.arithmetic import is_number, time_of, whole
from andante.expressions.compare import order
from andante.expressions.functions.numbers import settle
from andante.expressions.functions.registry import builtin
from andante.expressions.output import text_of
from andante.expressions.temporal import (
    make_date,
    parse_any,
    parse_date,
    parse_date_and_time,
    parse_duration,
    parse_time,
    zone,
)
from andante.expressions.values import NUMBERS, Function, Range, Run, YearsMonths, check_size

_GROUPINGS: Final = (None, " ", ",", ".")


@builtin("not", "negand")
def negation(negand: Any) -> bool | None:
    return not negand if type(negand) is bool else None


@builtin("is defined", "value")
def is_defined(value: Any) -> bool:
    return value is not None


@builtin("get or else", "value, default")
def get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value


@builtin("string", "from", run=True)
def string(run: Run, value: Any) -> Any:
    if value is None or type(value) is Function:
        return None
    run.weigh(value)
    text = text_of(value)
    check_size(len(text), run.limits.max_size, "string")
    run.read(len(text))
    return text


@builtin("number", "from, grouping separator?, decimal separator?", single=True)
def number(text: Any, grouping: Any = None, point: Any = None) -> Any:
    if is_number(text):
        return text if grouping is None and point is None else None
    if type(text) is not str or grouping not in _GROUPINGS or point not in (None, ".", ",") or len(text) > 1000:
        return None
    if grouping is not None:
        if grouping == (point or "."):
            return None
        text = text.replace(grouping, "")
    if point == ",":
        text = text.replace(",", ".")
    return number_from(text)


def number_from(text: str) -> Any:
    """A number from plain digits, with sign, point and exponent; None for any other text."""
    if not text.isascii() or "_" in text or text != text.strip() or not any(letter.isdigit() for letter in text):
        return None
    try:
        return settle(NUMBERS.create_decimal(text))
    except DecimalException:
        return None


@builtin("date", "from", "year, month, day", single=True)
def date(first: Any, month: Any = None, day: Any = None) -> Any:
    if month is not None or day is not None:
        parts = [whole(first), whole(month), whole(day)]
        return make_date(*parts) if None not in parts else None  # type: ignore[arg-type]
    if type(first) is dt.datetime:
        return first.date()
    if type(first) is dt.date:
        return first
    if type(first) is not str:
        return None
    return parse_date(first)


@builtin(
    "date and time",
    "from",
    "date, time",
    "year, month, day, hour, minute, second",
    "year, month, day, hour, minute, second, offset",
    single=True,
)
def date_and_time(*parts: Any) -> Any:
    if len(parts) == 1:
        (value,) = parts
        if type(value) is str:
            return parse_date_and_time(value)
        if type(value) is dt.date:
            return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 # without a zone, as the date is
        return value if type(value) is dt.datetime else None
    if len(parts) == 2:
        day, at = parts
        if type(at) is not dt.time or not isinstance(day, dt.date):
            return None
        return dt.datetime.combine(day, at)
    day, at = date(*parts[:3]), time(*parts[3:6])
    if day is None or at is None or parts[0] is None:
        return None
    tz = None
    if len(parts) == 7 and parts[6] is not None:
        tz = zone_of(parts[6])
        if tz is None:
            return None
    return dt.datetime.combine(day, at.replace(tzinfo=tz))


def zone_of(value: Any) -> dt.tzinfo | None:
    """A zone from an offset, a duration, or a name of the IANA list."""
    if type(value) is str:
        return zone("@" + value)
    return offset_zone(value)


def offset_zone(offset: Any) -> dt.tzinfo | None:
    """The zone of an offset from UTC; None for more than 18 hours or what is no offset."""
    if type(offset) is not dt.timedelta or abs(offset) > dt.timedelta(hours=18) or offset % dt.timedelta(seconds=1):
        return None
    return dt.timezone(offset) if offset else dt.UTC


@builtin("time", "from", "hour, minute, second, offset?", single=True)
def time(first: Any, minute: Any = None, second: Any = None, offset: Any = None) -> Any:
    if minute is not None or second is not None:
        hours, minutes = whole(first), whole(minute)
        if hours is None or minutes is None or not is_number(second):
            return None
        if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= second < 60):
            return None
        tz = None if offset is None else offset_zone(offset)
        if offset is not None and tz is None:
            return None
        part = int(NUMBERS.multiply(Decimal(second), Decimal(1_000_000)))
        return time_of((hours * 60 + minutes) * 60_000_000 + part, tz)
    if type(first) is str:
        return parse_time(first)
    if type(first) is dt.datetime:
        return first.timetz()
    if type(first) is dt.date:
        return dt.time(tzinfo=dt.UTC)
    return first if type(first) is dt.time else None


@builtin("duration", "from", single=True)
def duration(value: Any) -> Any:
    if type(value) is str:
        return parse_duration(value)
    return value if type(value) in (dt.timedelta, YearsMonths) else None


@builtin("years and months duration", "from, to", single=True)
def years_and_months(start: Any, end: Any) -> Any:
    """The whole months between two days, towards zero."""
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return None
    first, last = (value.date() if isinstance(value, dt.datetime) else value for value in (start, end))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


@builtin("range", "from")
def range_from(text: Any) -> Any:
    """The range a text such as "[1..5]" or "(2026-01-01..2026-02-01)" writes, of literals only."""
    if type(text) is not str or len(text) > 1000:
        return None
    text = text.strip()
    if len(text) < 4 or text[0] not in "[(]" or text[-1] not in "])[":
        return None
    low_text, dots, high_text = text[1:-1].partition("..")
    if not dots:
        return None
    low, high = (endpoint(part.strip()) for part in (low_text, high_text))
    if (low is None and low_text.strip()) or (high is None and high_text.strip()) or (low is None and high is None):
        return None
    low_in, high_in = text[0] == "[", text[-1] == "]"
    if (low is None and low_in) or (high is None and high_in):
        return None  # an open end belongs to no range
    if low is not None and high is not None and order(low, high) not in (-1, 0):
        return None
    return Range(low, high, low_in, high_in)


def endpoint(text: str) -> Any:
    """The value of one end as text: a number, a string in quotes, a date, time or duration."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    for name in ("date and time", "date", "time", "duration", "@"):
        if text.startswith(name):
            text = text[len(name) :].strip().removeprefix("(").removesuffix(")").strip().strip('"')
            break
    value = number_from(text)
    return value if value is not None else parse_any(text)
