"""Decisions and the processes that call them, on a real database: versions, incidents, history."""

import pytest
from server import Bench, line

from andante.runtime.problem import Problem

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


async def test_the_version_that_came_with_the_process_decides(bench: Bench) -> None:
    await bench.runtime.deploy_xml(rate(1), who="designer")
    bench.clock.set(bench.clock.now() + 1_000)
    await bench.runtime.deploy_xml(rate(2), who="designer")
    bench.clock.set(bench.clock.now() + 1_000)
    instance = await waiting(bench, 'camunda:decisionRefBinding="deployment"')
    bench.clock.set(bench.clock.now() + 1_000)
    await bench.runtime.deploy_xml(rate(3), who="designer")
    await go_on(bench)
    assert (await bench.runtime.variables(instance))["r"] == 2


async def test_a_decision_that_comes_after_its_process_is_the_first_one(bench: Bench) -> None:
    instance = await waiting(bench, 'camunda:decisionRefBinding="deployment"')
    for value in (1, 2):
        bench.clock.set(bench.clock.now() + 1_000)
        await bench.runtime.deploy_xml(rate(value), who="designer")
    await go_on(bench)
    assert (await bench.runtime.variables(instance))["r"] == 1


def price(factor: int) -> bytes:
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="P" name="P" namespace="urn:price">
      <decision id="price" name="Price"><literalExpression><text>{factor} * days</text></literalExpression></decision>
    </definitions>""".encode()


IMPORTING = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="urn:rate">
  <import name="prices" namespace="urn:price" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
  <decision id="rate" name="Rate">
    <informationRequirement><requiredDecision href="urn:price#price"/></informationRequirement>
    <literalExpression><text>prices.Price + 1</text></literalExpression>
  </decision>
</definitions>"""


async def rated(bench: Bench) -> object:
    return (await bench.runtime.decide("rate", variables={"days": 3})).value


async def test_a_file_imports_what_is_deployed_and_keeps_to_it(bench: Bench) -> None:
    with pytest.raises(Problem, match="No DMN file of the namespace 'urn:price' is there"):
        await bench.runtime.deploy_xml(IMPORTING, who="designer")
    await bench.runtime.deploy_xml(price(10), who="designer")
    first = await bench.runtime.deploy_xml(IMPORTING, who="designer")
    assert await rated(bench) == 31
    bench.clock.set(bench.clock.now() + 1_000)
    await bench.runtime.deploy_xml(price(20), who="designer")
    assert await rated(bench) == 31
    await bench.reopen()
    assert await rated(bench) == 31
    again = await bench.runtime.deploy_xml(IMPORTING, who="designer")
    assert again.ids["rate"] != first.ids["rate"]
    assert await rated(bench) == 61
    assert (await bench.runtime.deploy_xml(IMPORTING, who="designer")).ids == again.ids


async def test_the_active_version_is_imported(bench: Bench) -> None:
    old = await bench.runtime.deploy_xml(price(10), who="designer")
    bench.clock.set(bench.clock.now() + 1_000)
    await bench.runtime.deploy_xml(price(20), who="designer")
    await bench.runtime.definition_action(old.id, "activate", who="designer")
    await bench.runtime.deploy_xml(IMPORTING, who="designer")
    assert await rated(bench) == 31


async def test_what_an_import_imports_is_kept_as_well(bench: Bench) -> None:
    await bench.runtime.deploy_xml(price(10), who="designer")
    await bench.runtime.deploy_xml(IMPORTING, who="designer")
    outer = IMPORTING.replace(b'"rate"', b'"stay"').replace(b"urn:rate", b"urn:stay").replace(b"urn:price", b"urn:rate")
    outer = outer.replace(b"#price", b"#rate").replace(b"prices.Price", b"prices.Rate")
    deployed = await bench.runtime.deploy_xml(outer, who="designer")
    assert list(deployed.ids) == ["stay"]
    await bench.reopen()
    assert (await bench.runtime.decide("stay", variables={"days": 3})).value == 32


async def test_what_is_imported_cannot_be_deleted(bench: Bench) -> None:
    imported = await bench.runtime.deploy_xml(price(10), who="designer")
    importing = await bench.runtime.deploy_xml(IMPORTING, who="designer")
    with pytest.raises(Problem, match="imports its file; delete that one first"):
        await bench.runtime.delete_definition(imported.id, who="designer")
    await bench.runtime.delete_definition(importing.id, who="designer")
    await bench.runtime.delete_definition(imported.id, who="designer")
    assert await bench.runtime.definitions() == []
