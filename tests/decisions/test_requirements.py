"""Requirement graphs, services, and what a decision sees (DMN 1.5, sections 6.3 and 10.4)."""

import pytest
from deciding import decide, decision, dmn, given, literal, model_of_function, read, refusal, table, value

from andante.decisions import DecisionFault, NoDecision, read_dmn

CHAIN = (
    given("salary", "number")
    + decision("yearly", literal("salary * 12"), needs=[">salary"], type="number")
    + decision("it", literal('if yearly > 1000 then "rich" else "poor"'), needs=["yearly"])
)


def test_required_decisions_are_evaluated_first() -> None:
    assert value(CHAIN, "it", salary=100) == "rich"
    assert value(CHAIN, "yearly", salary=100) == 1200


def test_a_decision_is_evaluated_once_however_many_require_it() -> None:
    body = (
        decision("base", table("FIRST", ["n"], ["x"], ["-; n + 1"]))
        + decision("a", literal("base"), needs=["base"])
        + decision("b", literal("base"), needs=["base"])
        + decision("it", literal("a + b"), needs=["a", "b"])
    )
    outcome = decide(body, "it", n=1)
    assert outcome.value == 4
    assert [each.decision for each in outcome.applied] == ["base"]


def test_a_long_chain_needs_no_deep_stack() -> None:
    parts = [decision("d0", literal("n"))]
    parts += [decision(f"d{i}", literal(f"d{i - 1} + 1"), needs=[f"d{i - 1}"]) for i in range(1, 1_500)]
    assert value("".join(parts), "d1499", n=1) == 1500


def test_elements_are_seen_only_where_they_are_required() -> None:
    body = given("hidden") + decision("other", literal("1")) + decision("it", literal("[hidden, other, free]"))
    assert value(body, "it", hidden=1, free=2) == [None, None, 2]


def test_as_in_camunda_a_required_decision_is_there_by_its_id_and_its_outputs() -> None:
    season = table("FIRST", ["n"], ["season"], ['< 5; "cold"', '-; "warm"'])
    body = decision("the season", season) + decision("it", literal("[season, the_season]"), needs=["the season"])
    assert value(body, "it", n=3) == ["cold", "cold"]
    several = table("COLLECT", ["n"], ["tag"], ['> 1; "a"', '> 2; "b"'])
    body = decision("tags", several) + decision("it", literal("[tag, tags]"), needs=["tags"])
    assert value(body, "it", n=3) == [["a", "b"], ["a", "b"]]


def test_an_input_that_is_not_given_is_null_with_a_message() -> None:
    outcome = decide(CHAIN, "it")
    assert outcome.value == "poor"
    assert outcome.messages == ("decision 'yearly': the input 'salary' is not given; it counts as null",)


def test_an_input_that_does_not_fit_its_type_is_null_with_a_message() -> None:
    outcome = decide(CHAIN, "yearly", salary="much")
    assert outcome.value is None
    assert outcome.messages == (
        "decision 'yearly': the input 'salary' is \"much\", which is no number; it counts as null",
    )


def test_a_fault_names_the_decision_it_is_in() -> None:
    body = decision("base", table("UNIQUE", ["n"], ["x"], ["1; 1", "1; 2"])) + decision(
        "it", literal("base"), needs=["base"]
    )
    with pytest.raises(DecisionFault, match=r"^decision 'base': the rules 1, 2 match") as caught:
        value(body, "it", n=1)
    assert caught.value.decision == "base"


SERVICE = (
    given("a")
    + decision("inner", literal("a + 1"), needs=[">a"])
    + decision("middle", literal("inner * 10"), needs=["inner"])
    + decision("out", literal("middle + a"), needs=["middle", ">a"])
    + decision("out2", literal("middle"), needs=["middle"])
    + '<decisionService id="one" name="one"><outputDecision href="#out"/><encapsulatedDecision href="#middle"/>'
    '<inputDecision href="#inner"/><inputData href="#a"/></decisionService>'
    '<decisionService id="two" name="two"><outputDecision href="#out"/><outputDecision href="#out2"/>'
    '<encapsulatedDecision href="#inner"/><inputData href="#a"/></decisionService>'
)


