"""The methods of Java's strings, lists, maps and numbers that models commonly call."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from andante.expressions import arithmetic, compare
from andante.expressions.arithmetic import whole
from andante.expressions.faults import EvaluationFault, Limits
from andante.expressions.functions.numbers import round_down
from andante.expressions.juel.support import shown, text, to_number
from andante.expressions.temporal import parse_duration
from andante.expressions.values import check_size, native, type_name

_Body = Callable[..., Any]
_BUILT: Final = 1_000_000  # characters; what a call gives is held to the expression's own limit afterwards


def _string(value: Any) -> str:
    if type(value) is not str:
        raise EvaluationFault(f"A string is wanted, not {shown(value)}")
    return value


def _place(value: Any, size: int) -> int:
    found = whole(to_number(value))
    if found is None or not 0 <= found <= size:
        raise EvaluationFault(f"The position {shown(value)} is outside of the {size} that are there")
    return found


def _same(a: Any, b: Any) -> bool:
    return compare.equal(native(a), native(b)) is True


def _order(a: Any, b: Any) -> int:
    way = compare.order(native(a), native(b))
    if way is None:
        raise EvaluationFault(f"{shown(a)} does not compare to {shown(b)}")
    return way


def _substring(value: str, start: Any, end: Any = None) -> str:
    last = len(value) if end is None else _place(end, len(value))
    return value[_place(start, last) : last]


def _char(value: str, at: Any) -> str:
    place = _place(at, len(value))
    if place == len(value):
        raise EvaluationFault(f"There is no character {place} in a string of {place}")
    return value[place]


def _get(value: list[Any], at: Any) -> Any:
    place = _place(at, len(value))
    if place == len(value):
        raise EvaluationFault(f"There is no item {place} in a list of {place}")
    return value[place]


def _replace(value: str, old: Any, new: Any) -> str:
    one, two = _string(old), _string(new)
    # Sized before it is built: the result may be far larger than its parts.
    check_size(len(value) + value.count(one) * (len(two) - len(one)), _BUILT, "string")
    return value.replace(one, two)


def _split(value: str, delimiter: Any) -> list[str]:
    """By the delimiter's own letters, where Java takes a pattern; an empty one splits into letters."""
    between = _string(delimiter)
    return value.split(between) if between else list(value)


def _index(value: list[Any], wanted: Any) -> int:
    return next((at for at, each in enumerate(value) if _same(each, wanted)), -1)


_STRING: Final[dict[str, tuple[_Body, int, int]]] = {
    "equals": (_same, 1, 1),
    "equalsIgnoreCase": (lambda a, b: type(b) is str and a.casefold() == b.casefold(), 1, 1),
    "compareTo": (_order, 1, 1),
    "contains": (lambda a, b: _string(b) in a, 1, 1),
    "startsWith": (lambda a, b: a.startswith(_string(b)), 1, 1),
    "endsWith": (lambda a, b: a.endswith(_string(b)), 1, 1),
    "indexOf": (lambda a, b: a.find(_string(b)), 1, 1),
    "lastIndexOf": (lambda a, b: a.rfind(_string(b)), 1, 1),
    "length": (len, 0, 0),
    "isEmpty": (lambda a: not a, 0, 0),
    "isBlank": (lambda a: not a.strip(), 0, 0),
    "toLowerCase": (str.lower, 0, 0),
    "toUpperCase": (str.upper, 0, 0),
    "trim": (str.strip, 0, 0),
    "strip": (str.strip, 0, 0),
    "substring": (_substring, 1, 2),
    "charAt": (_char, 1, 1),
    "concat": (lambda a, b: a + text(b), 1, 1),
    "replace": (_replace, 2, 2),
    "split": (_split, 1, 1),
    "toString": (lambda a: a, 0, 0),
}
_LIST: Final[dict[str, tuple[_Body, int, int]]] = {
    "size": (len, 0, 0),
    "isEmpty": (lambda a: not a, 0, 0),
    "contains": (lambda a, b: _index(a, b) >= 0, 1, 1),
    "get": (_get, 1, 1),
    "indexOf": (_index, 1, 1),
    "equals": (_same, 1, 1),
    "toString": (text, 0, 0),
}
_CONTEXT: Final[dict[str, tuple[_Body, int, int]]] = {
    "size": (len, 0, 0),
    "isEmpty": (lambda a: not a, 0, 0),
    "get": (lambda a, b: a.get(text(b)), 1, 1),
    "getOrDefault": (lambda a, b, c: a.get(text(b), c), 2, 2),
    "containsKey": (lambda a, b: text(b) in a, 1, 1),
    "containsValue": (lambda a, b: _index(list(a.values()), b) >= 0, 1, 1),
    "keySet": (list, 0, 0),
    "values": (lambda a: list(a.values()), 0, 0),
    "equals": (_same, 1, 1),
    "toString": (text, 0, 0),
}
_NUMBER: Final[dict[str, tuple[_Body, int, int]]] = {
    "intValue": (round_down, 0, 0),
    "longValue": (round_down, 0, 0),
    "doubleValue": (lambda a: a, 0, 0),
    "compareTo": (_order, 1, 1),
    "equals": (_same, 1, 1),
    "toString": (text, 0, 0),
}


