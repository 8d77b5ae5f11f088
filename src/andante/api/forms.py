"""Forms: what a start or a task asks of people, as it is to be shown now, with its data."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import success
from andante.engine import faults
from andante.people import may_see
from andante.people import permissions as allow
from andante.runtime import FieldView, FormView, Problem
from andante.runtime import problem as codes


class OptionShape(msgspec.Struct, frozen=True):
    """What may be chosen."""

    value: Any
    label: str


class FieldShape(msgspec.Struct, frozen=True):
    """A field: `key` is the variable, `a.b` for b within a. `type`: string, number, integer, boolean, date, time,
    datetime, choice (one of `options`), several (a list of them), list (of objects with `fields`) or any. `constraint`
    may hold min, max, minLength, maxLength, pattern, format, decimals, notPast."""

    key: str
    type: str
    label: str
    description: str
    required: bool
    readOnly: bool  # noqa: N815 - the contract's manner, here and below
    visible: bool
    value: Any
    default: Any
    options: list[OptionShape]
    constraint: dict[str, Any]
    fields: list["FieldShape"]


class FormShape(msgspec.Struct, frozen=True):
    """`kind`: form-js, json-schema, fields (described in the model), variables (made of those that are declared),
    external (a page of another product, named by `key`) or none. `schema` is as it was deployed; of fields and
    variables it is one of form-js. `data` are the values to begin with, `version` that of a form deployed by itself."""

    kind: str
    key: str
    version: str
    schema: Any
    data: dict[str, Any]
    fields: list[FieldShape]


class FormFieldShape(msgspec.Struct, frozen=True):
    """A field that the model describes; `type` is the model's own word. `value` is the variable's, else the default."""

    name: str
    type: str
    label: str
    value: Any
    required: bool
    readOnly: bool  # noqa: N815
    choices: dict[str, str]


def form_fields(form: FormView) -> list[FormFieldShape]:
    """The fields in short, as tasks have them."""
    return [
        FormFieldShape(
            field.key, field.word, field.label, field.value, field.required, field.read_only,
            {str(value): label for value, label in field.options},
        )
        for field in form.fields
        if field.visible
    ]  # fmt: skip


def _shape(form: FormView) -> FormShape:
    fields = [_field(field) for field in form.fields]
    return FormShape(form.kind, form.key, form.version, form.schema, form.data, fields)


def _field(f: FieldView) -> FieldShape:
    options = [OptionShape(value, label) for value, label in f.options]
    return FieldShape(
        f.key, f.type, f.label, f.description, f.required, f.read_only, f.visible, f.value, f.default, options,
        f.constraint, [_field(each) for each in f.fields],
    )  # fmt: skip


@get(
    f"{BASE}/runtime/tasks/{{task_id:str}}/form",
    operation=Operation(
        "Read a task's form", allow.TASK_READ, FormShape, tag="tasks", errors=(faults.TASK_NOT_FOUND,),
        description="As it is to be shown now, with the data to begin with.",
    ),
)  # fmt: skip
async def of_task(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await desk.runtime.task(task_id)
    if not may_see(caller(request), record):
        raise Problem(faults.TASK_NOT_FOUND, 404, f"There is no task '{task_id}'.")
    return success(_shape(await desk.runtime.forms.of_task(record)))


@get(
    f"{BASE}/metadata/definitions/{{definition_id:str}}/form",
    operation=Operation(
        "Read the form of a start", allow.DEFINITION_READ, FormShape, tag="definitions",
        errors=(codes.DEFINITION_NOT_FOUND,),
        description="That of the plain start event; where it has none, one of the variables that are declared.",
    ),
)  # fmt: skip
async def of_start(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return success(_shape(await services(request).runtime.forms.at_start(definition_id)))


HANDLERS: Final = (of_task, of_start)
