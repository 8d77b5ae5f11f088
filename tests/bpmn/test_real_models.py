"""The examples we ship, and files as modelling tools write them (tests/models/ATTRIBUTION.md)."""

import json
from pathlib import Path

import pytest
from lxml import etree
from modelling import only

from andante.bpmn import kinds, read_json, read_xml
from andante.bpmn.graph import JobWork, UserTask

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.bpmn"))
MODELS = ROOT / "tests" / "models"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
FLOW_ELEMENTS = [BPMN + name for name in (*kinds.NAMES.values(), "sequenceFlow")]
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_deploys_without_a_warning(file: Path) -> None:
    model = read_xml(file.read_bytes())
    assert model.warnings == ()
    assert only(model).name


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_element_of_an_example_is_drawn(file: Path) -> None:
    root = etree.fromstring(file.read_bytes())
    drawn = {e.get("bpmnElement") for e in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    graph = only(read_xml(file.read_bytes()))
    assert {node.id for node in graph.nodes} | {flow.id for flow in graph.flows} <= drawn


def test_the_examples_are_those_we_speak_of() -> None:
    names = {only(read_xml(file.read_bytes())).process_id for file in EXAMPLES}
    assert names == {
        "LeaveApproval", "ExpenseApproval", "Incident", "Order", "ParallelReview", "LeaveBalance", "EquipmentRequest",
        "ContractApproval",
    }  # fmt: skip


def test_the_incident_has_goals_deadlines_and_reminders() -> None:
    graph = only(read_xml((ROOT / "examples" / "incident-sla.bpmn").read_bytes()))
    (solution,) = graph.nodes[graph.by_id["SolveIncident"]].slas
    assert solution.policy.goal is not None
    assert solution.policy.deadline is not None
    assert solution.policy.deadline.business
    assert [r.relative_to for r in solution.policy.reminders] == ["goal", "deadline"]
    assert [sla.policy.name for sla in graph.slas] == ["resolution"]


def test_the_json_example_deploys_without_a_warning() -> None:
    model = read_json(json.loads((ROOT / "examples" / "travel-request.json").read_bytes()))
    assert model.warnings == ()
    graph = only(model)
    task = graph.nodes[graph.by_id["approveTrip"]]
    assert isinstance(task.work, UserTask)
    assert task.work.queue == "Travel.Approvers"
    assert [sla.policy.name for sla in task.slas] == ["approveTrip_sla"]


@pytest.mark.parametrize(
    "name",
    ["BER-Complete", "camel-use-cases", "camunda-invoice-en-collaboration", "one-or-the-other", "signals", "timers"],
)
def test_a_file_of_another_tool_is_read_whole(name: str) -> None:
    data = (MODELS / f"{name}.bpmn").read_bytes()
    graph = only(read_xml(data))
    drawn = {e.get("bpmnElement") for e in etree.fromstring(data).iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    processes = etree.fromstring(data).findall(f"{BPMN}process")
    marked = [p for p in processes if p.get("isExecutable") == "true"] or processes
    elements = {e.get("id") for p in marked for tag in FLOW_ELEMENTS for e in p.iter(tag)}
    assert {node.id for node in graph.nodes} | {flow.id for flow in graph.flows} == elements
    assert len(elements & drawn) > 5


def test_delegates_of_the_invoice_are_jobs_and_its_people_candidates() -> None:
    graph = only(read_xml((MODELS / "camunda-invoice-en-collaboration.bpmn").read_bytes()))
    assert [n.id for n in graph.nodes if isinstance(n.work, JobWork)]
    assert [n.id for n in graph.nodes if isinstance(n.work, UserTask) and n.work.assignee is not None]
