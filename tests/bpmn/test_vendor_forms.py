"""Forms that a model describes itself, or names, become the form of its tasks and start events."""

import json

import pytest
from modelling import codes, path, plain, read, read_one, refusal, warnings_of

from andante.bpmn import read_json
from andante.bpmn.graph import FormUse, Node
from andante.forms import Field


def use(node: Node) -> FormUse:
    assert node.form is not None
    return node.form


def fields(node: Node) -> dict[str, Field]:
    form = use(node).form
    assert form is not None
    return {field.key: field for field in form.fields}


def plainly(field: Field) -> tuple[object, ...]:
    """Label, type, whether it is required, whether it is read-only, and what may be chosen."""
    options = None if field.options is None else dict(field.options.of({}, 0))
    label = None if field.label is None else field.label.constant
    return label, field.type, field.required, field.is_read_only({}, 0), options


def test_form_data_of_camunda_7() -> None:
    content = (
        '<camunda:formData businessKey="a"><camunda:formField id="a" label="Amount" type="long" '
        'defaultValue="${b + 1}">'
        '<camunda:properties><camunda:property id="x" value="y"/></camunda:properties>'
        '<camunda:validation><camunda:constraint name="required"/><camunda:constraint name="min" config="1"/>'
        '<camunda:constraint name="maxlength" config="9"/><camunda:constraint name="validator" config="org.Odd"/>'
        "</camunda:validation></camunda:formField>"
        '<camunda:formField id="c" label="Colour" type="enum" defaultValue="r"><camunda:value id="r" name="red"/>'
        '<camunda:value id="g"/></camunda:formField></camunda:formData>'
    )
    element = f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'
    found = fields(read_one(element))
    assert plainly(found["a"]) == ("Amount", "integer", True, False, None)
    assert plain(found["a"].default) == "juel:${b + 1}"
    assert {name: limit.constant for name, limit in found["a"].constraints.items()} == {"min": 1, "maxLength": 9}
    assert plainly(found["c"]) == ("Colour", "choice", False, False, {"r": "red", "g": "g"})
    assert found["c"].default is not None
    assert found["c"].default.constant == "r"
    (warning,) = warnings_of(path(element))
    assert "constraint validator" in warning.message


@pytest.mark.parametrize("config", ["", "x", "true", "1e999", "null"])
def test_a_limit_that_is_no_number_is_refused(config: str) -> None:
    content = (
        '<camunda:formData><camunda:formField id="a" type="long"><camunda:validation>'
        f'<camunda:constraint name="min" config="{config}"/></camunda:validation></camunda:formField>'
        "</camunda:formData>"
    )
    element = f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'
    assert codes(refusal(path(element))) == ["formLimit"]


def started_by(content: str = "", attributes: str = "") -> str:
    return path('<task id="it"/>').replace(
        '<startEvent id="start"/>',
        f'<startEvent id="start" {attributes}><extensionElements>{content}</extensionElements></startEvent>',
    )


def test_the_form_of_a_start() -> None:
    content = '<camunda:formData><camunda:formField id="a" type="boolean"/></camunda:formData>'
    graph = read(started_by(content))
    assert fields(graph.nodes[graph.plain_start])["a"].type == "boolean"


def test_a_form_where_there_is_none_is_a_warning() -> None:
    content = "<extensionElements><camunda:formData/></extensionElements>"
    assert codes(warnings_of(path(f'<task id="it">{content}</task>'))) == ["ignored"]


def test_nobody_fills_in_the_form_of_a_message() -> None:
    body = started_by().replace('<startEvent id="start" ', '<startEvent id="start" camunda:formKey="x" ')
    assert warnings_of(body) == []
    body = body.replace("</extensionElements>", '</extensionElements><messageEventDefinition messageRef="m"/>')
    assert codes(warnings_of(body, roots='<message id="m" name="M"/>')) == ["form"]


