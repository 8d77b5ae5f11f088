"""Data declarations and associations as XML: what is refused, what is warned of, and what is only drawn."""

import pytest
from dense_model import COMMON, DENSE
from modelling import codes, flow, path, read, refusal, warnings_of

from andante.bpmn import read_xml
from andante.testing import Scenario

IO = (
    '<ioSpecification><dataInput id="din" name="amount"/><dataOutput id="dout" name="receipt"/>'
    "<inputSet><dataInputRefs>din</dataInputRefs></inputSet><outputSet><dataOutputRefs>dout</dataOutputRefs></outputSet>"
    "</ioSpecification>"
)
COPIES = (
    "<dataInputAssociation><sourceRef>order</sourceRef><targetRef>din</targetRef></dataInputAssociation>"
    "<dataOutputAssociation><sourceRef>dout</sourceRef><targetRef>ref</targetRef></dataOutputAssociation>"
)
DATA = (
    '<dataObject id="order" name="Order total"/><dataObject id="paid" name="Receipt"/>'
    '<dataObjectReference id="ref" dataObjectRef="paid" name="Receipt [sent]"/>'
)
JOB = '<serviceTask id="it" andante:type="pay">{}</serviceTask>'


@pytest.mark.parametrize(
    "inner",
    [
        "<dataInputAssociation><targetRef>din</targetRef><assignment><from>1</from><to>order.total</to></assignment>"
        "</dataInputAssociation>",
        "<dataInputAssociation><targetRef>din</targetRef><assignment><to>x</to></assignment></dataInputAssociation>",
        "<dataOutputAssociation><transformation>1</transformation></dataOutputAssociation>",
        "<dataOutputAssociation><assignment><from>1</from></assignment></dataOutputAssociation>",
    ],
)
def test_an_association_that_cannot_be_carried_out_is_refused_in_its_place(inner: str) -> None:
    (fault,) = refusal("\n\n" + DATA + path(JOB.format(IO + inner)))
    assert (fault.code, fault.element, fault.line) == ("dataAssociation", "it", 3)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<dataInputAssociation><sourceRef>gone</sourceRef><targetRef>din</targetRef></dataInputAssociation>",
         "dataAssociation"),
        ("<dataInputAssociation><sourceRef>order</sourceRef><sourceRef>ref</sourceRef><targetRef>din</targetRef>"
         "</dataInputAssociation>", "dataAssociation"),
        ("<dataInputAssociation><sourceRef>store</sourceRef><targetRef>din</targetRef></dataInputAssociation>",
         "ignored"),
    ],
)  # fmt: skip
def test_what_gets_lost_is_a_warning_in_its_place(inner: str, code: str) -> None:
    stores = '<dataStore id="stock" name="Stock"/>'
    body = '\n\n<dataStoreReference id="store" dataStoreRef="stock"/>' + DATA + path(JOB.format(IO + inner))
    (warning,) = warnings_of(body, roots=stores)
    assert (warning.code, warning.element, warning.line) == (code, "it", 3)


def test_flowable_gives_data_objects_their_first_value() -> None:
    values = "".join(
        f'<dataObject id="{name}" name="{name}" itemSubjectRef="xsd:{type}"><extensionElements><flowable:value>{text}'
        "</flowable:value></extensionElements></dataObject>"
        for name, type, text in (
            ("n", "int", "7"),
            ("x", "double", "1.5"),
            ("b", "boolean", "true"),
            ("s", "string", "7"),
        )
    )
    inner = f'<subProcess id="sub">{values}<startEvent id="s"/><userTask id="u"/>{flow("s", "u")}</subProcess>'
    run = Scenario(read(values + path(inner, "sub"))).start({"x": 2})
    run.then(variables={"n": 7, "x": 2, "b": True, "s": "7"})
    (scope,) = [scope for scope in run.instance.scopes.values() if scope.key]
    assert scope.variables == {"n": 7, "x": 1.5, "b": True, "s": "7"}
    wrong = values.replace(">7<", ">seven<", 1)
    assert codes(refusal(wrong + path('<task id="it"/>'))) == ["dataValue"]


def test_a_process_declares_its_data_without_a_warning() -> None:
    declared = (
        '<ioSpecification><dataInput id="pin" name="amount"/><dataOutput id="pout" name="receipt"/><inputSet/>'
        '<outputSet/></ioSpecification><property id="p" name="note"/>'
    )
    inner = (
        '<ioSpecification><dataInput id="din" name="sum"/></ioSpecification><dataInputAssociation><sourceRef>pin'
        "</sourceRef><targetRef>din</targetRef></dataInputAssociation>"
    )
    body = declared + path(JOB.format(inner))
    assert warnings_of(body) == []
    (token,) = Scenario(read(body)).start({"amount": 3}).instance.tokens.values()
    assert token.locals == {"sum": 3}


@pytest.mark.parametrize(
    "inner",
    [
        # Signavio and others draw inputs and outputs without names, bpmn-js none at all.
        IO.replace(' name="amount"', "").replace(' name="receipt"', "") + COPIES,
        '<property id="p" name="__targetRef_placeholder"/><dataInputAssociation><sourceRef>order</sourceRef><targetRef>'
        "p</targetRef></dataInputAssociation><dataOutputAssociation><targetRef>ref</targetRef></dataOutputAssociation>",
        IO,
    ],
)
def test_what_is_only_drawn_moves_nothing_and_warns_of_nothing(inner: str) -> None:
    body = DATA + path(JOB.format(inner))
    assert warnings_of(body) == []
    run = Scenario(read(body)).start({"Order total": 12}).complete_job("it", Receipt="R1")
    run.then(state="Completed OK", variables={"Order total": 12, "Receipt": "R1"})


@pytest.mark.parametrize(
    "ends", ["<sourceRef/><targetRef>din</targetRef>", "<sourceRef>din</sourceRef><targetRef/>", ""]
)
def test_an_end_that_is_not_said_moves_nothing(ends: str) -> None:
    inner = f"<dataInputAssociation>{ends}</dataInputAssociation><dataOutputAssociation>{ends}</dataOutputAssociation>"
    assert read(DATA + path(JOB.format(IO + inner))).by_id["it"]


def test_an_empty_transformation_is_refused() -> None:
    inner = "<dataInputAssociation><targetRef>din</targetRef><transformation> </transformation></dataInputAssociation>"
    assert codes(refusal(DATA + path(JOB.format(IO + inner)))) == ["dataAssociation"]


def test_data_keys_flows_and_imports_together() -> None:
    model = read_xml(DENSE.encode(), {"urn:common": COMMON})
    assert [graph.process_id for graph in model.processes] == ["P", "Sum"]
    told = sorted(warning.code for warning in model.warnings)
    assert told == ["ignored", "messageFlow", "noCorrelation", "noStart"]
