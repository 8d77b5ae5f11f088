"""Decision tables: hit policies, cells, outputs, defaults (DMN 1.5, chapter 8)."""

import pytest
from deciding import decide, decision, of, read, refusal, table, value

from andante.decisions import DecisionFault, Rule

GRADES = ['< 18; "minor"', '[18..65); "adult"', '>= 60; "senior"']


@pytest.mark.parametrize(
    ("policy", "age", "expected"),
    [
        ("", 10, "minor"),
        ("UNIQUE", 40, "adult"),
        ("UNIQUE", 70, "senior"),
        ("FIRST", 62, "adult"),
        ("ANY", 62, DecisionFault),
        ("UNIQUE", 62, DecisionFault),
        ("PRIORITY", 62, "senior"),
        ("RULE ORDER", 62, ["adult", "senior"]),
        ("OUTPUT ORDER", 62, ["senior", "adult"]),
        ("COLLECT", 62, ["adult", "senior"]),
        ("UNIQUE", None, None),
        ("COLLECT", None, []),
        ("RULE ORDER", None, []),
    ],
)
def test_each_hit_policy_chooses_among_the_rules_that_match(policy: str, age: object, expected: object) -> None:
    logic = table(policy, ["age"], ["group"], GRADES, values=['"senior", "adult", "minor"'])
    if expected is DecisionFault:
        with pytest.raises(DecisionFault, match="the rules 2, 3 match"):
            of(logic, age=age)
    else:
        assert of(logic, age=age) == expected


@pytest.mark.parametrize(
    ("aggregation", "points", "nothing"),
    [("SUM", 35, None), ("COUNT", 3, 0), ("MIN", 5, None), ("MAX", 20, None)],
)
def test_collect_aggregates(aggregation: str, points: object, nothing: object) -> None:
    logic = table(f"COLLECT {aggregation}", ["n"], ["points"], ["> 1; 5", "> 2; 10", "> 3; 20"])
    assert of(logic, n=9) == points
    assert of(logic, n=0) == nothing


def test_aggregates_of_several_outputs_are_a_context() -> None:
    logic = table("COLLECT SUM", ["n"], ["a", "b"], ["> 1; 5; 1", "> 2; 10; 2"])
    assert of(logic, n=9) == {"a": 15, "b": 3}


def test_what_cannot_be_summed_is_null_with_a_message() -> None:
    outcome = decide(decision("it", table("COLLECT SUM", ["n"], ["a"], ['> 1; "x"', "> 2; 10"])), n=9)
    assert outcome.value is None
    assert "have no sum" in outcome.messages[0]


def test_any_takes_equal_outputs_of_several_rules() -> None:
    logic = table("ANY", ["n"], ["ok", "why"], ['> 1; true; "big"', '> 2; true; "big"'])
    assert of(logic, n=9) == {"ok": True, "why": "big"}


def test_priority_goes_by_the_first_output_and_then_by_the_next() -> None:
    logic = table(
        "PRIORITY", ["n"], ["risk", "days"], ['> 1; "low"; 30', '> 2; "high"; 20', '> 3; "high"; 10'],
        values=['"high", "low"', "10, 20, 30"],
    )  # fmt: skip
    assert of(logic, n=9) == {"risk": "high", "days": 10}
    assert of(logic, n=3) == {"risk": "high", "days": 20}


def test_an_output_that_is_no_output_value_comes_last() -> None:
    logic = table("OUTPUT ORDER", ["n"], ["x"], ['> 1; "other"', '> 2; "a"'], values=['"a"'])
    assert of(logic, n=9) == ["a", "other"]


def test_several_outputs_are_a_context_and_a_list_of_contexts_where_several_rules_count() -> None:
    rules = ['> 1; "a"; 1', '> 2; "b"; 2']
    assert of(table("FIRST", ["n"], ["x", "y"], rules), n=9) == {"x": "a", "y": 1}
    assert of(table("COLLECT", ["n"], ["x", "y"], rules), n=9) == [{"x": "a", "y": 1}, {"x": "b", "y": 2}]


