"""What the reference shows is true."""

import json
import re
from pathlib import Path

from modelling import only, read_one

from andante.bpmn import read_json
from andante.bpmn.graph import JobWork

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
    assert ([m.target for m in task.inputs], [m.target for m in task.outputs], len(task.slas)) == (["sum"], ["paid"], 1)
    work = read_one(f'<sendTask id="it" andante:type="x"><extensionElements>{job}</extensionElements></sendTask>').work
    assert isinstance(work, JobWork)
    assert work.headers == {"account": "travel"}
