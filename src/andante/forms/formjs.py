"""form-js schemas (bpmn.io; the `.form` files of Camunda 7 and 8), read into fields."""

from collections.abc import Mapping
from typing import Any, Final

from andante.expressions import Expression, literal, variable
from andante.forms.checks import safe_pattern
from andante.forms.field import (
    ANY,
    BOOLEAN,
    CHOICE,
    DATE,
    LIST,
    MOMENT,
    NUMBER,
    SEVERAL,
    TEXT,
    TIME,
    Field,
    Options,
    options_in,
)
from andante.forms.form import FORM_JS, Form
from andante.forms.reading import DEEPEST, MOST_FIELDS, Reading, part, text

_TYPES: Final[Mapping[str, str]] = {
    "textfield": TEXT, "textarea": TEXT, "number": NUMBER, "checkbox": BOOLEAN, "radio": CHOICE, "select": CHOICE,
    "checklist": SEVERAL, "taglist": SEVERAL, "datetime": DATE, "expression": ANY, "filepicker": ANY,
}  # fmt: skip
_MOMENTS: Final[Mapping[str, str]] = {"date": DATE, "time": TIME, "datetime": MOMENT}
_SHOWN: Final = frozenset((
    "button", "documentPreview", "html", "iframe", "image", "separator", "spacer", "table", "text",
))  # fmt: skip
_LIMITS: Final = ("min", "max", "minLength", "maxLength", "pattern")


def read_form_js(schema: dict[str, Any], reading: Reading) -> Form:
    """Faults and warnings go to the reading."""
    components = schema.get("components")
    if not isinstance(components, list):
        reading.fault("form", "The form has no list of 'components'. Export it again.")
        components = []
    fields = _fields(components, (), (), reading, 0)
    version = schema.get("versionTag")
    return Form(FORM_JS, fields, id=text(schema.get("id")), version=text(version), schema=schema)


def _fields(
    components: list[Any], path: tuple[str, ...], hidden: tuple[Expression, ...], reading: Reading, depth: int
) -> list[Field]:
    found: list[Field] = []
    if depth > DEEPEST:
        reading.fault("form", f"Groups are nested more than {DEEPEST} deep. Make the form flatter.")
        return found
    taken: set[tuple[str, ...]] = set()
    for component in components:
        if not isinstance(component, dict):
            reading.fault("form", f"A component is {str(component)[:60]!r}, but must be an object. Export it again.")
            continue
        reading.fields += 1
        if reading.fields > MOST_FIELDS:
            reading.fault("form", f"The form has more than {MOST_FIELDS} components. Split it.")
            return []
        for field in _component(component, path, hidden, reading, depth):
            if field.path in taken:
                reading.warn("formKey", f"The key '{field.key}' is there twice: both are checked.", field.key)
            taken.add(field.path)
            found.append(field)
    return found


def _component(
    component: dict[str, Any], path: tuple[str, ...], hidden: tuple[Expression, ...], reading: Reading, depth: int
) -> list[Field]:
    type, id = text(component.get("type")), text(component.get("id"))
    key = text(component.get("key")).strip()
    condition = reading.feel(part(component.get("conditional")).get("hide"), "The condition to hide it", key, id)
    if condition is not None:
        hidden = (*hidden, condition)
    inner = component.get("components")
    own = _path(component.get("path"))
    if type == "dynamiclist":
        if not own:
            reading.fault("form", "A dynamic list has no path. Give it the name of a variable.", id)
            return []
        children = _fields(inner if isinstance(inner, list) else [], (), (), reading, depth + 1)
        label = reading.setting(component.get("label"), "The label", id)
        return [Field((*path, *own), LIST, type, label=label, hidden=hidden, fields=children)]
    if isinstance(inner, list):
        return _fields(inner, (*path, *own), hidden, reading, depth + 1)
    if type in _SHOWN:
        return []
    if not key:
        if type in _TYPES:
            reading.fault("formKey", f"A {type} has no key: its value would go nowhere. Give it one.", id)
        return []
    if type not in _TYPES and type:
        reading.warn("formType", f"The type '{type}' is not known here: its values are not checked.", key)
    return [_field(component, type, (*path, *_path(key)), hidden, reading, key)]


