"""Each metric is there, documented, and those of the dashboard and the alerts are among them."""

import json
import re
from pathlib import Path

import pytest
import yaml
from house import House
from prometheus_client.parser import text_string_to_metric_families

from andante.api.metrics import COUNTER, HISTOGRAM, METRICS, Metrics
from andante.runtime.meter import Buckets

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy/grafana/andante.json"
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
SLA = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  targetNamespace="http://test"><process id="Fix" isExecutable="true"><startEvent id="s"/>
    <userTask id="u" andante:assignee="kim"><extensionElements>
      <andante:sla name="fix" goal="PT1H" deadline="PT2H"/></extensionElements></userTask>
    <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="dig" retries="1"/></extensionElements>
    </serviceTask>
    <endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="u"/>
    <sequenceFlow id="g" sourceRef="u" targetRef="j"/>
    <sequenceFlow id="h" sourceRef="j" targetRef="e"/></process></definitions>"""


def names() -> set[str]:
    """All that a query may name."""
    found = set()
    for name, each in METRICS.items():
        parts = (
            ("_bucket", "_sum", "_count") if each.kind == HISTOGRAM else ("_total",) if each.kind == COUNTER else ("",)
        )
        found |= {name + part for part in parts}
    return found


def queried(text: str) -> set[str]:
    return set(re.findall(r"\bandante_\w+", text))


def test_dashboard_and_alerts_ask_for_what_there_is() -> None:
    board = json.loads(DASHBOARD.read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    alerts = [rule["expr"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    variables = [each["query"] for each in board["templating"]["list"]]
    assert len(expressions) > 40
    assert len(alerts) > 10
    asked = set().union(*map(queried, [*expressions, *alerts, *variables]))
    assert asked <= names(), asked - names()
    for each in (*expressions, *alerts):
        assert each.count("(") == each.count(")"), each
    spots = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(spots)) == len(spots)


async def value(house: House, name: str, **labels: str) -> float:
    families = text_string_to_metric_families((await house.http.get("/metrics")).text)
    found = [
        s.value for each in families for s in each.samples if s.name == name and labels.items() <= s.labels.items()
    ]
    assert found, f"{name} {labels} is not there"
    return sum(found)


async def test_each_metric_is_there_and_described(house: House) -> None:
    answer = await house.http.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"  # Prometheus 3 takes no other
    text = answer.text
    families = {each.name: each for each in text_string_to_metric_families(text)}
    ours = {name for name in families if name.startswith("andante_")}
    assert ours == set(METRICS)
    assert {name: families[name].type for name in ours} == {name: each.kind for name, each in METRICS.items()}
    assert families["andante_build_info"].samples[0].labels.keys() == set(METRICS["andante_build_info"].labels)
    assert "process_resident_memory_bytes" in families
    assert "python_gc_collections" in families
    for family in families.values():
        for sample in family.samples:
            if family.name in METRICS:
                assert set(sample.labels) - {"le"} == set(METRICS[family.name].labels), sample


async def test_what_happens_is_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("andante.api.metrics.SHARE", 1e9)  # looked at each time, however long a busy machine takes
    await house.ada.deploy(SLA)
    started = await house.kim.start("Fix")
    house.clock.set(house.clock.now() + 90 * 60_000)
    await house.runtime.run_due()
    assert await value(house, "andante_sla_passed_total", target="goal") == 1
    house.clock.set(house.clock.now() + 60 * 60_000)
    await house.runtime.run_due()
    assert await value(house, "andante_sla_passed_total", target="deadline") == 1
    assert await value(house, "andante_open_tasks") == await value(house, "andante_overdue_tasks") == 1
    (task,) = await house.kim.tasks()
    await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})
    assert await value(house, "andante_jobs", type="dig", state="waiting") == 1
    (job,) = await house.runtime.activate_jobs(["dig"], worker="w")
    assert await value(house, "andante_jobs", type="dig", state="locked") == 1
    await house.runtime.job_action(job.id, "fail", who="w", retries=0, message="no")
    assert await value(house, "andante_jobs", type="dig", state="spent") == 1
    assert await value(house, "andante_broken_instances") == 1
    await house.oda.act(started["id"], "terminate")
    for name, count in {
        "instances_started": 1, "instances_terminated": 1, "instances_completed": 0, "tasks_created": 1,
        "tasks_completed": 1, "jobs_created": 1, "jobs_failed": 1, "jobs_completed": 0, "incidents_raised": 1,
    }.items():  # fmt: skip
        assert await value(house, f"andante_{name}_total") == count, name
    assert await value(house, "andante_command_seconds_count", command="CompleteTask") == 1
    commits = await value(house, "andante_commit_seconds_count")
    assert commits == await value(house, "andante_commit_commands_count") > 4
    assert await value(house, "andante_commit_seconds_bucket", le="+Inf") == commits


async def test_a_database_that_takes_long_is_looked_at_seldom(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    looks = []

    async def slow() -> object:
        nonlocal moment
        moment += 2.0
        looks.append(moment)
        return await type(house.runtime.upkeep).gauges(house.runtime.upkeep)

    monkeypatch.setattr("andante.api.metrics.time.perf_counter", lambda: moment)
    monkeypatch.setattr(house.runtime.upkeep, "gauges", slow, raising=False)
    metrics = Metrics()
    for _ in range(3):
        await metrics.text(house.runtime, house.services.post)
    assert len(looks) == 1
    moment += 41.0
    await metrics.text(house.runtime, house.services.post)
    assert len(looks) == 2


def test_buckets() -> None:
    buckets = Buckets([1.0, 2.0])
    for each in (0.5, 1.0, 1.5, 9.0):
        buckets.put(each)
    assert (buckets.counts, buckets.total) == ([2, 1, 1], 12.0)
