"""What is known while a file is read: its messages, signals, errors, its language, and who reads extensions."""

from collections.abc import Mapping
from typing import Final, final

from andante.bpmn.findings import Findings
from andante.bpmn.language import Language
from andante.bpmn.vendors.base import Vendor
from andante.bpmn.xml.element import BPMN, Element
from andante.bpmn.xml.keys import Correlations
from andante.bpmn.xml.names import DOCUMENTATION, REFUSED, REPORTED
from andante.expressions import Expression

# They name the tool that wrote the file.
_TOOLS: Final = frozenset(("http://camunda.org/schema/modeler/1.0",))


@final
class Message:
    """A `message` root element."""

    __slots__ = ("correlation", "id", "line", "name")

    def __init__(self, id: str, line: int, name: Expression | None) -> None:
        self.id = id
        self.line = line
        self.name = name
        self.correlation: Expression | None = None


@final
class Lane:
    """A lane. `queue` is the work queue it is bound to and `calendar` the business calendar of its tasks, "" for
    none."""

    __slots__ = ("calendar", "name", "queue")

    def __init__(self, name: str, queue: str = "", calendar: str = "") -> None:
        self.name = name
        self.queue = queue
        self.calendar = calendar


@final
class Error:
    """An `error` root element: its code as written, "" for none, and what it says."""

    __slots__ = ("code", "message")

    def __init__(self, code: str) -> None:
        self.code = code
        self.message: Expression | None = None


@final
class Reading:
    """The state of one reading."""

    __slots__ = (
        "correlations", "errors", "escalations", "event_definitions", "findings", "items", "language", "meant",
        "message_flows", "messages", "signals", "stores", "vendors", "written",
    )  # fmt: skip

    def __init__(self, vendors: Mapping[str, Vendor]) -> None:
        self.findings = Findings()
        self.language = Language(self.findings)
        self.vendors = vendors
        self.messages: dict[str, Message] = {}
        self.signals: dict[str, Expression | None] = {}
        self.errors: dict[str, Error] = {}
        self.escalations: dict[str, str] = {}  # id -> code
        self.event_definitions: dict[str, Element] = {}  # those that events refer to, each read anew for each event
        self.correlations = Correlations()
        self.message_flows: dict[tuple[str, str], list[Element]] = {}  # by end (sourceRef, targetRef) and element
        # Data (xml.data): id -> variable; reference -> what it refers to; which are stores; which an output writes.
        self.items: dict[str, str] = {}
        self.meant: dict[str, str] = {}
        self.stores: set[str] = set()
        self.written: set[str] = set()

    def fault(self, code: str, element: Element, message: str) -> None:
        self.findings.fault(code, element.label, element.line, message)

    def vendors_of(self, element: Element) -> list[Vendor]:
        """Those whose extensions are on the element, Andante last, so that its word counts."""
        if not element.extensions and not any(name[0] == "{" for name in element.attributes):
            return []
        spaces = {name[1:].partition("}")[0] for name in element.attributes if name[0] == "{"}
        spaces.update(extension.space for extension in element.extensions)
        return [vendor for space, vendor in self.vendors.items() if space in spaces]

    def flag(self, element: Element, name: str, default: bool) -> bool:
        """A boolean attribute (xsd:boolean), taken."""
        text = element.take(name).strip()
        if text in ("true", "1"):
            return True
        if text in ("false", "0"):
            return False
        if text:
            self.fault("boolean", element, f"{name} is '{text}'. Write true or false.")
        return default

    def leftovers(self, element: Element, *, but: frozenset[str] = frozenset()) -> None:
        """Refuse or report what nobody took. `but` names BPMN attributes without effect on this element."""
        for name in element.attributes:
            if name[0] == "{":
                space, _, local = name[1:].partition("}")
                self._foreign(space, local, element, element)
            elif name not in but:
                self.fault("unknownAttribute", element, f"{element.name} has an unknown attribute '{name}'. Remove it.")
        for child in element.children:
            if child.space == BPMN:
                self._bpmn(child, element)
            else:
                self._foreign(child.space, child.name, child, element)
        for extension in element.extensions:
            self._foreign(extension.space, extension.name, extension, element)

    def _bpmn(self, child: Element, parent: Element) -> None:
        name = child.name
        if name in DOCUMENTATION:
            return
        if name in REPORTED:
            self.findings.ignored(name, parent.label, child.line, REPORTED[name])
        elif name in REFUSED:
            self.findings.fault("unsupported", child.label, child.line, f"{name} is not supported. {REFUSED[name]}")
        else:
            self.findings.fault(
                "unknownElement", child.label, child.line, f"{name} is not known in {parent.name}. Remove it."
            )

    def _foreign(self, space: str, name: str, where: Element, owner: Element) -> None:
        vendor = self.vendors.get(space)
        if vendor is None:
            if space not in _TOOLS:
                what = f"{{{space}}}{name}"
                self.findings.ignored(what, owner.label, where.line, "this namespace has no meaning here.")
            return
        shown = f"{vendor.name}:{name}"
        if name in vendor.harmless:
            self.findings.ignored(shown, owner.label, where.line, vendor.harmless[name])
            return
        remedy = vendor.refused.get(name, "Remove it, or model what it does in BPMN.")
        self.findings.fault(
            "unsupportedExtension", owner.label, where.line, f"{shown} on {owner.name} is not supported. {remedy}"
        )
