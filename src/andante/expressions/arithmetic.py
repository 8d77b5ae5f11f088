"""Arithmetic of FEEL (DMN 1.5, section 10.3.2.5): numbers in 34 digits, dates, times and durations, text joined by `+`.

Operands of the wrong types give None, FEEL's null, and so do a division by zero and a result out of bounds.
"""

import datetime as dt
from calendar import monthrange
from decimal import Decimal, DecimalException
from typing import Any, Final

from andante.expressions.temporal import from_micros, micros
from andante.expressions.values import INT_BOUND, NUMBERS, YearsMonths

_NUMBER: Final = frozenset((int, Decimal))
_DAY_MICROS: Final = 86_400_000_000


def is_number(value: Any) -> bool:
    """True for FEEL's numbers; a boolean is none."""
    return type(value) in _NUMBER


def bounded(value: int) -> Any:
    """A whole number as FEEL keeps it: exact up to 34 digits, rounded to 34 beyond."""
    if -INT_BOUND < value < INT_BOUND:
        return value
    if value.bit_length() > 21_000:  # beyond 10**6144, the largest exponent
        return None
    try:
        return NUMBERS.plus(Decimal(value))
    except DecimalException:
        return None


def whole(value: Any) -> int | None:
    """The int of a whole number, None for any other value."""
    if type(value) is int:
        return value
    if type(value) is Decimal and value == value.to_integral_value() and value.adjusted() < 1000:
        return int(value)
    return None


def truncated(value: Any) -> int | None:
    """A number without its fraction, as an int; None for any other value."""
    if type(value) is Decimal and value.is_finite() and value.adjusted() < 1000:
        return int(value)
    return value if type(value) is int else None


def add(a: Any, b: Any) -> Any:
    """`a + b`."""
    kind, other = type(a), type(b)
    if kind in _NUMBER and other in _NUMBER:
        if kind is int and other is int:
            return bounded(a + b)
        try:
            return NUMBERS.add(a, b)
        except DecimalException:
            return None
    if kind is str and other is str:
        return a + b
    return _add_temporal(a, b)


def subtract(a: Any, b: Any) -> Any:
    """`a - b`."""
    kind, other = type(a), type(b)
    if kind in _NUMBER and other in _NUMBER:
        if kind is int and other is int:
            return bounded(a - b)
        try:
            return NUMBERS.subtract(a, b)
        except DecimalException:
            return None
    if other is dt.timedelta or other is YearsMonths:
        return _add_temporal(a, negate(b))
    if kind is dt.time and other is dt.time:
        return _between_times(a, b)
    if isinstance(a, dt.date) and isinstance(b, dt.date):
        return _between(a, b)
    return None


def multiply(a: Any, b: Any) -> Any:
    """`a * b`; one of them may be a duration."""
    kind, other = type(a), type(b)
    if kind in _NUMBER and other in _NUMBER:
        if kind is int and other is int:
            return bounded(a * b) if a.bit_length() + b.bit_length() <= 42_000 else None
        try:
            return NUMBERS.multiply(a, b)
        except DecimalException:
            return None
    if kind in _NUMBER:
        a, b, kind, other = b, a, other, kind
    if other in _NUMBER:
        return _scale(a, b, NUMBERS.multiply)
    return None


def divide(a: Any, b: Any) -> Any:
    """`a / b`; a duration by a number, or by one of its own kind."""
    kind, other = type(a), type(b)
    if kind in _NUMBER and other in _NUMBER:
        return _quotient(a, b)
    if other in _NUMBER:
        return _scale(a, b, NUMBERS.divide)
    if kind is dt.timedelta and other is dt.timedelta:
        return _quotient(micros(a), micros(b))
    if kind is YearsMonths and other is YearsMonths:
        return _quotient(a.months, b.months)
    return None


