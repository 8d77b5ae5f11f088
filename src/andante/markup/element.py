"""XML from strangers, parsed safely, as elements from which readers take what they understand.

What is left over when a reader is done was understood by nobody; `leftovers` then refuses or reports it. So nothing in
a file is skipped without a word.
"""

from collections.abc import Mapping
from typing import Final, final

from lxml import etree

from andante.markup.findings import refuse

_SCHEMA: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"

_NONE: Final[Mapping[str, str]] = {}

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ATTRIBUTES: Final = 256  # of one element


@final
class Element:
    """An XML element of a model. `name` is its local name, `space` its namespace, `home` that of the model's language.
    `attributes` holds those not yet taken, with `{namespace}name` for foreign ones; `children` likewise; `extensions`
    the content of `extensionElements`; `prefixes` the namespaces by prefix, at the root alone. Elements of the
    namespaces `skipped` are left out: they are drawing. `text_line` is the line that `text` begins at."""

    __slots__ = (
        "attributes",
        "children",
        "extensions",
        "home",
        "id",
        "line",
        "name",
        "prefixes",
        "space",
        "text",
        "text_line",
    )

    def __init__(self, source: "etree._Element", home: str, skipped: frozenset[str] = frozenset()) -> None:
        self.name = str(source.tag).rpartition("}")[2]
        self.space = namespace(source)
        self.home = home
        self.prefixes: Mapping[str, str] = _NONE
        line = source.sourceline
        self.line = line if isinstance(line, int) else 0
        text = source.text or ""
        self.text = text.strip()
        self.text_line = self.line + text.count("\n", 0, len(text) - len(text.lstrip()))
        if len(source.attrib) > MAX_ATTRIBUTES:  # to read so many takes the square of their number
            text = f"It has {len(source.attrib)} attributes; an element has at most {MAX_ATTRIBUTES}."
            raise refuse("tooManyAttributes", text, self.line)
        attributes: dict[str, str] = {str(name): str(value) for name, value in source.items()}
        self.attributes = {name: value for name, value in attributes.items() if not name.startswith((_SCHEMA, _XML))}
        self.id = self.attributes.pop("id", "") if self.space == home else self.attributes.get("id", "")
        self.children: list[Element] = []
        self.extensions: list[Element] = []
        for child in source:
            if not isinstance(child.tag, str) or (skipped and child.tag[1:].partition("}")[0] in skipped):
                continue
            element = Element(child, home, skipped)
            if element.space == home and element.name == "extensionElements":
                self.extensions.extend(element.children)
            else:
                self.children.append(element)

    @property
    def label(self) -> str:
        """How messages name the element: by id, else by its own name."""
        return self.id or self.name

    @property
    def origin(self) -> str:
        """Its own name and namespace, for messages about a file of another kind."""
        return f"<{self.name}> of {self.space or 'no namespace'}"

    def take(self, name: str, default: str = "") -> str:
        """The attribute, which counts as read from now on."""
        return self.attributes.pop(name, default)

    def take_all(self, *names: str) -> "list[Element]":
        """The children of these names, in order."""
        taken = [c for c in self.children if c.space == self.home and c.name in names]
        if taken:
            self.children = [c for c in self.children if not (c.space == self.home and c.name in names)]
        return taken

    def take_one(self, name: str) -> "Element | None":
        """The first child of this name; a second one stays, as a leftover."""
        for child in self.children:
            if child.space == self.home and child.name == name:
                self.children.remove(child)
                return child
        return None

    def take_text(self, name: str) -> str:
        """The text of a child, "" where there is none."""
        child = self.take_one(name)
        return child.text if child is not None else ""

    def take_extensions(self, space: str, *names: str) -> "list[Element]":
        """The extension elements of these names."""
        taken = [c for c in self.extensions if c.space == space and c.name in names]
        if taken:
            self.extensions = [c for c in self.extensions if not (c.space == space and c.name in names)]
        return taken


def parse(data: bytes, home: str = "", skipped: frozenset[str] = frozenset()) -> Element:
    """The root element; without `home` the language is that of its own namespace. Raises ModelRefused for what is too
    big, no XML, or has a DTD.

    No entities, no DTD, no network, libxml2's own limits on depth and size stay on.
    """
    if len(data) > MAX_BYTES:
        raise refuse("tooBig", f"The file has {len(data)} bytes, more than the limit of {MAX_BYTES}. Split it.")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        line = fault.lineno or 0 if isinstance(fault, etree.XMLSyntaxError) else 0
        why = str(fault).partition(" (<string>")[0]
        raise refuse("notXml", f"The file is no well-formed XML: {why}. Export it again.", line) from None
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.doctype:
        raise refuse("doctype", "The file has a document type declaration (DOCTYPE). Remove it.", 1)
    element = Element(root, home or namespace(root), skipped)
    element.prefixes = {str(prefix or ""): str(space) for prefix, space in root.nsmap.items()}
    return element


def namespace(element: "etree._Element") -> str:
    return str(element.tag).rpartition("}")[0][1:]
