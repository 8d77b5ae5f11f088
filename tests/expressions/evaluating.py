"""Shared by the tests of expressions: evaluate a text, and compare values as FEEL does, never a boolean as a number."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from andante.expressions import Expression, compile_contract, compile_feel, compile_juel

NOW: Final = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def feel(text: str, /, **names: object) -> object:
    """The value of a FEEL expression for these variables."""
    return compile_feel(text).evaluate(names, NOW)


def juel(text: str, /, **names: object) -> object:
    """The value of a text with `${...}` for these variables."""
    return compile_juel(text).evaluate(names, NOW)


def contract(text: str, /, **names: object) -> object:
    """The value of a condition in the contract's form for these variables."""
    return compile_contract(text).evaluate(names, NOW)


def alike(a: object, b: object) -> bool:
    """The same value of the same kind; numbers are one kind, whatever holds them."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(alike(a[name], b[name]) for name in a)
    numbers = (int, Decimal)
    if type(a) in numbers and type(b) in numbers:
        return a == b
    if isinstance(a, dt.datetime | dt.time) and isinstance(b, dt.datetime | dt.time):
        return type(a) is type(b) and a.replace(tzinfo=None) == b.replace(tzinfo=None) and _zone(a) == _zone(b)
    return type(a) is type(b) and a == b


def _zone(value: dt.datetime | dt.time) -> str:
    """An offset or a name; UTC by any name is one."""
    return str(value.tzinfo).removesuffix("+00:00")


def holds(text: str, value: object, expected: object) -> None:
    """Fails unless the value is what is expected."""
    assert alike(value, expected), f"{text} is {value!r}, not {expected!r}"


Compile = Callable[[str], Expression]
COMPILERS: Final[dict[str, Compile]] = {"feel": compile_feel, "juel": compile_juel, "contract": compile_contract}
