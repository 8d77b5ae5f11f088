"""The values FEEL knows, as Python holds them (DMN 1.5, section 10.3.2).

null None; boolean bool; string str; list list; context dict; number int, or Decimal of 34 digits for what is not whole;
date, time and date and time are `datetime`'s own (years 1 to 9999, microseconds, zones by zoneinfo); a days and time
duration is a `timedelta`, exact to the microsecond; months have no fixed length, so a years and months duration is our
`YearsMonths`. Ranges and functions are ours too. Binary floats are never computed with: one that comes in from JSON is
read as the decimal number it is written as.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from math import isfinite
from typing import Any, Final, final

from andante.expressions.faults import EvaluationFault, Limits

# decimal128, as DMN asks (section 10.3.2.3.1).
NUMBERS: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
# Whole numbers are exact ints up to the same 34 digits.
INT_BOUND: Final = 10**34
_CHARACTERS: Final = 100  # of text cost one step


@final
class YearsMonths:
    """A years and months duration: a signed whole number of months."""

    __slots__ = ("months",)

    def __init__(self, months: int) -> None:
        self.months = months

    def __eq__(self, other: object) -> bool:
        return isinstance(other, YearsMonths) and other.months == self.months

    def __hash__(self) -> int:
        return hash(("YearsMonths", self.months))

    def __repr__(self) -> str:
        return f"YearsMonths({self.months})"


@final
class Range:
    """An interval: `low` and `high` are its ends, None for an end left open as in `< 5`.

    `low_in` and `high_in` say whether the ends belong to it.
    """

    __slots__ = ("high", "high_in", "low", "low_in")

    def __init__(self, low: Any, high: Any, low_in: bool = True, high_in: bool = True) -> None:
        self.low = low
        self.high = high
        self.low_in = low_in
        self.high_in = high_in

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Range)
            and (self.low_in, self.high_in) == (other.low_in, other.high_in)
            and self.low == other.low
            and self.high == other.high
        )

    def __hash__(self) -> int:
        return hash(("Range", self.low, self.high, self.low_in, self.high_in))

    def __repr__(self) -> str:
        return f"Range({self.low!r}, {self.high!r}, {self.low_in}, {self.high_in})"


@final
class _Purse:
    """The steps that several evaluations have left together, and of how many."""

    __slots__ = ("left", "most")

    def __init__(self, steps: int) -> None:
        self.left = self.most = steps


_ENDLESS: Final = _Purse(1 << 62)  # of all that nobody bounds together
_PURSE: Final[ContextVar[_Purse]] = ContextVar("andante_purse", default=_ENDLESS)


@final
class Together:
    """`with Together(steps):` all evaluations meanwhile have so many steps, beside what each may take: what is made of
    many expressions, each of them near its limit, is bounded too."""

    __slots__ = ("_before", "_steps")

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def __enter__(self) -> None:
        self._before = _PURSE.set(_Purse(self._steps))

    def __exit__(self, *_: object) -> None:
        _PURSE.reset(self._before)


@final
class Run:
    """What one evaluation spends and knows: steps left, calls deep, the clock. Never shared between evaluations.

    `now` is in milliseconds since the epoch, `zone` the zone of now() and today(), `known` the variables already read.
    """

    __slots__ = ("depth", "known", "limits", "now", "purse", "steps", "zone")

    def __init__(self, limits: Limits, now: int | None, zone: tzinfo = UTC) -> None:
        self.steps = limits.max_steps
        self.purse = _PURSE.get()
        self.depth = 0
        self.limits = limits
        self.now = now
        self.zone = zone
        self.known: dict[str, Any] = {}

    def charge(self, steps: int) -> None:
        """Spend steps; EvaluationFault when there are no more."""
        self.steps -= steps
        if self.steps < 0:
            raise EvaluationFault(f"The expression takes more than {self.limits.max_steps} steps")
        self.purse.left -= steps
        if self.purse.left < 0:
            raise EvaluationFault(f"All expressions together take more than {self.purse.most} steps")

    def read(self, length: int) -> None:
        """Spend steps for so many characters that are read or written. A short text costs nothing by itself."""
        self.charge(length // _CHARACTERS)

    def weigh(self, value: Any) -> int:
        """Spend a step for each value within a list or context, however often it occurs there; gives their number.
        The characters in it are paid for too.

        Lists that share their parts may be far larger to walk than to hold, so this comes before any deep walk.
        """
        kind = type(value)
        if kind is not list and kind is not dict:
            return 1
        before = self.steps
        stack = [value]
        while stack:
            each = stack.pop()
            self.charge(weight_of(each))
            inner = each if type(each) is list else each.values()
            stack.extend(item for item in inner if type(item) is list or type(item) is dict)
        return before - self.steps


def weight_of(whole: list[Any] | dict[str, Any]) -> int:
    """The steps that a list or context costs by itself: its items, and the characters of the texts among them."""
    texts = [*whole, *whole.values()] if isinstance(whole, dict) else whole
    return 1 + len(whole) + sum([len(text) // _CHARACTERS for text in texts if type(text) is str])


Body = Callable[[list[Any], Run], Any]


@final
class Function:
    """A function as a value. `body` takes the arguments, one a parameter, and the run; a call costs `cost` steps.
    `takes` says how many arguments a function takes that has no fixed number of them; `types` are those of the
    parameters, as far as known."""

    __slots__ = ("body", "cost", "parameters", "takes", "types")

    def __init__(
        self,
        parameters: tuple[str, ...],
        body: Body,
        cost: int = 1,
        takes: Callable[[int], bool] | None = None,
        types: tuple[Any, ...] | None = None,
    ) -> None:
        self.parameters = parameters
        self.body = body
        self.cost = cost
        self.takes = takes
        self.types = types

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Call by position. A wrong number of arguments gives null, as any wrong operand does in FEEL."""
        if len(arguments) != len(self.parameters) if self.takes is None else not self.takes(len(arguments)):
            return None
        run.charge(self.cost)
        if run.depth >= run.limits.max_depth:
            raise EvaluationFault(f"Functions call each other more than {run.limits.max_depth} deep")
        run.depth += 1
        try:
            return self.body(arguments, run)
        finally:
            run.depth -= 1

    def __repr__(self) -> str:
        return f"Function({', '.join(self.parameters)})"


