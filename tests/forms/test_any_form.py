"""Whatever the schema and whatever is sent: no crash, and nothing is accepted that is wrong."""

import json
from typing import Any

from filling import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from andante.forms import read_form
from andante.markup.findings import ModelRefused

NAMES = st.sampled_from(["a", "b", "c.d", "e"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, width=32), st.text(max_size=4),
    st.sampled_from(["2026-01-05", "09:30", "=1 + 1", "=a", "x@y.zz"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
SENT = st.dictionaries(NAMES | st.just("c"), VALUES, max_size=4)

LIMITS = st.fixed_dictionaries({}, optional={
    "minimum": st.integers(-3, 3), "maximum": st.integers(-3, 3), "minLength": st.integers(0, 3),
    "maxLength": st.integers(0, 3), "pattern": st.sampled_from(["^a", "[0-9]$", "x|y"]), "minItems": st.integers(0, 2),
    "enum": st.lists(SCALARS, min_size=1, max_size=3), "const": SCALARS, "default": SCALARS, "readOnly": st.booleans(),
    "type": st.sampled_from(["string", "number", "integer", "boolean", "null", "array", "object"]),
})  # fmt: skip
SCHEMAS = st.recursive(
    LIMITS,
    lambda inner: st.fixed_dictionaries({}, optional={
        "type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=3),
        "required": st.lists(NAMES, unique=True, max_size=2), "items": inner,
        "anyOf": st.lists(inner, min_size=1, max_size=2), "not": inner, "additionalProperties": st.booleans() | inner,
        "if": inner, "then": inner,
    }),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(properties=st.dictionaries(NAMES, SCHEMAS, max_size=3), rest=SCHEMAS, sent=SENT, known=SENT)
def test_nothing_is_accepted_that_json_schema_says_is_wrong(
    properties: dict[str, Any], rest: dict[str, Any], sent: dict[str, Any], known: dict[str, Any]
) -> None:
    schema = {**rest, "type": "object", "properties": properties}
    try:
        form = read_form(json.dumps(schema)).form
    except ModelRefused:  # a default that is no FEEL
        return
    checked = form.check(sent, known, NOW)
    form.view(known, NOW)
    if not checked.faults:
        own = {name: value for name, value in known.items() if name in properties}
        assert list(Draft202012Validator(schema).iter_errors({**own, **sent, **checked.values})) == []


COMPONENTS = st.fixed_dictionaries(
    {"key": NAMES, "type": st.sampled_from(
        ["textfield", "number", "checkbox", "select", "checklist", "datetime", "expression", "signature"])},
    optional={
        "defaultValue": SCALARS, "readonly": st.sampled_from([True, "=a = 1"]),
        "subtype": st.sampled_from(["time", "x"]),
        "conditional": st.fixed_dictionaries({"hide": st.sampled_from(["=a", "=b > 1", "=c.d = null"])}),
        "values": st.lists(st.fixed_dictionaries({"value": VALUES}), max_size=2), "valuesKey": NAMES,
        "validate": st.fixed_dictionaries({}, optional={
            "required": st.booleans(), "min": st.integers(-3, 3), "max": st.just("=a"), "maxLength": st.integers(0, 3),
            "pattern": st.sampled_from(["^a", "[0-9]"]),
        }), "expression": st.sampled_from(["=a + b", "=[a, b]", '="x"']), "decimalDigits": st.integers(0, 2),
    },
)  # fmt: skip
NESTED = st.recursive(
    COMPONENTS,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["group", "dynamiclist"]), "path": NAMES, "components": st.lists(inner, max_size=3)}
    ),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(components=st.lists(NESTED, max_size=4), sent=SENT, known=SENT, strict=st.booleans(), partial=st.booleans())
def test_no_form_js_form_falls_over_or_lets_through_what_it_would_refuse_again(
    components: list[dict[str, Any]], sent: dict[str, Any], known: dict[str, Any], strict: bool, partial: bool
) -> None:
    try:
        form = read_form(json.dumps({"components": components})).form
    except ModelRefused:
        return
    checked = form.check(sent, known, NOW, strict=strict, partial=partial)
    view = form.view(known, NOW)
    json.dumps([view.data, [field.value for field in view.fields]])
    if checked.faults:
        assert checked.values == {}
    else:
        json.dumps(checked.values)
        assert not strict or checked.values.keys() <= set(form.names)
