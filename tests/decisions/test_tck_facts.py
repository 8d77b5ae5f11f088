"""Facts of the public DMN TCK (github.com/dmn-tck/tck), each written anew in a line or two. The number is the TCK's."""

from typing import Any

import pytest
from deciding import decide, decision, given, literal, model_of_function, table, value

TYPES = (
    '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    '<itemDefinition name="tTexts" isCollection="true"><typeRef>string</typeRef></itemDefinition>'
    '<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
)


@pytest.mark.parametrize(
    ("case", "kind", "text", "expected"),
    [
        ("0082-001", "string", "1+1", None),
        ("0082-003", "tNumbers", '[1,2,"foo"]', None),
        ("0082-004", "tPerson", '{name: "foo", surname: "bar", age: 10}', {"name": "foo", "surname": "bar", "age": 10}),
        ("0082-005", "tPerson", '{name: "foo"}', None),
        ("0082-006", "tTexts", '"foo"', ["foo"]),
        ("0082-006_a", "tNumbers", '"foo"', None),
        ("0082-007", "string", '["foo"]', "foo"),
        ("0082-007_a", "string", "[1]", None),
        ("0082-008", "tTexts", "null", None),
    ],
)
def test_results_are_coerced(case: str, kind: str, text: str, expected: object) -> None:
    assert value(TYPES + decision("it", literal(text), type=kind)) == expected
    assert value(TYPES + decision("it", literal(text, kind))) == expected  # literal_001 to _006


@pytest.mark.parametrize(
    ("case", "kind", "body", "call", "expected"),
    [
        ("0082-bkm_001", "tPerson", literal("a != null"), 'f({name: "foo", surname: "bar", age: 10})', True),
        ("0082-bkm_002", "tPerson", literal("a != null"), 'f({name: "foo"})', False),
        ("0082-bkm_003", "tPerson", literal("a != null", "tPerson"), 'f({name: "foo"})', None),
        ("0082-bkm_004", "Any", literal("a", "tNumbers"), "f(10)", [10]),
        ("0082-bkm_004_a", "Any", literal("a", "tNumbers"), 'f("foo")', None),
        ("0082-bkm_004_b", "Any", literal("a", "tNumbers"), "f(null)", None),
        ("0082-bkm_005", "Any", literal("[a]", "number"), "f(10)", 10),
        ("0082-bkm_005_a", "Any", literal("[a]", "number"), 'f("foo")', None),
        ("0092-003", "Any", literal("function (b) 1 + b"), "f(0)(4)", 5),
        ("0092-005", "number", literal("function (b) a * b"), "f(10)(2)", 20),
        ("0092-008", "number", literal("function (a, b) a * b"), "f(10)(2, 3)", 6),
        ("0092-009", "number", literal("function (b) a * b"), "{a: 10, r: f(100)(2)}.r", 200),
        ("0092-010", "number", literal("function (b) function(c) function(d) a*b*c*d"), "f(2)(3)(4)(5)", 120),
        ("0092-011", "Any", literal("a(5) * a(10)"), "f(function (x) 10 * x)", 5000),
        ("0092-012", "Any", literal("a(5) * a(10)"), "f(tenfold)", 5000),
        ("0092-014", "Any", literal("a(-5)"), "f(abs)", 5),
        ("0092-015", "Any", literal("a([1,2,3]) * a(1,2)"), "f(sum)", 18),
        ("0092-016", "Any", literal("a(10, 2)"), "f(sqrt)", None),
        ("0092-017", "Any", literal('sort(["a","z","a","z"], a)'), 'f(function (a,b) a = "a")', ["a", "a", "z", "z"]),
        ("0082-fd_001", "Any", literal("a"), "{g: function(x: number) x, r: g(10)}.r", 10),
        ("0082-fd_002", "Any", literal("a"), '{g: function(x: number) x, r: g("foo")}.r', None),
    ],
)
def test_functions(case: str, kind: str, body: str, call: str, expected: object) -> None:
    models = model_of_function("f", [f"a: {kind}"], body) + model_of_function("tenfold", ["a"], literal("a * 10"))
    assert value(TYPES + models + decision("it", literal(call), knows=["f", "tenfold"]), "it") == expected


