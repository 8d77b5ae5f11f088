"""What the code compiled from FEEL calls while it runs. Values are FEEL values unless named raw."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from andante.expressions import arithmetic, compare
from andante.expressions.arithmetic import whole
from andante.expressions.faults import EvaluationFault, Limits
from andante.expressions.feel.tree import Type
from andante.expressions.functions import Builtin
from andante.expressions.temporal import temporal_property
from andante.expressions.values import Function, Range, Run, check_size, native, plain, type_name, weight_of

_PLAIN: Final = frozenset((int, str))
_DEEPEST_RESULT: Final = 200


def known(run: Run, names: Mapping[str, object], name: str) -> Any:
    """A variable read once in an evaluation and kept, for code that runs repeatedly."""
    if name not in run.known:
        run.known[name] = native(names.get(name))
    return run.known[name]


def plus(a: Any, b: Any, limits: Limits, run: Run | None) -> Any:
    """`a + b`, which may be strings. The run pays for them where there is one."""
    result = arithmetic.add(a, b)
    if type(result) is str:
        check_size(len(result), limits.max_size, "string")
        if run is not None:
            run.read(len(result))
    return result


def equal(a: Any, b: Any, run: Run) -> Any:
    """`a = b` of values that may be lists or contexts."""
    run.weigh(a)
    return compare.equal(a, b)


def differ(a: Any, b: Any, run: Run) -> Any:
    """`a != b` of values that may be lists or contexts."""
    run.weigh(a)
    return compare.differ(a, b)


def between(value: Any, low: Any, high: Any) -> Any:
    """`value between low and high`."""
    least, most = compare.at_least(value, low), compare.at_most(value, high)
    if least is False or most is False:
        return False
    return True if least and most else None


def member(value: Any, test: Any, run: Run) -> Any:
    """`value in test`."""
    run.weigh(test)
    return compare.contains(test, value)


def passes(value: Any, test: Any, run: Run) -> Any:
    """Whether the value of a decision table's input passes a test: a value, a range or list, or a condition by itself
    (section 7.3.3): `Age > 18` under an input that is no boolean."""
    return True if test is True and type(value) is not bool else member(value, test, run)


def inside(value: Any, span: Range | None) -> bool | None:
    """`value in [low..high]`; null where the ends make no range."""
    return None if span is None else compare.within(value, span)


def span(low: Any, high: Any, low_in: bool, high_in: bool) -> Any:
    """A range literal; null where its ends have no order."""
    return None if compare.order(low, high) is None else Range(low, high, low_in, high_in)


def half(end: Any, low: bool, included: bool) -> Any:
    """The range of all from (`low`) or up to one end; null where values of its kind have no order."""
    if compare.order(end, end) is None:
        return None
    return Range(end, None, included, False) if low else Range(None, end, False, included)


def point(value: Any) -> Any:
    """The range of one value alone."""
    return span(value, value, True, True)


def entry(raw: Any, name: str, run: Run | None) -> Any:
    """`raw.name` of a context, a list (of each item), a range, a date, time or duration; the result may be raw."""
    kind = type(raw)
    if kind is dict:
        return raw.get(name)
    if kind is list:
        if run is not None:
            run.charge(len(raw))
        return [item.get(name) if type(item) is dict else _part(item, name) for item in raw]
    return entry(other, name, run) if (other := plain(raw)) is not raw else _part(raw, name)


def _part(raw: Any, name: str) -> Any:
    if raw is None:
        return None
    if type(raw) is Range:
        return {
            "start": raw.low, "end": raw.high, "start included": raw.low_in, "end included": raw.high_in,
        }.get(name)  # fmt: skip
    if isinstance(raw, Mapping):
        return raw.get(name)
    return temporal_property(raw, name)


def at(raw: Any, position: Any) -> Any:
    """`raw[position]` from 1, or from the end where negative; null outside of the list."""
    raw = plain(raw)
    items = raw if type(raw) is list else [] if raw is None else [raw]
    place = whole(position)
    if place is None or place == 0 or abs(place) > len(items):
        return None
    return items[place - 1] if place > 0 else items[place]


def select(run: Run, source: Any, test: Callable[[Any], Any], cost: int) -> Any:
    """`source[test]`: the items that pass, or the one at the position that the test turns out to be. A test that is
    neither true nor false nor a number makes it null.

    Each test costs `cost` steps.
    """
    if source is None:
        return None
    items = source if type(source) is list else [source]
    chosen: list[Any] = []
    for item in items:
        run.charge(cost)
        found = test(item)
        if found is True:
            chosen.append(item)
        elif found is not False and found is not None:
            return at(items, found) if not chosen and arithmetic.is_number(found) else None
    if not items and arithmetic.is_number(test(None)):
        return None
    return chosen


def sequence(low: Any, high: Any) -> Iterable[Any] | None:
    """What `low..high` runs through: whole numbers or days, upwards or downwards."""
    first, last = whole(low), whole(high)
    if first is not None and last is not None:
        return range(first, last + 1) if first <= last else range(first, last - 1, -1)
    if type(low) is dt.date and type(high) is dt.date:
        start, end = low.toordinal(), high.toordinal()
        days = range(start, end + 1) if start <= end else range(start, end - 1, -1)
        return map(dt.date.fromordinal, days)
    return None


def domain(value: Any) -> Iterable[Any] | None:
    """What `for x in value` runs through: a list's items, a range's whole numbers or days, or the value alone."""
    if type(value) is Range:
        step = 1 if whole(value.low) is not None else dt.timedelta(days=1)
        low = value.low if value.low_in else arithmetic.add(value.low, step)
        high = value.high if value.high_in else arithmetic.subtract(value.high, step)
        way = compare.order(low, high)
        return [] if way == 1 else sequence(low, high)
    if type(value) is list:
        found: list[Any] = value
        return found
    return None if value is None else [value]


Domains = tuple[Callable[..., Any], ...]


def _bindings(run: Run, first: Iterable[Any] | None, rest: Domains, bound: tuple[Any, ...], cost: int) -> Iterator[Any]:
    """The values of all iterators together, the last running fastest; None where one has nothing to run through.

    Each round costs `cost` steps.
    """
    if first is None:
        yield None
        return
    if not rest:
        for item in first:
            run.charge(cost)
            yield (*bound, item)
        return
    for item in first:
        run.charge(cost)
        yield from _bindings(run, rest[0](*bound, item), rest[1:], (*bound, item), cost)


def collect(run: Run, first: Any, rest: Domains, body: Callable[..., Any], cost: int, partial: bool) -> Any:
    """`for`: the body's value for all bindings, in order. With `partial` the body also takes the values so far."""
    values: list[Any] = []
    for bound in _bindings(run, first, rest, (), cost):
        if bound is None:
            return None
        if partial:
            run.charge(len(values))
            values.append(body(*bound, values.copy()))
        else:
            values.append(body(*bound))
    check_size(len(values), run.limits.max_size, "list")
    return values


