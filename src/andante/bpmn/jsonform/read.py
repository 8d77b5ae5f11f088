"""A definition in the contract's JSON form: the process around its elements (contract 2.4 and 2.6)."""

import re
from typing import Final

from andante.bpmn.build import build
from andante.bpmn.draft import ProcessDraft, use_lane
from andante.bpmn.findings import Findings, Model, refuse
from andante.bpmn.graph import AdHoc, UserTask, Variable
from andante.bpmn.jsonform.elements import read_elements
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.jsonform.slas import attach_slas
from andante.bpmn.language import Language
from andante.timing.instants import TimingError
from andante.timing.keeping import checked_keeping

TYPES: Final = ("Text", "Number", "Boolean", "Date", "DateTime", "Any")
# Properties of the instance that a model may set (contract 2.2, 2.6, 3.2).
_SETTABLE: Final = ("$Flow.Title", "$Flow.BusinessKey", "$BP.Status", "$BP.Stage", "$BP.Step", "$BP.Description")
_NAME: Final = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A definition that was queried and is sent back carries what the server knows of it.
_SERVER: Final = (
    "id", "active", "status", "kind", "suspended", "createdBy", "createdDate", "lastModifiedBy", "lastModifiedDate",
)  # fmt: skip


def read_json(body: object) -> Model:
    """The one process of a JSON definition. Raises ModelRefused with every fault; their lines are 0."""
    if not isinstance(body, dict):
        raise refuse("notJson", "The definition is no JSON object. Send one with name and label.")
    findings = Findings()
    language = Language(findings, references=True)
    name = body.get("name")
    fields = Fields(body, name if isinstance(name, str) and name else "definition", findings, language)
    draft = ProcessDraft(fields.text("name"))
    _header(draft, fields)
    draft.variables = _variables(fields)
    draft.constants = _constants(fields)
    uses = read_elements(draft, fields)
    _config(draft, fields)
    _lanes(draft, fields)
    attach_slas(draft, fields, uses)
    _declared(draft, findings)
    fields.close(*_SERVER)
    graph = build(draft, findings)
    return Model((graph,) if graph is not None else (), findings.close())


def _header(draft: ProcessDraft, fields: Fields) -> None:
    if not _NAME.fullmatch(draft.id) or len(draft.id) > 64:
        fields.fault(
            "name",
            f"The name '{draft.id[:80]}' is not possible. Begin with a letter, use letters, digits and single '_' "
            "within, at most 64 characters.",
        )  # fmt: skip
    draft.name = fields.text("label")
    if not 1 <= len(draft.name) <= 80:
        fields.fault("label", "The label must have 1 to 80 characters. Write one.")
    draft.documentation = fields.text("description")
    draft.version = fields.text("version")
    draft.instance_label = fields.value("instanceLabel")
    draft.calendar = fields.text("calendar")


def _variables(fields: Fields) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for item in fields.objects("variables"):
        name = _declared_name(item, found)
        type = item.text("type", "Any")
        if type not in TYPES:
            item.fault("variableType", f"The type '{type}' is not known. Use one of {', '.join(TYPES)}.")
        has_default = item.values.get("value") is not None
        default = item.raw("value")
        if has_default and not _fits(type, default):
            item.fault("variableType", f"The value {default!r} of '{name}' is no {type}. Correct the one or the other.")
        found[name] = Variable(name, type, default, has_default=has_default, read_only=item.flag("readOnly"))
        _describe(item)
    return found


def _constants(fields: Fields) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in fields.objects("constants"):
        name = _declared_name(item, found)
        type = item.text("type", "Any")
        value = item.raw("value")
        if type not in TYPES or not _fits(type, value):
            item.fault("variableType", f"The constant {value!r} is no {type}. Use one of {', '.join(TYPES)}.")
        found[name] = value
        _describe(item)
    return found


def _declared_name(item: Fields, known: "dict[str, Variable] | dict[str, object]") -> str:
    name = item.text("name")
    if not _VARIABLE.fullmatch(name):
        item.fault("name", f"The name '{name[:80]}' is not possible. Use letters, digits and '_'; begin with a letter.")
    elif name in known:
        item.fault("duplicateId", f"'{name}' is declared twice. Remove one.")
    return name


def _describe(item: Fields) -> None:
    item.text("label")
    item.text("description")
    item.close()


def _fits(type: str, value: object) -> bool:
    if type == "Number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type == "Boolean":
        return isinstance(value, bool)
    if type in ("Text", "Date", "DateTime"):
        return isinstance(value, str)
    return True


def _config(draft: ProcessDraft, fields: Fields) -> None:
    config = fields.part("config")
    if config is None:
        return
    draft.cancelable = config.flag("cancelable")
    draft.no_cancel_after = config.text("noCancelAfterElem")
    try:
        draft.retention = checked_keeping(config.text("retention"))
    except TimingError as fault:
        config.fault("retention", f"config.retention: {fault}.")
    config.close("noCancelAfterElemLabel")


def _lanes(draft: ProcessDraft, fields: Fields) -> None:
    lane_set = fields.part("laneSet")
    if lane_set is None:
        return
    nodes = {node.id: node for node in draft.nodes}
    for lane in lane_set.objects("lanes"):
        name, role = lane.text("name"), lane.text("role")
        label, calendar = lane.text("label"), lane.text("calendar")
        for element in lane.names("elements"):
            node = nodes.get(element)
            if node is None:
                lane.fault("unknownElement", f"The lane names '{element}', which is no element. Correct it.")
                continue
            node.lane = label or name
            node.calendar = node.calendar or calendar
            if role and isinstance(node.work, UserTask):
                use_lane(node.work, role)
        lane.text("description")
        lane.close()
    lane_set.text("name")
    lane_set.text("label")
    lane_set.close()


def _declared(draft: ProcessDraft, findings: Findings) -> None:
    """Results can only go to variables that are declared and not read-only (contract, API 5)."""
    declared = draft.variables or {}
    for node in draft.nodes:
        targets = [mapping.target for mapping in node.outputs]
        result = getattr(node.work, "result_variable", "")
        targets.extend([result] if result else [])
        collections = (node.multi, node.work if isinstance(node.work, AdHoc) else None)
        targets.extend(each.output_collection for each in collections if each is not None and each.output_collection)
        for target in (target for target in targets if target not in _SETTABLE):
            variable = declared.get(target)
            if variable is None:
                message = f"'{target}' is not declared. Add it to variables."
                findings.fault("undeclaredVariable", node.id, 0, message)
            elif variable.read_only:
                message = f"'{target}' is read-only and cannot be set. Write to another variable."
                findings.fault("readOnlyVariable", node.id, 0, message)
