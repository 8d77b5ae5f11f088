"""A form's fields as controls of their own: choices, ticks, dates, numbers. What fits no control is typed as JSON."""

import copy
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from andante.runtime import FieldView, Problem
from andante.runtime.problem import PARAMETER
from andante.web.variables import read_value, write_value

# Controls.
TEXT: Final = "text"
AREA: Final = "area"
JSON: Final = "json"
WHOLE: Final = "whole"
NUMBER: Final = "number"
DATE: Final = "date"
TIME: Final = "time"
MOMENT: Final = "moment"
FLAG: Final = "flag"
CHOICE: Final = "choice"
SEVERAL: Final = "several"

# The types of Camunda 7, Flowable, form-js and the JSON form, in small letters.
_CONTROLS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("string", "text", "textfield"), TEXT),
    "textarea": AREA,
    **dict.fromkeys(("boolean", "checkbox"), FLAG),
    **dict.fromkeys(("long", "int", "integer", "short"), WHOLE),
    **dict.fromkeys(("double", "float", "decimal", "number"), NUMBER),
    "date": DATE,
    "time": TIME,
    "datetime": MOMENT,
    **dict.fromkeys(("enum", "select", "radio"), CHOICE),
    **dict.fromkeys(("checklist", "taglist"), SEVERAL),
}
# Those of forms, whatever the model's own word is.
_TYPES: Final[Mapping[str, str]] = {
    "string": TEXT, "number": NUMBER, "integer": WHOLE, "boolean": FLAG, "date": DATE, "time": TIME,
    "datetime": MOMENT, "choice": CHOICE, "several": SEVERAL, "list": JSON,
}  # fmt: skip
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    DATE: (re.compile(r"\d{4}-\d\d-\d\d"), "no date: write it as 2026-01-31"),
    TIME: (re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?"), "no time: write it as 09:30"),
    MOMENT: (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?"), "no such time: write it as 2026-01-31T09:30"),
}
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,300}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_TRUE: Final = "true"


class Field(msgspec.Struct, frozen=True):
    """A control. `value` is the text in it, `chosen` the ticked ones of several; `was` what the instance has, as such a
    text: a field left as it was is not sent on. `fault` is said beside it. `values` are those that the texts of choices
    stand for, `path` leads to the value from a variable on, `limits` are what the browser may keep to."""

    name: str
    label: str
    control: str
    value: str = ""
    was: str = ""
    choices: list[tuple[str, str]] = []
    chosen: list[str] = []
    required: bool = False
    read_only: bool = False
    fault: str = ""
    description: str = ""
    values: dict[str, Any] = {}
    path: tuple[str, ...] = ()
    limits: dict[str, Any] = {}


class Form(Protocol):
    """What the browser sent."""

    def getall(self, key: str, default: list[Any], /) -> list[Any]: ...


def form_fields(fields: Iterable[FieldView], variables: Mapping[str, object], *, hidden: bool = False) -> list[Field]:
    """The form of a task or start, without what it hides, unless that may have been shown by what was filled in. A
    default counts as filled in, and is sent on."""
    return [_field(f, _within(variables, f.path)) for f in fields if f.visible or hidden]


def _within(variables: Mapping[str, object], path: Sequence[str]) -> object:
    value: object = variables
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _field(f: FieldView, had: object) -> Field:
    control = _TYPES.get(f.type) or _CONTROLS.get(f.word.lower(), JSON)
    if control == TEXT and f.word == "textarea":
        control = AREA
    values = {_choice(value): value for value, _ in f.options}
    options = [(_choice(value), label) for value, label in f.options]
    if control not in (CHOICE, SEVERAL) and options:
        control = CHOICE
    elif control in (CHOICE, SEVERAL) and not options:
        control = JSON
    shown: object = f.value
    if control == CHOICE and shown is not None:
        shown = _choice(shown) if _choice(shown) in values else shown
    control = _fitting(control, shown)
    text = _text(control, shown)
    if control == CHOICE and text and all(text != key for key, _ in options):
        options.append((text, text))
    chosen = [_choice(each) for each in f.value] if control == SEVERAL and isinstance(f.value, list) else []
    was = "" if had is None else _choice(had) if control == CHOICE else _text(control, had)
    return Field(
        f.key, f.label, control, text, was, options, chosen, f.required, f.read_only,
        description=f.description, values=values, path=f.path, limits=f.constraint,
    )  # fmt: skip


def _choice(value: object) -> str:
    """What stands for a value that may be chosen: a text itself, all other as JSON."""
    return value if isinstance(value, str) else write_value(value)


def _fitting(control: str, value: object) -> str:
    """The control, where it can show the value; the variable may be anything by now."""
    if value is None:
        return control
    if control == TEXT and isinstance(value, str) and "\n" in value:
        return AREA
    if control in _FORMS:
        fits = isinstance(value, str) and _FORMS[control][0].fullmatch(value) is not None
    elif control in (WHOLE, NUMBER):
        fits = isinstance(value, int if control == WHOLE else int | float) and not isinstance(value, bool)
    elif control == FLAG:
        fits = isinstance(value, bool)
    elif control == SEVERAL:
        fits = isinstance(value, list)
    else:
        fits = control == JSON or isinstance(value, str)
    return control if fits else JSON