def test_a_service_is_given_its_input_decisions() -> None:
    assert value(SERVICE, "one", a=1, inner=5) == 51
    assert value(SERVICE, "two", a=1) == {"out": 21, "out2": 20}
    assert read(SERVICE).find("one").kind == "decisionService"


def test_a_service_is_called_as_a_function_of_its_input_data_and_then_its_input_decisions() -> None:
    calls = decision("it", literal("[one(1, 5), one(inner: 5, a: 2), two(1).out2]"), knows=["one", "two"])
    assert value(SERVICE + calls, "it") == [51, 52, 20]


def test_a_business_knowledge_model_is_evaluated_from_outside() -> None:
    body = model_of_function("f", ["day: date", "n: number"], literal("day.year + n"), type="number")
    assert value(body, "f", day="2026-01-01", n=1) == 2027


def test_decisions_are_found_by_id_and_by_name() -> None:
    model = read(decision("My Decision", literal("1")))
    assert model.find("My_Decision") is model.find("My Decision") is model.find("")
    with pytest.raises(NoDecision, match="no decision 'other'"):
        model.find("other")
    with pytest.raises(NoDecision, match="2 decisions"):
        read(CHAIN).find("")


def test_elements_need_no_ids() -> None:
    model = read_dmn(
        dmn(
            '<inputData name="two"/><inputData name="two words"/>'
            f'<decision name="one"><variable name="one"/>{literal("1 + f(2)")}</decision>'
            f'<decision name="two">{literal("2")}</decision>'
            f'<businessKnowledgeModel name="f"><encapsulatedLogic><formalParameter name="x"/>{literal("x")}'
            "</encapsulatedLogic></businessKnowledgeModel>"
        )
    )
    assert model.find("two").evaluate({}).value == 2
    assert model.find("f").evaluate({"x": 7}).value == 7
    assert sorted(model.graph.decisions) == ["one", "two_2"]


def test_requirements_in_a_circle_are_refused() -> None:
    body = decision("a", literal("b"), needs=["b"]) + decision("b", literal("a"), needs=["a"])
    (found,) = refusal(body)
    assert found.code == "cycle"
    assert found.message == "The requirements go round in a circle: 'a' → 'b' → 'a'. Remove one of them."


def test_functions_in_a_circle_are_refused() -> None:
    body = model_of_function("f", ["n"], literal("g(n)"), knows=["g"]) + model_of_function(
        "g", ["n"], literal("f(n)"), knows=["f"]
    )
    assert [each.code for each in refusal(body)] == ["cycle"]


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (decision("it", literal("1"), needs=["gone"]), "unknownElement", "requires '#gone'"),
        (decision("it", literal("1"), needs=["it"]), "cycle", "circle"),
        (decision("it", literal("1")) * 2, "duplicateId", "used twice"),
        (
            '<import namespace="x"/>' + decision("it", literal("1")),
            "import",
            "No DMN file of the namespace 'x' is there",
        ),
        ("", "noDecision", "has no decision"),
        ('<decisionService id="s" name="s"/>' + decision("it", literal("1")), "noOutput", "no output decision"),
        (decision("it", literal("1")).replace("</decision>", "<wrong/></decision>"), "unknownElement", "wrong"),
    ],
)
def test_what_is_wrong_with_a_graph_is_told(body: str, code: str, text: str) -> None:
    (found,) = refusal(body)
    assert found.code == code
    assert text in found.message


def test_a_requirement_of_another_file_is_an_import() -> None:
    body = decision("it", literal("1"), needs=["x"]).replace("#x", "http://other#x")
    assert [each.code for each in refusal(body)] == ["import"]
