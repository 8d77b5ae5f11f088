"""Data mappers of a JSON definition: assignments of values to variables, in order (contract 2.4)."""

from typing import Final

from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import Assignment
from andante.bpmn.jsonform.fields import Fields
from andante.expressions import Expression, literal, to_feel

_SET: Final = ("", "set", "=", "assign")
_COMPUTED: Final = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_TYPES: Final = ("", "Constant", "Variable", "Expression")


def read_mapper(node: NodeDraft, item: Fields) -> None:
    """An untyped task whose outputs are the assignments; a later one sees the earlier ones."""
    for part in item.objects("assignmentItems"):
        part.where = node.id
        target = part.text("assignTo") or part.text("name")
        part.text("name")
        operator, type = part.text("operator").lower(), part.text("valueType")
        if type not in _TYPES:
            part.fault("valueType", f"The valueType '{type}' is not known. Use {', '.join(_TYPES[1:])}.")
            type = ""
        source: Expression | None
        if operator in _SET:
            source = _value(part, type)
        elif operator in _COMPUTED:
            text = _operand(part, type)
            source = part.language.value(f"={target} {_COMPUTED[operator]} ({text})", node.id, 0) if text else None
        else:
            known = ", ".join(("set", *_COMPUTED))
            part.fault("operator", f"The operator '{operator}' is not known. Use one of {known}.")
            part.raw("value")
            continue
        node.outputs.append(Assignment(target, source if source is not None else literal(None)))
        part.close()
    if not node.outputs:
        item.findings.warn("emptyMapper", node.id, 0, "The data mapper assigns nothing. Add assignmentItems.")


def _value(part: Fields, type: str) -> Expression | None:
    raw = part.raw("value")
    if type == "Constant":
        return literal(raw)
    if type in ("Variable", "Expression") and isinstance(raw, str):
        return part.language.condition(raw, part.where, 0)
    return part.as_value(raw)


def _operand(part: Fields, type: str) -> str:
    """The value as FEEL text."""
    raw = part.raw("value")
    if not isinstance(raw, str) or type == "Constant":
        return to_feel(raw)
    text = raw.strip()
    if text.startswith("="):
        return text[1:].strip()
    if text.startswith("{!") and text.find("}") == len(text) - 1:
        return text[2:-1].strip()
    if type in ("Variable", "Expression"):
        return text
    if "${" in text or "{!" in text:
        part.fault("operator", f"'{text}' cannot be computed with. Write it in FEEL, with a leading =.")
        return ""
    return to_feel(text)
