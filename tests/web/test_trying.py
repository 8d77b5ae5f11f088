"""Trying a process out by its page, to its end, and the same once more as the test that the page wrote."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import deploy

from andante.testing.carried_out import run_suite
from andante.testing.written import read_suite

CLAIM = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://test">
  <error id="lost" name="lost" errorCode="LOST"/>
  <process id="Claim" name="Claim" isExecutable="true">
    <startEvent id="begun"/>
    <intermediateCatchEvent id="rest" name="Rest for a day"><timerEventDefinition>
      <timeDuration xsi:type="tFormalExpression">P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <serviceTask id="fetch" name="Fetch the papers" andante:type="fetch"/>
    <boundaryEvent id="gone" attachedToRef="fetch"><errorEventDefinition errorRef="lost"/></boundaryEvent>
    <userTask id="approve" name="Approve the claim" andante:outcomes="yes,no"/>
    <endEvent id="done" name="Settled"/>
    <sequenceFlow id="f1" sourceRef="begun" targetRef="rest"/>
    <sequenceFlow id="f2" sourceRef="rest" targetRef="fetch"/>
    <sequenceFlow id="f3" sourceRef="fetch" targetRef="done"/>
    <sequenceFlow id="f4" sourceRef="gone" targetRef="approve"/>
    <sequenceFlow id="f5" sourceRef="approve" targetRef="done"/>
  </process>
</definitions>"""


@both
async def test_a_process_is_tried_out_and_kept_as_a_test(
    site: Site, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = await site.runtime.deploy_xml(CLAIM, who="mei")
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions/{deployed.id}")
    await page.keyboard.press("t")
    await page.wait_for_url("**/try")
    await page.get_by_label("Name of a new variable").fill("amount")
    await page.get_by_label("Its value").first.fill("120")
    await page.get_by_role("button", name="Begin").click()

    # A timer: on to its time. A job that fails once, then throws its error. A person decides.
    await expect(page.locator("#step-rest")).to_contain_text("here")
    await page.get_by_role("button", name="On to the next time, in 1 d").click()
    job = page.get_by_role("region", name="Fetch the papers")
    await job.get_by_text("It goes wrong").click()
    await job.get_by_label("What happened").fill("no answer")
    await job.get_by_role("button", name="It failed").click()
    await expect(page.get_by_text("Fetch the papers failed: no answer")).to_be_visible()
    await job.get_by_text("It goes wrong").click()
    await job.get_by_label("Error code").fill("LOST")
    await job.get_by_role("button", name="Throw the BPMN error").click()
    task = page.get_by_role("region", name="Approve the claim")
    await task.get_by_role("button", name="yes").click()
    await expect(page.locator(".badge.done").first).to_have_text("Completed")
    await expect(page.get_by_text("Reached Settled")).to_be_visible()

    # Nothing of it was real; the tests that are downloaded do the same.
    assert (await site.runtime.open_counts())[0] == 0
    (tmp_path / "Claim.bpmn").write_bytes(CLAIM)
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download").click()
    target = tmp_path / (await waiting.value).suggested_filename
    await (await waiting.value).save_as(target)
    assert target.name == "claim.test.yaml"
    run = run_suite(target, read_suite(target))
    assert [each.message for each in run.results] == [""]
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="As Python").click()
    text = Path(await (await waiting.value).path()).read_text()
    monkeypatch.chdir(tmp_path)
    written: dict[str, object] = {}
    exec(text, written)
    test = written["test_claim"]
    assert callable(test)
    test()
    assert "run.throw_error('fetch', 'LOST'" in text
    assert "state='Completed OK'" in text

    # Anew; and only operators may.
    await page.get_by_role("button", name="Begin anew").click()
    await expect(page.get_by_role("heading", name="Begin", exact=True)).to_be_visible()
    other = await (await browser.new_context()).new_page()
    await site.let_in(other, "tom")
    answer = await other.goto(f"{site.url}/definitions/{deployed.id}/try")
    assert answer is not None
    assert answer.status == 403
    assert site.faults == []


async def test_a_message_finds_the_instance_by_its_key(site: Site, browser: Browser) -> None:
    (order,) = await deploy(site.runtime, "order.bpmn")
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions/{order}/try")
    await page.get_by_label("Value of orderId").fill("SO-1")
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("region", name="Reserve stock").get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Send the message").click()
    await expect(page.locator("#step-ShipOrder")).to_contain_text("here")
    await expect(page.locator(".script")).to_contain_text("correlation:\n      orderId: SO-1")
    await expect(page.locator(".djs-element.at-active[data-element-id=ShipOrder]")).to_be_visible()
    assert site.faults == []