def test_0092_002_a_function_definition_nested_in_another() -> None:
    inner = f'<functionDefinition><formalParameter name="b"/>{literal("a * b")}</functionDefinition>'
    body = model_of_function("f", ["a"], inner) + decision("it", literal("f(10)(3)"), knows=["f"])
    assert value(body, "it") == 30


SERVICE = (
    given("d1", "string") + given("d2", "string") + decision("in1", literal('"never"'), type="string")
    + decision("in2", literal('"never"'), type="string")
    + decision("out", literal('d1 + " " + d2 + " " + in1 + " " + in2'), needs=[">d1", ">d2", "in1", "in2"])
    + decision("echo", literal("in1 = null"), needs=["in1"])
    + '<decisionService id="s" name="s"><outputDecision href="#out"/><inputDecision href="#in1"/>'
    '<inputDecision href="#in2"/><inputData href="#d1"/><inputData href="#d2"/></decisionService>'
    '<decisionService id="e" name="e"><outputDecision href="#echo"/><inputDecision href="#in1"/></decisionService>'
)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "call", "expected"),
    [
        ("0085-011", 's("A", "B", "C", "D")', "A B C D"),
        ("0085-012", 's(in1: "C", d1: "A", in2: "D", d2: "B")', "A B C D"),
        ("0085-005", 's("A")', None),
        ("0085-007", "e(123)", True),
        ("0085-008", "e()", None),
        ("0085-010", 'e(foo: "bar")', None),
        ("0082-ds", 'e(["x"])', False),
    ],
)
def test_decision_services(case: str, call: str, expected: object) -> None:
    assert value(SERVICE + decision("it", literal(call), knows=["s", "e"]), "it") == expected


@pytest.mark.parametrize(
    ("symptom", "expected"),
    [("cough", ["cold", "flu"]), ("fever", ["flu"]), ("bleeding", [])],
)
def test_0039_a_list_as_a_test(symptom: str, expected: list[str]) -> None:
    logic = table("COLLECT", ["Symptom"], ["x"], ['"cough", "sore throat"; "cold"', 'Flu Symptoms; "flu"'])
    body = given("Flu Symptoms") + given("Symptom") + decision("it", logic, needs=[">Flu Symptoms", ">Symptom"])
    assert value(body, "it", **{"Flu Symptoms": ["fever", "cough"], "Symptom": symptom}) == expected


def test_0037_a_parameter_with_a_dot_in_its_name_is_no_path_elsewhere() -> None:
    person = {"Name": "Amy", "Children": 2}
    knowledge = model_of_function("Description", ["Person.Name"], literal('Person.Name + " is a mother"'))
    call = (
        f"<invocation>{literal('Description')}<binding><parameter name='Person.Name'/>{literal('Person.Name')}"
        "</binding></invocation>"
    )
    body = (
        given("Person") + knowledge + decision("Person's description", call, needs=[">Person"], knows=["Description"])
    )
    assert value(body, "Person's description", Person=person) == "Amy is a mother"


def test_0088_a_decision_that_people_make() -> None:
    text = "Student's name + \" is \" + Teacher's Evaluation"
    body = (
        given("Student's name")
        + decision("Teacher's Evaluation", "")
        + decision("it", literal(text), needs=["Teacher's Evaluation", ">Student's name"])
    )
    assert value(body, "it", **{"Student's name": "John", "Teacher's Evaluation": "good"}) == "John is good"


RULES = ['>=18; "Medium","Low"; true; "Approved"; "Basic"', '<18; -; -; "Declined"; "Standard"',
         '-; "High"; -; "Approved"; "Standard"']  # fmt: skip


@pytest.mark.parametrize(
    ("age", "risk", "affordable", "expected"),
    [
        (19, "Low", True, [("Approved", "Basic")]),
        (13, "High", True, [("Declined", "Standard"), ("Approved", "Standard")]),
        (19, "High", True, [("Approved", "Standard")]),
    ],
)
def test_0119_collect_of_several_outputs(age: int, risk: str, affordable: bool, expected: list[Any]) -> None:
    logic = table("COLLECT", ["Age", "Risk", "Affordable"], ["Approved/Declined", "Rate"], RULES)
    outcome = decide(decision("it", logic), Age=age, Risk=risk, Affordable=affordable)
    assert [tuple(row.values()) for row in outcome.value] == expected