def _quotient(a: Any, b: Any) -> Any:
    if not b:
        return None
    if type(a) is int and type(b) is int and a % b == 0:
        return bounded(a // b)
    try:
        return NUMBERS.divide(Decimal(a), Decimal(b))
    except DecimalException:
        return None


def power(a: Any, b: Any) -> Any:
    """`a ** b`."""
    if type(a) not in _NUMBER or type(b) not in _NUMBER:
        return None
    if type(a) is int and type(b) is int and b >= 0 and a.bit_length() * b <= 1000:
        return bounded(a**b)
    try:
        result = NUMBERS.power(Decimal(a), Decimal(b))
    except DecimalException:
        return None
    if not result.is_finite():  # 0 ** -1
        return None
    exact = whole(result)
    return exact if exact is not None and -INT_BOUND < exact < INT_BOUND else result


def negate(a: Any) -> Any:
    """`-a` of a number or a duration."""
    kind = type(a)
    if kind is int:
        return -a
    if kind is Decimal:
        return NUMBERS.minus(a)
    if kind is dt.timedelta:
        return from_micros(-micros(a))
    return YearsMonths(-a.months) if kind is YearsMonths else None


def _scale(duration: Any, factor: Any, operation: Any) -> Any:
    kind = type(duration)
    if kind is not dt.timedelta and kind is not YearsMonths:
        return None
    size = duration.months if kind is YearsMonths else micros(duration)
    try:
        scaled = operation(Decimal(size), Decimal(factor))
    except DecimalException:
        return None
    if scaled.adjusted() > 24:
        return None
    return YearsMonths(int(scaled)) if kind is YearsMonths else from_micros(round(scaled))


def shift(moment: dt.datetime, by: dt.timedelta) -> dt.datetime | None:
    """A date and time moved along the time line, not along its zone's clock: an hour is an hour on any day."""
    try:
        if moment.tzinfo is None:
            return moment + by
        return (moment.astimezone(dt.UTC) + by).astimezone(moment.tzinfo)
    except (OverflowError, ValueError):
        return None


def add_months(day: Any, months: int) -> Any:
    """A date, or date and time, so many months on; the day is drawn back to the month's last where it must be."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _add_temporal(a: Any, b: Any) -> Any:
    if type(a) in (dt.timedelta, YearsMonths) and type(b) not in (dt.timedelta, YearsMonths):
        a, b = b, a
    kind = type(a)
    if type(b) is YearsMonths:
        if kind is YearsMonths:
            return YearsMonths(a.months + b.months)
        return add_months(a, b.months) if kind is dt.date or kind is dt.datetime else None
    if type(b) is not dt.timedelta:
        return None
    if kind is dt.timedelta:
        return from_micros(micros(a) + micros(b))
    if kind is dt.datetime:
        return shift(a, b)
    if kind is dt.date:
        moved = shift(dt.datetime(a.year, a.month, a.day), b)  # noqa: DTZ001
        return None if moved is None else moved.date()
    return time_of((day_micros(a) + micros(b)) % _DAY_MICROS, a.tzinfo) if kind is dt.time else None


def day_micros(time: dt.time) -> int:
    """Microseconds since midnight."""
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond


def time_of(day: int, tz: dt.tzinfo | None) -> dt.time:
    """The time so many microseconds after midnight."""
    seconds, rest = divmod(day, 1_000_000)
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest, tz)


def _between_times(a: dt.time, b: dt.time) -> dt.timedelta | None:
    if (a.tzinfo is None) is not (b.tzinfo is None):
        return None
    near, far = a.utcoffset() or dt.timedelta(0), b.utcoffset() or dt.timedelta(0)
    return from_micros(day_micros(a) - day_micros(b) - micros(near) + micros(far))


def midnight(day: dt.date) -> dt.datetime:
    """A date as a date and time: its midnight in UTC (section 10.3.2.3.7)."""
    return day if type(day) is dt.datetime else dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _between(a: dt.date, b: dt.date) -> dt.timedelta | None:
    one, two = midnight(a), midnight(b)
    if (one.tzinfo is None) is not (two.tzinfo is None):
        return None
    try:
        if one.tzinfo is not None:
            one, two = one.astimezone(dt.UTC), two.astimezone(dt.UTC)
        return one - two
    except (OverflowError, ValueError):
        return None
