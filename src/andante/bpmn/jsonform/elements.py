"""The elements of a JSON definition and the connectors between them (contract 2.4)."""

from collections.abc import Callable
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft
from andante.bpmn.jsonform import work
from andante.bpmn.jsonform.events import read_event
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.jsonform.mapper import read_mapper
from andante.bpmn.jsonform.slas import read_reminders

MAX_DEPTH: Final = 100

_MAPPERS: Final = "dataMappers"
# Array -> kind, in the order in which nodes are numbered.
ARRAYS: Final[dict[str, int]] = {
    "startEvents": kinds.START_EVENT,
    "userTasks": kinds.USER_TASK,
    "serviceTasks": kinds.SERVICE_TASK,
    "scriptTasks": kinds.SCRIPT_TASK,
    "businessRuleTasks": kinds.BUSINESS_RULE_TASK,
    "sendTasks": kinds.SEND_TASK,
    "receiveTasks": kinds.RECEIVE_TASK,
    "manualTasks": kinds.MANUAL_TASK,
    "tasks": kinds.TASK,
    _MAPPERS: kinds.TASK,
    "callActivities": kinds.CALL_ACTIVITY,
    "subProcesses": kinds.SUB_PROCESS,
    "transactions": kinds.TRANSACTION,
    "adHocSubProcesses": kinds.AD_HOC,
    "eventSubProcesses": kinds.EVENT_SUB_PROCESS,
    "catchEvents": kinds.CATCH_EVENT,
    "throwEvents": kinds.THROW_EVENT,
    "boundaryEvents": kinds.BOUNDARY_EVENT,
    "exclusiveGateways": kinds.EXCLUSIVE_GATEWAY,
    "parallelGateways": kinds.PARALLEL_GATEWAY,
    "inclusiveGateways": kinds.INCLUSIVE_GATEWAY,
    "eventGateways": kinds.EVENT_GATEWAY,
    "complexGateways": kinds.COMPLEX_GATEWAY,
    "endEvents": kinds.END_EVENT,
}
_CHOOSING: Final = kinds.ACTIVITIES | {kinds.EXCLUSIVE_GATEWAY, kinds.INCLUSIVE_GATEWAY, kinds.COMPLEX_GATEWAY}
_EVENTS: Final = frozenset(
    (kinds.START_EVENT, kinds.END_EVENT, kinds.CATCH_EVENT, kinds.THROW_EVENT, kinds.BOUNDARY_EVENT)
)
_READERS: Final[dict[int, Callable[[NodeDraft, Fields], None]]] = {
    kinds.USER_TASK: work.read_user_task,
    kinds.SERVICE_TASK: work.read_service_task,
    kinds.SCRIPT_TASK: work.read_script_task,
    kinds.BUSINESS_RULE_TASK: work.read_business_rule_task,
    kinds.SEND_TASK: work.read_message_task,
    kinds.RECEIVE_TASK: work.read_message_task,
    kinds.CALL_ACTIVITY: work.read_call,
    kinds.AD_HOC: work.read_ad_hoc,
    kinds.EVENT_GATEWAY: work.read_event_gateway,
    kinds.COMPLEX_GATEWAY: work.read_complex_gateway,
}


def read_elements(draft: ProcessDraft, fields: Fields) -> dict[str, tuple[str, ...]]:
    """Adds all nodes and flows to the draft. Returns which SLAs each activity names."""
    uses: dict[str, tuple[str, ...]] = {}
    _read_scope(draft, fields, "", uses, 0)
    handlers = {handler for _, handler in draft.associations}
    for node in draft.nodes:
        node.for_compensation = node.kind in kinds.ACTIVITIES and node.id in handlers
    return uses


def _read_scope(draft: ProcessDraft, fields: Fields, scope: str, uses: dict[str, tuple[str, ...]], depth: int) -> None:
    if depth > MAX_DEPTH:
        fields.fault("tooDeep", f"Sub-processes are nested more than {MAX_DEPTH} deep. Call a process instead.")
        fields.values.clear()
        return
    for array, kind in ARRAYS.items():
        for item in fields.objects(array):
            _read_node(draft, item, array, kind, scope, uses, depth)


def _read_node(
    draft: ProcessDraft, item: Fields, array: str, kind: int, scope: str, uses: dict[str, tuple[str, ...]], depth: int
) -> None:
    name = item.text("name")
    if not name:
        item.fault("noId", "The element has no name. Give it one.")
        return
    node = NodeDraft(name, kind, name=item.text("label"), scope=scope)
    node.documentation = item.text("description")
    draft.nodes.append(node)
    if array == _MAPPERS:
        read_mapper(node, item)
    elif kind in _EVENTS:
        read_event(node, item)
    elif kind in kinds.ACTIVITIES or kind == kinds.EVENT_SUB_PROCESS:
        work.read_activity(node, item)
    if kind == kinds.BOUNDARY_EVENT and (handler := item.text("handler")):
        draft.associations.append((name, handler))
    reader = _READERS.get(kind)
    if reader is not None:
        reader(node, item)
    if kind in kinds.ACTIVITIES or kind == kinds.EVENT_SUB_PROCESS:
        uses[name] = item.names("usingSLA")
    if kind == kinds.USER_TASK:
        read_reminders(node, item)
    _read_connectors(draft, node, item)
    if kind in kinds.SCOPES:
        _read_scope(draft, item, name, uses, depth + 1)
    item.close()


def _read_connectors(draft: ProcessDraft, node: NodeDraft, item: Fields) -> None:
    """`connectors` in order, then `connector`: beside conditional ones that is the default (contract 6.1)."""
    first = len(draft.flows)
    counts: dict[str, int] = {}
    for connector in item.items("connectors"):
        if isinstance(connector, str):
            _flow(draft, node, connector.strip(), counts)
        elif isinstance(connector, dict):
            own = Fields(connector, node.id, item.findings, item.language)
            flow = _flow(draft, node, own.text("target"), counts, own.text("name"))
            flow.condition = own.condition("condition")
            flow.name = own.text("label")
            if own.flag("default"):
                if node.default:
                    own.fault("defaultFlow", "Two connectors are marked as the default. Mark one.")
                node.default = flow.id
            own.close()
        else:
            item.fault("fieldType", f"A connector must be a name or an object, but is {connector!r}. Correct it.")
    made = draft.flows[first:]
    target = item.text("connector")
    if not target or any(flow.target == target for flow in made):
        return
    flow = _flow(draft, node, target, counts)
    if node.kind in _CHOOSING and not node.default and any(other.condition is not None for other in made):
        node.default = flow.id


def _flow(draft: ProcessDraft, node: NodeDraft, target: str, counts: dict[str, int], id: str = "") -> FlowDraft:
    counts[target] = counts.get(target, 0) + 1
    number = f"-{counts[target]}" if counts[target] > 1 else ""
    flow = FlowDraft(id or f"{node.id}-{target}{number}", node.id, target, scope=node.scope)
    draft.flows.append(flow)
    return flow
