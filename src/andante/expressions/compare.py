"""Comparison of FEEL (DMN 1.5, section 10.3.2.4, table 53): values of different kinds compare to None, FEEL's null."""

import datetime as dt
from collections.abc import Hashable
from decimal import Decimal
from typing import Any, Final

from andante.expressions.values import Range, YearsMonths

_KIND: Final[dict[type, int]] = {
    int: 1,
    Decimal: 1,
    str: 2,
    dt.date: 3,
    dt.time: 4,
    dt.datetime: 5,
    dt.timedelta: 6,
    YearsMonths: 7,
    bool: 8,
}
_DAY_AND_MOMENT: Final = frozenset(((3, 5), (5, 3)))

_SOME_DAY: Final = dt.date(2000, 1, 1)


def moment(value: Any) -> Any:
    """What orders a value among its own kind; None for a kind without order, or a pair the caller must not mix."""
    kind = type(value)
    if kind is dt.datetime:
        return value if value.tzinfo is None else value.astimezone(dt.UTC)
    if kind is dt.time:
        at = dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
        return at if value.tzinfo is None else at - _offset(value)
    return value.months if kind is YearsMonths else value


def _offset(value: dt.time) -> dt.timedelta:
    """How far a time is ahead of UTC. In a zone with a name it is the standard time's, since there is no day."""
    offset = value.utcoffset()
    if offset is not None or value.tzinfo is None:
        return offset or dt.timedelta(0)
    at = dt.datetime.combine(_SOME_DAY, value)
    return (at.utcoffset() or dt.timedelta(0)) - (at.dst() or dt.timedelta(0))


def equal(a: Any, b: Any) -> bool | None:
    """`a = b`."""
    if a is None or b is None:
        return a is b
    one, two = _KIND.get(type(a)), _KIND.get(type(b))
    if one is None or two is None:
        return _equal_whole(a, b)
    if one != two:
        if (one, two) not in _DAY_AND_MOMENT:
            return None
        a, b, one = _midnight(a), _midnight(b), 5
    if one == 4 or one == 5:
        return _equal_moments(a, b)
    same: bool = a == b
    return same


def _midnight(value: dt.date) -> dt.datetime:
    """A day beside a date and time is its midnight in UTC (section 10.3.2.9.4)."""
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)


def _equal_moments(a: Any, b: Any) -> bool:
    if (a.tzinfo is None) is not (b.tzinfo is None):
        return False
    try:
        return bool(moment(a) == moment(b))
    except (OverflowError, ValueError):
        return bool(a == b)


def _equal_whole(a: Any, b: Any) -> bool | None:
    kind = type(a)
    if kind is not type(b):
        return None
    if kind is list:
        return len(a) == len(b) and all(equal(one, two) is True for one, two in zip(a, b, strict=True))
    if kind is dict:
        return a.keys() == b.keys() and all(equal(one, b[name]) is True for name, one in a.items())
    if kind is Range:
        return (
            a.low_in is b.low_in
            and a.high_in is b.high_in
            and equal(a.low, b.low) is True
            and equal(a.high, b.high) is True
        )
    return a is b


def order(a: Any, b: Any) -> int | None:
    """-1, 0 or 1 as a is before, at or after b; None where they have no order."""
    kind, other = _KIND.get(type(a)), _KIND.get(type(b))
    if kind is None or other is None or kind == 8:
        return None
    if kind != other:
        if (kind, other) not in _DAY_AND_MOMENT:
            return None
        a, b, kind = _midnight(a), _midnight(b), 5
    if kind == 4 or kind == 5:
        if (a.tzinfo is None) is not (b.tzinfo is None):
            return None
        try:
            a, b = moment(a), moment(b)
        except (OverflowError, ValueError):
            return None
    elif kind == 7:
        a, b = a.months, b.months
    return -1 if a < b else 1 if a > b else 0


def less(a: Any, b: Any) -> bool | None:
    """`a < b`."""
    way = order(a, b)
    return None if way is None else way < 0


def at_most(a: Any, b: Any) -> bool | None:
    """`a <= b`."""
    way = order(a, b)
    return None if way is None else way <= 0


def more(a: Any, b: Any) -> bool | None:
    """`a > b`."""
    way = order(a, b)
    return None if way is None else way > 0


def at_least(a: Any, b: Any) -> bool | None:
    """`a >= b`."""
    way = order(a, b)
    return None if way is None else way >= 0


def differ(a: Any, b: Any) -> bool | None:
    """`a != b`."""
    same = equal(a, b)
    return None if same is None else not same


def same(a: Any, b: Any) -> bool:
    """True when two values are one and the same for lists: equal, or both null."""
    return equal(a, b) is True


def within(value: Any, span: Range) -> bool | None:
    """True when the value lies in the range; None when it has no order with the range's ends."""
    if span.low is not None:
        way = order(value, span.low)
        if way is None:
            return None
        if way < 0 or (way == 0 and not span.low_in):
            return False
    if span.high is not None:
        way = order(value, span.high)
        if way is None:
            return None
        if way > 0 or (way == 0 and not span.high_in):
            return False
    return True


def contains(test: Any, value: Any) -> bool | None:
    """`value in test`, where the test is a range, a list of tests, or a value to equal (section 10.3.2.9)."""
    if type(test) is Range:
        return within(value, test)
    if type(test) is list:
        if type(value) is list and equal(test, value):
            return True
        return any(contains(each, value) is True for each in test)
    return equal(value, test)


def key_of(value: Any) -> Hashable:
    """The same for values that are equal, and another for all that are not: what sets and counts go by."""
    kind = type(value)
    if kind is list:
        return kind, tuple([key_of(item) for item in value])
    if kind is dict:
        return kind, frozenset([(name, key_of(item)) for name, item in value.items()])
    if kind is Range:
        return kind, key_of(value.low), key_of(value.high), value.low_in, value.high_in
    if kind is dt.datetime or kind is dt.time:
        try:
            return kind, value.tzinfo is None, moment(value)
        except (OverflowError, ValueError):
            return kind, value
    return _KIND.get(kind), value
