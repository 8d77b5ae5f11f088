"""A form as JSON Schema, so that an assistant knows what to fill in."""

from collections.abc import Iterable
from typing import Any, Final

from andante.client.forms import Field, Form

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
TYPES: Final = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "datetime": {"type": "string", "format": "date-time"},
}
LIMITS: Final = {
    "min": "minimum", "max": "maximum", "minLength": "minLength", "maxLength": "maxLength", "pattern": "pattern",
}  # fmt: skip


def schema_of(form: Form) -> dict[str, Any]:
    """What may be sent: one that was written as JSON Schema as it is, another by its fields that are shown."""
    if form.kind == "json-schema" and isinstance(form.schema, dict):
        return form.schema
    return {"$schema": DRAFT, **_object(form.fields)}


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    """A field `a.b` is b within a."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    inner: dict[str, list[Field]] = {}
    for field in fields:
        if not field.visible or field.read_only:
            continue
        name, _, rest = field.key.partition(".")
        if rest:
            inner.setdefault(name, []).append(_renamed(field, rest))
            continue
        properties[name] = _property(field)
        if field.required:
            required.append(name)
    for name, parts in inner.items():
        properties[name] = _object(parts)
        if any(part.required for part in parts):
            required.append(name)
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _renamed(field: Field, key: str) -> Field:
    return Field(**{name: getattr(field, name) for name in Field.__struct_fields__ if name != "key"}, key=key)


def _property(field: Field) -> dict[str, Any]:
    one: dict[str, Any] = dict(TYPES.get(field.type, {}))
    if field.type == "choice" and field.options:
        one = {"oneOf": [{"const": each.value, "title": each.label} for each in field.options]}
    elif field.type == "several":
        choices = [{"const": each.value, "title": each.label} for each in field.options]
        one = {"type": "array", **({"items": {"oneOf": choices}} if choices else {})}
    elif field.type == "list":
        one = {"type": "array", "items": _object(field.fields)}
    for name, keyword in LIMITS.items():
        if name in field.constraint and isinstance(field.constraint[name], int | float | str):
            number = keyword in ("minimum", "maximum")
            if not number or field.type in ("number", "integer"):
                one[keyword] = field.constraint[name]
    about = {"title": field.label, "description": field.description, "default": field.default}
    return {**one, **{name: value for name, value in about.items() if value not in (None, "")}}