def some(run: Run, first: Any, rest: Domains, body: Callable[..., Any], cost: int) -> Any:
    """`some`: true where one is, else null where one is; null at the first that is no boolean."""
    result: bool | None = False
    for bound in _bindings(run, first, rest, (), cost):
        found = None if bound is None else body(*bound)
        if found is True:
            return True
        if found is not False:
            result = None
            if found is not None:
                break
    return result


def every(run: Run, first: Any, rest: Domains, body: Callable[..., Any], cost: int) -> Any:
    """`every`: false where one is, else null where one is; null at the first that is no boolean."""
    result: bool | None = True
    for bound in _bindings(run, first, rest, (), cost):
        found = None if bound is None else body(*bound)
        if found is False:
            return False
        if found is not True:
            result = None
            if found is not None:
                break
    return result


def function(
    parameters: tuple[str, ...], body: Callable[..., Any], cost: int, types: tuple[Type | None, ...] | None
) -> Function:
    """A function literal. An argument that does not conform to its parameter's type is null."""
    if types is None:
        return Function(parameters, lambda arguments, run: body(*arguments), cost)

    def call(arguments: list[Any], run: Run) -> Any:
        return body(*[fitting(each, kind, run) for each, kind in zip(arguments, types, strict=True)])

    return Function(parameters, call, cost, types=types)


def fitting(value: Any, kind: Type | None, run: Run) -> Any:
    """The value as its type has it (section 10.3.2.9.4): a list of one is its item, and a value a list of it."""
    if kind is None or value is None or instance(value, kind, run):
        return value
    if kind.name == "list":
        return [value] if instance([value], kind, run) else None
    return value[0] if type(value) is list and len(value) == 1 and instance(value[0], kind, run) else None


