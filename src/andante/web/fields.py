"""A form's fields as controls of their own: choices, ticks, dates, numbers. What fits no control is typed as JSON."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec

from andante.runtime import FormFieldView, Problem
from andante.runtime.problem import PARAMETER
from andante.web.process import Process
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
    text: a field left as it was is not sent on. `fault` is said beside it."""

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


class Form(Protocol):
    """What the browser sent."""

    def getall(self, key: str, default: list[Any], /) -> list[Any]: ...


def task_fields(fields: Iterable[FormFieldView], variables: Mapping[str, object]) -> list[Field]:
    """A task's form. A default counts as filled in, and is sent on."""
    return [
        _field(f.name, f.label, f.type, f.value, variables.get(f.name), f.choices, f.required, f.read_only)
        for f in fields
    ]


def start_fields(graph: Process) -> list[Field]:
    """What a start asks for: the declared variables, else the fields of the start events' forms."""
    if graph.variables is not None:
        return [_field(v.name, "", v.type, v.default) for v in graph.variables.values() if not v.read_only]
    found: dict[str, Field] = {}
    for index in graph.starts:
        for f in graph.nodes[index].fields:
            value = f.default.constant if f.default is not None and f.default.is_constant else None
            found[f.name] = _field(f.name, f.label, f.type, value, None, f.choices, f.required, f.read_only)
    return list(found.values())


def _field(
    name: str, label: str, type: str, value: object, had: object = None, choices: Mapping[str, str] | None = None,
    required: bool = False, read_only: bool = False,
) -> Field:  # fmt: skip
    control = _CONTROLS.get(type.lower(), JSON)
    options = list((choices or {}).items())
    if control not in (CHOICE, SEVERAL) and options:
        control = CHOICE
    elif control in (CHOICE, SEVERAL) and not options:
        control = JSON
    control = _fitting(control, value)
    text = _text(control, value)
    if control == CHOICE and text and all(text != key for key, _ in options):
        options.append((text, text))
    chosen = [str(each) for each in value] if control == SEVERAL and isinstance(value, list) else []
    was = "" if had is None else _text(control, had)
    return Field(name, label, control, text, was, options, chosen, required, read_only)


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
        fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
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
        if not field.read_only and _sent(field, given):
            texts = _texts(field, given)
            field = msgspec.structs.replace(
                field, value=texts[0] if texts else "", chosen=texts, fault=faults.get(field.name, "")
            )
        found.append(field)
    return found


def read_fields(fields: Iterable[Field], given: Form) -> dict[str, object]:
    """The variables that were filled in or changed. Raises Problem 400 with every field that cannot be so."""
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
        if changed:
            found[field.name] = value
    if faults:
        labels = {field.name: field.label or field.name for field in fields}
        text = " ".join(f"{labels[each['field']]}: {each['message']}." for each in faults)
        raise Problem(PARAMETER, 400, text, faults)
    return found


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
        return write_value(texts) != was and (bool(texts) or bool(was)), texts
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
