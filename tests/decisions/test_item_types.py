"""Item definitions: which values conform, and which are made to (DMN 1.5, sections 7.3.2 and 10.3.2.9)."""

import pytest
from deciding import decide, decision, feel, given, literal, refusal, value

ITEMS = """
<itemDefinition name="tColor"><typeRef>string</typeRef><allowedValues><text>"red", "green"</text></allowedValues></itemDefinition>
<itemDefinition name="tColors" isCollection="true" typeRef="tColor"/>
<itemDefinition name="tFew" isCollection="true" typeRef="number"><typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
<itemDefinition name="tMarks" isCollection="true" typeRef="number"><allowedValues><text>[1..6]</text></allowedValues></itemDefinition>
<itemDefinition name="t Person">
  <itemComponent name="full name" typeRef="string"/>
  <itemComponent name="age"><typeRef>feel:number</typeRef><allowedValues><text>&gt;= 0</text></allowedValues></itemComponent>
  <itemComponent name="born" typeRef="date"/>
  <itemComponent name="pets" isCollection="true"><itemComponent name="name" typeRef="string"/></itemComponent>
</itemDefinition>
<itemDefinition name="tAlias" typeRef="t Person"/>
<itemDefinition name="tPeople" isCollection="true" typeRef="tAlias"/>
"""  # noqa: E501

ANN: dict[str, object] = {"full name": "Ann", "age": 1, "born": None, "pets": []}


def kept(kind: str, given_value: object) -> object:
    """The value as input data of this type has it."""
    body = ITEMS + given("x", kind) + decision("it", literal("x"), needs=[">x"])
    return value(body, "it", x=given_value)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("number", 1, 1),
        ("number", 1.5, feel("1.5")),
        ("number", "1", None),
        ("number", True, None),
        ("number", [1], 1),
        ("number", [1, 2], None),
        ("number", [None], None),
        ("string", "a", "a"),
        ("boolean", False, False),
        ("Any", [1, "a"], [1, "a"]),
        ("integer", 3, 3),
        ("double", 3.5, feel("3.5")),
        ("date", "2026-01-31", feel('date("2026-01-31")')),
        ("date", "soon", None),
        ("time", "10:00:00", feel('time("10:00:00")')),
        ("dateTime", "2026-01-31T10:00:00Z", feel('date and time("2026-01-31T10:00:00Z")')),
        ("date and time", "2026-01-31", feel('date and time("2026-01-31")')),
        ("dayTimeDuration", "PT2H", feel('duration("PT2H")')),
        ("yearMonthDuration", "P1Y", feel('duration("P1Y")')),
        ("yearMonthDuration", "PT1H", None),
        ("tColor", "red", "red"),
        ("tColor", "blue", None),
        ("tColors", ["red", "green"], ["red", "green"]),
        ("tColors", "red", ["red"]),
        ("tColors", ["red", "blue"], None),
        ("tFew", [1, 2], [1, 2]),
        ("tFew", [1, 2, 3], None),
        ("tMarks", [1, 6], [1, 6]),
        ("tMarks", [7], None),
        ("t Person", ANN, ANN),
        ("t Person", {**ANN, "extra": 1}, {**ANN, "extra": 1}),
        ("t Person", {"full name": "A"}, None),
        ("t Person", {**ANN, "full name": 1}, None),
        ("t Person", {**ANN, "age": -1}, None),
        ("t Person", {**ANN, "born": "2026-01-31"}, {**ANN, "born": feel('date("2026-01-31")')}),
        ("t Person", {**ANN, "pets": {"name": "Rex"}}, {**ANN, "pets": [{"name": "Rex"}]}),
        ("t Person", "A", None),
        ("t Person", [[ANN]], ANN),
        ("t Person", [[ANN, ANN]], None),
        ("tAlias", ANN, ANN),
        ("tPeople", [ANN, {**ANN, "age": -1}], None),
        ("tPeople", ANN, [ANN]),
    ],
)
def test_which_values_conform(kind: str, before: object, after: object) -> None:
    assert kept(kind, before) == after


