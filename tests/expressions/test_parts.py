"""Expressions of a larger whole: names from outside, unary tests, functions as values, one run for all."""

import pytest

from andante.expressions import (
    DEFAULT_LIMITS,
    EvaluationFault,
    Function,
    Limits,
    Part,
    Run,
    SyntaxFault,
    Vocabulary,
    compile_part,
    compile_tests,
)
from andante.expressions.feel.tree import Type

WORDS = Vocabulary(
    ["Monthly Salary", "Monthly Salary Total", "Credit-Score", "a+b", "f", "Person.Age", "Ärger über"],
    {"tPerson": Type("context", {"age": Type("number")}), "my type": Type("string")},
)


def evaluated(part: Part, **names: object) -> object:
    return part.evaluate(names, Run(DEFAULT_LIMITS, None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monthly Salary * 2", 20),
        ("Monthly \n Salary * 2", 20),
        ("Monthly Salary Total", 30),
        ("Credit-Score - 1", 4),
        ("a+b", 7),
        ("a + b", None),
        ("Person.Age", 40),
        ("Monthly", None),
        ("[1, 2][item > 1 and Monthly Salary > 1]", [2]),
        ("{Monthly Salary: 1, x: Monthly Salary + 1}.x", 2),
        ("for Monthly Salary in [1, 2] return Monthly Salary", [1, 2]),
        ("{a: {Monthly Salary: 5}}.a.Monthly Salary", 5),
        ("Ärger über", "x"),
        ("f(3)", 9),
        ("f(x: 3)", 9),
        ("{age: 1} instance of tPerson", True),
        ("1 instance of tPerson", False),
        ('["a"] instance of list<my type>', True),
        ("(function(p: tPerson) p.age)({age: 3})", 3),
        ('(function(p: tPerson) p)({age: "x"})', None),
        ("(function(p: number) p)([3])", 3),
        ("(function(p: list<number>) p)(3)", [3]),
        ('(function(p: list<number>) p)("x")', None),
        ('(function(p: number, q) [p, q])("x", 1)', [None, 1]),
        ("(function(g) g(-2))(abs)", 2),
        ("(function(g) g(1, 2) + g([3]))(sum)", 6),
        ("(function(g) g(1, 2))(abs)", None),
    ],
)
def test_names_from_outside_are_read_the_longest_first(text: str, expected: object) -> None:
    given = {
        "Monthly Salary": 10, "Monthly Salary Total": 30, "Credit-Score": 5, "a+b": 7, "Person.Age": 40,
        "Ärger über": "x", "f": Function(("x",), lambda arguments, run: arguments[0] * 3),
    }  # fmt: skip
    assert compile_part(text, WORDS).evaluate(given, Run(DEFAULT_LIMITS, None)) == expected


def test_a_name_does_not_end_within_a_word() -> None:
    with pytest.raises(SyntaxFault):
        compile_part("Monthly Salaryx", WORDS)


def test_functions_are_values_and_only_known_names_are_called() -> None:
    assert isinstance(evaluated(compile_part("function(a) a + 1")), Function)
    assert isinstance(evaluated(compile_part("{g: function(a) a + 1}")), dict)
    with pytest.raises(SyntaxFault, match="There is no function 'g'"):
        compile_part("g(1)", WORDS)
    assert evaluated(compile_part("f(1)", WORDS)) is None


def test_names_holds_what_a_part_reads() -> None:
    assert compile_part("Monthly Salary + f(1) + x", WORDS).names == {"Monthly Salary", "f", "x"}


def test_all_parts_pay_from_one_run() -> None:
    part = compile_part("count(for i in [1..100] return i)")
    run = Run(Limits(max_steps=250), None)
    part.evaluate({}, run)
    part.evaluate({}, run)
    with pytest.raises(EvaluationFault, match="more than 250 steps"):
        part.evaluate({}, run)


@pytest.mark.parametrize(
    ("text", "passing", "failing"),
    [
        ("-", [1, None], []),
        ("< 5", [4], [5, None, "a"]),
        ("1, 2", [1, 2], [3]),
        ("not(1, 2)", [3], [1]),
        ("not((1..3], [5..6))", [1, 4, 6], [2, 5]),
        ("not(true) or ? = 7", [7], [6]),
        ("not(?)", [False], [True]),
        ("? in [1, 2] or ? > 8", [2, 9], [3]),
        ("limit", [3], [4]),
        ("limit < 5", [1, "x"], []),
        ("true", [True], [False, 1]),
    ],
)
def test_unary_tests(text: str, passing: list[object], failing: list[object]) -> None:
    part = compile_tests(text)
    assert [evaluated(part, **{"?": each, "limit": 3}) is True for each in passing] == [True] * len(passing)
    assert [evaluated(part, **{"?": each, "limit": 3}) is True for each in failing] == [False] * len(failing)


@pytest.mark.parametrize("text", ["", "<", "1,", "not(1", "not 1", "-, 1", "1 2"])
def test_texts_that_are_no_tests(text: str) -> None:
    with pytest.raises(SyntaxFault):
        compile_tests(text)
