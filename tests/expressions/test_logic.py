"""Truth of three values, comparison, `between`, `in` and `if` (DMN 1.5, sections 10.3.2.4, 10.3.2.7 and 10.3.2.8)."""

import itertools

import pytest
from evaluating import feel, holds

TRUTHS = {"true": True, "false": False, "null": None, "1": None, '"true"': None}


@pytest.mark.parametrize(("a", "b"), list(itertools.product(TRUTHS, TRUTHS)))
def test_and_or_of_three_values(a: str, b: str) -> None:
    one, two = TRUTHS[a], TRUTHS[b]
    conjunction = False if one is False or two is False else True if one and two else None
    disjunction = True if one or two else False if one is False and two is False else None
    holds(f"{a} and {b}", feel(f"{a} and {b}"), conjunction)
    holds(f"{a} or {b}", feel(f"{a} or {b}"), disjunction)
    # The same of variables, which take another way through the code.
    values = {"true": True, "false": False, "null": None, "1": 1, '"true"': "true"}
    holds(f"x and y of {a}, {b}", feel("x and y", x=values[a], y=values[b]), conjunction)
    holds(f"x or y of {a}, {b}", feel("x or y", x=values[a], y=values[b]), disjunction)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true or false and false", True),  # `and` binds stronger
        ("(true or false) and false", False),
        ("false or null or true", True),
        ("true and null and false", False),
        ("true and true and null", None),
        ("not(true)", False),
        ("not(false)", True),
        ("not(null)", None),
        ("not(1)", None),
        ("1 < 2 and 2 < 3", True),
        ("1 = 2 or 1 < 2", True),
        ("1 + 1 = 2", True),
    ],
)
def test_logic(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        ("1", "1", 0),
        ("1", "1.00", 0),
        ("1", "2", -1),
        ("2.5", "-1", 1),
        ('"a"', '"b"', -1),
        ('"a"', '"a"', 0),
        ('"B"', '"a"', -1),  # by character, not by alphabet
        ('""', '"a"', -1),
        ('@"2026-01-31"', '@"2026-02-01"', -1),
        ('@"10:00:00"', '@"09:59:59"', 1),
        ('@"10:00:00+01:00"', '@"09:00:00Z"', 0),
        ('@"2026-01-31T10:00:00Z"', '@"2026-01-31T10:00:00+01:00"', 1),
        ('@"2026-07-01T12:00:00@Europe/Rome"', '@"2026-07-01T10:00:00Z"', 0),
        ('@"2026-01-31T10:00:00"', '@"2026-01-31T10:00:01"', -1),
        ('@"2026-01-31"', '@"2026-01-31T00:00:00Z"', 0),  # a day is its midnight in UTC
        ('@"2026-01-31"', '@"2026-01-31T00:30:00+01:00"', 1),
        ('@"10:00:00@Europe/Rome"', '@"10:00:00+01:00"', 0),  # without a day a zone has its standard time
        ('@"10:00:00@Europe/Rome"', '@"10:00:00@Europe/Athens"', 1),
        ('@"10:00:00@Australia/Sydney"', '@"00:00:00Z"', 0),
        ('@"P1D"', '@"PT24H"', 0),
        ('@"P1D"', '@"PT25H"', -1),
        ('@"P1Y"', '@"P12M"', 0),
        ('@"P1Y"', '@"P11M"', 1),
    ],
)
def test_what_has_an_order(a: str, b: str, way: int) -> None:
    for sign, expected in {
        "<": way < 0, "<=": way <= 0, ">": way > 0, ">=": way >= 0, "=": way == 0, "!=": way != 0,
    }.items():  # fmt: skip
        holds(f"{a} {sign} {b}", feel(f"{a} {sign} {b}"), expected)
        holds(f"x {sign} y of {a}, {b}", feel(f"x {sign} y", x=feel(a), y=feel(b)), expected)
        holds(f"x {sign} {b} of {a}", feel(f"x {sign} {b}", x=feel(a)), expected)
        holds(f"{a} {sign} y of {b}", feel(f"{a} {sign} y", y=feel(b)), expected)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1", '"1"'), ("1", "true"), ('"a"', "[1]"), ("[1]", "{}"), ('@"2026-01-31"', '"2026-01-31"'),
        ('@"P1Y"', '@"P365D"'), ('@"10:00:00"', "10"), ("[1..2]", "1"),
    ],
)  # fmt: skip
def test_different_kinds_do_not_compare(a: str, b: str) -> None:
    for sign in ("<", "<=", ">", ">=", "=", "!="):
        holds(f"{a} {sign} {b}", feel(f"{a} {sign} {b}"), None)
        holds(f"{b} {sign} {a}", feel(f"{b} {sign} {a}"), None)
        holds(f"x {sign} {b} of {a}", feel(f"x {sign} {b}", x=feel(a)), None)


def test_a_day_has_no_order_with_a_moment_of_no_zone() -> None:
    assert feel('@"2026-01-31" = @"2026-01-31T00:00:00"') is False
    assert feel('@"2026-01-31" < @"2026-02-01T00:00:00"') is None


