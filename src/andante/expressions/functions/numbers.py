"""Numeric functions (DMN 1.5, section 10.3.4.5)."""

import datetime as dt
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)
from typing import Any

from andante.expressions.arithmetic import is_number, multiply, negate, subtract, truncated, whole
from andante.expressions.functions.registry import builtin
from andante.expressions.values import INT_BOUND, NUMBERS, YearsMonths


def settle(value: Decimal) -> Any:
    """A result as FEEL keeps it: an int where it is whole."""
    if not value.is_finite():
        return None
    exact = whole(value)
    return exact if exact is not None and -INT_BOUND < exact < INT_BOUND else value


def rounded(n: Any, scale: Any, mode: str) -> Any:
    """`n` rounded to so many digits after the point; a negative scale rounds before it, its fraction does not count."""
    digits = truncated(scale)
    if not is_number(n) or digits is None or not -6111 <= digits <= 6176:
        return None
    value = Decimal(n)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent >= -digits:
        return n
    try:
        if value.adjusted() < -digits - 1:  # nothing of it is left but the direction of rounding
            value = Decimal((int(value < 0), (1,), -digits - 2))
        return settle(value.quantize(Decimal((0, (1,), -digits)), mode, NUMBERS))
    except DecimalException:
        return None


@builtin("decimal", "n, scale", single=True)
def decimal(n: Any, scale: Any) -> Any:
    return rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor", "n, scale?", single=True)
def floor(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling", "n, scale?", single=True)
def ceiling(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_CEILING)


@builtin("round up", "n, scale?", single=True)
def round_up(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_UP)


@builtin("round down", "n, scale?", single=True)
def round_down(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_DOWN)


@builtin("round half up", "n, scale?", single=True)
def round_half_up(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down", "n, scale?", single=True)
def round_half_down(n: Any, scale: Any = 0) -> Any:
    return rounded(n, scale, ROUND_HALF_DOWN)


@builtin("abs", "n", single=True)
def absolute(n: Any) -> Any:
    if is_number(n):
        return negate(n) if n < 0 else n
    if type(n) is dt.timedelta:
        return negate(n) if n < dt.timedelta(0) else n
    return YearsMonths(abs(n.months)) if type(n) is YearsMonths else None


@builtin("modulo", "dividend, divisor", single=True)
def modulo(dividend: Any, divisor: Any) -> Any:
    """Of the divisor's sign: dividend - divisor * floor(dividend / divisor)."""
    if not is_number(dividend) or not is_number(divisor) or divisor == 0:
        return None
    if type(dividend) is int and type(divisor) is int:
        return dividend % divisor
    try:
        return subtract(dividend, multiply(divisor, floor(NUMBERS.divide(Decimal(dividend), Decimal(divisor)))))
    except DecimalException:
        return None


@builtin("sqrt", "number", single=True)
def square_root(number: Any) -> Any:
    return settle(NUMBERS.sqrt(Decimal(number))) if is_number(number) and number >= 0 else None


@builtin("log", "number", single=True)
def logarithm(number: Any) -> Any:
    return settle(NUMBERS.ln(Decimal(number))) if is_number(number) and number > 0 else None


@builtin("exp", "number", single=True)
def exponential(number: Any) -> Any:
    if not is_number(number):
        return None
    try:
        return settle(NUMBERS.exp(Decimal(number)))
    except DecimalException:
        return None


@builtin("odd", "number", single=True)
def odd(number: Any) -> bool | None:
    value = whole(number)
    return None if value is None else value % 2 == 1


@builtin("even", "number", single=True)
def even(number: Any) -> bool | None:
    value = whole(number)
    return None if value is None else value % 2 == 0
