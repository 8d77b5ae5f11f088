"""Forms that a model describes itself become fields of its tasks and start events."""

import pytest
from modelling import codes, path, plain, read, read_one, warnings_of

from andante.bpmn.graph import FormField, Node


def fields(node: Node) -> dict[str, FormField]:
    return {field.name: field for field in node.fields}


def test_form_data_of_camunda_7() -> None:
    content = (
        '<camunda:formData businessKey="a"><camunda:formField id="a" label="Amount" type="long" '
        'defaultValue="${b + 1}">'
        '<camunda:properties><camunda:property id="x" value="y"/></camunda:properties>'
        '<camunda:validation><camunda:constraint name="required"/><camunda:constraint name="min" config="1"/>'
        "</camunda:validation></camunda:formField>"
        '<camunda:formField id="c" label="Colour" type="enum" defaultValue="r"><camunda:value id="r" name="red"/>'
        '<camunda:value id="g"/></camunda:formField></camunda:formData>'
    )
    element = f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'
    found = fields(read_one(element))
    assert plain(found["a"]) == {
        "kind of": "FormField", "name": "a", "type": "long", "label": "Amount", "default": "juel:${b + 1}",
        "required": True, "read_only": False, "choices": {},
    }  # fmt: skip
    assert found["c"].choices == {"r": "red", "g": "g"}
    assert found["c"].default is not None
    assert found["c"].default.constant == "r"
    (warning,) = warnings_of(path(element))
    assert "constraint min" in warning.message


def test_the_form_of_a_start() -> None:
    content = '<camunda:formData><camunda:formField id="a" type="boolean"/></camunda:formData>'
    body = path('<task id="it"/>').replace(
        '<startEvent id="start"/>',
        f'<startEvent id="start"><extensionElements>{content}</extensionElements></startEvent>',
    )
    graph = read(body)
    assert fields(graph.nodes[graph.by_id["start"]])["a"].type == "boolean"


def test_a_form_where_there_is_none_is_a_warning() -> None:
    content = "<extensionElements><camunda:formData/></extensionElements>"
    assert codes(warnings_of(path(f'<task id="it">{content}</task>'))) == ["ignored"]


def test_form_properties_of_flowable() -> None:
    for v in ("flowable", "activiti"):
        content = (
            f'<{v}:formProperty id="a" name="Amount" type="long" required="true" default="5"/>'
            f'<{v}:formProperty id="p" variable="c" type="enum" writable="false"><{v}:value id="r" name="red"/>'
            f"</{v}:formProperty>"
        )
        found = fields(read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'))
        assert (found["a"].label, found["a"].type, found["a"].required) == ("Amount", "long", True)
        assert (found["c"].read_only, found["c"].choices, found["c"].label) == (True, {"r": "red"}, "p")


FORM = (
    '{"components": [{"key": "a", "label": "Amount", "type": "number", "validate": {"required": true}, '
    '"defaultValue": 5}, {"type": "group", "components": [{"key": "c", "type": "select", "disabled": true, '
    '"values": [{"label": "red", "value": "r"}]}]}, {"type": "text", "text": "hello"}]}'
)


def embedded(form: str) -> str:
    task = (
        '<userTask id="it"><extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:F"/>'
        "</extensionElements></userTask>"
    )
    return f'<extensionElements><zeebe:userTaskForm id="F">{form}</zeebe:userTaskForm></extensionElements>' + path(task)


def test_the_embedded_form_of_camunda_8() -> None:
    graph = read(embedded(FORM))
    found = fields(graph.nodes[graph.by_id["it"]])
    assert list(found) == ["a", "c"]
    assert (found["a"].label, found["a"].type, found["a"].required) == ("Amount", "number", True)
    assert found["a"].default is not None
    assert found["a"].default.constant == 5
    assert (found["c"].read_only, found["c"].choices) == (True, {"r": "red"})


def test_an_embedded_form_that_is_none_is_a_warning() -> None:
    for text in ("no json", "[1]", '{"components": 5}'):
        expected = [] if "components" in text else ["form"]
        assert codes(warnings_of(embedded(text))) == expected


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("long", "100", 100), ("double", "1.5", 1.5), ("boolean", "true", True), ("string", "100", "100"),
        ("long", "many", "many"), ("enum", "1", "1"), ("long", '"5"', '"5"'),
        ("double", "NaN", "NaN"), ("double", "1e999", "1e999"), ("long", "9" * 400, "9" * 400),
    ],
)  # fmt: skip
def test_a_default_is_of_the_type_of_its_field(type: str, text: str, value: object) -> None:
    field = f"<camunda:formField id='a' type='{type}' defaultValue='{text}'/>"
    property = f"<flowable:formProperty id='a' type='{type}' default='{text}'/>"
    for content in (f"<camunda:formData>{field}</camunda:formData>", property):
        (found,) = read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>').fields
        assert found.default is not None
        assert (found.default.constant, found.default.constant is True) == (value, value is True)


def test_what_is_read_only_and_which_of_date_and_time_is_meant() -> None:
    content = (
        '<camunda:formData><camunda:formField id="a" type="string"><camunda:validation>'
        '<camunda:constraint name="readonly"/></camunda:validation></camunda:formField></camunda:formData>'
    )
    found = fields(read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'))
    assert (found["a"].read_only, found["a"].required) == (True, False)
    graph = read(embedded('{"components": [{"key": "d", "type": "datetime", "subtype": "date"}]}'))
    assert fields(graph.nodes[graph.by_id["it"]])["d"].type == "date"
