"""A BPMN 2.0 file: its root elements, and which of its processes are deployed."""

from typing import Final

from andante.bpmn.build import build
from andante.bpmn.findings import Model, refuse
from andante.bpmn.graph import ProcessGraph
from andante.bpmn.vendors import VENDORS
from andante.bpmn.xml.correlation import read_correlations
from andante.bpmn.xml.data import collect_items
from andante.bpmn.xml.element import BPMN, Element, parse
from andante.bpmn.xml.events import DEFINITIONS
from andante.bpmn.xml.global_tasks import GLOBAL_TASKS, read_global_task
from andante.bpmn.xml.imports import NO_FILES, Files, read_imports
from andante.bpmn.xml.message_flows import collect_message_flows
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.process import NODES, read_process
from andante.bpmn.xml.reading import Error, Message, Reading

_DECLARED: Final = frozenset(("error", "escalation", "message", "signal", *DEFINITIONS))
_ATTRIBUTES: Final = frozenset(("exporter", "exporterVersion", "name", "targetNamespace", "typeLanguage"))


def read_xml(data: bytes, imported: Files = NO_FILES) -> Model:
    """The executable processes of a BPMN 2.0 file, all of them where none is marked executable, and its global tasks;
    nothing of a file that only declares what others import. `imported` are the files that it may import, by their
    target namespace.

    Raises ModelRefused with every fault.
    """
    root = parse(data)
    if root.name != "definitions" or root.space != BPMN:
        raise refuse(
            "notBpmn", f"The file is no BPMN 2.0: its root is {root.origin}. Export it as BPMN 2.0 XML.",
            root.line, root.name,
        )  # fmt: skip
    reading = Reading(VENDORS)
    language = root.take("expressionLanguage")
    reading.language.default = reading.language.declared(language, root.label, root.line) or ""
    if language and not reading.language.default and "xpath" in language.lower():
        reading.language.default = "xpath"
    alone = not any(child.name == "process" for child in root.children)
    declares = alone and any(child.name in _DECLARED for child in root.children)
    if not declares:
        _unused(root, reading)
    collect_items(root, reading)
    read_imports(root, imported, reading, _declarations)
    _definitions(root, reading)  # where both declare the same id, this file's own counts
    reading.correlations = read_correlations(root, reading)
    collect_message_flows(root, reading)
    root.take_all("collaboration")  # all else there is drawing; lanes and events are in the processes
    drafts = [read_process(element, reading) for element in _chosen(root, reading)]
    drafts += [read_global_task(element, reading) for element in root.take_all(*GLOBAL_TASKS)]
    reading.leftovers(root, but=_ATTRIBUTES)
    graphs: list[ProcessGraph] = []
    seen: set[str] = set()
    for draft in drafts:
        if draft.id in seen:
            reading.findings.fault("duplicateId", draft.id, draft.line, "Two processes have this id. Rename one.")
        seen.add(draft.id)
        graph = build(draft, reading.findings)
        if graph is not None:
            graphs.append(graph)
    if not drafts and declares:
        what = "The file has no process: it only declares, for files that import it."
        reading.findings.warn("noProcess", root.label, root.line, what)
    elif not drafts:
        reading.findings.fault("noProcess", root.label, root.line, "The file has no process with elements. Add one.")
    return Model(tuple(graphs), reading.findings.close())


def _unused(root: Element, reading: Reading) -> None:
    """Declarations that nothing in the file refers to, not even a process that is not deployed."""
    declared = [child for child in root.children if child.space == BPMN and child.name in _DECLARED and child.id]
    if not declared:
        return
    used: set[str] = set()
    pending = [root]
    while pending:
        element = pending.pop()
        used.update(local_name(text) for name, text in element.attributes.items() if name.endswith("Ref"))
        if element.name.endswith("Ref"):
            used.add(local_name(element.text))
        pending.extend(element.children)
        pending.extend(element.extensions)
    for element in declared:
        if element.id not in used:
            reading.findings.warn(
                "unused", element.id, element.line,
                f"The {element.name} is declared, but nothing refers to it. Remove it, or refer to it by its id.",
            )  # fmt: skip


def _definitions(root: Element, reading: Reading) -> None:
    _declarations(root, reading)
    for element in root.take_all("extension"):
        if element.attributes.get("mustUnderstand") == "true":
            reading.fault("unsupported", element, "The file demands an extension that is not known. Remove it.")


def _declarations(root: Element, reading: Reading) -> None:
    """What the file declares beside its processes."""
    language = reading.language
    for element in root.take_all("message"):
        message = Message(element.id, element.line, language.value(element.take("name"), element.label, element.line))
        element.take("itemRef")
        for vendor in reading.vendors_of(element):
            vendor.message(message, element, reading)
        reading.leftovers(element)
        reading.messages[element.id] = message
    for element in root.take_all("signal"):
        element.take("structureRef")
        reading.signals[element.id] = language.value(element.take("name"), element.label, element.line)
        reading.leftovers(element)
    for element in root.take_all("error"):
        element.take("structureRef")
        element.take("name")
        error = reading.errors[element.id] = Error(element.take("errorCode").strip())
        for vendor in reading.vendors_of(element):
            vendor.error(error, element, reading)
        reading.leftovers(element)
    for element in root.take_all("escalation"):
        element.take("structureRef")
        element.take("name")
        reading.escalations[element.id] = element.take("escalationCode").strip()
        reading.leftovers(element)
    for element in root.take_all(*DEFINITIONS):
        if not element.id:
            reading.fault("noId", element, f"No event can refer to the {element.name}, for it has no id. Give it one.")
        reading.event_definitions[element.id] = element


def _chosen(root: Element, reading: Reading) -> list[Element]:
    processes = root.take_all("process")
    marked = [p for p in processes if p.attributes.get("isExecutable") in ("true", "1")]
    if not marked:
        return [p for p in processes if _has_nodes(p)]
    for process in processes:
        if process not in marked and _has_nodes(process):
            reading.findings.warn(
                "notExecutable", process.label, process.line,
                "The process is not marked executable and is not deployed. Set isExecutable=\"true\" if it should be.",
            )  # fmt: skip
    return marked


def _has_nodes(process: Element) -> bool:
    return any(child.space == BPMN and child.name in NODES for child in process.children)