def _path(key: object) -> tuple[str, ...]:
    return tuple(filter(None, text(key).strip().split(".")))


def _field(
    component: dict[str, Any], type: str, path: tuple[str, ...], hidden: tuple[Expression, ...], reading: Reading,
    key: str,
) -> Field:  # fmt: skip
    kind = _TYPES.get(type, ANY)
    word = type or "textfield"
    validate = part(component.get("validate"))
    constraints = _constraints(component, validate, type, reading, key)
    if type == "datetime":
        subtype = text(component.get("subtype")) or "date"
        kind, word = _MOMENTS.get(subtype, DATE), subtype if subtype in _MOMENTS else "date"
    elif type == "number" and component.get("serializeToString") is True:
        kind, constraints["asText"] = TEXT, literal(True)
    required = validate.get("required") is True
    read_only = literal(True) if component.get("disabled") is True else None
    calculated = None
    if type == "expression":
        calculated = reading.feel(component.get("expression"), "The expression", key)
        if calculated is None:
            reading.fault("formExpression", "The expression field computes nothing. Write its expression.", key)
    return Field(
        path, kind, word,
        label=reading.setting(component.get("label") or component.get("dateLabel"), "The label", key),
        description=reading.setting(component.get("description"), "The description", key),
        default=reading.setting(component.get("defaultValue"), "The default value", key),
        required=required and type != "checkbox",
        must=required and type == "checkbox",
        read_only=read_only or _flag(component.get("readonly"), reading, key),
        hidden=hidden, calculated=calculated,
        options=_options(component, reading, key) if kind in (CHOICE, SEVERAL) else None,
        constraints=constraints,
    )  # fmt: skip


def _flag(value: object, reading: Reading, key: str) -> Expression | None:
    if isinstance(value, str) and value.strip():
        return reading.feel(value, "The condition for read-only", key)
    return literal(True) if value is True else None


def _constraints(
    component: dict[str, Any], validate: dict[str, Any], type: str, reading: Reading, key: str
) -> dict[str, Expression]:
    found: dict[str, Expression] = {}
    for name in _LIMITS:
        value = validate.get(name)
        setting = reading.setting(value, name, key) if value not in (None, "") else None
        if setting is None:
            continue
        if name == "pattern":
            try:
                safe_pattern(str(value))
            except ValueError as fault:
                reading.fault("formPattern", f"The pattern '{str(value)[:100]}' cannot be used: {fault}.", key)
                continue
            setting = literal(str(value))
        elif setting.is_constant and not _is_number(setting.constant):
            reading.fault("formLimit", f"{name} is {str(value)[:60]!r}. Write a number or FEEL.", key)
            continue
        found[name] = setting
    if (form := validate.get("validationType")) in ("email", "phone"):
        found["format"] = literal(form)
    decimals = component.get("decimalDigits")
    if type == "number" and isinstance(decimals, int) and not isinstance(decimals, bool):
        found["decimals"] = literal(decimals)
    if type == "datetime" and component.get("disallowPassedDates") is True:
        found["notPast"] = literal(True)
    return found


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return (isinstance(value, int | float) and not isinstance(value, bool)) or type(value).__name__ == "Decimal"


def _options(component: dict[str, Any], reading: Reading, key: str) -> Options:
    expression = component.get("valuesExpression")
    if expression:
        return Options(source=reading.feel(expression, "The expression of the options", key))
    name = text(component.get("valuesKey")).strip()
    if name:
        path = _path(name)
        return Options(source=variable(name) if len(path) == 1 else reading.feel(name, "The key of the options", key))
    values = component.get("values")
    if not isinstance(values, list):
        reading.warn(
            "formOptions", "There is nothing to choose from. Give it values, valuesKey or valuesExpression.", key
        )
    return Options(options_in(values))
