"""Random expressions: the same answer as a tiny evaluator of another kind, no fault but the room's, nothing changed."""

import contextlib
import copy
import operator
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final

import pytest
from evaluating import COMPILERS, NOW, holds
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.expressions import (
    EvaluationFault,
    Expression,
    Limits,
    SyntaxFault,
    compile_feel,
    compile_juel,
    compile_text,
    to_feel,
    to_json,
)
from andante.expressions.feel.words import KEYWORDS
from andante.expressions.functions import BUILTINS

many: Final = settings(max_examples=150, deadline=None)
Value = Decimal | str | bool | None
EXACT: Final = Context(prec=34, Emin=-6143, Emax=6144, traps=[DivisionByZero, InvalidOperation, Overflow])
NAMES: Final[dict[str, object]] = {"n": 7, "f": 0.25, "big": 10**20, "s": "ab", "t": True, "u": False, "none": None}

# A node is (what it is written as in FEEL, in ${}, its value). Values are made bottom-up, from Python's own operators.
Node = tuple[str, str, Value]


def number(text: str) -> Node:
    return text, text, Decimal(text)


LEAVES: Final = st.sampled_from(
    [number(text) for text in ("0", "1", "2", "3", "10", "0.1", "0.2", "2.5", "1000000000000", "0.000001")]
    + [(name, name, Decimal(repr(NAMES[name]))) for name in ("n", "f", "big")]
    + [('"ab"', "'ab'", "ab"), ('"b"', "'b'", "b"), ("s", "s", "ab"), ("t", "t", True), ("u", "u", False)]
    + [("true", "true", True), ("false", "false", False), ("null", "null", None), ("none", "none", None)]
)


def calculated(sign: str, a: Value, b: Value) -> Value:
    """FEEL's arithmetic: null where it has no answer."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        work = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide}[sign]
        try:
            return work(a, b)
        except (DivisionByZero, InvalidOperation, Overflow):
            return None
    if isinstance(a, str) and isinstance(b, str) and sign == "+":
        return a + b
    return None


COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compared(sign: str, a: Value, b: Value) -> Value:
    """FEEL's comparison: of one kind alone, booleans without order, null equal to itself."""
    equality = sign in ("=", "!=")
    if a is None or b is None:
        return ((a is b) is (sign == "=")) if equality else None
    if type(a) is not type(b) or (isinstance(a, bool) and not equality):
        return None
    return COMPARED[sign](a, b)


def joined(word: str, a: Value, b: Value) -> Value:
    """Three-valued `and` and `or`."""
    decisive = word == "or"
    if a is decisive or b is decisive:
        return decisive
    return (not decisive) if a is (not decisive) and b is (not decisive) else None


def binary(
    kinds: Mapping[str, Callable[[str, Value, Value], Value]], inner: st.SearchStrategy[Node]
) -> st.SearchStrategy[Node]:
    def made(sign: str, a: Node, b: Node) -> Node:
        return (
            f"({a[0]} {sign} {b[0]})",
            f"({a[1]} {'==' if sign == '=' else sign} {b[1]})",
            kinds[sign](sign, a[2], b[2]),
        )

    return st.builds(made, st.sampled_from(sorted(kinds)), inner, inner)


KINDS: Final = (
    dict.fromkeys("+-*/", calculated) | dict.fromkeys(COMPARED, compared) | dict.fromkeys(("and", "or"), joined)
)


def choice(condition: Node, then: Node, otherwise: Node) -> Node:
    text = f"(if {condition[0]} then {then[0]} else {otherwise[0]})"
    if condition[2] is not None and not isinstance(condition[2], bool):
        return text, "", None
    return text, "", then[2] if condition[2] is True else otherwise[2]


def opposite(a: Node) -> Node:
    return f"not({a[0]})", "", (not a[2]) if isinstance(a[2], bool) else None


def minus(a: Node) -> Node:
    return f"-{a[0]}", "", EXACT.minus(a[2]) if isinstance(a[2], Decimal) else None


TREES: Final = st.recursive(
    LEAVES,
    lambda inner: (
        binary(KINDS, inner) | st.builds(choice, inner, inner, inner) | inner.map(opposite) | inner.map(minus)
    ),
    max_leaves=25,
)