def test_a_day_where_a_date_and_time_is_wanted_is_its_midnight_in_utc() -> None:
    assert value(decision("it", literal('date("2026-01-31")'), type="dateTime")) == feel(
        'date and time("2026-01-31T00:00:00Z")'
    )


def test_a_result_conforms_to_its_decisions_type() -> None:
    outcome = decide(ITEMS + decision("it", literal('"blue"'), type="tColor"))
    assert outcome.value is None
    assert outcome.messages == ("decision 'it': the result is \"blue\", which is no tColor; it counts as null",)


def test_instance_of_knows_the_types_of_the_file() -> None:
    whole = '{"full name": "A", age: 1, born: null, pets: []} instance of t Person'
    text = f'[{whole}, {{age: "x"}} instance of t Person, "a" instance of tColor]'
    assert value(ITEMS + decision("it", literal(text))) == [True, False, True]


def test_priority_may_go_by_the_allowed_values_of_a_type() -> None:
    rules = "".join(
        f"<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>{each}</text></outputEntry></rule>"
        for each in ('"green"', '"red"')
    )
    table = (
        '<decisionTable hitPolicy="PRIORITY"><input><inputExpression><text>1</text></inputExpression></input>'
        f'<output typeRef="tColor"/>{rules}</decisionTable>'
    )
    assert value(ITEMS + decision("it", table)) == "red"


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ('<itemDefinition name="a" typeRef="gone"/>', "unknownType"),
        ('<itemDefinition name="a" typeRef="b"/><itemDefinition name="b" typeRef="a"/>', "cycle"),
        ('<itemDefinition name="a" typeRef="a"/>', "cycle"),
        ('<itemDefinition name="a"/><itemDefinition name="a"/>', "duplicateName"),
        (
            '<itemDefinition name="a"><itemComponent name="b"/><itemComponent name="b"/></itemDefinition>',
            "duplicateName",
        ),
        ('<itemDefinition name="a"><allowedValues><text>1 +</text></allowedValues></itemDefinition>', "expression"),
    ],
)
def test_what_is_wrong_with_types_is_told(items: str, code: str) -> None:
    assert {each.code for each in refusal(items + decision("it", literal("1")))} == {code}


def test_a_type_may_hold_itself_in_a_component() -> None:
    items = '<itemDefinition name="tree"><itemComponent name="left" typeRef="tree"/></itemDefinition>'
    body = items + given("x", "tree") + decision("it", literal("x"), needs=[">x"])
    assert value(body, "it", x={"left": {"left": None}}) == {"left": {"left": None}}
    assert value(body, "it", x={"left": {"left": 1}}) is None


FUNCTIONS = """
<itemDefinition name="tChecks" isCollection="true" typeRef="tCheck"/>
<itemDefinition name="tCheck"><functionItem outputTypeRef="boolean">
  <parameters name="amount" typeRef="number"/><parameters name="limit"/>
</functionItem></itemDefinition>
<itemDefinition name="tMaker"><functionItem/></itemDefinition>
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a: number, b) a > b) instance of tCheck", True),
        ("(function(x, y) true) instance of tCheck", True),
        ("(function(a: string, b) true) instance of tCheck", False),
        ("(function(a: number, b: number) true) instance of tCheck", False),
        ("(function(a: number) true) instance of tCheck", False),
        ("[(function(a, b) true), (function(c, d) false)] instance of tChecks", True),
        ("[(function(a, b) true), 1] instance of tChecks", False),
        ("(function() 1) instance of tMaker", True),
        ("(function(a) 1) instance of tMaker", False),
        ("1 instance of tMaker", False),
    ],
)
def test_a_function_type_says_what_the_function_takes(text: str, expected: bool) -> None:
    assert value(FUNCTIONS + decision("it", literal(text))) is expected


def test_the_types_of_a_function_type_must_be_known() -> None:
    body = FUNCTIONS.replace('typeRef="number"', 'typeRef="tGone"').replace("boolean", "tLost")
    assert [each.code for each in refusal(body + decision("it", literal("1")))] == ["unknownType", "unknownType"]
