"""DMN files of every version and from strangers: what is read, what is refused, what is bounded."""

import pytest
from deciding import decision, dmn, literal, of, refusal, table, value

from andante.decisions import DecisionFault, is_dmn, read_dmn
from andante.markup.findings import ModelRefused

BPMN = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'


@pytest.mark.parametrize(
    "version",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_each_version_is_read(version: str) -> None:
    data = dmn(decision("it", literal("1 + 1")), version=version)
    assert is_dmn(data)
    assert read_dmn(data).find("it").evaluate({}).value == 2


def test_other_files_are_no_decisions() -> None:
    assert not is_dmn(BPMN)
    with pytest.raises(ModelRefused, match="The file is no DMN"):
        read_dmn(BPMN)
    with pytest.raises(ModelRefused, match="This version of DMN"):
        read_dmn(dmn(decision("it", literal("1")), version="http://www.omg.org/spec/DMN/20130901/x"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a", "notXml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "doctype"),
        (b" " * (10 * 1024 * 1024 + 1), "tooBig"),
    ],
)
def test_hostile_files_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(ModelRefused) as caught:
        read_dmn(data)
    assert caught.value.findings[0].code == code


def test_the_head_of_a_file_tells_what_it_is() -> None:
    assert is_dmn(dmn(decision("it", literal("1"))).decode().encode("utf-16"))
    assert not is_dmn(b"<a>omg.org/spec/DMN/</a>")
    assert not is_dmn(b"no XML at all")
    with pytest.raises(ModelRefused):
        is_dmn(b"omg.org/spec/DMN/")


def test_a_decision_may_give_itself_a_version() -> None:
    seven = decision("it", literal("1")).replace("<decision ", '<decision camunda:versionTag="7.1" ')
    extension = '<extensionElements><z:versionTag xmlns:z="http://camunda.org/schema/zeebe/1.0" value="8.1"/>'
    eight = decision("it", extension + "</extensionElements>" + literal("1"))
    assert [read_dmn(dmn(each)).find("it").version for each in (seven, eight)] == ["7.1", "8.1"]


def test_diagrams_are_drawing_and_the_rest_is_reported() -> None:
    drawing = "<dmndi:DMNDI><dmndi:DMNDiagram/></dmndi:DMNDI>"
    model = read_dmn(dmn(decision("it", literal("1")) + drawing, attributes='other:x="1"'))
    assert [(each.code, each.message) for each in model.warnings] == [
        ("ignored", "{http://example.org/other}x is ignored: this namespace has no meaning here.")
    ]


def test_another_language_is_refused_for_the_whole_file() -> None:
    found = refusal(decision("it", literal("1")), attributes='expressionLanguage="http://www.w3.org/1999/XPath"')
    assert [each.code for each in found] == ["expressionLanguage"]


def test_documentation_changes_nothing() -> None:
    body = (
        decision("it", "<description>d</description><question>q</question>" + literal("1"))
        + '<knowledgeSource id="k" name="k"/><textAnnotation id="t"><text>x</text></textAnnotation>'
    )
    assert value(body, "it") == 1


def test_the_whole_decision_pays_from_one_purse() -> None:
    logic = table("COLLECT", ["a"], ["x"], ["-; count(for i in 1..90000 return i)"] * 50)
    with pytest.raises(DecisionFault, match="more than 500000 steps"):
        of(logic, a=1)


def test_functions_that_call_each_other_without_end_are_stopped() -> None:
    item = '<functionDefinition><formalParameter name="n"/>' + literal("f(n)") + "</functionDefinition>"
    entries = f'<contextEntry><variable name="f"/>{item}</contextEntry><contextEntry>{literal("f(1)")}</contextEntry>'
    with pytest.raises(DecisionFault, match="Functions call each other more than 100 deep"):
        of(f"<context>{entries}</context>")


def test_values_that_are_nested_too_deep_are_a_fault() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(DecisionFault, match="nested"):
        of(literal("x = x"), x=deep)


def test_a_value_of_no_feel_type_is_a_fault() -> None:
    with pytest.raises(DecisionFault, match="no value of FEEL"):
        of(literal("x"), x=object())