@pytest.mark.parametrize("kind", ["1", '"a"', "true", "[]", "{}", '@"P1D"', "[1..2]", "x"])
def test_null_equals_null_alone(kind: str) -> None:
    null = kind == "x"  # a variable that is not there
    holds(f"{kind} = null", feel(f"{kind} = null"), null)
    holds(f"null != {kind}", feel(f"null != {kind}"), not null)
    holds(f"{kind} = x", feel(f"{kind} = x"), null)
    for sign in ("<", "<=", ">", ">="):
        holds(f"null {sign} {kind}", feel(f"null {sign} {kind}"), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true = true", True),
        ("true = false", False),
        ("true < false", None),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [2, 1]", False),
        ("[1] = [1, 1]", False),
        ("[null] = [null]", True),
        ("[1] = [true]", False),
        ("[1, 2] < [1, 3]", None),
        ("{a: 1, b: 2} = {b: 2.0, a: 1}", True),
        ("{a: 1} = {a: 2}", False),
        ("{a: 1} = {a: 1, b: null}", False),
        ("{a: [{b: 1}]} = {a: [{b: 1}]}", True),
        ("[1..5] = [1..5]", True),
        ("[1..5] = [1..5)", False),
        ("[] = []", True),
        ("{} = {}", True),
        ('@"10:00:00" = @"10:00:00Z"', False),
        ('@"10:00:00" < @"11:00:00Z"', None),
        ('@"2026-01-01T10:00:00" = @"2026-01-01T10:00:00Z"', False),
    ],
)
def test_equality_of_other_values(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 between 1 and 3", True),
        ("3 between 1 and 3", True),
        ("4 between 1 and 3", False),
        ("2.5 between 1 and 3", True),
        ('"b" between "a" and "c"', True),
        ('@"2026-01-15" between @"2026-01-01" and @"2026-01-31"', True),
        ("null between 1 and 3", None),
        ("2 between null and 3", None),
        ("4 between null and 3", False),
        ('2 between "a" and "c"', None),
        ("2 between 1 and 3 and false", False),
        ("1 + 1 between 1 + 1 and 3 - 1", True),
        ("x between 1 and 3", True),
        ("x between y and 3", True),
    ],
)
def test_between(text: str, value: object) -> None:
    holds(text, feel(text, x=2.0, y=1.5), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 in [1..3]", True),
        ("3 in [1..3)", False),
        ("1 in (1..3]", False),
        ("1 in ]1..3]", False),
        ("3 in [1..3[", False),
        ("2 in (1..3)", True),
        ("2 in (1, 2, 3)", True),
        ("4 in (1, 2, 3)", False),
        ("2 in [1, 2, 3]", True),
        ("2 in [[1..3], 7]", True),
        ("2 in (< 3)", True),
        ("2 in < 3", True),
        ("2 in (> 3, <= 2)", True),
        ("2 in >= 3", False),
        ("2 in = 2", True),
        ("2 in != 2", False),
        ("2 in (!= 2, 2)", True),
        ("2 in 2", True),
        ("2 in 3", False),
        ('"b" in ["a".."c"]', True),
        ('"a" in ["b".."c"]', False),
        ('"d" in ["a".."c"]', False),
        ('"a" in ("a".."c"]', False),
        ('"c" in ["a".."c")', False),
        ('"c" in ["a".."c"]', True),
        ("2.5 in (2.5..3]", False),
        ("2.5 in [2.5..3]", True),
        ("3.5 in [1..3.5)", False),
        ('@"2026-02-01" in [@"2026-01-01"..@"2026-01-31"]', False),
        ('"b" in ("a", "b")', True),
        ('"b" in ["a", "b"]', True),
        ('@"2026-01-15" in [@"2026-01-01"..@"2026-01-31"]', True),
        ("[1, 2] in [[1, 2], [3]]", True),
        ("[1, 2] in [1, 2]", True),  # the list itself
        ("{a: 1} in [{a: 1}]", True),
        ("null in [1..3]", None),
        ("null in (null, 1)", True),
        ("null in [null]", True),
        ("2 in null", False),
        ('"x" in [1..3]', None),
        ("5 in (? > 3)", True),
        ("5 in (? > 3 and ? < 5)", False),
        ("5 in (? > 9, ? = 5)", True),
        ("[1, 2] in (count(?) = 2)", True),
        ("x in [1..3]", True),
        ("x in [1, 2.5]", True),
        ("x in [2, 3]", False),
        ("y in list", True),
        ("3 in list", False),
        ("2 in [1..3] and 2 in [2..2]", True),
    ],
)
def test_in(text: str, value: object) -> None:
    holds(text, feel(text, x=2.5, y=2, list=[1, 2]), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("if true then 1 else 2", 1),
        ("if false then 1 else 2", 2),
        ("if null then 1 else 2", 2),
        ("if 1 then 1 else 2", None),
        ('if "true" then 1 else 2', None),
        ("if x then 1 else 2", None),
        ("if b then 1 else 2", 2),
        ("if 1 < 2 then [1] else []", [1]),
        ("if false then 1 else if true then 2 else 3", 2),
        ("if if true then false else true then 1 else 2", 2),
        ("if true then 1 else 2 + 10", 1),
        ("(if true then 1 else 2) + 10", 11),
        ("if true then null else 1", None),
        ("if false then 1 / 0 else 2", 2),
        ('if x > 1 then "high" else "low"', "high"),
        ('if y > 1 then "high" else "low"', "low"),
    ],
)
def test_if(text: str, value: object) -> None:
    holds(text, feel(text, x=5), value)