@many
@given(TREES)
def test_feel_agrees_with_another_evaluator(tree: Node) -> None:
    text, _, expected = tree
    holds(text, compile_feel(text).evaluate(NAMES, NOW), expected)
    # The same in other surroundings, which are compiled otherwise.
    holds(text, compile_feel(f"[{text}][1]").evaluate(NAMES, NOW), expected)
    looped = compile_feel(f"for x in [1] return {text}").evaluate(NAMES, NOW)
    holds(text, looped, [expected])


@many
@given(
    st.lists(st.tuples(st.sampled_from(["+", "-", "*", "/"]), st.integers(0, 9)), max_size=12),
    st.integers(0, 9),
    st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
    st.integers(-20, 20),
)
def test_what_binds_stronger(rest: list[tuple[str, int]], first: int, sign: str, bound: int) -> None:
    text = str(first) + "".join(f" {each} {value}" for each, value in rest)
    sums: list[tuple[str, Value]] = [("+", Decimal(first))]
    for each, value in rest:  # products first, then their sum from the left
        if each in "*/":
            sums[-1] = sums[-1][0], calculated(each, sums[-1][1], Decimal(value))
        else:
            sums.append((each, Decimal(value)))
    total: Value = Decimal(0)
    for each, part in sums:
        total = calculated(each, total, part)
    holds(text, compile_feel(text).evaluate({}, NOW), total)
    whole = compared(sign, total, Decimal(bound))
    text = f"{text} {sign} {bound}"
    holds(text, compile_feel(text).evaluate({}, NOW), whole)
    for word in ("and", "or"):
        both = f"false {word} {text} {word} true"
        holds(both, compile_feel(both).evaluate({}, NOW), joined(word, joined(word, False, whole), True))


PLAIN: Final = st.recursive(
    st.sampled_from([number("1"), number("2"), number("2.5"), ("n", "n", Decimal(7)), ("f", "f", Decimal("0.25"))]),
    lambda inner: binary(dict.fromkeys("+-*", calculated), inner),
    max_leaves=10,
)
TRUTHS: Final = st.recursive(
    binary(dict.fromkeys(COMPARED, compared), PLAIN),
    lambda inner: binary(dict.fromkeys(("and", "or"), joined), inner),
    max_leaves=8,
)


@many
@given(PLAIN | TRUTHS)
def test_juel_agrees_where_both_languages_do(tree: Node) -> None:
    _, text, expected = tree
    holds(text, compile_juel(f"${{{text}}}").evaluate(NAMES, NOW), expected)
    assert compile_juel(f"${{{text}}} of it").evaluate(NAMES, NOW) == f"{to_feel(expected)} of it"


@many
@given(TREES)
def test_evaluation_is_pure(tree: Node) -> None:
    others = 'c: for i in items return i, m: context put(o, "k", 1), s: sort(items), a: append(items, 1)'
    text = f"{{v: {tree[0]}, l: items, {others}}}"
    names = {**NAMES, "items": [3, 0.5, 2], "o": {"k": [1], "z": {"y": 2.5}}}
    kept = copy.deepcopy(names)
    expression = compile_feel(text)
    first = expression.evaluate(names, NOW)
    assert names == kept
    written = to_feel(first)
    assert to_feel(expression.evaluate(names, NOW)) == written
    assert to_feel(compile_feel(text).evaluate(copy.deepcopy(names), NOW)) == written
    assert names == kept


# Pieces that make sense together more often than letters do, and letters.
PIECES: Final = st.sampled_from(
    sorted(KEYWORDS) + sorted(BUILTINS)
    + list("+-*/=<>()[]{},:.@?;!%$\\'\"`")
    + ["**", "!=", "<=", ">=", "..", "->", "&&", "||", "${", "#{", "{!", "//", "/*", "*/"]
    + ["a", "b", "x y", "item", "partial", "1", "0", "2.5", "1e9", '"s"', "'s'", '@"P1D"', "[1..5]", "\n"]
    + ["size()", ".length()", "empty", "eq", "ne", "not", "div", "execution", "getVariable", "now()", "list<number>"]
)  # fmt: skip
SOUP: Final = st.lists(PIECES | st.text(max_size=3), max_size=14).map(" ".join) | st.text(max_size=30)
SMALL: Final = Limits(max_length=400, max_depth=30, max_steps=2_000, max_size=500)
GIVEN_NAMES: Final[dict[str, object]] = {
    "a": [1, {"b": 2.5}, "s"],
    "b": {"a": 1},
    "x y": "text",
    "s": 2,
    "execution": {},
}