def test_default_outputs_are_taken_when_no_rule_matches() -> None:
    logic = table("UNIQUE", ["n"], ["x", "y"], ['> 1; "a"; 1'], defaults=['"none"', ""])
    assert of(logic, n=9) == {"x": "a", "y": 1}
    assert of(logic, n=0) == {"x": "none", "y": None}
    assert of(table("COLLECT SUM", ["n"], ["x"], ["> 1; 5"], defaults=["-1"]), n=0) == -1


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [
        ("-", [1, None, "x"], []),
        ("", [1, None, "x"], []),
        ("5", [5], [6, "5", None]),
        ("-5", [-5], [5]),
        ("< 5, > 10", [4, 11], [5, 10]),
        ("not(1, 2)", [3], [1, 2]),
        ("not(< 5)", [5], [4]),
        ("[1..3)", [1, 2], [3, 0]),
        ("]1..3]", [2, 3], [1]),
        ('"a", "b"', ["a", "b"], ["c", None]),
        ("null", [None], [0]),
        ("true", [True], [False, None]),
        ("false", [False], [True]),
        ("? > 2 and ? < 5", [3], [5]),
        ('starts with(?, "a")', ["abc"], ["bc"]),
        ("limit", [7], [8]),
        ("< limit", [6], [7]),
        ("[1, 2, 3]", [2, [1, 2, 3]], [4]),
        ("limit > 5", [1, "x"], []),
        ("limit > 9", [], [1, "x"]),
        ("count(?) > 1", [[1, 2]], [[1]]),
    ],
)
def test_what_passes_a_cell(cell: str, passing: list[object], failing: list[object]) -> None:
    model = read(decision("it", table("UNIQUE", ["n"], ["x"], [f"{cell}; true"])))
    for each in passing:
        assert model.find("it").evaluate({"n": each, "limit": 7}).value is True, each
    for each in failing:
        assert model.find("it").evaluate({"n": each, "limit": 7}).value is None, each


def test_cells_and_outputs_see_the_variables_and_camundas_name_of_the_input() -> None:
    body = decision("it", table("UNIQUE", ["amount"], ["x"], ["cellValue > limit; amount - limit"]))
    body = body.replace("<input>", '<input camunda:inputVariable="cellValue">')
    assert value(body, amount=12, limit=10) == 2


def test_values_are_made_to_fit_the_types_of_inputs_and_outputs() -> None:
    logic = table("UNIQUE", ["day: date"], ["x: number"], ['< date("2026-01-01"); "old"', "-; 1"])
    outcome = decide(decision("it", logic.replace("UNIQUE", "FIRST")), day="2025-12-31")
    assert outcome.value is None
    assert outcome.messages == (
        "decision 'it': rule 1, output 'x' (line 4) is \"old\", which is no number; it counts as null",
    )
    assert of(logic.replace("UNIQUE", "FIRST"), day="2026-01-01") == 1


def test_an_input_of_another_type_is_tested_as_it_is() -> None:
    logic = table("COLLECT", ["open: string"], ["x"], ['true; "open"', 'false; "shut"', '"true"; "text"', '< 5; "few"'])
    outcome = decide(decision("it", logic), open=True)
    assert outcome.value == ["open"]
    assert outcome.messages == ("decision 'it': input 'open' is true, which is no string; it stays as it is",)
    assert of(logic, open=3) == ["few"]
    assert of(logic, open="true") == ["text"]
    cells = ["< 18; 1", "[1..5]; 2", "not(3); 3", "? * 2 > 3; 4", '"a"; 5']
    assert of(table("COLLECT", ["n: number"], ["x"], cells), n="a") == [5]


@pytest.mark.parametrize(("n", "low", "expected"), [(5, 5, 1), (4, 5, 2), (5, None, 2), (None, 5, 2), (None, None, 2)])
def test_a_range_without_an_end_matches_nothing(n: object, low: object, expected: int) -> None:
    assert of(table("FIRST", ["n"], ["x"], ["[low..9]; 1", "-; 2"]), n=n, low=low) == expected


