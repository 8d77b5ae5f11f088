"""JSON Schema as a form: what the library judges, defaults, what is shown, and what is refused."""

import json
from typing import Any

import pytest
from filling import NOW, faults, schema, values

from andante.forms import Form, read_form
from andante.markup.findings import ModelRefused

ORDER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.org/order.json",
    "type": "object",
    "properties": {
        "amount": {"type": "number", "minimum": 1, "title": "Amount", "description": "In euro"},
        "when": {"type": "string", "format": "date"},
        "mail": {"type": "string", "format": "email"},
        "colour": {"enum": ["red", "blue"], "default": "red"},
        "sizes": {"type": "array", "items": {"enum": ["S", "M"]}},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "owner": {"type": "string", "readOnly": True, "default": '="for " + employee'},
    },
    "required": ["amount"],
    "if": {"properties": {"amount": {"minimum": 100}}, "required": ["amount"]},
    "then": {"required": ["mail"]},
    "$defs": {"line": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}},
}


def test_the_library_judges_what_is_sent_and_what_is_known_together() -> None:
    one = read_form(json.dumps(ORDER)).form
    known = {"employee": "Anna"}
    assert one.id == "order"
    assert values(one, {"amount": 5}, known) == {"amount": 5, "colour": "red", "owner": "for Anna"}
    assert faults(one, {}, known) == {"amount": "required"}
    assert values(one, {}, known | {"amount": 5, "colour": "red", "owner": "Bo"}) == {}
    assert faults(one, {"amount": 0}, known) == {"amount": "minimum"}
    assert faults(one, {"amount": None}, known) == {"amount": "type", "mail": "required"}
    assert faults(one, {"amount": 100}, known) == {"mail": "required"}
    assert faults(one, {"amount": 1, "when": "tomorrow", "mail": "me"}, known) == {"when": "format", "mail": "format"}
    assert faults(one, {"amount": 1, "lines": [{"n": 1}, {}, {"n": "x"}]}, known) == {
        "lines[1].n": "required", "lines[2].n": "type",
    }  # fmt: skip
    assert faults(one, {"amount": 1, "owner": "me"}, known) == {"owner": "readOnly"}
    assert values(one, {"mail": "a@b.org"}, known, partial=True) == {"mail": "a@b.org"}


def test_the_properties_are_fields_to_show() -> None:
    view = read_form(json.dumps(ORDER)).form.view({"employee": "Anna", "amount": 7}, NOW)
    found = {field.key: field for field in view.fields}
    assert {name: field.type for name, field in found.items()} == {
        "amount": "number", "when": "date", "mail": "string", "colour": "choice", "sizes": "several", "lines": "list",
        "owner": "string",
    }  # fmt: skip
    amount = found["amount"]
    assert (amount.label, amount.description, amount.required, amount.value) == ("Amount", "In euro", True, 7)
    assert amount.constraint == {"min": 1}
    assert found["colour"].options == [("red", "red"), ("blue", "blue")]
    assert found["sizes"].options == [("S", "S"), ("M", "M")]
    assert [each.key for each in found["lines"].fields] == ["n"]
    assert view.data == {"amount": 7, "colour": "red", "owner": "for Anna"}
    assert (view.kind, view.schema) == ("json-schema", ORDER)


def test_additional_properties_are_those_that_are_sent() -> None:
    one = schema(properties={"a": {"type": "integer"}}, additionalProperties=False)
    assert values(one, {"a": 1}, {"b": 2}) == {"a": 1}
    assert faults(one, {"a": 1, "b": 2}) == {"": "additionalProperties"}
    loose = schema(properties={"a": {"type": "integer"}})
    assert values(loose, {"b": 2}) == {"b": 2}
    assert faults(loose, {"b": 2}, strict=True) == {"b": "unknown"}


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("date", "2024-02-29", "2026-02-29"), ("time", "09:30:00Z", "9:30"),
        ("date-time", "2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00"), ("duration", "P3DT4H", "3 days"),
        ("email", "a@b.org", "a@b"), ("uuid", "3e4666bf-d5e5-4aa7-b8ce-cefe41c7568a", "3e46"),
        ("ipv4", "10.0.0.1", "10.0.0"), ("uri", "https://example.org", "example"), ("regex", "[a-z]", "["),
    ],
)  # fmt: skip
def test_formats_are_checked(format: str, good: str, bad: str) -> None:
    one = schema(properties={"a": {"type": "string", "format": format}})
    assert values(one, {"a": good}) == {"a": good}
    assert faults(one, {"a": bad}) == {"a": "format"}


