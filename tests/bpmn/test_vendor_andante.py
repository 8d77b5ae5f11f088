"""Our own extensions."""

import pytest
from modelling import bpmn, codes, path, read, read_one, refusal, shown

from andante.bpmn import read_xml
from andante.bpmn.graph import Call, JobWork, UserTask
from andante.timing.instants import DAY, HOUR, MINUTE

SLA = """
<andante:sla name="solve" goal="PT4H" deadline="P1D" deadlineBusinessDays="true" goalIncreaseUrgencyBy="1"
  deadlineIncreaseUrgencyBy="2" criteria="=severity = 1">
  <andante:goalAction name="tell" type="Notify Manager" criteria="=loud"/>
  <andante:deadlineAction name="wake" type="Notify" to="group:duty, user:ann"/>
  <andante:reminder relativeTo="goal" offset="-PT30M"/>
  <andante:reminder offset="PT0S" every="PT2H" max="5"/>
</andante:sla>"""


def with_extensions(content: str) -> str:
    return f'<userTask id="it"><extensionElements>{content}</extensionElements></userTask>'


def test_an_sla_with_all_its_parts() -> None:
    (sla,) = read_one(with_extensions(SLA)).slas
    policy = sla.policy
    assert policy.name == "solve"
    assert policy.goal is not None
    assert policy.deadline is not None
    assert (policy.goal.ms, policy.goal.business, policy.goal.urgency) == (4 * HOUR, False, 1)
    assert (policy.deadline.ms, policy.deadline.business, policy.deadline.urgency) == (DAY, True, 2)
    assert [(r.relative_to, r.offset_ms, r.every_ms, r.max_count) for r in policy.reminders] == [
        ("goal", -30 * MINUTE, 0, 1), ("deadline", 0, 2 * HOUR, 5),
    ]  # fmt: skip
    assert shown(sla.criteria) == "feel:severity = 1"
    assert [(a.name, a.type, shown(a.criteria)) for a in sla.goal_actions] == [("tell", "Notify Manager", "feel:loud")]
    assert [(a.type, a.to) for a in sla.deadline_actions] == [("Notify", ("group:duty", "user:ann"))]


def test_an_sla_of_the_process() -> None:
    body = f"<extensionElements>{SLA}</extensionElements>" + path('<task id="it"/>')
    assert [sla.policy.name for sla in read(body).slas] == ["solve"]


@pytest.mark.parametrize(
    "sla",
    [
        "<andante:sla/>",
        '<andante:sla goal="soon"/>',
        '<andante:sla goal="P1M"/>',
        '<andante:sla goal="-PT1H"/>',
        '<andante:sla goal="PT1H"><andante:reminder relativeTo="deadline"/></andante:sla>',
        '<andante:sla goal="PT1H"><andante:deadlineAction type="Notify Manager"/></andante:sla>',
        '<andante:sla goal="PT1H"><andante:reminder relativeTo="goal" max="x"/></andante:sla>',
    ],
)
def test_an_sla_that_makes_no_sense_is_refused(sla: str) -> None:
    assert "sla" in codes(refusal(path(with_extensions(sla))))


@pytest.mark.parametrize("action", ['type="Call the police"', 'type="Notify"'])
def test_an_sla_action_that_is_unknown_or_reaches_no_one_is_refused(action: str) -> None:
    sla = f'<andante:sla goal="PT1H"><andante:goalAction {action}/></andante:sla>'
    assert codes(refusal(path(with_extensions(sla)))) == ["slaAction"]


def test_a_user_task() -> None:
    work = read_one(
        '<userTask id="it" andante:assignee="=boss" andante:candidates="user:ann,role:clerk" andante:queue="desk" '
        'andante:outcomes="approved, rejected" andante:dueDate="P1D" andante:priority="80" andante:form="f" '
        'andante:title="Approve ${what}"/>'
    ).work
    assert isinstance(work, UserTask)
    assert [shown(e) for e in (work.assignee, work.candidates, work.due, work.priority, work.title)] == [
        "feel:boss", "literal:user:ann,role:clerk", "literal:P1D", "literal:80", "juel:Approve ${what}",
    ]  # fmt: skip
    assert (work.queue, work.form, work.outcomes) == ("desk", "f", ("approved", "rejected"))


def test_a_job_with_headers_and_result() -> None:
    work = read_one(
        '<serviceTask id="it" andante:type="pay" andante:retries="1" andante:priority="7" andante:resultVariable="r">'
        '<extensionElements><andante:header name="a" value="b"/></extensionElements></serviceTask>'
    ).work
    assert isinstance(work, JobWork)
    assert (work.retries, work.priority, work.result_variable, work.headers) == (1, 7, "r", {"a": "b"})


def test_mappings_of_a_call_say_all_that_passes() -> None:
    call = read_one(
        '<callActivity id="it" calledElement="Other" andante:version="2" andante:businessKey="=key"><extensionElements>'
        '<andante:input target="a" source="=b"/><andante:output target="c" source="=d"/></extensionElements>'
        "</callActivity>"
    ).work
    assert isinstance(call, Call)
    assert (call.all_in, call.all_out, shown(call.version)) == (False, False, "literal:2")
    assert [(m.target, shown(m.source)) for m in (*call.ins, *call.outs)] == [("a", "feel:b"), ("c", "feel:d")]


def test_the_process() -> None:
    graph = read(
        path('<userTask id="it"/>'),
        process='andante:cancelable="true" andante:noCancelAfter="it" andante:version="3" '
        'andante:instanceLabel="No ${n}"',
    )
    assert (graph.cancelable, graph.no_cancel_after, graph.version) == (True, "it", "3")
    assert shown(graph.instance_label) == "juel:No ${n}"


def test_withdrawal_after_an_element_that_is_not_there() -> None:
    assert codes(refusal(path('<task id="it"/>'), process='andante:noCancelAfter="gone"')) == ["unknownElement"]


def test_where_two_vendors_speak_ours_counts() -> None:
    model = read_xml(bpmn(path('<userTask id="it" andante:assignee="ann" camunda:assignee="bob"/>')))
    work = model.processes[0].nodes[model.processes[0].by_id["it"]].work
    assert isinstance(work, UserTask)
    assert shown(work.assignee) == "literal:ann"


@pytest.mark.parametrize(
    "element",
    [
        '<userTask id="it" andante:asignee="ann"/>',
        '<task id="it" andante:assignee="ann"/>',
        '<endEvent id="it" andante:type="pay"/>',
        with_extensions('<andante:sla goal="PT1H" gaol="PT1H"/>'),
    ],
)
def test_a_misspelt_or_misplaced_extension_is_refused(element: str) -> None:
    assert {"unsupportedExtension", "unknownAttribute"} & set(codes(refusal(path(element))))


@pytest.mark.parametrize(
    ("process", "kept"),
    [
        ('andante:retention="P90D"', "P90D"),
        ('andante:retention="forever"', "forever"),
        ('camunda:historyTimeToLive="180"', "P180D"),
        ('camunda:historyTimeToLive="P5D"', "P5D"),
        ('camunda:historyTimeToLive=""', ""),
        ('camunda:historyTimeToLive="180" andante:retention="P1D"', "P1D"),
    ],
)
def test_how_long_what_is_over_is_kept(process: str, kept: str) -> None:
    assert read(path('<task id="it"/>'), process=process).retention == kept


def test_a_retention_that_cannot_be_is_refused() -> None:
    (finding,) = refusal(path('<task id="it"/>'), process='camunda:historyTimeToLive="soon"')
    assert (finding.code, finding.line > 0) == ("retention", True)
    assert "write it as P3D" in finding.message
