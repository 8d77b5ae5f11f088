"""Schemas of form-js: each thing that a field may demand, and what is shown."""

import json
from typing import Any

import pytest
from filling import NOW, faults, form, values

from andante.forms import read_form
from andante.markup.findings import ModelRefused


@pytest.mark.parametrize(
    ("component", "good", "bad", "code"),
    [
        ({"type": "textfield", "validate": {"required": True}}, "x", "", "required"),
        ({"type": "textfield", "validate": {"required": True}}, "x", None, "required"),
        ({"type": "textfield"}, "5", 5, "type"),
        ({"type": "textarea", "validate": {"minLength": 3}}, "abc", "ab", "minLength"),
        ({"type": "textfield", "validate": {"maxLength": 3}}, "abc", "abcd", "maxLength"),
        ({"type": "textfield", "validate": {"pattern": "^[A-Z]{2}[0-9]+$"}}, "AB12", "ab12", "pattern"),
        ({"type": "textfield", "validate": {"pattern": "[0-9]"}}, "a1b", "ab", "pattern"),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "a@b.org", "a@b", "format"),
        ({"type": "textfield", "validate": {"validationType": "phone"}}, "+49 30 123456", "123456", "format"),
        ({"type": "number"}, 5.5, "5", "type"),
        ({"type": "number"}, 5, True, "type"),
        ({"type": "number", "validate": {"min": 1}}, 1, 0.99, "min"),
        ({"type": "number", "validate": {"max": "10"}}, 10, 11, "max"),
        ({"type": "number", "decimalDigits": 2}, 1.25, 1.255, "decimals"),
        ({"type": "number", "decimalDigits": 0}, 2.0, 2.5, "decimals"),
        ({"type": "number", "serializeToString": True, "validate": {"max": 10}}, "9.5", "10.5", "max"),
        ({"type": "number", "serializeToString": True}, "9.5", "much", "type"),
        ({"type": "checkbox"}, False, "yes", "type"),
        ({"type": "checkbox", "validate": {"required": True}}, True, False, "required"),
        ({"type": "select", "values": [{"value": "a", "label": "A"}]}, "a", "b", "option"),
        ({"type": "radio", "values": [{"value": 1, "label": "one"}]}, 1, True, "option"),
        ({"type": "checklist", "values": [{"value": "a"}, {"value": "b"}]}, ["a", "b"], ["a", "c"], "option"),
        ({"type": "taglist", "values": [{"value": "a"}]}, ["a"], "a", "type"),
        ({"type": "taglist", "values": [{"value": "a"}], "validate": {"required": True}}, ["a"], [], "required"),
        ({"type": "datetime", "subtype": "date"}, "2026-02-28", "2026-02-29", "type"),
        ({"type": "datetime", "subtype": "time"}, "09:30", "24:30", "type"),
        ({"type": "datetime", "subtype": "datetime"}, "2026-02-28T09:30Z", "2026-02-28 09:30", "type"),
        ({"type": "datetime", "subtype": "date", "disallowPassedDates": True}, "2026-01-05", "2026-01-03", "min"),
        ({"type": "number", "validate": {"min": "=least"}}, 3, 2, "min"),
    ],
)  # fmt: skip
def test_what_a_field_demands(component: dict[str, Any], good: object, bad: object, code: str) -> None:
    one = form({"key": "x", **component})
    assert values(one, {"x": good}, {"least": 3}) == {"x": good}
    assert faults(one, {"x": bad}, {"least": 3}) == {"x": code}


def test_nothing_is_demanded_of_what_may_be_left_out() -> None:
    one = form({"key": "x", "type": "number", "validate": {"min": 1}}, {"key": "y", "type": "select", "values": []})
    assert values(one, {"x": None}) == {"x": None}
    assert values(one, {}) == {}


def test_what_is_required_may_be_there_already() -> None:
    one = form({"key": "x", "type": "textfield", "validate": {"required": True}})
    assert faults(one, {}) == {"x": "required"}
    assert values(one, {}, {"x": "known"}) == {}
    assert faults(one, {"x": ""}, {"x": "known"}) == {"x": "required"}
    assert values(one, {}, partial=True) == {}


