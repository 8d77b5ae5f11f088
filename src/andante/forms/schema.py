"""JSON Schema (draft 2020-12) as a form: the library judges, the properties become fields to show."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from andante.expressions import literal
from andante.forms import checks
from andante.forms.field import (
    ANY,
    BOOLEAN,
    CHOICE,
    DATE,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    SEVERAL,
    TEXT,
    TIME,
    Field,
    Options,
)
from andante.forms.form import JSON_SCHEMA, Form
from andante.forms.judging import Judge
from andante.forms.reading import DEEPEST, Reading, part, text

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_FORMATS: Final[Mapping[str, str]] = {"date": DATE, "time": TIME, "date-time": MOMENT}
_TYPES: Final[Mapping[str, str]] = {
    "string": TEXT, "number": NUMBER, "integer": INTEGER, "boolean": BOOLEAN, "array": LIST, "object": ANY,
}  # fmt: skip
_LIMITS: Final = {
    "minimum": "min", "maximum": "max", "minLength": "minLength", "maxLength": "maxLength", "pattern": "pattern",
    "format": "format",
}  # fmt: skip
_SHOWN_DEEP: Final = 4  # lists in lists, which a schema may nest without an end
# Keywords whose values are data, and no schemas.
_DATA: Final = frozenset(("const", "default", "enum", "examples"))


def read_json_schema(schema: dict[str, Any], reading: Reading) -> Form:
    """Faults go to the reading."""
    _check(schema, reading)
    validator = None if reading.findings.faults else Judge(schema)
    id = text(schema.get("$id")).rstrip("/").rpartition("/")[2].removesuffix(".json").removesuffix(".schema")
    fields = _fields(schema, schema, reading)
    return Form(JSON_SCHEMA, fields, id=id, version=text(schema.get("version")), schema=schema, validator=validator)


def _check(schema: dict[str, Any], reading: Reading) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    draft = schema.get("$schema", DRAFT)
    if str(draft).rstrip("#") != DRAFT:
        reading.fault(
            "formSchema", f"$schema is '{str(draft)[:100]}'. Write the form by draft 2020-12: {DRAFT}", str(draft)
        )
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as fault:
        place = "/".join(str(each) for each in fault.absolute_path)
        names = [each for each in reversed(fault.absolute_path) if isinstance(each, str) and each != "properties"]
        names = names[1:] + names[:1]  # a property's own name is found more surely than that of a keyword
        reading.fault("formSchema", f"The JSON Schema is wrong at '{place}': {fault.message[:300]}.", *names)
        return
    except RecursionError:
        reading.fault("formSchema", "The JSON Schema is nested too deep. Make it flatter.")
        return
    _references(schema, reading)


def _references(schema: dict[str, Any], reading: Reading) -> None:
    """Every reference must be to a place in the schema itself: nothing is fetched. Patterns must not run away."""
    from referencing.exceptions import Unresolvable

    resolver = _registry(schema)
    for where in _schemas(schema, 0):
        for name in ("$ref", "$dynamicRef"):
            target = where.get(name)
            if not isinstance(target, str):
                continue
            try:
                resolver.lookup(target)
            except (Unresolvable, ValueError, RecursionError):
                said = f"{name} names '{target[:100]}', which is not in this schema, and nothing is fetched."
                reading.fault("formReference", f"{said} Put it into $defs.", target)
        keys = list(part(where.get("patternProperties")))
        expressions = [text(where.get("pattern")), *keys]
        for expression in filter(None, expressions):
            try:
                checks.safe_pattern(expression)
                if expression in keys:
                    re.compile(expression)  # as the library does
            except (ValueError, re.error) as fault:
                reading.fault("formPattern", f"The pattern '{expression[:100]}' cannot be used: {fault}.", expression)


def _registry(schema: dict[str, Any]) -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    return Registry().resolver_with_root(DRAFT202012.create_resource(schema))


def _schemas(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """All schemas in a schema, and some objects that are none."""
    if depth > 10 * DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name not in _DATA:
                yield from _schemas(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _schemas(inner, depth + 1)


def _fields(schema: dict[str, Any], root: dict[str, Any], reading: Reading, depth: int = 0) -> list[Field]:
    """Those of the properties on top; `root` is the schema that has the definitions."""
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    found: list[Field] = []
    for name, inner in part(schema.get("properties")).items():
        if name:
            found.append(_field(name, _resolved(inner, root), root, name in names, reading, depth))
    return found


def _resolved(schema: object, root: dict[str, Any]) -> dict[str, Any]:
    """What a reference at a property says, for those who show it."""
    for _ in range(DEEPEST):
        target = text(part(schema).get("$ref"))
        if not target.startswith("#/$defs/"):
            break
        schema = {**part(part(root.get("$defs")).get(target.removeprefix("#/$defs/"))), **part(schema)}
        schema.pop("$ref", None)
    return part(schema)


def _field(
    name: str, schema: dict[str, Any], root: dict[str, Any], required: bool, reading: Reading, depth: int
) -> Field:
    told = schema.get("type")
    word = next((each for each in told if each != "null"), "") if isinstance(told, list) else text(told)
    kind = _FORMATS.get(text(schema.get("format")), TEXT) if word == "string" else _TYPES.get(word, ANY)
    options, items = _options(schema), _resolved(schema.get("items"), root)
    children: list[Field] = []
    if options is not None:
        kind = CHOICE
    elif kind == LIST and (options := _options(items)) is not None:
        kind = SEVERAL
    elif kind == LIST:
        children = _fields(items, root, reading, depth + 1) if depth < _SHOWN_DEEP else []
        kind = LIST if children else ANY
    default = schema.get("default")
    return Field(
        (name,), kind, word or kind, label=reading.setting(schema.get("title"), "The title", name),
        description=reading.setting(schema.get("description"), "The description", name),
        default=reading.setting(default, "The default", name), required=required, options=options,
        read_only=literal(True) if schema.get("readOnly") is True else None,
        constraints={ours: literal(schema[theirs]) for theirs, ours in _LIMITS.items() if theirs in schema},
        fields=children,
    )  # fmt: skip


def _options(schema: dict[str, Any]) -> Options | None:
    values = schema.get("enum")
    if isinstance(values, list):
        return Options([(each, str(each)) for each in values if each is not None])
    branches = schema.get("oneOf")
    if isinstance(branches, list) and branches and all(isinstance(each, dict) and "const" in each for each in branches):
        return Options([(each["const"], str(each.get("title", each["const"]))) for each in branches])
    return None
