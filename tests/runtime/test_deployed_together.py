"""Files that are deployed together: all of them or none, in one transaction, each in sight of those before it."""

from pathlib import Path

import msgspec
import pytest
from server import Bench, bpmn, line

from andante.runtime import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CALLING = "calling " + line('<startEvent id="s"/>', '<callActivity id="call" calledElement="called"/>')
CALLED = "called " + line('<startEvent id="s"/>', '<userTask id="look"/>')
FORM = msgspec.json.encode({"type": "default", "id": "asked", "components": [], "schemaVersion": 16})
ASKING = "asking " + line(
    '<startEvent id="s"/>',
    '<userTask id="t"><extensionElements><zeebe:userTask/><zeebe:formDefinition formId="asked"/></extensionElements>'
    "</userTask>",
)


def files() -> dict[str, bytes]:
    """They need each other, and none of them comes after what it needs."""
    common = bpmn("common " + line('<startEvent id="s"/>', '<task id="t"/>'), extra='<message id="M" name="news"/>')
    waits = "waits " + line('<startEvent id="s"/>', '<receiveTask id="wait" messageRef="c:M"/>')
    importing = bpmn(waits, extra=f'<import importType="{BPMN}" location="c.bpmn" namespace="urn:common"/>')
    return {
        "asking.bpmn": bpmn(ASKING),
        "importing.bpmn": importing.replace(b"<definitions", b'<definitions xmlns:c="urn:common"'),
        "parts/common.bpmn": common.replace(b'targetNamespace="http://test"', b'targetNamespace="urn:common"'),
        "asked.form": FORM,
    }


async def revision(bench: Bench) -> int:
    row = await bench.runtime.store.get("select revision from catalogue")
    assert row is not None
    return int(row[0])


def file_of(finding: object) -> str:
    return msgspec.convert(finding, dict[str, object])["file"]  # type: ignore[return-value]


async def test_files_that_need_each_other_go_in_one_transaction(bench: Bench) -> None:
    before = await revision(bench)
    made = await bench.runtime.deploy(files(), who="designer", name="Autumn", source="a pipeline")
    assert await revision(bench) == before + 1
    assert {warning.code for each in made.values() for warning in each.warnings} == {"unused"}
    await bench.reopen()
    records = {each.name: each for each in await bench.runtime.definitions()}
    assert set(records) == {"asking", "waits", "common", "asked"}
    assert all(each.active for each in records.values())
    deployments = [each.deployment for each in records.values() if each.deployment is not None]
    assert len({each.id for each in deployments}) == 1
    assert {(each.name, each.source) for each in deployments} == {("Autumn", "a pipeline")}
    assert {each.resource for each in deployments} == {Path(file).name for file in files()}
    waiting = await bench.start("waits")
    assert (await bench.runtime.publish("news", who="w")).delivered == [waiting.id]


async def test_one_that_is_wrong_keeps_all_out(bench: Bench) -> None:
    broken = bpmn("broken " + line('<startEvent id="s"/>') + '<endEvent id="e"/>')
    with pytest.raises(Problem) as caught:
        await bench.runtime.deploy({**files(), "broken.bpmn": broken}, who="designer")
    assert caught.value.message.startswith("broken.bpmn: The model cannot be deployed")
    assert {file_of(each) for each in caught.value.details} == {"broken.bpmn"}
    assert await bench.runtime.definitions() == []
    faults = {"a.bpmn": broken, "b.dmn": b"no XML", "c.bpmn": bpmn(CALLED)}
    with pytest.raises(Problem) as caught:
        await bench.runtime.deploy(faults, who="designer")
    assert {file_of(each) for each in caught.value.details} == {"a.bpmn", "b.dmn"}
    twice = {"one.bpmn": bpmn(CALLED), "two.json": FORM.replace(b"asked", b"called")}
    with pytest.raises(Problem, match=r"one\.bpmn: A form is named 'called' already"):
        await bench.runtime.deploy(twice, who="designer")
    assert await bench.runtime.definitions() == []


async def test_the_same_again_is_what_is_there(bench: Bench) -> None:
    first = await bench.runtime.deploy(files(), who="designer")
    before = await revision(bench)
    assert await bench.runtime.deploy(files(), who="designer") == first
    assert await revision(bench) == before
    changed = {**files(), "asked.form": FORM.replace(b"16", b"17")}
    second = await bench.runtime.deploy(changed, who="designer")
    assert second["asking.bpmn"] == first["asking.bpmn"]
    assert second["asked.form"].id != first["asked.form"].id
    versions = {(each.name, each.version, each.active) for each in await bench.runtime.definitions(name="asked")}
    assert versions == {("asked", "1.0.0", False), ("asked", "1.0.1", True)}


async def test_a_call_by_deployment_is_of_the_same_files(bench: Bench) -> None:
    binding = 'calledElement="called" camunda:calledElementBinding="deployment"'
    calling = bpmn(CALLING.replace('calledElement="called"', binding))
    await bench.runtime.deploy({"a.bpmn": calling, "b.bpmn": bpmn(CALLED)}, who="designer")
    await bench.runtime.deploy_xml(bpmn(CALLED.replace("look", "other")), who="designer")
    await bench.start("calling")
    await bench.pass_time(0)
    assert [each.element for each in await bench.todo()] == ["look"]
