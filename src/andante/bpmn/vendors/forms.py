"""Forms of starts and tasks: fields that a model describes itself (Camunda 7's formData, Flowable's formProperty), a
schema within the model (Camunda 8's userTaskForm, ours), and forms that are deployed by themselves and named."""

import json
import math
from typing import Final

from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import FormUse, UserTask
from andante.bpmn.vendors.base import Vendor
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, literal
from andante.forms import FIELDS, Field, Form, Options
from andante.forms.field import ANY, BOOLEAN, CHOICE, DATE, INTEGER, NUMBER, TEXT
from andante.forms.read import read_into

_CUSTOM: Final = "what it checks is code of another engine; a gateway or a JSON Schema can check it."
_TYPES: Final = {
    **dict.fromkeys(("string",), TEXT),
    **dict.fromkeys(("long", "int", "integer", "short"), INTEGER),
    **dict.fromkeys(("double", "float", "decimal", "number"), NUMBER),
    "boolean": BOOLEAN,
    "date": DATE,
    "enum": CHOICE,
}
# Types whose values are numbers or booleans, in the words of Camunda 7 and Flowable.
_PLAIN: Final = frozenset((INTEGER, NUMBER, BOOLEAN))
_LIMITS: Final = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
_EMBEDDED: Final = "camunda-forms:bpmn:"


