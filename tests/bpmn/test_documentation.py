"""What the reference shows is true."""

import json
import re
from pathlib import Path

from modelling import only, read_one

from andante.bpmn import kinds, read_json, read_xml
from andante.bpmn.graph import JobWork, UserTask
from andante.bpmn.xml.names import REFUSED
from andante.engine.elements import BEHAVIOURS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_json_example_of_the_reference_deploys_without_a_warning() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", (REFERENCE / "json-form.md").read_text(), re.DOTALL)
    model = read_json(json.loads(text))
    assert model.warnings == ()
    assert only(model).process_id == "Purchase"


def test_the_extensions_that_the_reference_shows_are_read() -> None:
    (text,) = re.findall(r"```xml\n(.*?)```", (REFERENCE / "bpmn-xml.md").read_text(), re.DOTALL)
    job, rest = text.split("\n", 1)
    task = read_one(f'<userTask id="it"><extensionElements>{rest}</extensionElements></userTask>')
    assert ([m.target for m in task.inputs], [m.target for m in task.outputs], len(task.slas)) == (["sum"], ["paid"], 2)
    work = read_one(f'<sendTask id="it" andante:type="x"><extensionElements>{job}</extensionElements></sendTask>').work
    assert isinstance(work, JobWork)
    assert work.headers == {"account": "travel"}


def test_every_element_and_event_of_the_tables_is_in_the_reference() -> None:
    page = (REFERENCE / "bpmn.md").read_text()
    runs, refused = page.split("## What is refused")
    for kind in BEHAVIOURS:
        assert re.search(rf"^\| {kinds.NAMES[kind].replace('eventSubProcess', 'subProcess')}\b", runs, re.MULTILINE)
    for name in REFUSED:
        assert f"| {name} |" in refused
        assert f"\n| {name} |" not in runs.replace("\n| event | start", "")


def test_the_approvals_of_the_how_to_page_are_read_as_it_says() -> None:
    page = (REFERENCE.parent / "how-to" / "approvals.md").read_text("utf-8")
    (xml,) = re.findall(r"^```xml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (text, result) = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert set(json.loads(result)) == {"outcome", "why", "approvers", "counts", "votes"}
    for model, thresholds in (
        (read_xml(xml.encode()), (60, {})),
        (read_json(json.loads(text)), (0, {"approved": 60, "rejected": 50})),
    ):
        assert model.warnings == ()
        (task,) = [node.work for node in only(model).nodes if isinstance(node.work, UserTask) and node.work.approval]
        assert task.approval is not None
        assert (task.approval.type, task.approval.default_outcome) == ("everyOne", "rejected")
        assert (task.approval.threshold, task.approval.thresholds) == thresholds
        assert {"addSigner", "return"} <= set(task.actions)