def test_options_come_from_variables_and_not_from_who_sends() -> None:
    by_key = form({"key": "x", "type": "select", "valuesKey": "offered"})
    known = {"offered": ["a", {"value": "b", "label": "B"}]}
    assert values(by_key, {"x": "b"}, known) == {"x": "b"}
    assert faults(by_key, {"x": "z", "offered": ["z"]}, known) == {"x": "option"}
    assert faults(by_key, {"x": "a"}, {"offered": "no list"}) == {"x": "option"}
    deep = form({"key": "x", "type": "select", "valuesKey": "lists.offered"})
    assert values(deep, {"x": "a"}, {"lists": known}) == {"x": "a"}
    chosen = form(
        {"key": "land", "type": "select", "values": [{"value": "de"}, {"value": "fr"}]},
        {"key": "town", "type": "select", "valuesExpression": '=if land = "de" then ["Bonn"] else ["Lyon"]'},
    )
    assert values(chosen, {"land": "de", "town": "Bonn"}) == {"land": "de", "town": "Bonn"}
    assert faults(chosen, {"land": "fr", "town": "Bonn"}) == {"town": "option"}


HIDING = (
    {"key": "kind", "type": "textfield"},
    {"key": "other", "type": "textfield", "validate": {"required": True},
     "conditional": {"hide": '=kind != "other"'}},
)  # fmt: skip


def test_what_is_hidden_takes_no_value_and_demands_none() -> None:
    one = form(*HIDING)
    assert values(one, {"kind": "train", "other": "smuggled"}) == {"kind": "train"}
    assert values(one, {"kind": "train", "other": "smuggled"}, {"other": "was"}) == {"kind": "train"}
    assert faults(one, {"kind": "other"}) == {"other": "required"}
    assert values(one, {"kind": "other", "other": "boat"}) == {"kind": "other", "other": "boat"}
    shown = {field.key: field.visible for field in one.view({"kind": "train"}, NOW).fields}
    assert shown == {"kind": True, "other": False}


def test_a_group_hides_what_is_in_it_and_may_lead_inwards() -> None:
    one = form({
        "type": "group", "path": "address", "conditional": {"hide": "=pickup"},
        "components": [{"key": "town", "type": "textfield", "validate": {"required": True}},
                       {"key": "zip.code", "type": "textfield"}],
    })  # fmt: skip
    assert faults(one, {}) == {"address.town": "required"}
    assert values(one, {"address": {"town": "Bonn", "more": 1}}) == {"address": {"town": "Bonn", "more": 1}}
    assert faults(one, {"address": {"town": "Bonn", "zip": {"code": 5}}}) == {"address.zip.code": "type"}
    assert faults(one, {"address": "Bonn"}) == {"address": "type", "address.town": "required"}
    assert values(one, {"address": {"town": "Bonn"}}, {"pickup": True}) == {"address": {}}


def test_read_only_fields_keep_their_value() -> None:
    one = form(
        {"key": "a", "type": "number", "readonly": True}, {"key": "b", "type": "number", "disabled": True},
        {"key": "c", "type": "number", "readonly": "=locked"},
    )  # fmt: skip
    known = {"a": 1, "b": 2, "c": 3, "locked": True}
    assert values(one, {"a": 1, "b": 2.0}, known) == {"a": 1, "b": 2}
    assert faults(one, {"a": 9, "b": 9, "c": 9}, known) == {"a": "readOnly", "b": "readOnly", "c": "readOnly"}
    assert values(one, {"c": 9}, known | {"locked": False}) == {"c": 9}
    assert faults(form({"key": "a", "type": "number", "readonly": True}), {"a": 1}) == {"a": "readOnly"}


def test_defaults_and_what_is_calculated() -> None:
    one = form(
        {"key": "count", "type": "number", "defaultValue": 2}, {"key": "price", "type": "number"},
        {"key": "sum", "type": "expression", "expression": "=count * price"},
        {"key": "who", "type": "textfield", "defaultValue": '="for " + employee'},
    )  # fmt: skip
    known = {"price": 5, "employee": "Anna"}
    assert values(one, {}, known) == {"count": 2, "sum": 10, "who": "for Anna"}
    assert values(one, {"count": 3, "sum": 99_999}, known) == {"count": 3, "sum": 15, "who": "for Anna"}
    assert values(one, {}, known | {"count": 4, "sum": 20, "who": "Bo"}) == {}
    view = one.view(known, NOW)
    assert view.data == {"count": 2, "price": 5, "sum": 10, "who": "for Anna"}
    assert [(field.key, field.value, field.read_only) for field in view.fields] == [
        ("count", 2, False), ("price", 5, False), ("sum", 10, True), ("who", "for Anna", False),
    ]  # fmt: skip


LIST = {
    "type": "dynamiclist", "path": "items",
    "components": [
        {"key": "name", "type": "textfield", "validate": {"required": True}},
        {"key": "price", "type": "number", "validate": {"max": "=limit"}},
        {"key": "why", "type": "textfield", "validate": {"required": True},
         "conditional": {"hide": "=this.price = null or this.price < 100"}},
    ],
}  # fmt: skip


