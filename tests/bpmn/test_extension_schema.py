"""docs/reference/andante.xsd has all that our extensions may say, and what we show is valid by it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from andante.bpmn.approvals import MORE, USUAL
from andante.bpmn.vendors.andante import ANDANTE

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "reference" / "andante.xsd"
XS = "{http://www.w3.org/2001/XMLSchema}"
# A BPMN element as far as we are concerned: our attributes and extension elements, all of which must be known.
PROBE = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:probe"
  elementFormDefault="qualified">
  <xs:import namespace="{ANDANTE}" schemaLocation="{SCHEMA.as_uri()}"/>
  <xs:element name="probe"><xs:complexType>
    <xs:sequence>
      <xs:any namespace="{ANDANTE}" processContents="strict" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
    <xs:anyAttribute namespace="{ANDANTE}" processContents="strict"/>
  </xs:complexType></xs:element>
</xs:schema>"""


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(PROBE))


def probes(root: "etree._Element") -> Iterator["etree._Element"]:
    """What is ours on each element of a file."""
    for element in root.iter("{*}*"):
        if str(element.tag).startswith(f"{{{ANDANTE}}}"):
            continue
        probe = etree.Element("{urn:probe}probe")
        for name, value in element.items():
            if str(name).startswith(f"{{{ANDANTE}}}"):
                probe.set(name, value)
        for extensions in element.findall("{*}extensionElements"):
            for child in extensions:
                if str(child.tag).startswith(f"{{{ANDANTE}}}"):
                    probe.append(etree.fromstring(etree.tostring(child)))
        if len(probe) or probe.attrib:
            yield probe


def shown() -> Iterator[tuple[str, bytes]]:
    """The examples, and the complete files in the documentation."""
    for file in sorted((ROOT / "examples").glob("*.bpmn")):
        yield file.name, file.read_bytes()
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for n, block in enumerate(re.findall(r"^```xml\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)):
            if "definitions" in block and ANDANTE in block:
                yield f"{page.name} {n}", block.encode()


FILES = list(shown())


@pytest.mark.parametrize(("name", "data"), FILES, ids=[name for name, _ in FILES])
def test_what_we_show_is_valid(schema: etree.XMLSchema, name: str, data: bytes) -> None:
    for probe in probes(etree.fromstring(data)):
        schema.assertValid(probe)


def declared() -> set[str]:
    return {str(each.get("name")) for each in etree.parse(SCHEMA).iter(f"{XS}attribute", f"{XS}element")}


def test_the_schema_has_all_that_the_reader_takes() -> None:
    folder = ROOT / "src" / "andante" / "bpmn" / "vendors"
    source = "".join(file.read_text() for file in sorted(folder.glob("andante*.py")))
    taken = set(re.findall(r'(?:self|vendor)\.(?:text|value|elements|inner)\(\w+, "(\w+)"', source))
    taken |= set(re.findall(r'\btake\("(\w+)"', source))
    taken |= set(re.findall(r'reading\.flag\(\w+, "(\w+)"', source))
    assert {"assignee", "approval", "voteThreshold", "groupAsOne", "sla", "goalBusinessDays"} - taken <= {
        "goalBusinessDays"
    }
    assert taken - declared() == set(), "docs/reference/andante.xsd lacks what the reader understands"


def test_the_schema_knows_the_actions() -> None:
    (pattern,) = re.findall(r'name="actions">\s*<xs:restriction base="xs:string">\s*<xs:pattern value="([^"]*)"',
                            SCHEMA.read_text())  # fmt: skip
    assert set(re.findall(r"[A-Za-z]{2,}", pattern)) == {*USUAL, *MORE}


@pytest.mark.parametrize(
    "wrong",
    [
        '<p:probe andante:colour="red"/>',
        '<p:probe andante:cancelable="yes"/>',
        '<p:probe andante:actions="explode"/>',
        '<p:probe andante:retries="many"/>',
        '<p:probe><andante:approval type="someOne"/></p:probe>',
        '<p:probe><andante:approval colour="red"/></p:probe>',
        '<p:probe><andante:sla goal="soon"/></p:probe>',
        "<p:probe><andante:vote/></p:probe>",
        '<p:probe><andante:input target="x"/></p:probe>',
    ],
)
def test_what_is_wrong_is_not_valid(schema: etree.XMLSchema, wrong: str) -> None:
    text = wrong.replace("<p:probe", f'<p:probe xmlns:p="urn:probe" xmlns:andante="{ANDANTE}"', 1)
    assert not schema.validate(etree.fromstring(text))
