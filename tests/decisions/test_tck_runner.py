"""The runner reads the TCK's form of cases, and tells what is not met."""

from pathlib import Path

import pytest
import tck
from deciding import decision, dmn, given, literal

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>own.dmn</modelName>
  <testCase id="1">
    <inputNode name="day"><value xsi:type="xsd:date">2026-01-31</value></inputNode>
    <inputNode name="items"><list><item><value xsi:type="xsd:decimal">1</value></item></list></inputNode>
    <inputNode name="who"><component name="name"><value xsi:type="xsd:string">Ann</value></component></inputNode>
    <resultNode name="it"><expected>
      <component name="year"><value xsi:type="xsd:decimal">2026</value></component>
      <component name="items"><list><item><value xsi:type="xsd:decimal">1.000000001</value></item></list></component>
      <component name="name"><value xsi:type="xsd:string">{name}</value></component>
      <component name="none"><value xsi:nil="true"/></component>
    </expected></resultNode>
    <resultNode name="gone" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
  </testCase>
</testCases>"""
TEXT = "{year: day.year, items: items, name: who.name, none: null}"


@pytest.mark.parametrize(("name", "said"), [("Ann", "2 of 2"), ("Bob", "1 of 2")])
def test_cases_are_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    body = (
        given("day", "date")
        + given("items")
        + given("who")
        + decision("it", literal(TEXT), needs=[">day", ">items", ">who"])
    )
    (tmp_path / "own.dmn").write_bytes(dmn(body))
    (tmp_path / "own-test-01.xml").write_text(CASES.format(name=name))
    assert tck.main(str(tmp_path)) == (0 if name == "Ann" else 1)
    printed = capsys.readouterr().out
    assert f"{said} expectations are met" in printed
    assert ("own-test-01/1/it: expected" in printed) is (name == "Bob")


def test_a_file_that_is_refused_meets_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.dmn").write_bytes(dmn("<import/>" + decision("it", literal("1"))))
    (tmp_path / "own-test-01.xml").write_text(CASES.format(name="x"))
    assert tck.main(str(tmp_path)) == 1
    assert "1 of 2 expectations are met" in capsys.readouterr().out
    assert tck.is_refused(tmp_path / "own-test-01.xml")


def test_an_expression_that_cannot_be_read_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.dmn").write_bytes(dmn(decision("it", literal(TEXT)) + decision("gone", literal("nothing()"))))
    (tmp_path / "own-test-01.xml").write_text(CASES.format(name="x"))
    assert tck.main(str(tmp_path)) == 1
    assert "1 of 2 expectations are met; deployment refuses 1 of 1 files" in capsys.readouterr().out


def test_models_of_the_folder_are_imported_and_services_that_are_not_there_are_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = dmn(decision("one", literal("1"))).replace(b'namespace="t"', b'namespace="urn:other"')
    body = '<import name="o" namespace="urn:other"/>' + decision("it", literal("o.one"), needs=["one"])
    (tmp_path / "other.dmn").write_bytes(other)
    (tmp_path / "own.dmn").write_bytes(dmn(body.replace("#one", "urn:other#one")))
    (tmp_path / "own-test-01.xml").write_text(
        '<testCases><modelName>own.dmn</modelName><testCase invocableName="gone"><resultNode name="it"><expected>'
        '<value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsd:decimal">1</value>'
        "</expected></resultNode></testCase></testCases>"
    )
    assert tck.main(str(tmp_path)) == 0
    assert "1 of 1 expectations are met; deployment refuses 0 of 1 files" in capsys.readouterr().out
