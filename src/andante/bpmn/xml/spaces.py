"""The namespaces of a BPMN file: its own, and those that it imports (BPMN 2.0.2 section 8.3.3)."""

from lxml import etree

from andante.bpmn.xml.element import BPMN, Element, parse
from andante.markup.findings import ModelRefused


def spaces_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The target namespace of a file and the BPMN namespaces that it imports; nothing where it is no BPMN."""
    try:
        root = parse(data)
    except ModelRefused:
        return "", ()
    if root.name != "definitions" or root.space != BPMN:
        return "", ()
    wanted = dict.fromkeys(space_of(each) for each in root.take_all("import") if is_bpmn(each))
    return root.attributes.get("targetNamespace", ""), tuple(wanted)


def target_namespace(data: bytes) -> str:
    """That of a file, from its first tag alone; "" where it has none."""
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True)
    try:
        for at in range(0, len(data), 65_536):
            parser.feed(data[at : at + 65_536])
            for _, element in parser.read_events():
                return str(element.get("targetNamespace", "")) if isinstance(element, etree._Element) else ""
    except etree.XMLSyntaxError:
        return ""
    return ""


def is_bpmn(element: Element) -> bool:
    """Whether an import is of a BPMN file."""
    return element.attributes.get("importType", "").strip() == BPMN


def space_of(element: Element) -> str:
    """The namespace that an import names."""
    return element.attributes.get("namespace", "").strip()
