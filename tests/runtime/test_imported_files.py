"""BPMN files that import others: found among what is deployed, and bound to it."""

import pytest
from server import Bench, bpmn, line

from andante.runtime import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
WAITS = "waits " + line('<startEvent id="start"/>', '<receiveTask id="wait" messageRef="c:M"/>', '<endEvent id="end"/>')
COMMON = "common " + line('<startEvent id="s"/>', '<task id="t"/>')


def common(message: str) -> bytes:
    data = bpmn(COMMON, extra=f'<message id="M" name="{message}"/>')
    return data.replace(b'targetNamespace="http://test"', b'targetNamespace="urn:common"')


def importing() -> bytes:
    data = bpmn(WAITS, extra=f'<import importType="{BPMN}" location="c.bpmn" namespace="urn:common"/>')
    return data.replace(b"<definitions", b'<definitions xmlns:c="urn:common"')


async def test_what_is_imported_must_be_deployed_before(bench: Bench) -> None:
    with pytest.raises(Problem, match="Deploy it first"):
        await bench.runtime.deploy_xml(importing(), who="designer")


async def test_a_file_may_have_nothing_but_declarations(bench: Bench) -> None:
    for name in ("old", "new"):
        only = common(name).replace(f'<process id="common" isExecutable="true">{COMMON[7:]}</process>'.encode(), b"")
        made = await bench.runtime.deploy_xml(only, who="designer")
        assert (made.id, made.ids, [warning.code for warning in made.warnings]) == ("", {}, ["noProcess"])
        await bench.pass_time(1)
    await bench.runtime.deploy_xml(importing(), who="designer")
    await bench.reopen()
    one = await bench.start("waits")
    assert (await bench.runtime.publish("new", who="w")).delivered == [one.id]
    await bench.pass_time(1)
    await bench.runtime.deploy_xml(common("newest"), who="designer")
    await bench.runtime.deploy_xml(importing(), who="designer")
    two = await bench.start("waits")
    assert (await bench.runtime.publish("newest", who="w")).delivered == [two.id]


async def test_an_import_is_of_the_active_version_and_stays_so(bench: Bench) -> None:
    await bench.runtime.deploy_xml(common("old"), who="designer")
    first = await bench.runtime.deploy_xml(importing(), who="designer")
    again = await bench.runtime.deploy_xml(importing(), who="designer")
    assert again.ids == first.ids
    await bench.runtime.deploy_xml(common("new"), who="designer")
    await bench.reopen()
    one = await bench.start("waits")
    second = await bench.runtime.deploy_xml(importing(), who="designer")
    assert second.ids != first.ids
    two = await bench.start("waits")
    await bench.reopen()
    assert (await bench.runtime.publish("new", who="w")).delivered == [two.id]
    assert (await bench.runtime.publish("old", who="w")).delivered == [one.id]