def _from_float(value: float) -> Any:
    return Decimal(repr(value)) if isfinite(value) else None


def native(value: Any) -> Any:
    """A JSON or FEEL value as FEEL holds it: floats become decimals, in lists and contexts too.

    What needs no change is returned itself, not copied. EvaluationFault for a value of no FEEL type.
    """
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is float:
        return _from_float(value)
    if kind is list:
        return _native_list(value)
    if kind is dict:
        return _native_dict(value)
    if isinstance(value, bool | int | str | Decimal):
        # Subclasses (enums, str subtypes) would escape the exact type tests of the fast paths.
        for plain in (bool, int, str, Decimal):
            if isinstance(value, plain):
                return plain(value)
    if isinstance(value, list | tuple):
        return _native_list(list(value))
    if isinstance(value, Mapping):
        return _native_dict(dict(value))
    raise EvaluationFault(f"A {kind.__name__} is no value of FEEL")


def plain(value: Any) -> Any:
    """A list or context of Python's own classes, whatever class it has; any other value is itself."""
    kind = type(value)
    if kind not in _KINDS and isinstance(value, list | tuple | Mapping):
        return native(value)
    return value


def _native_list(items: list[Any]) -> list[Any]:
    for item in items:
        if type(item) not in _AS_IS:
            clean = [native(each) for each in items]
            return clean if any(a is not b for a, b in zip(clean, items, strict=True)) else items
    return items


def _native_dict(entries: dict[Any, Any]) -> dict[str, Any]:
    for key, item in entries.items():
        if type(item) not in _AS_IS or type(key) is not str:
            clean = {str(name): native(each) for name, each in entries.items()}
            return clean if any(clean.get(name) is not each for name, each in entries.items()) else entries
    return entries


_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    float: "number",
    str: "string",
    list: "list",
    dict: "context",
    dt.date: "date",
    dt.time: "time",
    dt.datetime: "date and time",
    dt.timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    Range: "range",
    Function: "function",
}
_AS_IS: Final = frozenset(_KINDS) - {float, list, dict}


def type_name(value: object) -> str:
    """FEEL's name of a value's type, e.g. "number" or "date and time". EvaluationFault when it has none."""
    kind = _KINDS.get(type(value))
    return kind if kind is not None else _KINDS[type(native(value))]


def check_size(size: int, limit: int, what: str) -> None:
    """EvaluationFault when a list or string an expression builds is larger than its limit."""
    if size > limit:
        raise EvaluationFault(f"A {what} of {size} is larger than the {limit} an expression may build")
