"""Boxed expressions (DMN 1.5, sections 7.3 and 10.2)."""

import pytest
from deciding import (
    decide,
    decision,
    dmn,
    feel,
    given,
    literal,
    model_of_function,
    of,
    read,
    refusal,
    table,
    value,
    variable,
)

from andante.decisions import DecisionFault, read_dmn


def entry(name: str, logic: str, type: str = "") -> str:
    return f"<contextEntry>{variable(name, type) if name else ''}{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def invocation(name: str, **arguments: str) -> str:
    bindings = "".join(
        f'<binding><parameter name="{each}"/>{literal(text)}</binding>' for each, text in arguments.items()
    )
    return f"<invocation>{literal(name)}{bindings}</invocation>"


def part(name: str, text: str) -> str:
    return f"<{name}>{literal(text)}</{name}>"


def loop(kind: str, items: str, satisfies: str) -> str:
    inside = part("in", items) + part("satisfies", satisfies)
    return f'<{kind} iteratorVariable="x">{inside}</{kind}>'


def test_a_literal_expression_is_feel() -> None:
    assert of(literal("a + 1"), a=1) == 2
    assert of(literal('now() = date and time("2026-01-01T00:00:00Z")')) is True


def test_names_of_several_words_are_read_wherever_they_are_known() -> None:
    body = given("Monthly Salary") + given("Credit-Score (new)") + given("The Applicant")
    logic = literal("Monthly  Salary * 12 + Credit-Score (new) + The Applicant.Years in Job")
    item = '<itemDefinition name="tA"><itemComponent name="Years in Job" typeRef="number"/></itemDefinition>'
    needs = [">Monthly Salary", ">Credit-Score (new)", ">The Applicant"]
    names = {"Monthly Salary": 100, "Credit-Score (new)": 7, "The Applicant": {"Years in Job": 3}}
    assert value(item + body + decision("it", logic, needs=needs), "it", **names) == 1210


def test_a_context_sees_its_earlier_entries_and_gives_its_result() -> None:
    entries = [entry("a", literal("x + 1")), entry("b c", literal("a * 2"))]
    assert of(context(*entries), x=1) == {"a": 2, "b c": 4}
    assert of(context(*entries, entry("", literal("a + b c"))), x=1) == 6


def test_a_context_may_hold_functions_for_its_result() -> None:
    function = (
        f'<functionDefinition><formalParameter name="n" typeRef="number"/>{literal("n * rate")}</functionDefinition>'
    )
    logic = context(
        entry("rate", literal("3")), entry("price of", function), entry("", literal("price of(2) + price of(n: 1)"))
    )
    assert of(logic) == 9


def test_lists_and_relations() -> None:
    assert of(f"<list>{literal('1')}{literal('x')}</list>", x=2) == [1, 2]
    row = f"<row>{literal('1')}{literal('x')}</row>"
    logic = f'<relation><column name="a"/><column name="b" typeRef="string"/>{row}{row}</relation>'
    assert of(logic, x="y") == [{"a": 1, "b": "y"}] * 2


def test_a_function_is_called_by_invocation_and_by_expression() -> None:
    knowledge = model_of_function("payment", ["amount: number", "months: number"], literal("amount / months"))
    call = invocation("payment", months="12", amount="n")
    assert value(knowledge + decision("it", call, knows=["payment"]), "it", n=600) == 50
    assert value(knowledge + decision("it", literal("payment(n, 6)"), knows=["payment"]), "it", n=600) == 100
    assert (
        value(knowledge + decision("it", literal("payment(months: 2, amount: n)"), knows=["payment"]), "it", n=4) == 2
    )


def test_a_missing_argument_is_null_and_an_unknown_one_makes_the_result_null() -> None:
    knowledge = model_of_function("f", ["a", "b"], literal("[a, b]"))
    assert value(knowledge + decision("it", invocation("f", a="1"), knows=["f"]), "it") == [1, None]
    outcome = decide(knowledge + decision("it", invocation("f", a="1", c="2"), knows=["f"]), "it")
    assert (outcome.value, outcome.messages) == (
        None,
        ("decision 'it': there is no parameter 'c'; the result is null",),
    )


def test_an_argument_that_does_not_fit_is_null() -> None:
    knowledge = model_of_function("f", ["a: number"], literal("a = null"))
    outcome = decide(knowledge + decision("it", literal('f("x")'), knows=["f"]), "it")
    assert outcome.value is True
    assert outcome.messages == ("decision 'f': the parameter 'a' is \"x\", which is no number; it counts as null",)


def test_a_business_knowledge_model_may_call_itself() -> None:
    knowledge = model_of_function("sum to", ["n: number"], literal("if n < 1 then 0 else n + sum to(n - 1)"))
    body = knowledge + decision("it", literal("sum to(4)"), knows=["sum to"])
    assert value(body, "it") == 10
    with pytest.raises(DecisionFault, match="deep"):
        value(body.replace("sum to(4)", "sum to(4000)"), "it")


def test_a_function_uses_another_and_a_table() -> None:
    body = (
        model_of_function("double", ["n"], literal("n * 2"))
        + model_of_function("grade", ["n"], table("FIRST", ["double(n)"], ["x"], ['> 10; "high"', '-; "low"']),
                            knows=["double"])
        + decision("it", literal("[grade(5), grade(6)]"), knows=["grade"])
    )  # fmt: skip
    assert value(body, "it") == ["low", "high"]


def test_what_is_invoked_and_is_no_function_gives_null() -> None:
    outcome = decide(decision("it", context(entry("f", literal("1")), entry("", invocation("f", a="1")))))
    assert outcome.value is None
    assert "no function" in outcome.messages[0]