def test_a_list_is_checked_item_by_item() -> None:
    one = form(LIST)
    known = {"limit": 1_000}
    assert values(one, {"items": [{"name": "a"}, {"name": "b", "price": 5, "why": "x"}]}, known) == {
        "items": [{"name": "a"}, {"name": "b", "price": 5}]
    }
    wrong = {"items": [{"name": "", "price": 5_000}, 7, {"name": "c", "price": 100}]}
    assert faults(one, wrong, known) == {
        "items[0].name": "required", "items[0].price": "max", "items[0].why": "required", "items[1]": "type",
        "items[2].why": "required",
    }  # fmt: skip
    assert faults(one, {"items": {"name": "a"}}, known) == {"items": "type"}
    (field,) = one.view(known, NOW).fields
    assert [each.key for each in field.fields] == ["name", "price", "why"]


def test_what_was_sent_is_not_changed_in_place() -> None:
    sent = {"items": [{"name": "a", "why": "x"}]}
    assert values(form(LIST), sent) == {"items": [{"name": "a"}]}
    assert sent == {"items": [{"name": "a", "why": "x"}]}


def test_other_variables_are_let_through_unless_the_form_is_strict() -> None:
    one = form({"key": "x", "type": "textfield"})
    assert values(one, {"x": "a", "y": 1}) == {"x": "a", "y": 1}
    assert faults(one, {"x": "a", "y": 1}, strict=True) == {"y": "unknown"}


def test_labels_are_computed_and_limits_told() -> None:
    one = form({"key": "x", "type": "number", "label": '="Up to " + string(limit)', "description": "In euro",
                "validate": {"max": "=limit", "required": True}, "id": "f"}, id="F", versionTag="v2")  # fmt: skip
    view = one.view({"limit": 5}, NOW)
    (field,) = view.fields
    assert (view.kind, view.key, view.version) == ("form-js", "F", "v2")
    assert (field.label, field.description, field.required, field.constraint) == (
        "Up to 5",
        "In euro",
        True,
        {"max": 5},
    )


def refused(schema: object, text: str = "") -> list[tuple[str, str, int]]:
    with pytest.raises(ModelRefused) as found:
        read_form(text or json.dumps(schema, indent=1))
    return [(each.code, each.element, each.line) for each in found.value.findings]


@pytest.mark.parametrize(
    ("component", "finding"),
    [
        ({"type": "textfield", "key": "x", "conditional": {"hide": "=a +"}}, ("formExpression", "x", 5)),
        ({"type": "number", "key": "x", "validate": {"min": "few"}}, ("formLimit", "x", 5)),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "(a+)+$"}}, ("formPattern", "x", 5)),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "("}}, ("formPattern", "x", 5)),
        ({"type": "textfield", "id": "x"}, ("formKey", "x", 5)),
        ({"type": "dynamiclist", "id": "x", "components": []}, ("form", "x", 5)),
        ({"type": "expression", "key": "x"}, ("formExpression", "x", 5)),
    ],
)  # fmt: skip
def test_a_schema_that_is_wrong_is_refused_with_its_line(
    component: dict[str, Any], finding: tuple[str, str, int]
) -> None:
    assert finding in refused({"components": [component]})


def test_what_is_no_schema_is_refused() -> None:
    assert refused(None, "{") == [("form", "", 1)]
    assert refused(None, '{\n"components": [],\n}') == [("form", "", 3)]
    assert refused([1]) == refused({"a": 1}) == refused({"components": 5}) == [("form", "", 1)]
    assert refused({"components": [5]}) == [("form", "", 1)]
    deep: dict[str, Any] = {"type": "textfield", "key": "x"}
    for _ in range(30):
        deep = {"type": "group", "components": [deep]}
    assert refused({"components": [deep]})[0][0] == "form"
    assert refused({"components": [{"type": "text"}] * 2_001})[0][0] == "form"
    assert refused(None, "[" * 100_000)[0][0] == "form"


def test_what_is_doubtful_is_said() -> None:
    read = read_form(json.dumps({"components": [
        {"type": "signature", "key": "s"}, {"type": "select", "key": "o"},
        {"type": "textfield", "key": "t"}, {"type": "number", "key": "t"},
    ]}))  # fmt: skip
    assert sorted(each.code for each in read.warnings) == ["formKey", "formOptions", "formType"]


def test_who_chooses_more_than_is_offered_is_told_so_and_not_each_of_it() -> None:
    several = form(
        {"type": "checklist", "key": "a", "values": [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]}
    )
    assert values(several, {"a": ["2", "1"]}) == {"a": ["2", "1"]}
    (fault,) = several.check({"a": ["x"] * 100_000}, {}, NOW).faults
    assert (fault.code, fault.message) == ("option", "more is chosen than is offered")
