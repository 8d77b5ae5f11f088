"""Sub-processes without a start event (BPMN 2.0.2 section 13.3.4)."""

from modelling import bpmn, codes, flow, path, read, refusal, warnings_of

from andante.bpmn import read_xml
from andante.testing import Scenario

INSIDE = (
    '<userTask id="one"/><userTask id="two"/><userTask id="three"/><parallelGateway id="join"/>'
    '<boundaryEvent id="late" attachedToRef="one"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
    f'</timerEventDefinition></boundaryEvent><userTask id="hurry"/>{flow("one", "join")}{flow("two", "join")}'
    + flow("join", "three")
    + flow("late", "hurry")
)
SUB = path(f'\n<subProcess id="sub">{INSIDE}</subProcess>', "sub")


def test_it_begins_with_all_that_no_flow_leads_to() -> None:
    run = Scenario(read(SUB)).start().then(tasks=["one", "two"])
    run.suspend().resume().complete("one").complete("two").then(tasks=["three"])
    run.complete("three").then(state="Completed OK")
    assert Scenario(read(SUB)).start().terminate().at == []


def test_a_warning_says_what_it_begins_with() -> None:
    (warning,) = [found for found in warnings_of(SUB) if found.code == "noStart"]
    assert (warning.element, warning.line) == ("sub", 2)
    assert "one, two." in warning.message


def test_handlers_and_event_sub_processes_do_not_begin() -> None:
    inside = (
        '<userTask id="one"/><userTask id="undo" isForCompensation="true"/><boundaryEvent id="b" attachedToRef="one">'
        '<compensateEventDefinition/></boundaryEvent><association id="a" sourceRef="b" targetRef="undo"/>'
        '<subProcess id="on" triggeredByEvent="true"><startEvent id="s"><timerEventDefinition><timeDuration>PT1H'
        '</timeDuration></timerEventDefinition></startEvent><userTask id="t"/>' + flow("s", "t") + "</subProcess>"
    )
    Scenario(read(path(f'<subProcess id="sub">{inside}</subProcess>', "sub"))).start().then(tasks=["one"])


def test_one_in_another() -> None:
    inner = '<transaction id="in"><userTask id="one"/></transaction>'
    graph = read(path(f'<subProcess id="sub">{inner}</subProcess>', "sub"))
    Scenario(graph).start().complete("one").then(state="Completed OK")


def test_what_cannot_begin_is_refused() -> None:
    assert codes(refusal(path('<subProcess id="sub"/>', "sub"))) == ["noStart"]
    round = '<task id="a"/><task id="b"/>' + flow("a", "b") + flow("b", "a")
    assert codes(refusal(path(f'<subProcess id="sub">{round}</subProcess>', "sub"))) == ["noStart"]
    assert read_xml(bpmn(path('<task id="it"/>'))).warnings == ()


def test_as_often_as_a_number_says_with_items_of_a_collection() -> None:
    loop = (
        '<userTask id="it"><multiInstanceLoopCharacteristics isSequential="true" camunda:collection="names" '
        'camunda:elementVariable="name"><loopCardinality>${n}</loopCardinality></multiInstanceLoopCharacteristics>'
        "</userTask>"
    )
    run = Scenario(read(path(loop))).start({"names": ["a", "b", "c"], "n": 2})
    for name in ("a", "b"):
        (task,) = run.instance.tasks.values()
        locals = run.instance.tokens[task.token].locals
        assert locals is not None
        assert (locals["name"], locals["nrOfInstances"]) == (name, 2)
        run.complete("it")
    run.then(state="Completed OK")
    Scenario(read(path(loop))).start({"names": ["a"], "n": 2}).then(incidents=["multiInstance"])