def _shifted(form: str, sign: int, factor: int = 1) -> _Body:
    """`plusDays(n)` and its like, as Joda and java.time have them; `form` is the duration of n."""

    def shifted(value: Any, count: Any) -> Any:
        amount = whole(to_number(count))
        span = None if amount is None else parse_duration(form.format(abs(amount) * factor))
        if amount is None or span is None:
            raise EvaluationFault(f"{shown(count)} is no number of days, weeks or the like")
        found = arithmetic.add(value, span) if amount * sign >= 0 else arithmetic.subtract(value, span)
        if found is None:
            raise EvaluationFault("The date is beyond the calendar")
        return found

    return shifted


_SPANS: Final = {
    "Seconds": "PT{}S", "Minutes": "PT{}M", "Hours": "PT{}H", "Days": "P{}D", "Weeks": "P{}D", "Months": "P{}M",
    "Years": "P{}Y",
}  # fmt: skip
_MOMENT: Final[dict[str, tuple[_Body, int, int]]] = {
    **{f"plus{name}": (_shifted(form, 1, 7 if name == "Weeks" else 1), 1, 1) for name, form in _SPANS.items()},
    **{f"minus{name}": (_shifted(form, -1, 7 if name == "Weeks" else 1), 1, 1) for name, form in _SPANS.items()},
    "toDate": (lambda a: a, 0, 0),
    "isAfter": (lambda a, b: _order(a, b) > 0, 1, 1),
    "isBefore": (lambda a, b: _order(a, b) < 0, 1, 1),
    "equals": (_same, 1, 1),
    "compareTo": (_order, 1, 1),
    "toString": (text, 0, 0),
}
_OTHER: Final[dict[str, tuple[_Body, int, int]]] = {
    "booleanValue": (lambda a: a, 0, 0),
    "equals": (_same, 1, 1),
    "compareTo": (_order, 1, 1),
    "toString": (text, 0, 0),
}
_TABLES: Final = {
    str: _STRING, list: _LIST, dict: _CONTEXT, int: _NUMBER, Decimal: _NUMBER, dt.datetime: _MOMENT, dt.date: _MOMENT,
}  # fmt: skip


def fits(name: str, count: int) -> bool:
    """True when some value has a method of that name that takes so many arguments."""
    return any(name in table and table[name][1] <= count <= table[name][2] for table in (*_TABLES.values(), _OTHER))


def call(value: Any, name: str, arguments: list[Any], limits: Limits) -> Any:
    """`value.name(arguments)`. EvaluationFault where the value has no such method."""
    value = native(value)
    if value is None:
        raise EvaluationFault(f"Null has no method '{name}'; check with empty first")
    table = _TABLES.get(type(value), _OTHER)
    if name not in table or not table[name][1] <= len(arguments) <= table[name][2]:
        raise EvaluationFault(f"A {type_name(value)} has no method '{name}' of {len(arguments)} arguments")
    result = table[name][0](value, *arguments)
    if type(result) is str or type(result) is list:
        check_size(len(result), limits.max_size, "string" if type(result) is str else "list")
    return result
