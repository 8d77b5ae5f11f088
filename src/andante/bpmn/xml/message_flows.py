"""Message flows between participants as XML (BPMN 2.0.2 section 9.3). They are drawing, except that an event or task
which does not name its message sends or awaits that of the one flow that is drawn to it."""

from typing import Final

from andante.bpmn.xml.element import Element
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Message, Reading
from andante.expressions import literal

_SENDING: Final = frozenset(("sendTask", "intermediateThrowEvent", "endEvent"))


def collect_message_flows(root: Element, reading: Reading) -> None:
    """What each element sends and gets by the flows of the file's collaborations."""
    for collaboration in root.children:
        if collaboration.name != "collaboration":
            continue
        for flow in collaboration.children:
            if flow.name == "messageFlow":
                for end in ("sourceRef", "targetRef"):
                    key = (end, local_name(flow.attributes.get(end, "")))
                    reading.message_flows.setdefault(key, []).append(flow)


def message_of(owner: Element, reading: Reading) -> Message | None:
    """The message of the only flow at the element: the one that the flow names, else one of the flow's own name."""
    found = reading.message_flows.get(("sourceRef" if owner.name in _SENDING else "targetRef", owner.id), ())
    if len(found) != 1:
        return None
    flow = found[0]
    known = reading.messages.get(local_name(flow.attributes.get("messageRef", "")))
    if known is not None and known.name is not None:
        return known
    name = " ".join(flow.attributes.get("name", "").split())
    if not name:
        return None
    reading.findings.warn(
        "messageFlow", owner.label, owner.line,
        f"It names no message; by the message flow {flow.label} (line {flow.line}) it is called '{name}'. Set "
        "messageRef to say that.",
    )  # fmt: skip
    return Message(flow.id, flow.line, literal(name))