def form_data(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> None:
    """`formData` with its `formField`s."""
    fields: list[Field] = []
    for block in vendor.elements(element, "formData"):
        block.take("businessKey")
        for source in vendor.inner(block, "formField"):
            fields.append(_form_field(vendor, source, element, reading))
            reading.leftovers(source)
        reading.leftovers(block)
    if fields:
        node.form = FormUse(Form(FIELDS, fields))


def _form_field(vendor: Vendor, source: Element, element: Element, reading: Reading) -> Field:
    required = read_only = False
    limits: dict[str, Expression] = {}
    for validation in vendor.inner(source, "validation"):
        for constraint in vendor.inner(validation, "constraint"):
            kind, config = constraint.take("name"), constraint.take("config")
            if kind == "required":
                required = required or config != "false"
            elif kind == "readonly":
                read_only = read_only or config != "false"
            elif kind in _LIMITS:
                limits.update(_limit(kind, config, element, constraint.line, reading))
            else:
                what = f"{vendor.name}:constraint {kind}"
                reading.findings.ignored(what, element.label, constraint.line, _CUSTOM)
    vendor.inner(source, "properties")  # hints for a page of another product
    pattern = source.take("datePattern")
    word = source.take("type") or "string"
    return Field(
        (source.take("id"),), _type(word, pattern), word,
        label=_words(source.take("label")),
        default=_default(source.take("defaultValue"), word, element, source.line, reading),
        required=required, read_only=literal(True) if read_only else None, options=_choices(vendor, source, word),
        constraints=limits,
    )  # fmt: skip


def _limit(kind: str, config: str, element: Element, line: int, reading: Reading) -> dict[str, Expression]:
    try:
        limit = json.loads(config)
        if not isinstance(limit, int | float) or isinstance(limit, bool) or not math.isfinite(limit):
            raise ValueError
    except (ValueError, OverflowError):
        text = f"The constraint {kind} is '{config[:60]}'. Write a number as its config."
        reading.findings.fault("formLimit", element.label, line, text)
        return {}
    return {_LIMITS[kind]: literal(limit)}


def form_properties(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> None:
    """`formProperty`, one an entry. A property under another name than its variable's is refused."""
    fields: list[Field] = []
    for source in vendor.elements(element, "formProperty"):
        name = source.take("id")
        variable = source.take("variable")
        word = source.take("type") or "string"
        if source.take("expression"):
            reading.findings.ignored(
                f"{vendor.name}:formProperty expression", element.label, source.line,
                "the field shows and sets the variable of its own name.",
            )  # fmt: skip
        source.take("readable")
        pattern = source.take("datePattern")
        read_only = source.take("writable", source.take("writeable")) == "false"
        fields.append(
            Field(
                (variable or name,), _type(word, pattern), word,
                label=_words(source.take("name") or name),
                default=_default(source.take("default"), word, element, source.line, reading),
                required=source.take("required") == "true", read_only=literal(True) if read_only else None,
                options=_choices(vendor, source, word),
            )
        )  # fmt: skip
        reading.leftovers(source)
    if fields:
        node.form = FormUse(Form(FIELDS, fields))


def _type(word: str, pattern: str) -> str:
    """A date that is written by a pattern of its own is a text for us; a type that we do not know takes anything."""
    kind = _TYPES.get(word.lower(), ANY)
    return ANY if kind == DATE and pattern else kind


def _words(text: str) -> Expression | None:
    return literal(text) if text else None


def _choices(vendor: Vendor, source: Element, word: str) -> Options | None:
    found: dict[str, str] = {}
    for value in vendor.inner(source, "value"):
        key = value.take("id")
        found[key] = value.take("name") or key
    return Options(list(found.items())) if found or word.lower() == "enum" else None


def _default(text: str, word: str, element: Element, line: int, reading: Reading) -> Expression | None:
    """The value to begin with: a text in the attribute of a number or boolean is meant as one, where it is one."""
    value = reading.language.value(text, element.label, line) if text else None
    if value is not None and isinstance(value.constant, str) and _type(word, "") in _PLAIN:
        try:
            plain = json.loads(value.constant)
            if isinstance(plain, int | float) and math.isfinite(plain):
                return literal(plain)
        except (ValueError, OverflowError):  # no JSON, or beyond what a number can be
            return value
    return value


def named_form(
    key: str, binding: str, version: str, what: str, element: Element, reading: Reading, *, known: bool = True
) -> FormUse:
    """A form that is deployed by itself. `known`: the model says that it is one, and no page of another product."""
    if binding not in ("", "latest", "deployment", "version", "versionTag"):
        reading.fault("binding", element, f"{what} is '{binding}'. Write latest, deployment or version.")
    elif binding in ("version", "versionTag") and not version:
        reading.fault("binding", element, f"{what} is {binding}, but there is no version. Write one.")
    return FormUse(
        None, key, version=version if binding.startswith("version") else "",
        same_deployment=binding == "deployment", external=not known,
    )  # fmt: skip


def camunda_form(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> str:
    """Of a start or user task: formKey, or formRef with its binding, and formData. The key or id, as tasks show it."""
    key, ref = vendor.text(element, "formKey"), vendor.text(element, "formRef")
    binding, version = vendor.text(element, "formRefBinding"), vendor.text(element, "formRefVersion")
    if ref:
        node.form = named_form(ref, binding, version, f"{vendor.name}:formRefBinding", element, reading)
    elif key:
        node.form = FormUse(None, key, external=True)
    return key or ref


def zeebe_form(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> str:
    """`formDefinition`: formId with its binding, or formKey. The id or key."""
    shown = ""
    for source in vendor.elements(element, "formDefinition"):
        form_id, key, other = source.take("formId"), source.take("formKey"), source.take("externalReference")
        binding, tag = source.take("bindingType"), source.take("versionTag")
        if form_id:
            node.form = named_form(form_id, binding, tag, "bindingType", element, reading)
        elif key or other:
            node.form = FormUse(None, key or other, external=not key.startswith(_EMBEDDED))
        shown = form_id or key or other
        reading.leftovers(source)
    return shown


def embedded_forms(vendor: Vendor, process: ProcessDraft, element: Element, reading: Reading) -> None:
    """`userTaskForm`: the JSON of a form, which tasks and starts name as camunda-forms:bpmn:ID."""
    forms: dict[str, Form] = {}
    for source in vendor.elements(element, "userTaskForm"):
        form = read_into(source.text, reading.findings, owner=source.id, line=source.text_line)
        if form is not None:
            forms[source.id] = form
    for node in process.nodes:
        use = node.form
        if use is not None and use.form is None and use.key.startswith(_EMBEDDED):
            use.form = forms.get(use.key.removeprefix(_EMBEDDED))


def own_form(vendor: Vendor, node: NodeDraft, element: Element, reading: Reading) -> None:
    """Ours: the schema in an element `form`, or the attribute `form` with `formBinding` and `formVersion`; with
    `formStrict` other variables than the form's are refused."""
    key, version = vendor.text(element, "form"), vendor.text(element, "formVersion")
    binding = vendor.text(element, "formBinding") or ("version" if version else "")
    strict = vendor.text(element, "formStrict")
    if strict not in ("", "true", "false"):
        reading.fault("boolean", element, f"andante:formStrict is '{strict}'. Write true or false.")
    for source in vendor.elements(element, "form"):
        form = read_into(source.text, reading.findings, owner=element.label, line=source.text_line)
        if form is not None:
            node.form = FormUse(form)
        reading.leftovers(source)
    if key and (node.form is None or node.form.form is None):
        told = bool(binding)
        node.form = named_form(key, binding, version, "andante:formBinding", element, reading, known=told)
    if node.form is not None:
        node.form.strict = strict == "true"
    if key and isinstance(node.work, UserTask):
        node.work.form = key