def test_conditional() -> None:
    logic = f"<conditional>{part('if', 'n > 1')}{part('then', '10')}{part('else', '20')}</conditional>"
    assert of(logic, n=2) == 10
    assert of(logic, n=1) == 20
    assert of(logic) == 20


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (f'<for iteratorVariable="each one">{part("in", "items")}{part("return", "each one * 2")}</for>', [2, 4, 6]),
        (f'<for iteratorVariable="i">{part("in", "1..3")}{part("return", "i + count(partial)")}</for>', None),
        (f'<for iteratorVariable="i">{part("in", "[1..3]")}{part("return", "i + count(partial)")}</for>', [1, 3, 5]),
        (f'<some iteratorVariable="i">{part("in", "items")}{part("satisfies", "i > 2")}</some>', True),
        (f'<some iteratorVariable="i">{part("in", "items")}{part("satisfies", "i > 3")}</some>', False),
        (f'<every iteratorVariable="i">{part("in", "items")}{part("satisfies", "i > 0")}</every>', True),
        (f'<every iteratorVariable="i">{part("in", "items")}{part("satisfies", "i > 1")}</every>', False),
        (f'<every iteratorVariable="i">{part("in", "items")}{part("satisfies", "null")}</every>', None),
        (f'<every iteratorVariable="i">{part("in", "null")}{part("satisfies", "true")}</every>', None),
        (f"<filter>{part('in', 'items')}{part('match', 'item > 1')}</filter>", [2, 3]),
        (f"<filter>{part('in', '[{a: 1}, {a: 2}]')}{part('match', 'a = 2')}</filter>", [{"a": 2}]),
        (f"<filter>{part('in', 'items')}{part('match', '2')}</filter>", 2),
    ],
)
def test_loops_and_filters(logic: str, expected: object) -> None:
    if "1..3" in logic and "[1..3]" not in logic:
        assert [each.code for each in refusal(decision("it", logic))] == ["expression"]
    else:
        assert of(logic, items=[1, 2, 3]) == expected


def test_a_type_on_an_expression_is_kept_to() -> None:
    assert of(literal("1", "number")) == 1
    assert of(literal('"1"', "number")) is None
    assert of(literal("[1]", "number")) == 1
    assert of(context(entry("a", literal('"x"'), "number"))) == {"a": None}


def test_a_decision_without_logic_is_given_and_warned_of() -> None:
    body = decision("made by hand", "", type="number") + decision(
        "it", literal("made by hand + 1"), needs=["made by hand"]
    )
    assert [each.code for each in read(body).warnings] == ["noLogic"]
    assert value(body, "it", **{"made by hand": 1}) == 2
    assert value(body, "it", **{"made by hand": "x"}) is None
    assert value(body, "made by hand") is None


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (f"<conditional>{part('if', '1')}{part('then', '2')}{part('else', '3')}</conditional>", None),
        (f"<conditional>{part('if', 'null')}{part('then', '2')}{part('else', '3')}</conditional>", 3),
        (f"<filter>{part('in', '[1, 2]')}{part('match', 'if item = 1 then true else 0.5')}</filter>", None),
        (loop("some", '["a", true]', "x"), None),
        (loop("some", "[null, true]", "x"), True),
        (loop("every", '["a", false]', "x"), None),
        (loop("every", "[null, false]", "x"), False),
    ],
)
def test_a_condition_that_is_no_boolean_makes_the_whole_null(logic: str, expected: object) -> None:
    assert of(logic) is expected if isinstance(expected, bool) else of(logic) == expected


def test_results_hold_no_functions() -> None:
    with pytest.raises(Exception, match="The result is a function"):
        of(literal("function(a) a"))


def test_dates_and_exact_numbers_stay_what_they_are() -> None:
    assert of(literal('date("2026-01-31") + duration("P1D")')) == feel('date("2026-02-01")')
    assert of(literal("0.1 + 0.2")) == feel("0.3")


@pytest.mark.parametrize(
    ("logic", "code", "text"),
    [
        (literal("1 +"), "expression", "cannot be read"),
        (literal("1") + literal("2"), "twoExpressions", "second expression"),
        (literal("f(1)"), "expression", "There is no function 'f'"),
        ('<functionDefinition kind="Java"/>', "functionKind", "kind 'Java' cannot be called"),
        ('<functionDefinition kind="PMML"/>', "functionKind", "kind 'PMML' cannot be called"),
        (
            '<literalExpression expressionLanguage="juel"><text>a</text></literalExpression>',
            "expressionLanguage",
            "juel",
        ),
        ("<literalExpression><importedValues/></literalExpression>", "import", "cannot be imported"),
        (f"<relation><column name='a'/><row>{literal('1')}{literal('2')}</row></relation>", "rowLength", "2 values"),
        (context(entry("a", literal("1")), entry("a", literal("2"))), "duplicateName", "two entries 'a'"),
        ("<invocation/>", "noFunction", "no function"),
        (f"<filter>{part('in', '1')}</filter>", "missing", "has no match"),
        ("<literalExpression wrong='1'/>", "unknownAttribute", "wrong"),
        ("<literalExpression><wrong/></literalExpression>", "unknownElement", "wrong"),
        ("<literalExpression camunda:wrong='1'/>", "unsupportedExtension", "camunda:wrong"),
    ],
)
def test_what_cannot_be_read_is_refused(logic: str, code: str, text: str) -> None:
    found = refusal(decision("it", logic))
    assert [each.code for each in found] == [code]
    assert text in found[0].message
    assert found[0].message.endswith(".")


def test_read_leniently_an_expression_that_cannot_be_read_is_null() -> None:
    file = dmn(decision("it", context(entry("a", literal("f(1)")), entry("b", literal("2")))))
    assert read_dmn(file, lenient=True).find("it").evaluate({}).value == {"a": None, "b": 2}
