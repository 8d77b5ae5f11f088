"""The contract's form, texts as models have them, literals, and what every compiled expression tells of itself."""

import datetime as dt

import pytest
from evaluating import COMPILERS, NOW, contract, holds

from andante.expressions import (
    EvaluationFault,
    ExpressionError,
    SyntaxFault,
    compile_contract,
    compile_feel,
    compile_juel,
    compile_text,
    literal,
    type_name,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{!IsMatched} && {!Owner}", True),
        ("{!IsMatched} && {!Amount} > 100", True),
        ("{!Amount} > 1000 || {!IsMatched}", True),
        ("{!Amount} == 250.5", True),
        ("{!Amount} eq 250.5 and not {!Closed}", True),
        ("{!Closed}", False),
        ("!{!Closed}", True),
        ("{!Missing}", None),
        ("!{!Missing}", True),
        ("{!Missing} && {!Owner}", False),
        ("{!Missing} == null", True),
        ("{!Missing} > 1", False),
        ("{!Missing.a.b} == null", True),
        ("{!Order.total} > 1", True),
        ("{!Order.none.deeper}", None),
        ("{!Order.lines}[0]", 7),
        ("{!Owner} == 'Ann'", True),
        ('{!Owner} == "Ann" ? 1 : 2', 1),
        ("{!Owner}.length() + 1", 4),
        ("{! Owner }", "Ann"),
        ("{!Order Number} == 12", True),
        ("{!größe} > 1", True),
        ("empty {!None} && !empty {!Owner}", True),
        ("1 < 2", True),
        ("Amount > 100", True),  # a bare name is a variable too
    ],
)
def test_the_contracts_form(text: str, value: object) -> None:
    names: dict[str, object] = {
        "IsMatched": True, "Owner": "Ann", "Amount": 250.5, "Closed": False, "Order": {"total": 2, "lines": [7]},
        "Order Number": 12, "größe": 2, "None": [],
    }  # fmt: skip
    holds(text, contract(text, **names), value)


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        (None, False), (False, False), (True, True), (0, False), (1, True), (0.0, False), (0.5, True), ("", False),
        ("x", True), ("false", True), ([], False), ([0], True), ({}, False), ({"a": 1}, True),
    ],
)  # fmt: skip
def test_in_the_contracts_form_a_value_that_says_something_is_true(value: object, counts: bool) -> None:
    assert contract("{!V} && true", V=value) is counts
    assert contract("!{!V}", V=value) is not counts
    assert contract("{!V} ? 1 : 2", V=value) == (1 if counts else 2)


def test_the_contracts_form_tells_its_variables() -> None:
    assert compile_contract("{!A.b} && {!C D} || E > 1").names == {"A", "C D", "E"}
    with pytest.raises(EvaluationFault, match="A number has no 'b'"):
        contract("{!A.b}", A=1)


@pytest.mark.parametrize(
    "text", ["", "{!}", "{! }", "{!.a}", "{!A..b}", "{!A", "{!A} {!B}", "{!A} & {!B}", "{A}", "{!A} = 1"]
)
def test_faulty_in_the_contracts_form(text: str) -> None:
    with pytest.raises(SyntaxFault):
        compile_contract(text)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("=a + 1", "feel", 3),
        ("  = a + 1", "feel", 3),
        ('="${a}"', "feel", "${a}"),
        ("${a + 1}", "juel", 3),
        ("#{a + 1}", "juel", 3),
        ("no. ${a}", "juel", "no. 2"),
        ("a ${a} = 2", "juel", "a 2 = 2"),
        ("plain", "literal", "plain"),
        ("a = b", "literal", "a = b"),
        ("", "literal", ""),
        ("  ", "literal", "  "),
        ("$a", "literal", "$a"),
        ("{!a}", "literal", "{!a}"),
    ],
)
def test_a_text_tells_its_language(text: str, language: str, value: object) -> None:
    expression = compile_text(text)
    assert expression.language == language
    holds(text, expression.evaluate({"a": 2}, NOW), value)


@pytest.mark.parametrize(
    ("text", "position"), [("=", 1), ("= ", 2), ("  = 1 +", 7), ("=1 2", 3), ("x ${", 4), ("${a b}", 4)]
)
def test_positions_count_from_the_texts_own_start(text: str, position: int) -> None:
    with pytest.raises(SyntaxFault) as caught:
        compile_text(text)
    assert caught.value.position == position
    assert f"character {position + 1}" in str(caught.value)


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "x", "= 1", "${x}", [1], {"a": 1}, dt.date(2026, 1, 31)])
def test_a_literal_is_its_value(value: object) -> None:
    expression = literal(value)
    assert expression.evaluate({"x": 9}, None) is value
    assert expression.constant is value
    assert (expression.is_constant, expression.language, expression.names) == (True, "literal", frozenset())
    assert expression.text == (value if isinstance(value, str) else repr(value))


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("1 + 1", True),
        ("[1, 2]", True),
        ("null", True),
        ('date("2026-01-31")', True),
        ("x", False),
        ("x = null", False),
        ("now()", False),
        ("today()", False),
        ("for i in 1..1000000 return i", False),
    ],
)
def test_what_depends_on_nothing_is_constant(text: str, constant: bool) -> None:
    expression = compile_feel(text)
    assert expression.is_constant is constant
    if constant:
        assert expression.constant == expression.evaluate({}, None)


def test_a_constant_that_fails_fails_when_it_is_evaluated() -> None:
    expression = compile_juel("${1 / 0}")
    assert not expression.is_constant
    with pytest.raises(EvaluationFault, match="Division by zero"):
        expression.evaluate({}, None)


@pytest.mark.parametrize(("language", "text"), [("feel", "a + 1"), ("juel", "x ${a}"), ("contract", "{!a} > 1")])
def test_an_expression_tells_of_itself(language: str, text: str) -> None:
    expression = COMPILERS[language](text)
    assert expression.text == text
    assert expression.names == {"a"}
    assert expression.language == ("feel" if language == "feel" else "juel")
    assert text in repr(expression)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("x", "string"),
        ([], "list"),
        ((), "list"),
        ({}, "context"),
        (dt.date(2026, 1, 31), "date"),
        (dt.time(1), "time"),
        (dt.timedelta(1), "days and time duration"),
        (dt.datetime(2026, 1, 31, tzinfo=dt.UTC), "date and time"),
    ],
)
def test_the_name_of_a_values_type(value: object, name: str) -> None:
    assert type_name(value) == name


def test_a_value_of_no_type_is_a_fault() -> None:
    for value in (object(), {1, 2}, b"x", 1j):
        with pytest.raises(EvaluationFault, match=f"A {type(value).__name__} is no value of FEEL"):
            type_name(value)
        for expression in (compile_feel("x + 1"), compile_feel("[x]"), compile_feel("x"), compile_juel("${x}")):
            with pytest.raises(ExpressionError, match="is no value of FEEL"):
                expression.evaluate({"x": value}, NOW)
