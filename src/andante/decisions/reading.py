"""What is known while a DMN file is read: its names and types, its language, and what is wrong with it."""

from typing import Final, final

from andante.decisions.logic import Literal
from andante.decisions.types import KINDS, ItemType
from andante.expressions import DEFAULT_LIMITS, Part, SyntaxFault, Vocabulary, compile_part, compile_tests
from andante.expressions.feel.tree import Type
from andante.markup.element import Element
from andante.markup.findings import Findings

CAMUNDA: Final = frozenset(("http://camunda.org/schema/1.0/dmn", "http://camunda.org/schema/zeebe/1.0"))
# They name the tool that wrote the file, and how wide it shows a column.
_TOOLS: Final = frozenset(("http://camunda.org/schema/modeler/1.0", "http://bpmn.io/schema/dmn/biodi/2.0"))

# What a file may say that changes no value.
SILENT: Final = frozenset(
    (
        "allowedAnswers", "annotation", "annotationEntry", "artifact", "association", "authorityRequirement",
        "businessContextElement", "decisionMaker", "decisionOwner", "description", "elementCollection", "group",
        "impactedPerformanceIndicator", "impactingDecision", "knowledgeSource", "organizationUnit",
        "performanceIndicator", "question", "supportedObjective", "textAnnotation", "usingProcess", "usingTask",
    )
)  # fmt: skip
_SILENT_ATTRIBUTES: Final = frozenset(("id", "label", "exporter", "exporterVersion", "namespace", "typeLanguage"))
_CAMUNDA_SILENT: Final = frozenset(("historyTimeToLive", "diagramRelationId", "versionTag", "width"))
_FOREIGN: Final = "is FEEL alone here. Write it in FEEL and remove the expressionLanguage."


@final
class Reading:
    """The state of one reading. `home` is DMN's namespace, `space` that of the file's own elements; `spaces` are the
    namespaces of what it imports, with the names of the imports. When `lenient`, an expression that cannot be read is
    null."""

    __slots__ = ("_shared", "_vocabulary", "findings", "home", "lenient", "space", "spaces", "types", "zone")

    def __init__(self, home: str, space: str, zone: str, lenient: bool) -> None:
        self.findings = Findings()
        self.lenient = lenient
        self.home = home
        self.space = space
        self.spaces: dict[str, list[str]] = {}
        self.zone = zone
        self.types: dict[str, ItemType] = {}
        self._shared = self._vocabulary = Vocabulary()

    def fault(self, code: str, element: Element, message: str) -> None:
        self.findings.fault(code, element.label, element.line, message)

    def share(self, names: set[str]) -> None:
        """The names that all expressions of the file may use."""
        types: dict[str, Type] = {name: kind.feel() for name, kind in self.types.items()}
        self._shared = self._vocabulary = Vocabulary(names, types)

    def use(self, names: set[str]) -> None:
        """Beside the shared ones, the names that the expressions read from now on may use."""
        shared = self._shared
        new = names - shared.names
        self._vocabulary = Vocabulary(shared.names | new, shared.types) if new else shared

    # Expressions.

    def part(self, text: str, element: Element, place: str, *, tests: bool = False) -> Part | None:
        """A compiled text; None with a fault where it cannot be read."""
        if not self.is_feel(element):
            return None
        try:
            compile_text = compile_tests if tests else compile_part
            return compile_text(text.strip(), self._vocabulary, DEFAULT_LIMITS, self.zone)
        except SyntaxFault as fault:
            if self.lenient:
                return compile_part("null")
            shown = text if len(text) <= 200 else text[:200] + "…"
            remedy = " Write it in FEEL, without ${ }." if "${" in text or "#{" in text else ""
            what = f"{place}: the expression '{shown}' cannot be read: {fault}.{remedy}"
            self.findings.fault("expression", element.label, element.line, what)
            return None

    def is_feel(self, element: Element) -> bool:
        """Take the element's language; a fault where it is not FEEL."""
        language = element.take("expressionLanguage").strip()
        if not language or "feel" in language.lower():
            return True
        self.fault(
            "expressionLanguage", element, f"The expression language '{language}' is not supported: it {_FOREIGN}"
        )
        return False

    def text(self, element: Element) -> str:
        """The content of its `text`."""
        return element.take_text("text")

    def literal(self, element: Element, place: str) -> Literal | None:
        """The text of an element as an expression; None where there is none."""
        text = self.text(element)
        if not text:
            self.is_feel(element)
            return None
        part = self.part(text, element, place)
        return None if part is None else Literal(part, place)

    # Types.

    def type(self, element: Element, *, attribute: str = "typeRef") -> ItemType | None:
        """The type an element names, as attribute or (DMN 1.1) child; None for none, or any value."""
        name = element.take(attribute) or element.take_text(attribute)
        return self.type_named(name, element) if name.strip() else None

    def type_named(self, name: str, element: Element) -> ItemType | None:
        name = name.strip()
        known = self.types.get(name)
        if known is None:
            plain = name.rpartition("}")[2].rpartition(":")[2].strip()
            known = self.types.get(plain)
            kind = KINDS.get(plain) or KINDS.get(plain.removeprefix("feel."))
            if known is None and kind is not None:
                known = ItemType(kind, kind)
        if known is None:
            what = f"There is no type '{name}'. Define it as an item definition, or use a type of FEEL."
            self.fault("unknownType", element, what)
        return known

    # What nobody took.

    def leftovers(self, element: Element, *attributes: str) -> None:
        """Refuse or report it. `attributes` are those without effect on this element."""
        for name in element.attributes:
            if name[0] == "{":
                space, _, local = name[1:].partition("}")
                self._foreign(space, local, element, element)
            elif name not in _SILENT_ATTRIBUTES and name not in attributes:
                what = f"{element.name} has an unknown attribute '{name}'. Remove it."
                self.fault("unknownAttribute", element, what)
        for child in element.children:
            if child.space != self.home:
                self._foreign(child.space, child.name, child, element)
            elif child.name not in SILENT:
                what = f"{child.name} is not known in {element.name}. Remove it."
                self.findings.fault("unknownElement", child.label, child.line, what)
        for extension in element.extensions:
            self._foreign(extension.space, extension.name, extension, element)

    def _foreign(self, space: str, name: str, where: Element, owner: Element) -> None:
        if space in CAMUNDA and name not in _CAMUNDA_SILENT:
            what = f"camunda:{name} on {owner.name} is not supported. Remove it."
            self.findings.fault("unsupportedExtension", owner.label, where.line, what)
        elif space not in _TOOLS:
            why = "it concerns the modelling tool." if space in CAMUNDA else "this namespace has no meaning here."
            self.findings.ignored(f"{{{space}}}{name}", owner.label, where.line, why)


def normal(name: str) -> str:
    """A name as FEEL compares it: white space is one blank."""
    return " ".join(name.split())


def name_of(element: Element) -> str:
    return normal(element.take("name"))