def _text(control: str, value: object) -> str:
    if value is None:
        return ""
    if control in (JSON, WHOLE, NUMBER, FLAG, SEVERAL):
        return write_value(value)
    return str(value)


def typed(fields: Iterable[Field], given: Form, problem: Problem | None = None) -> list[Field]:
    """The fields as they were filled in, for a form that is shown again with what was wrong."""
    details = problem.details if problem is not None else []
    faults = {str(each.get("field")): str(each.get("message")) for each in details if isinstance(each, dict)}
    found: list[Field] = []
    for field in fields:
        fault = faults.get(field.name, "")
        if not field.read_only and _sent(field, given):
            texts = _texts(field, given)
            field = msgspec.structs.replace(field, value=texts[0] if texts else "", chosen=texts, fault=fault)
        elif fault:  # what was filled in has made it a field to be shown
            field = msgspec.structs.replace(field, fault=fault)
        found.append(field)
    return found


def legible(fields: Iterable[Field], given: Form, variables: Mapping[str, object]) -> dict[str, object]:
    """Of what was filled in all that can be read: other fields may be shown for it."""
    found: dict[str, object] = {}
    for field in fields:
        try:
            read = read_fields([field], given, {**variables, **found})
        except Problem:
            continue
        found.update(read)
    return found


def read_fields(
    fields: Iterable[Field], given: Form, variables: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The variables that were filled in or changed; of an object, with the rest of what it is in `variables`. Raises
    Problem 400 with every field that cannot be so."""
    found: dict[str, object] = {}
    faults: list[dict[str, str]] = []
    for field in fields:
        if field.read_only or not _sent(field, given):
            continue
        try:
            changed, value = _read(field, _texts(field, given), _plain(given.getall(f"was.{field.name}", [""])[0]))
        except ValueError as fault:
            faults.append({"field": field.name, "message": str(fault)})
            continue
        if changed and len(field.path) > 1:
            _put(found, field.path, value, variables or {})
        elif changed:
            found[field.name] = value
    if faults:
        labels = {field.name: field.label or field.name for field in fields}
        text = " ".join(f"{labels[each['field']]}: {each['message']}." for each in faults)
        raise Problem(PARAMETER, 400, text, faults)
    return found


def _put(found: dict[str, object], path: Sequence[str], value: object, variables: Mapping[str, object]) -> None:
    """Into an object that is a copy of what the variable has."""
    top = path[0]
    if top not in found:
        found[top] = copy.deepcopy(variables.get(top))
    holder: dict[str, object] = found
    for name in path[:-1]:
        inner = holder.get(name)
        if not isinstance(inner, dict):
            inner = holder[name] = {}
        holder = inner
    holder[path[-1]] = value


def _sent(field: Field, given: Form) -> bool:
    """Whether the form that was sent had this field."""
    return bool(given.getall(f"was.{field.name}", []))


def _texts(field: Field, given: Form) -> list[str]:
    return [_plain(each) for each in given.getall(f"field.{field.name}", [])]


def _plain(text: object) -> str:
    """Browsers send each end of a line as two characters."""
    return str(text).replace("\r\n", "\n")


def _read(field: Field, texts: list[str], was: str) -> tuple[bool, object]:
    """Whether it is to be set, and to what. Raises ValueError for what cannot be so."""
    if field.control == FLAG:
        ticked = _TRUE in texts
        return (_TRUE if ticked else "false") != was, ticked
    if field.control == SEVERAL:
        known = {key for key, _ in field.choices}
        if any(each not in known for each in texts):
            raise ValueError("choose from what is offered")
        if field.required and not texts:
            raise ValueError("choose at least one")
        chosen = [field.values.get(each, each) for each in texts]
        return write_value(chosen) != was and (bool(texts) or bool(was)), chosen
    text = texts[0] if texts else ""
    if field.control not in (TEXT, AREA):
        text = text.strip()
    if field.required and not text.strip():
        raise ValueError("it is required")
    if text == was:
        return False, None
    return True, _value(field, text)


def _value(field: Field, text: str) -> object:
    control = field.control
    if control in (TEXT, AREA):
        return text
    if not text:
        return None
    if control == CHOICE and all(text != key for key, _ in field.choices):
        raise ValueError(f"'{text[:40]}' is not offered")
    if control == CHOICE:
        return field.values.get(text, text)
    if control in _FORMS and _FORMS[control][0].fullmatch(text) is None:
        raise ValueError(f"'{text[:40]}' is {_FORMS[control][1]}")
    if control in (WHOLE, NUMBER):
        return _number(text, whole=control == WHOLE)
    return read_value(text) if control == JSON else text


def _number(text: str, *, whole: bool) -> int | float:
    form = _WHOLE if whole else _NUMBER
    if form.fullmatch(text) is None or not math.isfinite(float(text)):
        raise ValueError(f"'{text[:40]}' is no {'whole ' if whole else ''}number")
    return int(text) if _WHOLE.fullmatch(text) else float(text)
