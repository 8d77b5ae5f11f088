"""How a decision is made, in texts for people: nothing that counts is left out."""

from pathlib import Path
from typing import Any

from deciding import decision, given, literal, read, table

from andante.decisions import DecisionView, read_dmn

EXAMPLE = Path(__file__).parents[2] / "examples/leave-days.dmn"


def view(body: str, name: str = "it") -> DecisionView:
    return read(body).find(name).view()


def boxed(logic: str) -> Any:
    return view(decision("it", logic)).logic


def test_a_table_as_it_was_written() -> None:
    found = read_dmn(EXAMPLE.read_bytes()).find("extraDays").view()
    assert (found.kind, found.type) == ("decision", "number")
    assert [(each.kind, each.name, each.type) for each in found.needs] == [
        ("input", "age", "Years"), ("input", "yearsOfService", "Years"),
    ]  # fmt: skip
    logic: Any = found.logic
    assert (logic.policy, logic.aggregation, logic.notes) == ("C", "SUM", ["Why"])
    assert [(each.label, each.expression, each.type) for each in logic.inputs] == [
        ("Age", "age", "number"), ("Years of service", "yearsOfService", "number"),
    ]  # fmt: skip
    assert [(each.label, each.type, each.default) for each in logic.outputs] == [("days", "number", "0")]
    assert [tuple(rule) for rule in logic.rules] == [
        (1, ["< 18", ""], ["5"], ["Protection of the young"]),
        (2, [">= 60", ""], ["5"], ["Works agreement"]),
        (3, ["", ">= 30"], ["3"], ["Works agreement"]),
    ]


def test_values_labels_and_notes_of_older_files() -> None:
    logic = table("PRIORITY", ["a"], ["x"], ['1; "b"', '-; "c"'], values=['"b", "c"'])
    logic = logic.replace('<rule id="r2">', '<rule id="r2"><description>else</description>')
    logic = logic.replace("<output ", '<output label="Result" ', 1)
    found = boxed(logic)
    assert (found.inputs[0].label, found.inputs[0].expression) == ("a", "")
    assert (found.outputs[0].label, found.outputs[0].values) == ("Result", '"b", "c"')
    assert (found.notes, [rule.notes for rule in found.rules]) == ([""], [[""], ["else"]])


def test_boxed_expressions_with_all_that_is_in_them() -> None:
    entry = "<contextEntry><variable name='{}'/>{}</contextEntry>"
    function = (
        '<functionDefinition><formalParameter name="a" typeRef="number"/><formalParameter name="b"/>'
        f"{literal('a + b')}</functionDefinition>"
    )
    relation = (
        f'<relation><column name="p"/><column name="q"/><row>{literal("1")}{literal("2", "number")}</row></relation>'
    )
    found = boxed(
        "<context>" + entry.format("f", function) + entry.format("l", f"<list>{literal('1')}{literal('x')}</list>")
        + entry.format("r", relation) + f"<contextEntry>{literal('f(1, 2)')}</contextEntry></context>"
    )  # fmt: skip
    assert found.kind == "context"
    parts = dict(found.parts)
    assert list(parts) == ["f", "l", "r", "Result"]
    assert (parts["f"].text, parts["f"].parts[0][1].text) == ("function(a: number, b)", "a + b")
    assert [(name, each.text) for name, each in parts["l"].parts] == [("1", "1"), ("2", "x")]
    assert (parts["r"].columns, [[cell.text for cell in row] for row in parts["r"].rows]) == (["p", "q"], [["1", "2"]])
    assert (parts["Result"].kind, parts["Result"].text) == ("literal", "f(1, 2)")

    call = f'<invocation>{literal("max")}<binding><parameter name="list"/>{literal("[1]")}</binding></invocation>'
    choice = f"<conditional><if>{literal('a')}</if><then>{call}</then><else>{literal('0')}</else></conditional>"
    assert [name for name, _ in boxed(choice).parts] == ["If", "Then", "Else"]
    assert [(name, each.text) for name, each in boxed(choice).parts[1][1].parts] == [
        ("Function", "max"),
        ("list", "[1]"),
    ]
    picked = f"<filter><in>{literal('[1]')}</in><match>{literal('item > 0')}</match></filter>"
    assert [(name, each.text) for name, each in boxed(picked).parts] == [("Items of", "[1]"), ("Where", "item > 0")]
    for kind, words, tag in (("for", "Result of each", "return"), ("some", "Is true for one", "satisfies")):
        loop = f'<{kind} iteratorVariable="n"><in>{literal("[1]")}</in><{tag}>{literal("n > 0")}</{tag}></{kind}>'
        assert [name for name, _ in boxed(loop).parts] == ["Each n of", words]


def test_what_it_needs() -> None:
    knowledge = (
        '<businessKnowledgeModel id="k" name="k"><variable name="k"/><encapsulatedLogic>'
        f'<formalParameter name="a"/>{literal("a")}</encapsulatedLogic></businessKnowledgeModel>'
    )
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#it"/>'
        '<inputDecision href="#other"/><inputData href="#n"/></decisionService>'
    )
    body = (
        given("n", "number") + decision("other", literal("1"), type="number") + knowledge + service
        + decision("it", literal("k(n) + other"), needs=[">n", "other"], knows=["k"])
    )  # fmt: skip
    assert [(each.kind, each.id, each.type) for each in view(body).needs] == [
        ("input", "n", "number"), ("decision", "other", "number"), ("knowledge", "k", ""),
    ]  # fmt: skip
    found = view(body, "s")
    assert (found.kind, found.logic) == ("decisionService", None)
    assert [(each.kind, each.id) for each in found.needs] == [("decision", "it"), ("input", "other"), ("input", "n")]
    made: Any = view(body, "k")
    assert (made.kind, made.logic.text) == ("businessKnowledgeModel", "function(a)")
