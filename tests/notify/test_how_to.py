"""The examples of the pages about SLAs, notes and webhooks are as the pages say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from andante.api.notes import FIELDS, PreferencesBody
from andante.bpmn import Model, read_json, read_xml
from andante.notify.apprises import checked_address
from andante.notify.wording import HERE
from andante.people.preferences import LANGUAGES, Preferences, checked
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
    (milestone,) = sla.policy.milestones
    assert (milestone.name, milestone.ms, milestone.urgency) == ("looked at", HOUR, 1)
    ((action,),) = sla.milestone_actions
    assert [(action.type, each.target) for each in action.values] == [("Set Variables", "$BP.Status")]
    assert sla.pause_when is not None
    assert (sla.policy.restart_on_transfer, sla.policy.restart_on_resume, sla.policy.risk_at) == (True, False, 750)
    assert [(r.working_hours, [level.to for level in r.levels]) for r in sla.policy.reminders] == [
        (False, []),
        (True, [("lead",), ("manager",)]),
    ]
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


def test_the_preferences_of_the_page_can_be() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/notifications.md").read_text("utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    said = msgspec.convert(json.loads(block), PreferencesBody)
    fields = {
        FIELDS.get(name, name): value for name, value in msgspec.structs.asdict(said).items() if value is not UNSET
    }
    found = checked(Preferences(**fields))
    assert (found.quiet_from, found.digest_at, found.ways("slaDeadline"), found.ways("remind")) == (
        "22:00", "08:30", ["mail", "app", "apprise"], ["mail", "app"],
    )  # fmt: skip
    for url in found.apprise:
        checked_address(url, any_host=False)
    for language in LANGUAGES:
        words = json.loads((HERE / f"words/{language}.json").read_text("utf-8"))
        assert {"reminder", "remind", "slaGoal", "slaMilestone", "slaDeadline", "informed", "test", "*"} == set(
            words["headlines"]
        )


def test_the_payload_of_the_page_is_what_is_sent() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/webhooks.md").read_text("utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    sent = re.search(r"def payload.*?return \{(.*?)\n        \}", (HERE / "ways.py").read_text("utf-8"), re.DOTALL)
    assert sent is not None
    assert list(json.loads(block)["data"]) == re.findall(r'^ +"(\w+)":', sent.group(1), re.MULTILINE)


def test_what_is_large_is_not_imported_before_it_is_used() -> None:
    code = "import andante.app, sys; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
