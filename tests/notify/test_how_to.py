"""The examples of docs/how-to/sla-and-reminders.md are read as the page says."""

import json
import re
from pathlib import Path

import pytest

from andante.bpmn import Model, read_json, read_xml
from andante.timing.instants import DAY, HOUR, MINUTE

PAGE = (Path(__file__).parents[2] / "docs/how-to/sla-and-reminders.md").read_text("utf-8")


def example(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(block)


@pytest.mark.parametrize("form", ["xml", "json"])
def test_both_examples_say_the_same(form: str) -> None:
    text = example(form)
    model: Model = read_xml(text.encode()) if form == "xml" else read_json(json.loads(text))
    assert model.warnings == ()
    (graph,) = model.processes
    (task,) = [node for node in graph.nodes if node.slas]
    (sla,) = task.slas
    goal, deadline = sla.policy.goal, sla.policy.deadline
    assert goal is not None
    assert deadline is not None
    assert (goal.ms, goal.business, goal.urgency) == (4 * HOUR, False, 1)
    assert (deadline.ms, deadline.business, deadline.urgency) == (2 * DAY, True, 2)
    assert [(r.relative_to, r.offset_ms, r.every_ms, r.max_count) for r in sla.policy.reminders] == [
        ("goal", -30 * MINUTE, 0, 1),
        ("deadline", 0, DAY, 3),
    ]
    assert [(a.name, a.type, a.to) for a in sla.goal_actions] == [("tell the manager", "Notify Manager", ())]
    assert [(a.name, a.type, a.to) for a in sla.deadline_actions] == [
        ("tell the controllers", "Notify", ("group:controllers",))
    ]
    assert sla.criteria is not None
    assert sla.criteria.evaluate({"amount": 100}, None) is True
    assert sla.criteria.evaluate({"amount": 99}, None) is False
