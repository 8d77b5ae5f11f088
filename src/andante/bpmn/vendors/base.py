"""What a vendor's extensions may add: one class a vendor, one instance a namespace."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import EventDefinition, JobWork, MultiInstance, UserTask
from andante.bpmn.xml.element import Element
from andante.expressions import Expression, literal
from andante.timing.instants import TimingError
from andante.timing.keeping import checked_keeping

if TYPE_CHECKING:
    from andante.bpmn.xml.reading import Error, Lane, Message, Reading


class Vendor:
    """Maps one namespace to ours. Each hook takes from the element what it understands and puts it into the draft.

    What is left is looked up in `harmless` (name -> why it has no effect here: a warning) and `refused` (name ->
    remedy: a fault); what is in neither is a fault too, since it may have a meaning.
    """

    name: ClassVar[str] = ""
    harmless: ClassVar[Mapping[str, str]] = {}
    refused: ClassVar[Mapping[str, str]] = {}

    def __init__(self, space: str) -> None:
        self.space = space

    def process(self, process: ProcessDraft, element: Element, reading: "Reading") -> None:
        """Extensions of a process."""

    def lane(self, lane: "Lane", element: Element, reading: "Reading") -> None:
        """Extensions of a lane."""

    def node(self, node: NodeDraft, element: Element, reading: "Reading") -> None:
        """Extensions of a flow node."""

    def event(self, event: EventDefinition, node: NodeDraft, element: Element, reading: "Reading") -> None:
        """Extensions of an event definition, e.g. of an errorEventDefinition."""

    def loop(self, multi: MultiInstance, element: Element, reading: "Reading") -> None:
        """Extensions of multiInstanceLoopCharacteristics."""

    def message(self, message: "Message", element: Element, reading: "Reading") -> None:
        """Extensions of a message."""

    def error(self, error: "Error", element: Element, reading: "Reading") -> None:
        """Extensions of an error."""

    def data(self, element: Element, reading: "Reading") -> Expression | None:
        """Extensions of a data object or property: the value that it begins with."""

    # For the vendors' modules.

    def text(self, element: Element, name: str) -> str:
        """The attribute of this namespace, taken."""
        return element.attributes.pop(f"{{{self.space}}}{name}", "")

    def value(self, element: Element, name: str, reading: "Reading") -> Expression | None:
        """The attribute as an expression or literal, taken."""
        text = self.text(element, name)
        return reading.language.value(text, element.label, element.line) if text else None

    def elements(self, element: Element, *names: str) -> list[Element]:
        """The extension elements of this namespace, taken."""
        return element.take_extensions(self.space, *names)

    def inner(self, element: Element, *names: str) -> list[Element]:
        """The children of this namespace within an extension element, taken."""
        taken = [c for c in element.children if c.space == self.space and c.name in names]
        if taken:
            element.children = [c for c in element.children if not (c.space == self.space and c.name in names)]
        return taken

    def watched(
        self, event: EventDefinition, names: tuple[str, ...], changes: str, element: Element, reading: "Reading"
    ) -> None:
        """Of which variables a condition is to know, and of which changes: here each setting of one is a change."""
        event.variables = names
        if changes and not {"create", "update"} <= set(csv(changes)):
            reading.findings.ignored(
                f"{self.name}:variableEvents", element.label, element.line,
                "a condition is looked at whenever one of its variables is set, for the first time or again.",
            )  # fmt: skip

    def number(self, text: str, what: str, element: Element, reading: "Reading", default: int) -> int:
        """A whole number that must be known at deployment; a fault otherwise."""
        text = text.strip().removeprefix("=").strip()
        if not text:
            return default
        if text.lstrip("+-").isdigit() and len(text) < 10:
            return int(text)
        reading.findings.fault(
            "number", element.label, element.line,
            f"{what} is '{text}', but must be a whole number here. Write the number itself.",
        )  # fmt: skip
        return default


def user_task(node: NodeDraft) -> UserTask | None:
    """The node's user task; None on other nodes."""
    return node.work if isinstance(node.work, UserTask) else None


def worked(node: NodeDraft) -> bool:
    """Whether a worker may do the node's work: service, send and business rule tasks, and message throw events."""
    if node.kind in (kinds.THROW_EVENT, kinds.END_EVENT):
        return node.event is not None and node.event.kind == kinds.MESSAGE
    return node.kind in (kinds.SERVICE_TASK, kinds.SEND_TASK, kinds.BUSINESS_RULE_TASK)


def job(node: NodeDraft) -> JobWork:
    """The node's job, made if it had none; its type is literal "" until someone sets it."""
    if not isinstance(node.work, JobWork):
        node.work = JobWork(literal(""))
    return node.work


def csv(text: str) -> tuple[str, ...]:
    return tuple(part for item in text.split(",") if (part := item.strip()))


def keeping(what: str, text: str, element: Element, reading: "Reading") -> str:
    """How long instances are kept when they are over; a fault where it cannot be known at deployment."""
    try:
        return checked_keeping(text)
    except TimingError as fault:
        reading.findings.fault("retention", element.label, element.line, f"{what}: {fault}.")
        return ""
