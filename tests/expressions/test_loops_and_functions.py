"""`for`, `some`, `every`, functions and `instance of` (DMN 1.5, sections 10.3.2.13 to 10.3.2.15)."""

import datetime as dt
from decimal import Decimal

import pytest
from evaluating import feel, holds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for x in [1, 2, 3] return x * 2", [2, 4, 6]),
        ("for x in [] return x", []),
        ("for x in 1..3 return x", [1, 2, 3]),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for x in 1..1 return x", [1]),
        ("for x in -1..1 return x", [-1, 0, 1]),
        ("for x in 1..n return x", [1, 2]),
        ("for x in n - 1..n + 1 return x", [1, 2, 3]),
        ("for x in [1..3] return x", [1, 2, 3]),
        ("for x in (1..3) return x", [2]),
        ("for x in [1..3) return x", [1, 2]),
        ("for x in (1..2) return x", []),
        ("for x in 1..2.5 return x", None),
        ('for x in "a".."c" return x', None),
        ("for x in null return x", None),
        ("for x in 5 return x", [5]),
        ('for x in "ab" return x', ["ab"]),
        ("for x in {a: 1} return x.a", [1]),
        ("for x in [1, 2], y in [3, 4] return x * y", [3, 4, 6, 8]),
        ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
        ("for x in 1..2, y in 1..x return [x, y]", [[1, 1], [2, 1], [2, 2]]),
        ("for x in [1], y in null return x", None),
        ("for x in [1, 2] return for y in [3] return x + y", [[4], [5]]),
        ("for x in [1, 2] return {v: x}", [{"v": 1}, {"v": 2}]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ("for i in 1..2 return partial", [[], [[]]]),
        ("(for x in [1, 2] return x)[1]", 1),
        ("count(for x in 1..100 return x)", 100),
        ("for n in [n] return n + 1", [3]),
        ("for x in xs return x.a + n", [3, None]),
    ],
)
def test_for(text: str, value: object) -> None:
    holds(text, feel(text, n=2, xs=[{"a": 1}, {}]), value)


def test_for_over_days() -> None:
    text = 'for d in @"2026-02-27"..@"2026-03-01" return d'
    assert feel(text) == [dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 1)]
    assert feel('for d in [@"2026-02-27"..@"2026-02-28") return d') == [dt.date(2026, 2, 27)]
    assert feel('for d in @"2026-03-01"..@"2026-02-28" return day of week(d)') == ["Sunday", "Saturday"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("some x in [1, 2] satisfies x > 1", True),
        ("some x in [1, 2] satisfies x > 2", False),
        ("some x in [] satisfies true", False),
        ("some x in [1, null] satisfies x > 5", None),
        ("some x in [null, 9] satisfies x > 5", True),
        ("some x in null satisfies true", None),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
        ("some x in [1, 2], y in [3, 4] satisfies x = y", False),
        ("some x in 1..10 satisfies x = 7", True),
        ("some x in 5 satisfies x = 5", True),
        ("every x in [1, 2] satisfies x > 0", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("every x in [] satisfies false", True),
        ("every x in [1, null] satisfies x > 0", None),
        ("every x in [null, 0] satisfies x > 0", False),
        ("every x in null satisfies true", None),
        ("every x in [1, 2], y in [3, 4] satisfies x < y", True),
        ("not(some x in [1] satisfies x > 1) and true", True),
        ('every x in [1] satisfies "yes"', None),
        ('some x in ["a", true] satisfies x', None),  # what is no boolean makes the whole null
        ('every x in ["a", false] satisfies x', None),
        ('some x in [true, "a"] satisfies x', True),
    ],
)
def test_some_and_every(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(function(a, b) a - b)(5, 2)", 3),
        ("(function() 7)()", 7),
        ("{f: function(x) x * 2, r: f(3)}.r", 6),
        ("{f: function(x, y) x - y, r: f(y: 1, x: 5)}.r", 4),
        ("{f: function(x, y) x, r: f(x: 5)}.r", None),
        ("{f: function(x) x, r: f(1, 2)}.r", None),
        ("{f: function(x: number) x, r: f(2)}.r", 2),
        ("{f: function(x) x + n, r: f(1)}.r", 11),
        ("{f: function(g, x) g(g(x)), r: f(function(x) x + 1, 1)}.r", 3),
        ("{f: function(f, n) if n <= 1 then 1 else n * f(f, n - 1), r: f(f, 20)}.r", 2432902008176640000),
        ("{f: function(x) function(y) x + y, r: f(1)(2)}.r", 3),
        ("for f in [function(x) x + 1, function(x) x * 3] return f(5)", [6, 15]),
        ("{f: 1, r: f(1)}.r", None),
        ("[function(x) x][1](9)", 9),
        ("{ops: {twice: function(x) 2 * x}, r: ops.twice(4)}.r", 8),
        ("{f: function(xs) xs[item > 1], r: f([1, 2])}.r", [2]),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ],
)
def test_functions(text: str, value: object) -> None:
    holds(text, feel(text, n=10), value)