def test_form_properties_of_flowable() -> None:
    for v in ("flowable", "activiti"):
        content = (
            f'<{v}:formProperty id="a" name="Amount" type="long" required="true" default="5"/>'
            f'<{v}:formProperty id="p" variable="c" type="enum" writable="false"><{v}:value id="r" name="red"/>'
            f"</{v}:formProperty>"
        )
        found = fields(read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'))
        assert plainly(found["a"]) == ("Amount", "integer", True, False, None)
        assert plainly(found["c"]) == ("p", "choice", False, True, {"r": "red"})


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
    assert plainly(found["a"]) == ("Amount", "number", True, False, None)
    assert found["a"].default is not None
    assert found["a"].default.constant == 5
    assert plainly(found["c"]) == (None, "choice", False, True, {"r": "red"})


@pytest.mark.parametrize("text", ["no json", "[1]", '{"components": 5}', '\n\n{"components": [],\n}'])
def test_an_embedded_form_that_is_none_is_refused_with_its_line(text: str) -> None:
    (finding,) = refusal(embedded(text))
    assert (finding.code, finding.element, finding.line) == ("form", "F", 4 if text[0] == "\n" else 1)


def test_our_own_form_in_both_forms_of_a_model() -> None:
    inner = f"<extensionElements><andante:form>{FORM}</andante:form></extensionElements>"
    node = read_one(f'<userTask id="it" andante:formStrict="true">{inner}</userTask>')
    body = {
        "name": "P", "label": "P", "startEvents": [{"name": "start", "connector": "it", "form": json.loads(FORM)}],
        "userTasks": [{"name": "it", "connector": "end", "form": json.loads(FORM), "formStrict": True}],
        "endEvents": [{"name": "end"}],
    }  # fmt: skip
    graph = read_json(body).processes[0]
    for each in (node, graph.nodes[graph.by_id["it"]], graph.nodes[graph.plain_start]):
        assert [plainly(f) for f in fields(each).values()] == [plainly(f) for f in fields(node).values()]
    assert (use(node).strict, use(graph.nodes[graph.by_id["it"]]).strict) == (True, True)
    assert not use(graph.nodes[graph.plain_start]).strict


@pytest.mark.parametrize(
    ("attributes", "inner", "key", "version", "together", "external"),
    [
        ('camunda:formKey="app:a.html"', "", "app:a.html", "", False, True),
        ('flowable:formKey="f"', "", "f", "", False, True),
        ('camunda:formRef="f" camunda:formRefBinding="latest"', "", "f", "", False, False),
        ('camunda:formRef="f" camunda:formRefBinding="deployment"', "", "f", "", True, False),
        ('camunda:formRef="f" camunda:formRefBinding="version" camunda:formRefVersion="2"', "", "f", "2", False, False),
        ('andante:form="f"', "", "f", "", False, True),
        ('andante:form="f" andante:formBinding="latest"', "", "f", "", False, False),
        ('andante:form="f" andante:formVersion="1.1"', "", "f", "1.1", False, False),
        ("", '<zeebe:formDefinition formId="f"/>', "f", "", False, False),
        ("", '<zeebe:formDefinition formId="f" bindingType="deployment"/>', "f", "", True, False),
        ("", '<zeebe:formDefinition formId="f" bindingType="versionTag" versionTag="v"/>', "f", "v", False, False),
        ("", '<zeebe:formDefinition externalReference="f"/>', "f", "", False, True),
    ],
)  # fmt: skip
def test_forms_that_are_named(
    attributes: str, inner: str, key: str, version: str, together: bool, external: bool
) -> None:
    task = read_one(f'<userTask id="it" {attributes}><extensionElements>{inner}</extensionElements></userTask>')
    graph = read(started_by(inner, attributes))
    for node in (task, graph.nodes[graph.plain_start]):
        found = use(node)
        told = (found.form, found.key, found.version, found.same_deployment, found.external)
        assert told == (None, key, version, together, external)


@pytest.mark.parametrize(
    "attributes",
    ['camunda:formRef="f" camunda:formRefBinding="newest"', 'camunda:formRef="f" camunda:formRefBinding="version"',
     'andante:form="f" andante:formBinding="version"'],
)  # fmt: skip
def test_a_binding_that_names_nothing_is_refused(attributes: str) -> None:
    assert codes(refusal(path(f'<userTask id="it" {attributes}/>'))) == ["binding"]


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
        node = read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>')
        default = fields(node)["a"].default
        assert default is not None
        assert (default.constant, default.constant is True) == (value, value is True)


def test_what_is_read_only_and_which_of_date_and_time_is_meant() -> None:
    content = (
        '<camunda:formData><camunda:formField id="a" type="string"><camunda:validation>'
        '<camunda:constraint name="readonly"/></camunda:validation></camunda:formField></camunda:formData>'
    )
    found = fields(read_one(f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'))
    assert plainly(found["a"]) == (None, "string", False, True, None)
    graph = read(embedded('{"components": [{"key": "d", "type": "datetime", "subtype": "time"}]}'))
    assert fields(graph.nodes[graph.by_id["it"]])["d"].type == "time"
