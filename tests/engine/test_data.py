"""Data (BPMN 2.0.2 section 10.4): associations move values into and out of activities and events."""

from drawing import drawn, event, paths, sub_process, tasks

from andante.bpmn.graph import ProcessGraph
from andante.engine.commands import CompleteJob, SetVariables
from andante.engine.effects import PublishMessage, StartChild
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


def path(element: str, id: str = "it") -> str:
    """start -> the element -> end."""
    return event("start", "start") + element + event("end", "end") + paths(f"start {id} end")


def pay(inner: str) -> ProcessGraph:
    return drawn(DATA + path(JOB.format(inner)))


def job_sees(run: Scenario, name: str) -> object:
    (job,) = run.instance.jobs.values()
    locals = run.instance.tokens[job.token].locals
    return (locals or {}).get(name)


def test_associations_copy_between_data_objects_and_an_activity() -> None:
    run = Scenario(pay(IO + COPIES)).start({"Order total": 12, "amount": "outside"})
    assert job_sees(run, "amount") == 12
    run.suspend().resume()
    run.complete_job("it", receipt="R1", note="not declared").then(state="Completed OK")
    assert run.variables == {"Order total": 12, "amount": "outside", "Receipt": "R1"}


def test_an_output_that_is_not_there_leaves_the_data_as_it_is() -> None:
    run = Scenario(pay(IO + COPIES)).start({"Receipt": "old"}).complete_job("it")
    run.then(state="Completed OK", variables={"Receipt": "old"})


def test_a_terminated_activity_writes_nothing() -> None:
    run = Scenario(pay(IO + COPIES)).start({"Order total": 12})
    (key,) = run.instance.jobs
    run.terminate().when(CompleteJob(key, {"receipt": "R1"})).then(state="User Terminated")
    assert run.variables == {"Order total": 12}


def test_assignments_and_transformations_compute() -> None:
    inner = (
        IO + "<dataInputAssociation><sourceRef>order</sourceRef><targetRef>din</targetRef><transformation>sum(prices)"
        "</transformation></dataInputAssociation>"
        "<dataInputAssociation><targetRef>din</targetRef><assignment><from>${prices[0]}</from><to>first</to>"
        "</assignment><assignment><from>order</from><to>whole</to></assignment></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>dout</sourceRef><targetRef>ref</targetRef><assignment>"
        "<from>upper case(receipt)</from><to>ref</to></assignment></dataOutputAssociation>"
    )
    run = Scenario(pay(inner)).start({"prices": [3, 4], "Order total": 9})
    assert [job_sees(run, name) for name in ("amount", "first", "whole")] == [7, 3, 9]
    run.complete_job("it", receipt="r1").then(state="Completed OK", variables={"Receipt": "R1"})


def test_a_failing_transformation_is_an_incident_and_a_retry_tries_again() -> None:
    inner = IO + (
        "<dataInputAssociation><targetRef>din</targetRef><transformation>${missing}</transformation>"
        "</dataInputAssociation>"
    )
    run = Scenario(pay(inner)).start().then(state="Broken", incidents=["expression"], at=["it"])
    run.when(SetVariables({"missing": 1}, introduce=True)).retry().then(incidents=[])
    assert job_sees(run, "amount") == 1


def test_a_message_brings_what_the_event_gives_out_and_carries_what_it_takes_in() -> None:
    catch = (
        '<intermediateCatchEvent id="wait"><dataOutput id="o" name="sum"/><dataOutputAssociation><sourceRef>o'
        "</sourceRef><targetRef>order</targetRef></dataOutputAssociation><outputSet><dataOutputRefs>o</dataOutputRefs>"
        '</outputSet><messageEventDefinition messageRef="M"/></intermediateCatchEvent>'
    )
    throw = (
        '<endEvent id="tell"><dataInput id="i" name="sum"/><dataInputAssociation><sourceRef>order</sourceRef>'
        '<targetRef>i</targetRef></dataInputAssociation><messageEventDefinition messageRef="M"/></endEvent>'
    )
    graph = drawn(DATA, event("start", "start"), catch, throw, paths("start wait tell"))
    run = Scenario(graph).start().message("m", sum=5, other=6).then(state="Completed OK")
    assert run.variables == {"Order total": 5}
    (sent,) = run.asked(PublishMessage)
    assert sent.variables == {"sum": 5}


def test_a_call_passes_what_its_associations_say() -> None:
    graph = drawn(DATA + path(f'<callActivity id="it" calledElement="C">{IO}{COPIES}</callActivity>'))
    run = Scenario(graph).start({"Order total": 12, "secret": 1})
    (child,) = run.asked(StartChild)
    assert child.variables == {"amount": 12}
    run.complete_call("it", receipt="R1", other=2).then(state="Completed OK")
    assert run.variables == {"Order total": 12, "secret": 1, "Receipt": "R1"}


def test_a_multi_instance_takes_its_items_from_data_and_gives_data_out() -> None:
    inner = (
        '<ioSpecification><dataInput id="all" name="all orders"/><dataInput id="one" name="amount"/>'
        '<dataOutput id="result" name="receipt"/><dataOutput id="results" name="all receipts"/></ioSpecification>'
        "<dataInputAssociation><sourceRef>order</sourceRef><targetRef>all</targetRef></dataInputAssociation>"
        "<dataInputAssociation><sourceRef>item</sourceRef><targetRef>one</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>result</sourceRef><targetRef>out</targetRef></dataOutputAssociation>"
        "<dataOutputAssociation><sourceRef>results</sourceRef><targetRef>ref</targetRef></dataOutputAssociation>"
        '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>all</loopDataInputRef>'
        '<loopDataOutputRef>results</loopDataOutputRef><inputDataItem id="item" name="the order"/>'
        '<outputDataItem id="out"/></multiInstanceLoopCharacteristics>'
    )
    run = Scenario(pay(inner)).start({"Order total": [1, 2]})
    assert job_sees(run, "amount") == 1
    run.complete_job("it", receipt="a")
    assert job_sees(run, "amount") == 2
    run.complete_job("it", receipt="b").then(state="Completed OK")
    assert run.variables == {"Order total": [1, 2], "Receipt": ["a", "b"]}


def test_data_that_a_sub_process_declares_and_writes_is_its_own() -> None:
    sub = sub_process(
        "sub", DATA, event("start", "s"), JOB.format(IO + COPIES), tasks("u"), event("end", "e"), paths("s it u e")
    )
    run = Scenario(drawn(path(sub, "sub"))).start({"Receipt": "outer"}).complete_job("it", receipt="inner")
    (scope,) = [scope for scope in run.instance.scopes.values() if scope.key]
    assert scope.variables == {"Receipt": "inner"}
    run.complete("u").then(state="Completed OK", variables={"Receipt": "outer"})