def builtin(found: Builtin) -> Function:
    """A built-in function as a value."""

    def call(arguments: list[Any], run: Run) -> Any:
        return found.body(run, *arguments) if found.needs_run else found.body(*arguments)

    return Function(found.signatures[0].names, call, takes=found.takes)


def call(run: Run, callee: Any, arguments: list[Any]) -> Any:
    """Call a value by position; null where it is no function."""
    return callee.call(arguments, run) if type(callee) is Function else None


def call_named(run: Run, callee: Any, names: tuple[str, ...], arguments: list[Any]) -> Any:
    """Call a value by name; null where it is no function or has other parameters."""
    if type(callee) is not Function or set(names) != set(callee.parameters):
        return None
    given = dict(zip(names, arguments, strict=True))
    return callee.call([given[name] for name in callee.parameters], run)


def instance(value: Any, kind: Type, run: Run) -> bool:
    """`value instance of kind`. Null is an instance of Null alone."""
    run.charge(1)
    if value is None or kind.name == "Null":
        return value is None and kind.name == "Null"
    if kind.name == "Any":
        return True
    if type_name(value) != kind.name:
        return False
    if kind.name == "list" and kind.parts:
        return all(item is None or instance(item, kind.parts["item"], run) for item in value)
    if kind.name == "range" and kind.parts:
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(instance(end, kind.parts["item"], run) for end in ends)
    if kind.name == "context":
        return all(
            name in value and (value[name] is None or instance(value[name], part, run))
            for name, part in kind.parts.items()
        )
    return kind.name != "function" or not kind.parts or _takes(value, kind)


def _takes(function: Function, kind: Type) -> bool:
    """Whether a function may be called as the type says. What it gives is not known before."""
    count = len(kind.parts) - 1
    if len(function.parameters) != count if function.takes is None else not function.takes(count):
        return False
    types = function.types or ()
    return all(own is None or _conforms(kind.parts[str(place)], own) for place, own in enumerate(types))


def _conforms(kind: Type, wanted: Type) -> bool:
    """Whether each value of a type is one of another (section 10.3.2.9.2)."""
    if wanted.name == "Any":
        return True
    if kind.name != wanted.name:
        return False
    return wanted.name == "function" or all(
        name in kind.parts and _conforms(kind.parts[name], part) for name, part in wanted.parts.items()
    )


def settled(value: Any, limits: Limits, functions: bool = False) -> Any:
    """A result that may leave the expression: bounded in size and depth, and no function in it, unless allowed."""
    left = limits.max_size
    stack = [(value, 0)]
    while stack:
        each, depth = stack.pop()
        kind = type(each)
        if kind is Function and not functions:
            raise EvaluationFault("The result is a function; call it, and give what it gives")
        if kind is not list and kind is not dict:
            continue
        left -= weight_of(each) - 1
        if left < 0:
            raise EvaluationFault(f"The result holds more than {limits.max_size} values")
        if depth == _DEEPEST_RESULT:
            raise EvaluationFault(f"The result is nested more than {_DEEPEST_RESULT} deep")
        stack.extend((item, depth + 1) for item in (each if kind is list else each.values()))
    return value


SUPPORT: Final[dict[str, object]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "dict": dict,
    "plain": _PLAIN,
    "nat": native,
    "known": known,
    "add": arithmetic.add,
    "plus": plus,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "divide": arithmetic.divide,
    "power": arithmetic.power,
    "negate": arithmetic.negate,
    "equal_scalar": compare.equal,
    "differ_scalar": compare.differ,
    "equal": equal,
    "differ": differ,
    "less": compare.less,
    "at_most": compare.at_most,
    "more": compare.more,
    "at_least": compare.at_least,
    "between": between,
    "contains": compare.contains,
    "inside": inside,
    "member": member,
    "passes": passes,
    "span": span,
    "half": half,
    "point": point,
    "entry": entry,
    "at": at,
    "select": select,
    "sequence": sequence,
    "domain": domain,
    "collect": collect,
    "some": some,
    "every": every,
    "function": function,
    "call": call,
    "call_named": call_named,
    "instance": instance,
    "settled": settled,
}
