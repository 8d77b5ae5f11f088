"""Forms that nobody wrote: of declared variables, and a form-js schema for fields that have none."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from andante.expressions import literal
from andante.forms.field import (
    ANY,
    BOOLEAN,
    CHOICE,
    DATE,
    INTEGER,
    MOMENT,
    NUMBER,
    SEVERAL,
    TEXT,
    TIME,
    Field,
    FieldView,
)
from andante.forms.form import VARIABLES, Form

# What the JSON form of a definition declares (contract 2.6).
_DECLARED: Final[Mapping[str, str]] = {
    "Text": TEXT, "Number": NUMBER, "Boolean": BOOLEAN, "Date": DATE, "DateTime": MOMENT,
}  # fmt: skip
_COMPONENTS: Final[Mapping[str, str]] = {
    TEXT: "textfield", NUMBER: "number", INTEGER: "number", BOOLEAN: "checkbox", DATE: "datetime", TIME: "datetime",
    MOMENT: "datetime", CHOICE: "select", SEVERAL: "checklist",
}  # fmt: skip
_VALIDATED: Final = ("min", "max", "minLength", "maxLength", "pattern")
SCHEMA_VERSION: Final = 18


class Declared(Protocol):
    """A variable that a definition declares."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def default(self) -> object: ...
    @property
    def read_only(self) -> bool: ...


def form_of_variables(variables: Iterable[Declared]) -> Form:
    """A field for each that may be set. It is only shown: what may be set is checked by the declaration itself."""
    fields = [
        Field(
            (each.name,), _DECLARED.get(each.type, ANY), each.type,
            default=None if each.default is None else literal(each.default),
        )
        for each in variables
        if not each.read_only
    ]  # fmt: skip
    return Form(VARIABLES, fields)


def schema_of(fields: Iterable[FieldView], key: str) -> dict[str, Any]:
    """A form-js schema that shows these fields. What fits no component of it is a text area for JSON."""
    components = [_component(field) for field in fields if field.visible]
    return {"type": "default", "id": key, "schemaVersion": SCHEMA_VERSION, "components": components}


def _component(field: FieldView) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": _COMPONENTS.get(field.type, "textarea"), "key": field.key, "id": f"Field_{field.key}",
        "label": field.label or field.key,
    }  # fmt: skip
    if component["type"] == "datetime":
        component["subtype"] = field.type
        component["dateLabel" if field.type != TIME else "timeLabel"] = component.pop("label")
    if field.type == INTEGER:
        component["decimalDigits"] = 0
    if field.type in (CHOICE, SEVERAL):
        component["values"] = [{"value": value, "label": label} for value, label in field.options]
    if field.description:
        component["description"] = field.description
    if field.default is not None:
        component["defaultValue"] = field.default
    if field.read_only:
        component["readonly"] = True
    validate: dict[str, Any] = {name: field.constraint[name] for name in _VALIDATED if name in field.constraint}
    if field.required:
        validate["required"] = True
    if validate:
        component["validate"] = validate
    return component
