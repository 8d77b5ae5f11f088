"""Global tasks as XML (BPMN 2.0.2 section 10.2.3): a task that call activities share is a process of that one task."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.process import read_node
from andante.bpmn.xml.reading import Reading

GLOBAL_TASKS: Final[dict[str, int]] = {
    "globalTask": kinds.TASK,
    "globalUserTask": kinds.USER_TASK,
    "globalManualTask": kinds.MANUAL_TASK,
    "globalScriptTask": kinds.SCRIPT_TASK,
    "globalBusinessRuleTask": kinds.BUSINESS_RULE_TASK,
}
_ENDS: Final = (("start", kinds.START_EVENT), ("end", kinds.END_EVENT))


def read_global_task(element: Element, reading: Reading) -> ProcessDraft:
    """The process: start, the task under its own id, end. Faults go to the reading's findings."""
    draft = ProcessDraft(element.id, name=element.attributes.get("name", ""), line=element.line)
    if "scriptLanguage" in element.attributes:
        element.attributes["scriptFormat"] = element.take("scriptLanguage")
    element.take_all("supportedInterfaceRef")
    read_node(draft, element, GLOBAL_TASKS[element.name], "", {}, reading)
    if not draft.nodes:
        return draft
    draft.documentation = draft.nodes[0].documentation
    start, end = (NodeDraft(f"{draft.id}_{what}", kind, line=draft.line) for what, kind in _ENDS)
    draft.nodes = [start, *draft.nodes, end]
    for source, target in ((start.id, draft.id), (draft.id, end.id)):
        draft.flows.append(FlowDraft(f"{source}-{target}", source, target, line=draft.line))
    return draft