def test_what_a_schema_never_ends_with_is_refused_when_it_is_filled_in() -> None:
    endless = schema(properties={"a": {"$ref": "#/$defs/a"}}, **{"$defs": {"a": {"$ref": "#/$defs/a"}}})
    assert set(faults(endless, {"a": 1}).values()) == {"type"}


@pytest.mark.parametrize(
    ("changes", "code", "line"),
    [
        ({"properties": {"a": {"type": "texts"}}}, "formSchema", 4),
        ({"properties": {"a": {"$ref": "https://example.org/other.json"}}}, "formReference", 5),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "formReference", 5),
        ({"properties": {"a": {"pattern": "(a+)+$"}}}, "formPattern", 5),
        ({"patternProperties": {"(a+)+$": {}}}, "formPattern", 4),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "formSchema", 3),
        ({"properties": {"a": {"default": "=1 +"}}}, "formExpression", 4),
    ],
)  # fmt: skip
def test_a_schema_that_is_wrong_is_refused_with_its_line(changes: dict[str, Any], code: str, line: int) -> None:
    with pytest.raises(ModelRefused) as found:
        read_form(json.dumps({"type": "object", **changes}, indent=1))
    assert [(each.code, each.line) for each in found.value.findings] == [(code, line)]


def test_a_schema_may_have_itself_in_it() -> None:
    node = {"type": "object", "properties": {"inner": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
    one = schema(properties=node["properties"], **{"$defs": {"node": node}})
    assert faults(one, {"inner": [{"inner": [{"inner": 5}]}]}) == {"inner[0].inner[0].inner": "type"}
    assert one.view({}, NOW).fields[0].type == "list"


NAMED_TWICE: dict[str, Any] = {
    f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n + 1}"}, {"$ref": f"#/$defs/s{n + 1}"}]} for n in range(25)
} | {"s25": {"type": "object"}}
TRIED_TWICE: dict[str, Any] = {"tree": {"properties": {"a": {"anyOf": [{"$ref": "#/$defs/tree"}] * 2}, "b": False}}}
ROWS: dict[str, Any] = {"type": "array", "items": {"type": "array", "contains": {"const": 5}}}


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        (schema(properties={"a": {}}, allOf=[{"$ref": "#/$defs/s0"}], **{"$defs": NAMED_TWICE}), {"a": 1}),
        (schema(properties={"a": {"$ref": "#/$defs/tree"}}, **{"$defs": TRIED_TWICE}),
         {"a": json.loads('{"a":' * 30 + '{"b":1}' + "}" * 30)}),
        (schema(properties={"a": ROWS}), {"a": [[1] * 1_000] * 1_000}),
    ],
    ids=["schemas", "places", "values"],
)  # fmt: skip
def test_what_takes_too_long_to_be_judged_is_refused_soon(form: Form, sent: dict[str, Any]) -> None:
    (fault,) = [each for each in form.check(sent, {}, NOW).faults if each.code == "schema"]
    assert fault.message == "these values take too long to be checked by the form: send less"


def test_many_items_of_which_no_two_are_the_same() -> None:
    form = schema(properties={"a": {"type": "array", "uniqueItems": True}})
    many: list[object] = [{"n": n, "of": [n]} for n in range(4_000)]
    assert form.check({"a": many}, {}, NOW).faults == []
    for again in (7, 7.0, {"of": [7.0], "n": 7}, True, "x"):
        found = form.check({"a": [*many, 7, True, "x", again]}, {}, NOW).faults
        assert [(each.field, each.code) for each in found] == [("a", "uniqueItems")], again
    assert form.check({"a": [1, True, "1", [1], {"1": 1}, None, False, 0]}, {}, NOW).faults == []
