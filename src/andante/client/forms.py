"""The calls about forms, and what they answer."""

from typing import Any
from urllib.parse import quote

from andante.client.calls import BASE, Call
from andante.client.shapes import Deployment, Shape


class Option(Shape, frozen=True, kw_only=True):
    """What may be chosen."""

    value: Any
    label: str


class Field(Shape, frozen=True, kw_only=True):
    """A field as it is to be shown now. `type`: string, number, integer, boolean, date, time, datetime, choice,
    several, list or any; `constraint` may hold min, max, minLength, maxLength, pattern, format, decimals, notPast."""

    key: str
    type: str
    label: str
    description: str
    required: bool
    read_only: bool
    visible: bool
    value: Any
    default: Any
    options: list[Option]
    constraint: dict[str, Any]
    fields: "list[Field]"


class Form(Shape, frozen=True, kw_only=True):
    """What a start or a task asks of people. `kind`: form-js, json-schema, fields, variables, external or none."""

    kind: str
    key: str
    version: str
    schema: Any
    data: dict[str, Any]
    fields: list[Field]


def deploy_form(data: bytes, *, name: str = "", activate: bool = True, version: str = "") -> Call[Deployment]:
    """Deploy a form-js schema or a JSON Schema; `name` is its id where it has none of its own. The same again changes
    nothing."""
    query = {"name": name, "activate": activate, "version": version}
    return Call(
        "POST", f"{BASE}/metadata/definitions", Deployment, query=query, content=data,
        content_type="application/vnd.andante.form+json",
    )  # fmt: skip


def start_form(definition_id: str) -> Call[Form]:
    """What a start of this definition asks for."""
    return Call("GET", f"{BASE}/metadata/definitions/{quote(definition_id, safe='')}/form", Form)


def task_form(task_id: str) -> Call[Form]:
    """What a task asks for, with the data to begin with."""
    return Call("GET", f"{BASE}/runtime/tasks/{quote(task_id, safe='')}/form", Form)