def test_an_input_that_is_not_allowed_counts_as_null() -> None:
    logic = table("UNIQUE", ["color"], ["x"], ['"red"; 1', "null; 0"], allowed=['"red", "green"'])
    assert of(logic, color="red") == 1
    outcome = decide(decision("it", logic), color="blue")
    assert outcome.value == 0
    assert outcome.messages == (
        'decision \'it\': input \'color\' is "blue", which is none of "red", "green"; it counts as null',
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("PRIORITY", {"x": "high", "y": 2}), ("OUTPUT ORDER", [{"x": "high", "y": 2}, {"x": "low", "y": 1}])],
)
def test_an_output_without_values_has_no_part_in_the_order(policy: str, expected: object) -> None:
    logic = table(policy, ["a"], ["x", "y"], ['-; "low"; 1', '-; "high"; 2'], values=['"high", "low"', ""])
    logic = logic.replace("<outputValues><text></text></outputValues>", "")
    assert of(logic, a=1) == expected


def test_the_trace_tells_inputs_rules_and_outputs() -> None:
    outcome = decide(decision("it", table("COLLECT", ["a", "b + 1"], ["x"], ["1; -; 10", "-; 3; 20"])), a=1, b=2)
    (applied,) = outcome.applied
    assert applied.decision == "it"
    assert applied.inputs == (("a", 1), ("b + 1", 3))
    assert applied.rules == (Rule(1, "r1"), Rule(2, "r2"))
    assert applied.outputs == ({"x": 10}, {"x": 20}) == tuple(outcome.rows)


def test_a_fault_names_decision_rule_and_place() -> None:
    rule = "-; for i in 1..1000000 return i"
    with pytest.raises(DecisionFault) as caught:
        of(table("FIRST", ["a"], ["x"], ["2; 1", rule]), a=1)
    assert str(caught.value).startswith("decision 'it', rule 2, output 'x' (line 5): ")


def test_a_table_without_inputs_applies_its_rules() -> None:
    assert of(table("FIRST", [], ["x"], ['"always"'])) == "always"


def test_annotations_and_descriptions_are_for_people() -> None:
    logic = table("FIRST", ["a"], ["x"], ["1; 2"])
    logic = logic.replace("<rule", '<annotation name="why"/><rule').replace(
        "</rule>", "<annotationEntry><text>because</text></annotationEntry></rule>"
    )
    assert of(logic.replace('<rule id="r1">', '<rule id="r1"><description>d</description>'), a=1) == 2


@pytest.mark.parametrize(
    ("logic", "code", "line", "text"),
    [
        (table("BEST", ["a"], ["x"], ["1; 2"]), "hitPolicy", 1, "There is no hit policy 'BEST'"),
        (table("COLLECT AVG", ["a"], ["x"], ["1; 2"]), "aggregation", 1, "no aggregation 'AVG'"),
        (table("FIRST", ["a"], [], ["1"]), "noOutput", 1, "has no output"),
        (table("FIRST", ["a"], ["x"], ["1"]), "ruleLength", 4, "Rule 1 has 0 output entries, but the table 1 outputs"),
        (table("FIRST", [""], ["x"], ["1; 2"]), "noInput", 2, "has no expression"),
        (table("FIRST", ["a"], ["x", "x"], ["1; 2; 3"]), "duplicateName", 1, "two outputs 'x'"),
        (table("FIRST", ["a"], ["x", ""], ["1; 2; 3"]), "outputName", 1, "needs a name"),
        (table("PRIORITY", ["a"], ["x"], ["1; 2"]), "noOrder", 3, "needs the values of the output 'x'"),
        (table("FIRST", ["a"], ["x"], ["1; 2", "<; 2"]), "expression", 5, "rule 2: the expression '<' cannot be read"),
        (table("FIRST", ["a"], ["x"], ["1; ${a}"]), "expression", 4, "Write it in FEEL, without ${ }."),
        (table("FIRST", ["a: tGone"], ["x"], ["1; 2"]), "unknownType", 2, "There is no type 'tGone'"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(logic: str, code: str, line: int, text: str) -> None:
    found = refusal(decision("it", logic))
    assert [(each.code, each.line) for each in found] == [(code, line)]
    assert text in found[0].message


def test_a_table_has_a_limit_of_cells() -> None:
    found = refusal(decision("it", table("FIRST", ["a"] * 10, ["x"] * 40, ["1; 2"] * 2_001)))
    assert [each.code for each in found] == ["tooLarge"]