TYPES = {
    "1": "number", "1.5": "number", '"a"': "string", "true": "boolean", "[1]": "list", "{a: 1}": "context",
    "[1..2]": "range", '@"2026-01-31"': "date", '@"10:00:00"': "time", '@"2026-01-31T10:00:00"': "date and time",
    '@"P1D"': "days and time duration", '@"P1Y"': "years and months duration", "(function(x) x)": "function",
}  # fmt: skip


@pytest.mark.parametrize("value", TYPES)
def test_every_value_is_an_instance_of_its_type_alone(value: str) -> None:
    for name in {*TYPES.values(), "Any", "Null"}:
        text = f"{value} instance of {name}"
        holds(text, feel(text), name in (TYPES[value], "Any"))
    holds("null", feel(f"null instance of {TYPES[value]}"), False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null instance of Null", True),
        ("null instance of Any", False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[] instance of list<number>", True),
        ("[[1], [2]] instance of list<list<number>>", True),
        ("[1] instance of list<Any>", True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: number, b: string>", False),
        ('{a: "x"} instance of context<a: number>', False),
        ("[1..2] instance of range<number>", True),
        ("[1..2] instance of range<string>", False),
        ("(function(x) x) instance of function<number> -> number", True),
        ("1 + 1 instance of number", True),
        ("1 instance of number and true", True),
        ("x instance of number", True),
    ],
)
def test_instance_of(text: str, value: object) -> None:
    holds(text, feel(text, x=0.5), value)


def test_what_an_inner_scope_names_hides_the_outer() -> None:
    assert feel("for x in [1] return {x: 2, y: x}", x=9) == [{"x": 2, "y": 2}]
    assert feel("{x: 1, r: [5][item > x]}.r", x=9) == [5]
    assert feel("[{x: 1}][x = 1]", x=9) == [{"x": 1}]
    assert feel("(function(x) for x in [x] return x)(3)", x=9) == [3]
    assert feel("{count: function(x) 42, r: count([1])}.r") == 42
    assert feel("sum(for x in xs return x)", xs=[0.1, 0.2]) == Decimal("0.3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(n) n) instance of function<number>->number", True),
        ("(function(n) n) instance of function", True),
        ("(function(n) n) instance of function<>->number", False),
        ("(function(n, m) n) instance of function<number>->number", False),
        ("(function(s: string) s) instance of function<number>->number", False),
        ("(function(s: Any) s) instance of function<number>->number", True),
        ("(function(c: context<a: number>) 1) instance of function<context<a: number, b: string>>->number", True),
        ("(function(c: context<a: number, b: string>) 1) instance of function<context<a: number>>->number", False),
        ("(function(l: list<string>) 1) instance of function<list<number>>->number", False),
        ("(function(f: function<number>->number) 1) instance of function<function<string>->string>->number", True),
    ],
)
def test_a_function_is_of_a_type_that_gives_it_what_it_takes(text: str, expected: bool) -> None:
    assert feel(text) is expected
