"""Message flows name the message of an event or task that names none itself (BPMN 2.0.2 section 9.3)."""

import pytest
from modelling import SPACES, codes, path, refused

from andante.bpmn import read_xml
from andante.engine.effects import PublishMessage
from andante.testing import Scenario

NAMED = '<messageFlow id="f" name="Loan&#10; offer" sourceRef="tell" targetRef="wait"/>'
THROW = '<intermediateThrowEvent id="tell"><messageEventDefinition/></intermediateThrowEvent>'
CATCH = '\n<intermediateCatchEvent id="wait"><messageEventDefinition/></intermediateCatchEvent>'


def collaborating(flows: str, one: str = THROW, other: str = CATCH) -> bytes:
    """Two processes of one file, with these message flows."""
    inner = path(other, "wait").replace('"start', '"s').replace('"end"', '"e"').replace('-end"', '-e"')
    return (
        f'<definitions {SPACES} id="D" targetNamespace="t"><message id="M" name="offer"/><collaboration id="C">{flows}'
        f'</collaboration><process id="One">{path(one, "tell")}</process><process id="Two">{inner}</process>'
        "</definitions>"
    ).encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (THROW, CATCH),
        ('<sendTask id="tell"/>', '\n<receiveTask id="wait"/>'),
    ],
)
def test_both_ends_have_the_message_of_the_flow(one: str, other: str) -> None:
    for flow, name in ((NAMED, "Loan offer"), (NAMED.replace('name="', 'messageRef="M" name="'), "offer")):
        model = read_xml(collaborating(flow, one, other))
        sender, receiver = (Scenario(graph).start() for graph in model.processes)
        assert [sent.name for sent in sender.asked(PublishMessage)] == [name]
        receiver.then(at=["wait"]).message(name).then(state="Completed OK")
        told = [(found.element, found.line) for found in model.warnings if found.code == "messageFlow"]
        assert told == ([("tell", 1), ("wait", 2)] if name == "Loan offer" else [])


@pytest.mark.parametrize(
    "flows",
    [
        "",
        NAMED.replace("Loan&#10; offer", " "),
        NAMED + NAMED.replace('"f"', '"g"'),
        NAMED.replace('"tell"', '"x"').replace('"wait"', '"tell"'),
    ],
)
def test_without_one_named_flow_it_says_not_which_message(flows: str) -> None:
    assert set(codes(refused(collaborating(flows)))) == {"messageName"}
