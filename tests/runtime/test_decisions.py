"""Decisions and the processes that call them, on a real database: versions, incidents, history."""

from server import Bench, line

CALLER = "Caller " + line(
    '<startEvent id="s"/>',
    '<userTask id="first"/>',
    '<businessRuleTask id="decide" camunda:decisionRef="rate" {more} camunda:mapDecisionResult="singleEntry" '
    'camunda:resultVariable="r"/>',
    '<endEvent id="e"/>',
)
PROCESS = "rate " + line('<startEvent id="a"/>', '<endEvent id="b"/>')


def rate(value: int) -> bytes:
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t">
      <decision id="rate" name="Rate"><literalExpression><text>{value}</text></literalExpression></decision>
    </definitions>""".encode()


async def waiting(bench: Bench, more: str = "") -> str:
    """An instance before its business rule task."""
    await bench.deploy(CALLER.format(more=more))
    return (await bench.start("Caller")).id


async def go_on(bench: Bench) -> None:
    (task,) = await bench.todo()
    await bench.complete(task)


async def test_the_version_active_when_the_task_runs_decides(bench: Bench) -> None:
    await bench.runtime.deploy_xml(rate(1), who="designer")
    instance = await waiting(bench)
    await bench.runtime.deploy_xml(rate(2), who="designer")
    await go_on(bench)
    assert (await bench.runtime.variables(instance))["r"] == 2
    history = await bench.runtime.history(instance)
    (made,) = [entry for entry in history if entry.kind == "DecisionMade"]
    assert (made.element, made.data["decision"], made.data["version"]) == ("decide", "Rate", "1.0.1")


async def test_a_version_that_is_named_decides(bench: Bench) -> None:
    await bench.runtime.deploy_xml(rate(1), who="designer")
    await bench.runtime.deploy_xml(rate(2), who="designer")
    for version in ("1", "1.0.0"):
        binding = f'camunda:decisionRefBinding="version" camunda:decisionRefVersion="{version}"'
        instance = await waiting(bench, binding)
        await go_on(bench)
        assert (await bench.runtime.variables(instance))["r"] == 1


async def test_a_missing_or_suspended_decision_is_an_incident_until_a_retry(bench: Bench) -> None:
    instance = await waiting(bench)
    await go_on(bench)
    (incident,) = (await bench.runtime.detail(instance)).incidents
    assert "there is no active decision 'rate'" in incident.message
    deployed = await bench.runtime.deploy_xml(rate(3), who="designer")
    await bench.runtime.definition_action(deployed.id, "suspend", who="designer")
    await bench.runtime.act(instance, "retry", who="ann")
    (incident,) = (await bench.runtime.detail(instance)).incidents
    assert "the decision 'rate' is suspended" in incident.message
    await bench.runtime.definition_action(deployed.id, "resume", who="designer")
    await bench.runtime.act(instance, "retry", who="ann")
    assert (await bench.runtime.instance(instance)).state == "Completed OK"
    assert (await bench.runtime.variables(instance))["r"] == 3


async def test_a_process_is_no_decision(bench: Bench) -> None:
    instance = await waiting(bench)
    await bench.deploy(PROCESS)
    await go_on(bench)
    (incident,) = (await bench.runtime.detail(instance)).incidents
    assert "there is no active decision 'rate'" in incident.message