def ends_well(compiler: Callable[[str], Expression], text: str) -> None:
    """Fails on anything but a value or the room's fault; the one kind when read, the other when evaluated."""
    position = 0
    try:
        expression = compiler(text)
    except SyntaxFault as fault:
        position = fault.position
    else:
        with contextlib.suppress(EvaluationFault):
            value = expression.evaluate(GIVEN_NAMES, NOW)
            to_json(value)
            to_feel(value)
    assert 0 <= position <= len(text)


@many
@given(SOUP)
def test_no_text_raises_anything_else(text: str) -> None:
    for compiler in (*COMPILERS.values(), compile_text):
        ends_well(compiler, text)
    ends_well(compile_juel, f"${{{text}}}")
    ends_well(lambda each: compile_feel(each, SMALL), text)
    assert GIVEN_NAMES["a"] == [1, {"b": 2.5}, "s"]


ARGUMENTS: Final = st.sampled_from(
    [
        "null", "true", "0", "1", "-1", "2.5", "1e300", "1e6000", '""', '"a"', '"[1..5]"', '"(a"', '"2026-01-31"',
        '"P1D"', "[]", "[1, 2.5, -1]", '["a", null]', "[[1], [1]]", "{}", "{a: 1}", '[{key: "a", value: 1}]', "[1..5]",
        "(< 5)", '["a".."c"]', '@"2026-01-31"', '@"10:30:00"', '@"10:30:00@Europe/Rome"', '@"2026-01-31T10:30:00Z"',
        '@"0001-01-01T00:00:00+12:00"', '@"9999-12-31T23:59:59-12:00"', '@"P1D"', '@"-P999999999D"', '@"P1Y"',
        '@"P99999999Y"', "function(x) x", "function(x, y) x = y", "a", "b",
    ]
)  # fmt: skip


COUNTS: Final = [
    (name, count)
    for name, builtin in sorted(BUILTINS.items())
    for count in range(8)
    if any(signature.takes(count) for signature in builtin.signatures) and (count < 4 or len(builtin.signatures) > 1)
]
CALLS: Final = st.sampled_from(COUNTS).flatmap(
    lambda one: st.tuples(st.just(one[0]), st.lists(ARGUMENTS, min_size=one[1], max_size=one[1]))
)


@settings(max_examples=300, deadline=None)
@given(CALLS)
def test_no_call_of_a_function_raises_anything_else(call: tuple[str, list[str]]) -> None:
    name, arguments = call
    ends_well(compile_feel, f"{name}({', '.join(arguments)})")
    ends_well(compile_feel, f"for x in [{', '.join(arguments)}] return {name}({', '.join(['x', *arguments[1:]])})")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*COMPARED, *"+-*/", "**", "in", "and", "or"]), ARGUMENTS, ARGUMENTS)
def test_no_operator_raises_anything_else(sign: str, a: str, b: str) -> None:
    ends_well(compile_feel, f"({a}) {sign} ({b})")
    ends_well(compile_feel, f"{{p: {a}, q: {b}, r: p {sign} q}}.r")
    ends_well(compile_feel, f"[{a}, {b}][item {sign} ({b})]")
    ends_well(compile_feel, f"({a}) between ({b}) and ({a})")


@pytest.mark.parametrize(
    "name", ["items", "__builtins__", "N", "R", "k1", "t1", "evaluate", "limits", "nat", "lambda", "class"]
)
def test_a_variable_may_have_any_name_of_python(name: str) -> None:
    """Names never get into the code that is made of an expression."""
    assert compile_feel(f"{name} + 1").evaluate({name: 1}, NOW) == 2
    assert compile_feel(f"for {name} in [1, 2] return {name}").evaluate({}, NOW) == [1, 2]
    assert compile_feel(f"{{{name}: 3}}.{name}").evaluate({}, NOW) == 3
    assert compile_juel(f"${{{name} + 1}}").evaluate({name: 1}, NOW) == 2
    assert compile_feel(name).evaluate({}, NOW) is None
