"""Functions of many values (DMN 1.5, section 10.3.4.4): sums, extremes and statistics."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from andante.expressions.arithmetic import add, bounded, divide, is_number, multiply, subtract
from andante.expressions.compare import order
from andante.expressions.functions.numbers import square_root
from andante.expressions.functions.registry import builtin, listed
from andante.expressions.values import Run, YearsMonths

_SUMMABLE: Final = frozenset((int, Decimal, dt.timedelta, YearsMonths))


def _paid(run: Run, arguments: tuple[Any, ...]) -> list[Any] | None:
    """The items, paid for; None for none of them."""
    every = listed(arguments)
    if every:
        run.charge(len(every))
    return every or None


def _numbers(run: Run, arguments: tuple[Any, ...]) -> list[Any] | None:
    every = _paid(run, arguments)
    return every if every is not None and all(map(is_number, every)) else None


def _summable(run: Run, arguments: tuple[Any, ...]) -> list[Any] | None:
    """Numbers, or durations: what `+` joins besides is no sum."""
    every = _paid(run, arguments)
    return every if every is not None and all(type(item) in _SUMMABLE for item in every) else None


def _extreme(run: Run, arguments: tuple[Any, ...], way: int) -> Any:
    every = _paid(run, arguments)
    if every is None or order(every[0], every[0]) is None:
        return None
    best = every[0]
    for item in every[1:]:
        found = order(item, best)
        if found is None:
            return None
        if found == way:
            best = item
    return best


def _fold(items: list[Any], operation: Callable[[Any, Any], Any]) -> Any:
    total = items[0]
    for item in items[1:]:
        total = operation(total, item)
    return total


def _sum(items: list[Any]) -> Any:
    if set(map(type, items)) == {int}:
        return bounded(sum(items))
    return _fold(items, add)


@builtin("min", "list*", run=True)
def least(run: Run, *arguments: Any) -> Any:
    return _extreme(run, arguments, -1)


@builtin("max", "list*", run=True)
def greatest(run: Run, *arguments: Any) -> Any:
    return _extreme(run, arguments, 1)


@builtin("sum", "list*", run=True)
def total(run: Run, *arguments: Any) -> Any:
    every = _summable(run, arguments)
    return None if every is None else _sum(every)


@builtin("product", "list*", run=True)
def product(run: Run, *arguments: Any) -> Any:
    every = _numbers(run, arguments)
    return None if every is None else _fold(every, multiply)


@builtin("mean", "list*", run=True)
def mean(run: Run, *arguments: Any) -> Any:
    every = _summable(run, arguments)
    return None if every is None else divide(_sum(every), len(every))


@builtin("median", "list*", run=True)
def median(run: Run, *arguments: Any) -> Any:
    every = _numbers(run, arguments)
    if every is None:
        return None
    ordered = sorted(every)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return divide(add(ordered[middle - 1], ordered[middle]), 2)


@builtin("stddev", "list*", run=True)
def deviation(run: Run, *arguments: Any) -> Any:
    """The deviation of a sample: of two numbers or more."""
    every = _numbers(run, arguments)
    if every is None or len(every) < 2:
        return None
    middle = divide(_fold(every, add), len(every))
    if middle is None:
        return None
    squares = [multiply(gap := subtract(item, middle), gap) for item in every]
    return square_root(divide(_fold(squares, add), len(every) - 1))


@builtin("mode", "list*", run=True)
def mode(run: Run, *arguments: Any) -> Any:
    """The numbers that occur most often, in order."""
    if listed(arguments) == []:
        return []
    every = _numbers(run, arguments)
    if every is None:
        return None
    counts: Counter[int | Decimal] = Counter(every)
    most = max(counts.values())
    return sorted(value for value, times in counts.items() if times == most)
