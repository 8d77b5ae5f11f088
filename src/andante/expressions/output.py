"""Values to text and to JSON."""

import datetime as dt
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from andante.expressions.faults import EvaluationFault
from andante.expressions.temporal import temporal_text
from andante.expressions.values import INT_BOUND, NUMBERS, Function, Range, YearsMonths, native

_TEMPORAL: Final[dict[type, str]] = {
    dt.date: "date",
    dt.time: "time",
    dt.datetime: "date and time",
    dt.timedelta: "duration",
    YearsMonths: "duration",
}
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def number_text(value: Any) -> str:
    """A number without exponent where that is short, and without zeros that say nothing."""
    if type(value) is int:
        return str(value) if -INT_BOUND < value < INT_BOUND else str(Decimal(value))  # no bound on a Decimal's digits
    if not value or (value == value.to_integral_value() and value.adjusted() < 34):
        return str(int(value))
    if -20 < value.adjusted() < 34:
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value.normalize(NUMBERS))


def text_of(value: Any) -> str:
    """The text that string() gives: a string itself, a date in ISO form, a list or context in FEEL."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text
    if kind in _TEMPORAL:
        return temporal_text(value)
    return to_feel(value)


def to_feel(value: object) -> str:
    """Canonical FEEL text that reads back as the same value. EvaluationFault for a value of no FEEL type."""
    try:
        return _feel(native(value))
    except RecursionError:
        raise EvaluationFault("The value is nested too deep to be written") from None


def _feel(value: Any) -> str:
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is Decimal:
        return number_text(value)
    if kind is str:
        return f'"{value.translate(_ESCAPES)}"'
    if kind is list:
        return "[" + ", ".join([_feel(item) for item in value]) + "]"
    if kind is dict:
        return "{" + ", ".join([f"{_key(name)}: {_feel(item)}" for name, item in value.items()]) + "}"
    if kind is Range:
        return _range(value)
    if kind is Function:
        return f"function({', '.join(value.parameters)})"
    return f'{_TEMPORAL[kind]}("{temporal_text(value)}")'


def _key(name: str) -> str:
    plain = name.replace("$", "_")
    return name if plain.isascii() and plain.isidentifier() else f'"{name.translate(_ESCAPES)}"'


def _range(value: Range) -> str:
    if value.low is None and value.high is None:
        return "null"
    if value.low is None:
        return f"(<{'=' if value.high_in else ''} {_feel(value.high)})"
    if value.high is None:
        return f"(>{'=' if value.low_in else ''} {_feel(value.low)})"
    return f"{'[' if value.low_in else '('}{_feel(value.low)}..{_feel(value.high)}{']' if value.high_in else ')'}"


def to_json(value: object) -> object:
    """A FEEL value as plain JSON: a whole number an int, any other a float, dates and durations their ISO text.

    A range becomes its FEEL text. EvaluationFault for a function, or a value of no FEEL type.
    """
    try:
        return _json(native(value))
    except RecursionError:
        raise EvaluationFault("The value is nested too deep to be written") from None


def _json(value: Any) -> Any:
    kind = type(value)
    if kind is Decimal:
        if not value or (value == value.to_integral_value() and value.adjusted() < 34):
            return int(value)
        binary = float(value)
        return binary if isfinite(binary) else number_text(value)  # which no reader of JSON takes for infinity
    if kind is list:
        return [_json(item) for item in value]
    if kind is dict:
        return {name: _json(item) for name, item in value.items()}
    if kind is Range:
        return _range(value)
    if kind is Function:
        raise EvaluationFault("A function is no value that can be kept; call it, and keep what it gives")
    return temporal_text(value) if kind in _TEMPORAL else value
