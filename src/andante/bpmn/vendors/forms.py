"""Forms that a model describes itself: Camunda 7's formData, Flowable's formProperty, Camunda 8's userTaskForm."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import FormField, UserTask
from andante.bpmn.vendors.base import Vendor
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, literal

_CHECKS: Final = "only 'required' is told to those who show the form; a worker or gateway can check the rest."
# Types whose values are numbers or booleans, in the words of Camunda 7 and Flowable.
_PLAIN: Final = frozenset(("boolean", "decimal", "double", "float", "int", "integer", "long", "number", "short"))
_EMBEDDED: Final = "camunda-forms:bpmn:"


def form_data(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> None:
    """`formData` with its `formField`s."""
    for block in vendor.elements(element, "formData"):
        block.take("businessKey")
        for source in vendor.inner(block, "formField"):
            required = read_only = False
            type = source.take("type") or "string"
            for validation in vendor.inner(source, "validation"):
                for constraint in vendor.inner(validation, "constraint"):
                    kind = constraint.take("name")
                    meant = constraint.take("config") != "false" if kind in ("required", "readonly") else False
                    required = required or (kind == "required" and meant)
                    read_only = read_only or (kind == "readonly" and meant)
                    if kind not in ("required", "readonly"):
                        what = f"{vendor.name}:constraint {kind}"
                        reading.findings.ignored(what, element.label, constraint.line, _CHECKS)
            vendor.inner(source, "properties")  # hints for a page of another product
            node.fields.append(
                FormField(
                    source.take("id"),
                    type,
                    label=source.take("label"),
                    default=_default(source.take("defaultValue"), type, element, source.line, reading),
                    required=required,
                    read_only=read_only,
                    choices=_choices(vendor, source),
                )
            )
            source.take("datePattern")
            reading.leftovers(source)
        reading.leftovers(block)


def form_properties(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> None:
    """`formProperty`, one an entry. A property under another name than its variable's is refused."""
    for source in vendor.elements(element, "formProperty"):
        name = source.take("id")
        variable = source.take("variable")
        type = source.take("type") or "string"
        if source.take("expression"):
            reading.findings.ignored(
                f"{vendor.name}:formProperty expression", element.label, source.line,
                "the field shows and sets the variable of its own name.",
            )  # fmt: skip
        source.take("readable")
        source.take("datePattern")
        node.fields.append(
            FormField(
                variable or name,
                type,
                label=source.take("name") or name,
                default=_default(source.take("default"), type, element, source.line, reading),
                required=source.take("required") == "true",
                read_only=source.take("writable", source.take("writeable")) == "false",
                choices=_choices(vendor, source),
            )
        )
        reading.leftovers(source)


def _choices(vendor: Vendor, source: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in vendor.inner(source, "value"):
        key = value.take("id")
        found[key] = value.take("name") or key
    return found


def _default(text: str, type: str, element: Element, line: int, reading: Reading) -> Expression | None:
    """The value to begin with: a text in the attribute of a number or boolean is meant as one, where it is one."""
    value = reading.language.value(text, element.label, line) if text else None
    if value is not None and isinstance(value.constant, str) and type.lower() in _PLAIN:
        try:
            plain = json.loads(value.constant)
            if isinstance(plain, int | float) and math.isfinite(plain):
                return literal(plain)
        except (ValueError, OverflowError):  # no JSON, or beyond what a number can be
            return value
    return value


def embedded_forms(vendor: Vendor, process: ProcessDraft, element: Element, reading: Reading) -> None:
    """`userTaskForm`: the JSON of a form, which tasks name as camunda-forms:bpmn:ID."""
    forms: dict[str, list[FormField]] = {}
    for source in vendor.elements(element, "userTaskForm"):
        fields = _schema_fields(source.text)
        if fields is None:
            reading.findings.warn(
                "form", source.id, source.line,
                "The form is no JSON of form-js: its fields are not known here. Export it again.",
            )  # fmt: skip
        else:
            forms[source.id] = fields
    for node in process.nodes:
        name = node.work.form.removeprefix(_EMBEDDED) if isinstance(node.work, UserTask) else ""
        if not node.fields and name in forms:
            node.fields.extend(forms[name])


def _schema_fields(text: str) -> list[FormField] | None:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(schema, dict):
        return None
    found: list[FormField] = []
    pending: list[Any] = [schema.get("components")]
    while pending:
        components = pending.pop(0)
        for component in components if isinstance(components, list) else ():
            if not isinstance(component, dict):
                continue
            pending.append(component.get("components"))
            key = component.get("key")
            if isinstance(key, str) and key:
                found.append(_schema_field(key, component))
    return found


def _schema_field(key: str, component: Mapping[str, Any]) -> FormField:
    validate = component.get("validate")
    values = component.get("values")
    default = component.get("defaultValue")
    choices = {
        str(item.get("value", "")): str(item.get("label", item.get("value", "")))
        for item in (values if isinstance(values, list) else ())
        if isinstance(item, dict)
    }
    type = str(component.get("type") or "textfield")
    if type == "datetime":  # which of date and time are meant
        type = str(component.get("subtype") or type)
    return FormField(
        key,
        type,
        label=str(component.get("label") or ""),
        default=None if default is None else literal(default),
        required=isinstance(validate, dict) and validate.get("required") is True,
        read_only=component.get("disabled") is True or component.get("readonly") is True,
        choices=choices,
    )
