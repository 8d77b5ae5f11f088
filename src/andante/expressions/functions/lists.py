"""List functions (DMN 1.5, section 10.3.4.4). Positions count from 1, or from the end where negative."""

from collections import Counter
from functools import cmp_to_key
from typing import Any

from andante.expressions.arithmetic import truncated, whole
from andante.expressions.compare import key_of, less, same
from andante.expressions.functions.registry import as_list, builtin, listed
from andante.expressions.values import Function, Run, check_size


@builtin("list contains", "list, element", run=True)
def list_contains(run: Run, items: Any, element: Any) -> Any:
    every = as_list(items)
    if every is None:
        return None
    run.weigh(every)
    return any(same(item, element) for item in every)


@builtin("count", "list*")
def count(*arguments: Any) -> Any:
    every = listed(arguments)
    return None if every is None else len(every)


@builtin("is empty", "list")
def is_empty(items: Any) -> Any:
    every = as_list(items)
    return None if every is None else not every


@builtin("all", "list*", run=True)
def every_true(run: Run, *arguments: Any) -> Any:
    every = listed(arguments)
    if every is None:
        return None
    run.charge(len(every))
    if any(item is False for item in every):
        return False
    return True if all(item is True for item in every) else None


@builtin("any", "list*", run=True)
def any_true(run: Run, *arguments: Any) -> Any:
    every = listed(arguments)
    if every is None:
        return None
    run.charge(len(every))
    if any(item is True for item in every):
        return True
    return False if all(item is False for item in every) else None


@builtin("sublist", "list, start position, length?", run=True)
def sublist(run: Run, items: Any, start: Any, length: Any = None) -> Any:
    every, first, size = as_list(items), whole(start), whole(length)
    if every is None or not first or (length is not None and (size is None or size < 1)):
        return None
    if first < 0:
        first += len(every) + 1
    if not 1 <= first <= len(every) or (size is not None and first - 1 + size > len(every)):
        return None
    run.charge(len(every))
    return every[first - 1 :] if size is None else every[first - 1 : first - 1 + size]


def _sized(run: Run, items: list[Any]) -> list[Any]:
    run.charge(len(items))
    check_size(len(items), run.limits.max_size, "list")
    return items


@builtin("append", "list, item*", run=True, builds=True)
def append(run: Run, items: Any, *more: Any) -> Any:
    return _sized(run, [*([None] if items is None else as_list(items) or []), *more])


@builtin("concatenate", "list*", run=True, builds=True)
def concatenate(run: Run, *lists: Any) -> Any:
    result: list[Any] = []
    for each in lists:
        result = _sized(run, [*result, *([None] if each is None else as_list(each) or [])])
    return result


@builtin("union", "list*", run=True, builds=True)
def union(run: Run, *lists: Any) -> Any:
    return distinct_values(run, concatenate(run, *lists))


def _place(items: list[Any], position: Any) -> int | None:
    at = truncated(position)
    if at is None or at == 0 or abs(at) > len(items):
        return None
    return at - 1 if at > 0 else at + len(items)


@builtin("insert before", "list, position, newItem", run=True, builds=True)
def insert_before(run: Run, items: Any, position: Any, item: Any) -> Any:
    every = as_list(items)
    at = None if every is None else _place(every, position)
    return None if every is None or at is None else _sized(run, [*every[:at], item, *every[at:]])


@builtin("remove", "list, position", run=True)
def remove(run: Run, items: Any, position: Any) -> Any:
    every = as_list(items)
    at = None if every is None else _place(every, position)
    return None if every is None or at is None else _sized(run, every[:at] + every[at + 1 :])


@builtin("list replace", "list, position, newItem", "list, match, newItem", run=True, builds=True)
def list_replace(run: Run, items: Any, chosen: Any, item: Any) -> Any:
    """`chosen` is a position, or a function of (item, new item) that tells which items are replaced."""
    every = as_list(items)
    if every is None:
        return None
    if type(chosen) is Function:
        found = [chosen.call([each, item], run) for each in every] if len(chosen.parameters) == 2 else [None]
        if not all(type(each) is bool for each in found):
            return None
        return _sized(run, [item if new else each for each, new in zip(every, found, strict=True)])
    at = _place(every, chosen)
    return None if at is None else _sized(run, [*every[:at], item, *every[at + 1 :]])


@builtin("reverse", "list", run=True)
def reverse(run: Run, items: Any) -> Any:
    every = as_list(items)
    return None if every is None else _sized(run, every[::-1])


@builtin("index of", "list, match", run=True, builds=True)
def index_of(run: Run, items: Any, match: Any) -> Any:
    every = as_list(items)
    if every is None:
        return None
    run.weigh(every)
    return [at for at, item in enumerate(every, 1) if same(item, match)]


@builtin("distinct values", "list", run=True)
def distinct_values(run: Run, items: Any) -> Any:
    every = as_list(items)
    if every is None:
        return None
    return [item for item, _ in _counted(run, every)]


@builtin("duplicate values", "list", run=True)
def duplicate_values(run: Run, items: Any) -> Any:
    every = as_list(items)
    if every is None:
        return None
    return [item for item, count in _counted(run, every) if count > 1]


def _counted(run: Run, items: list[Any]) -> list[tuple[Any, int]]:
    """The items without repetition, in order, and how often each is there."""
    run.weigh(items)
    keys = [key_of(item) for item in items]
    counts = Counter(keys)
    return [(item, counts.pop(key)) for key, item in zip(keys, items, strict=True) if key in counts]


@builtin("flatten", "list", run=True, builds=True)
def flatten(run: Run, items: Any) -> Any:
    if items is None:
        return None
    run.weigh(items)
    result: list[Any] = []
    stack = [items]
    while stack:
        each = stack.pop()
        if type(each) is list:
            stack.extend(reversed(each))
        else:
            result.append(each)
    return _sized(run, result)


@builtin("sort", "list, precedes?", run=True)
def sort(run: Run, items: Any, precedes: Any = None) -> Any:
    """Sorted stably by `precedes`, a function of two items; without it by the items' own order."""
    every = as_list(items)
    if every is None or (precedes is not None and type(precedes) is not Function):
        return None
    if type(precedes) is Function and len(precedes.parameters) != 2:
        return None

    def before(a: Any, b: Any) -> bool:
        run.charge(1)
        return (less(a, b) if precedes is None else precedes.call([a, b], run)) is True

    def compared(a: Any, b: Any) -> int:
        return -1 if before(a, b) else 1 if before(b, a) else 0

    return sorted(every, key=cmp_to_key(compared))
