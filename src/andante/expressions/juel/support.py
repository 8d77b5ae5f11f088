"""What the code compiled from `${...}` calls while it runs: coercion as in JSR 245, section 1.18, but never silent.

Where Java would turn a string that is no number into an error we do too; where it would take any string but "true"
for false, we raise as well. Numbers are exact decimals, not Java's doubles.
"""

from decimal import Decimal, DecimalException
from typing import Any, Final

from andante.expressions import arithmetic, compare
from andante.expressions.arithmetic import is_number, whole
from andante.expressions.faults import EvaluationFault, Limits
from andante.expressions.functions.conversion import number_from
from andante.expressions.functions.times import now
from andante.expressions.output import text_of
from andante.expressions.temporal import temporal_property
from andante.expressions.values import NUMBERS, Range, check_size, native, plain, type_name

_SIZES: Final = ("size", "length")


def shown(value: Any) -> str:
    """A value in a message: what it is, and what it says where that is short."""
    kind = type_name(value)
    return kind if kind in ("null", "list", "context") else f"{kind} {text_of(native(value))[:40]!r}"


def truth(value: Any) -> bool:
    """A value where true or false is wanted."""
    if value is True or value is False:
        return bool(value)
    if value is None or value == "":
        return False
    if type(value) is str and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise EvaluationFault(f"{shown(value)} is neither true nor false")


def presence(value: Any) -> bool:
    """The contract's conditions take a variable for true where it has a value that is not false, zero or empty."""
    return bool(value)


def to_number(value: Any) -> Any:
    """A value where a number is wanted: null is 0, a string is read."""
    value = native(value)
    if is_number(value):
        return value
    if value is None or value == "":
        return 0
    found = number_from(value.strip()) if type(value) is str else None
    if found is None:
        raise EvaluationFault(f"{shown(value)} is no number")
    return found


def _result(value: Any, what: str) -> Any:
    if value is None:
        raise EvaluationFault(f"The {what} has no result within the bounds of numbers")
    return value


def add(a: Any, b: Any) -> Any:
    """`a + b` of numbers; strings are put together by concat, or as in "${a}${b}"."""
    for value in (a, b):
        if type(value) is str and value and number_from(value.strip()) is None:
            raise EvaluationFault(f"+ adds numbers, but one is {shown(value)}; to join strings use a.concat(b)")
    return _result(arithmetic.add(to_number(a), to_number(b)), "sum")


def subtract(a: Any, b: Any) -> Any:
    return _result(arithmetic.subtract(to_number(a), to_number(b)), "difference")


def multiply(a: Any, b: Any) -> Any:
    return _result(arithmetic.multiply(to_number(a), to_number(b)), "product")


def divide(a: Any, b: Any) -> Any:
    divisor = to_number(b)
    if divisor == 0:
        raise EvaluationFault("Division by zero")
    return _result(arithmetic.divide(to_number(a), divisor), "quotient")


def remainder(a: Any, b: Any) -> Any:
    """Of the dividend's sign, as in Java."""
    dividend, divisor = to_number(a), to_number(b)
    if divisor == 0:
        raise EvaluationFault("Division by zero")
    try:
        found = NUMBERS.remainder(Decimal(dividend), Decimal(divisor))
    except DecimalException:
        raise EvaluationFault("The remainder has no result within the bounds of numbers") from None
    exact = whole(found)
    return found if exact is None else exact


def negate(a: Any) -> Any:
    return arithmetic.negate(to_number(a))


def equal(a: Any, b: Any) -> bool:
    """`a == b`: where one is a number or a boolean, a string is read as such."""
    a, b = native(a), native(b)
    if a is None or b is None:
        return a is b
    one, two = type(a), type(b)
    if one is not two:
        if (is_number(a) and two is str) or (is_number(b) and one is str):
            a, b = to_number(a), to_number(b)
        elif (one is bool and two is str) or (two is bool and one is str):
            return truth(a) is truth(b)
    return compare.equal(a, b) is True


def differ(a: Any, b: Any) -> bool:
    return not equal(a, b)


def _order(a: Any, b: Any, sign: str) -> int | None:
    a, b = native(a), native(b)
    if a is None or b is None:
        return 0 if a is b else None
    if (is_number(a) and type(b) is str) or (is_number(b) and type(a) is str):
        a, b = to_number(a), to_number(b)
    way = compare.order(a, b)
    if way is None:
        raise EvaluationFault(f"{shown(a)} {sign} {shown(b)} has no answer")
    return way


def less(a: Any, b: Any) -> bool:
    """`a < b`; false where one is null, as all four are in JSR 245."""
    return _order(a, b, "<") == -1


def at_most(a: Any, b: Any) -> bool:
    return _order(a, b, "<=") in (-1, 0)


def more(a: Any, b: Any) -> bool:
    return _order(a, b, ">") == 1


def at_least(a: Any, b: Any) -> bool:
    return _order(a, b, ">=") in (0, 1)


def empty(value: Any) -> bool:
    """`empty value`: null, an empty string, list or context."""
    return value is None or (type(value) in (str, list, dict) and not value)


def entry(raw: Any, name: str) -> Any:
    """`raw.name`. A context without that entry gives null, as Java's maps do; what has no such property is a fault."""
    raw = plain(raw)
    kind = type(raw)
    if kind is dict:
        return raw.get(name)
    if raw is None:
        raise EvaluationFault(f"Null has no '{name}'; check with empty first")
    if kind in (str, list) and name in _SIZES:
        return len(raw)
    if kind in (str, list) and name == "empty":
        return not raw
    if kind not in (str, list, int, float, bool, Decimal, Range):
        found = temporal_property(raw, name)
        if found is not None:
            return found
    raise EvaluationFault(f"A {type_name(raw)} has no '{name}'")


def loose_entry(raw: Any, name: str) -> Any:
    """`raw.name` in the contract's conditions, where a missing value is null all along the path."""
    return None if raw is None else entry(raw, name)


def item(raw: Any, key: Any) -> Any:
    """`raw[key]`: an item of a list from 0, null outside of it, or an entry of a context."""
    raw = plain(raw)
    if type(raw) is dict:
        return raw.get(key if type(key) is str else text_of(native(key)))
    if type(raw) is list and type(key) is not bool and key is not None:
        place = whole(to_number(key))
        if place is not None:
            return raw[place] if 0 <= place < len(raw) else None
    if type(key) is str:
        return entry(raw, key)
    raise EvaluationFault(f"{shown(raw)} has no [{shown(key)}]")


def text(value: Any) -> str:
    """A value within text: null is nothing."""
    value = native(value)
    return "" if value is None else text_of(value)


def joined(pieces: tuple[str, ...], limits: Limits) -> str:
    """Text with expressions in it."""
    check_size(sum(map(len, pieces)), limits.max_size, "string")
    return "".join(pieces)


SUPPORT: Final[dict[str, object]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "dict": dict,
    "plain": frozenset((int, str)),
    "nat": native,
    "truth": truth,
    "presence": presence,
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "divide": divide,
    "remainder": remainder,
    "negate": negate,
    "equal": equal,
    "differ": differ,
    "less": less,
    "at_most": at_most,
    "more": more,
    "at_least": at_least,
    "empty": empty,
    "entry": entry,
    "loose_entry": loose_entry,
    "item": item,
    "text": text,
    "joined": joined,
    "clock": now,
}
