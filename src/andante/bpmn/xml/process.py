"""A process and its sub-processes as XML: flow nodes, sequence flows and lanes."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft, use_lane
from andante.bpmn.graph import Activation, UserTask
from andante.bpmn.language import language_of
from andante.bpmn.xml.activities import finish_activity, read_activity, read_condition
from andante.bpmn.xml.correlation import subscribe_process
from andante.bpmn.xml.data import declare_data, keep_local
from andante.bpmn.xml.element import BPMN, Element
from andante.bpmn.xml.events import finish_event, read_event
from andante.bpmn.xml.foreign import foreign_condition
from andante.bpmn.xml.names import REFUSED, local_name
from andante.bpmn.xml.reading import Lane, Reading

NODES: Final = {name: kind for kind, name in kinds.NAMES.items() if kind != kinds.EVENT_SUB_PROCESS}
_EVENTS: Final = frozenset(
    (kinds.START_EVENT, kinds.END_EVENT, kinds.CATCH_EVENT, kinds.THROW_EVENT, kinds.BOUNDARY_EVENT)
)
_WITH_DEFAULT: Final = kinds.ACTIVITIES | {
    kinds.EXCLUSIVE_GATEWAY, kinds.INCLUSIVE_GATEWAY, kinds.COMPLEX_GATEWAY,
}  # fmt: skip
_PROCESS_ATTRIBUTES: Final = frozenset(("definitionalCollaborationRef", "isClosed", "processType"))
_FLOW_ATTRIBUTES: Final = frozenset(("isImmediate",))


def read_process(element: Element, reading: Reading) -> ProcessDraft:
    """The draft of a `process`. Faults go to the reading's findings."""
    draft = ProcessDraft(element.id, name=element.take("name"), line=element.line)
    element.take("isExecutable")
    if not draft.id:
        reading.fault("noId", element, "The process has no id. Give it one: instances are started by it.")
    draft.documentation = _documentation(element)
    lanes: dict[str, Lane] = {}
    subscribe_process(element, reading.correlations, reading)
    _read_scope(draft, element, "", lanes, reading)
    for node in draft.nodes:
        lane = lanes.get(node.id)
        if lane is not None:
            node.lane = lane.name
            node.calendar = node.calendar or lane.calendar
            if lane.queue and isinstance(node.work, UserTask):
                use_lane(node.work, lane.queue)
    for vendor in reading.vendors_of(element):
        vendor.process(draft, element, reading)
    reading.leftovers(element, but=_PROCESS_ATTRIBUTES)
    return draft


def _read_scope(draft: ProcessDraft, element: Element, scope: str, lanes: dict[str, Lane], reading: Reading) -> None:
    others: list[Element] = []
    for child in element.children:
        if child.space != BPMN:
            others.append(child)
        elif (kind := NODES.get(child.name)) is not None:
            read_node(draft, child, kind, scope, lanes, reading)
        elif child.name == "sequenceFlow":
            draft.flows.append(_read_flow(child, scope, reading))
        elif child.name == "laneSet":
            _read_lanes(child, Lane(""), lanes, reading)
        else:
            if child.name == "association":
                ends = (child.attributes.get("sourceRef", ""), child.attributes.get("targetRef", ""))
                draft.associations.append((local_name(ends[0]), local_name(ends[1])))
            if child.name in REFUSED:
                draft.refused.add(child.id)
            others.append(child)
    element.children = others
    declare_data(draft, element, scope, reading)


def read_node(
    draft: ProcessDraft, element: Element, kind: int, scope: str, lanes: dict[str, Lane], reading: Reading
) -> None:
    """A flow node and all in it."""
    if not element.id:
        reading.fault("noId", element, f"The {element.name} has no id. Give it one.")
        return
    if kind == kinds.SUB_PROCESS and reading.flag(element, "triggeredByEvent", False):
        kind = kinds.EVENT_SUB_PROCESS
    node = NodeDraft(element.id, kind, name=element.take("name").strip(), scope=scope, line=element.line)
    node.documentation = _documentation(element)
    if kind in _WITH_DEFAULT:
        node.default = element.take("default")
    if kind in kinds.ACTIVITIES or kind == kinds.EVENT_SUB_PROCESS:
        read_activity(node, element, reading)
    elif kind in _EVENTS:
        faults = len(reading.findings.faults)
        read_event(node, element, reading)
        if len(reading.findings.faults) > faults:
            draft.refused.add(node.id)
    else:
        _read_gateway(node, element, reading)
    if node.id not in draft.refused:
        draft.nodes.append(node)
    if kind in kinds.SCOPES:
        _read_scope(draft, element, node.id, lanes, reading)
        keep_local(node, draft, reading)
    for vendor in reading.vendors_of(element):
        vendor.node(node, element, reading)
    if kind in kinds.ACTIVITIES:
        finish_activity(node, element, reading)
    elif kind in _EVENTS and node.id not in draft.refused:
        finish_event(node, element, reading)
    reading.leftovers(element)


def _read_gateway(node: NodeDraft, element: Element, reading: Reading) -> None:
    element.take("gatewayDirection")
    if node.kind == kinds.COMPLEX_GATEWAY:
        condition = read_condition(element, "activationCondition", element, reading)
        if condition is not None:
            node.work = Activation(condition)
    if node.kind == kinds.EVENT_GATEWAY:
        node.instantiates = reading.flag(element, "instantiate", False)
        if (form := element.take("eventGatewayType", "Exclusive")) not in ("Exclusive", "Parallel"):
            reading.fault("eventGateway", element, f"eventGatewayType is '{form}'. Write Exclusive or Parallel.")
        node.parallel = form == "Parallel"


def _read_flow(element: Element, scope: str, reading: Reading) -> FlowDraft:
    line = element.line
    flow = FlowDraft(
        element.id or f"{element.attributes.get('sourceRef', '')}-{element.attributes.get('targetRef', '')}",
        element.take("sourceRef").strip(),
        element.take("targetRef").strip(),
        name=element.take("name").strip(),
        scope=scope,
        line=line,
    )
    condition = element.take_one("conditionExpression")
    if condition is not None:
        stated = condition.take("language")
        if language_of(stated) is None:
            flow.condition = foreign_condition(stated, condition, flow.id, reading)
        else:
            language = reading.language.declared(stated, flow.id, condition.line)
            flow.condition = reading.language.condition(condition.text, flow.id, condition.line, language)
        reading.leftovers(condition, but=frozenset(("evaluatesToTypeRef",)))
    reading.leftovers(element, but=_FLOW_ATTRIBUTES)
    return flow


def _read_lanes(element: Element, outer: Lane, lanes: dict[str, Lane], reading: Reading) -> None:
    """Each node's innermost lane; an inner lane without a queue or calendar of its own keeps the outer one's."""
    element.take("name")
    for child in element.take_all("lane"):
        lane = Lane(child.take("name").strip() or child.id, outer.queue, outer.calendar)
        child.take("partitionElementRef")
        for vendor in reading.vendors_of(child):
            vendor.lane(lane, child, reading)
        for ref in child.take_all("flowNodeRef"):
            lanes[ref.text] = lane
        for inner in child.take_all("childLaneSet"):
            _read_lanes(inner, lane, lanes, reading)
        child.take_all("partitionElement")
        reading.leftovers(child)
    reading.leftovers(element)


def _documentation(element: Element) -> str:
    return "\n".join(child.text for child in element.take_all("documentation") if child.text)
