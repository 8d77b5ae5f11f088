"""The form that a start asks for: drawn by form-js, or plain fields without scripts and for other kinds of forms."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import EXAMPLES

SCHEMA: dict[str, Any] = {
    "$id": "visit",
    "title": "A visit",
    "type": "object",
    "properties": {
        "guest": {"type": "string", "title": "Guest", "minLength": 2},
        "persons": {"type": "integer", "title": "How many come", "minimum": 1, "maximum": 5, "default": 1},
        "day": {"type": "string", "format": "date", "title": "Day"},
        "room": {"title": "Room", "enum": ["Blue", "Green"]},
        "parking": {"type": "boolean", "title": "Needs a parking place"},
    },
    "required": ["guest", "room"],
}
VISIT = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    targetNamespace="http://test">
  <process id="Visit" name="Visit" isExecutable="true">
    <startEvent id="asked" camunda:formRef="visit" camunda:formRefBinding="latest"/>
    <userTask id="welcome" name="Welcome the guest"/>
    <endEvent id="gone"/>
    <sequenceFlow id="f1" sourceRef="asked" targetRef="welcome"/>
    <sequenceFlow id="f2" sourceRef="welcome" targetRef="gone"/>
  </process>
</definitions>"""


@pytest_asyncio.fixture(loop_scope="session", params=["with scripts", "without"])
async def page(request: pytest.FixtureRequest, site: Site, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(java_script_enabled=request.param == "with scripts")
    page = await context.new_page()
    site.watch(page)
    await site.log_in(page, "mei")
    yield page
    await context.close()
    assert [fault for fault in site.faults if "400" not in fault] == []


@both
async def test_form_js_draws_the_form_of_a_start(site: Site, browser: Browser) -> None:
    form, process = (EXAMPLES / f"equipment-request.{ending}" for ending in ("form", "bpmn"))
    await site.runtime.forms.deploy(form.read_bytes(), who="mei")
    definition_id = (await site.runtime.deploy_xml(process.read_bytes(), who="mei")).id
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/start/{definition_id}")
    drawn = page.locator(".drawn")
    await expect(drawn.get_by_label("For whom")).to_be_visible()
    await expect(page.locator("[data-plain]")).to_be_hidden()
    await expect(drawn.get_by_text("What do you need for your work?")).to_be_visible()
    await expect(drawn.get_by_label("Which other thing")).to_have_count(0)

    # What is missing is said before it is sent; what was filled in is there after a look elsewhere.
    await page.get_by_role("button", name="Start instance").click()
    await expect(drawn).to_contain_text("Field is required")
    for _ in range(3):  # form-js may be drawing what is missing: then it takes no text yet
        await drawn.get_by_label("For whom").fill("Anna")
        await drawn.get_by_label("Price of one").fill("600")
        await page.keyboard.press("Tab")
        await expect(drawn.get_by_label("Why so much")).to_be_visible()
        await page.reload()
        with suppress(AssertionError):
            await expect(drawn.get_by_label("For whom")).to_have_value("Anna", timeout=6_000)
            break
    else:
        raise AssertionError("what was filled in is not there after a look elsewhere")

    # What only the server knows comes back beside its field, with all that was filled in.
    await site.runtime.definition_action(definition_id, "suspend", who="mei")
    for _ in range(3):  # form-js may be drawing what was kept: then it takes no text yet, and says that one is missing
        await drawn.get_by_label("Why so much").fill("It is a good one")
        await page.get_by_label("Business key").fill("EQ-1")
        await page.get_by_role("button", name="Start instance").click()
        with suppress(AssertionError):
            await expect(page.get_by_role("alert")).to_be_visible(timeout=6_000)
            break
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(drawn.get_by_label("Why so much")).to_have_value("It is a good one")
    await expect(page.get_by_label("Business key")).to_have_value("EQ-1")
    await site.runtime.definition_action(definition_id, "resume", who="mei")
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    found = await site.runtime.variables(page.url.rsplit("/", 1)[1])
    assert (found["employee"], found["total"], found["kind"], found["count"]) == ("Anna", 600, "screen", 1)
    assert [fault for fault in site.faults if "409" not in fault] == []


async def test_a_json_schema_is_asked_for_by_controls_and_checked(site: Site, page: Page) -> None:
    await site.runtime.forms.deploy(json.dumps(SCHEMA).encode(), who="mei")
    deployed = await site.runtime.deploy_xml(VISIT, who="mei")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await expect(page.locator(".drawn")).to_have_count(0)
    await expect(page.get_by_label("How many come")).to_have_value("1")
    await expect(page.get_by_label("How many come")).to_have_attribute("max", "5")
    await page.get_by_label("Guest").fill("  ")
    await page.get_by_label("Room").select_option("Green")
    await page.get_by_label("Day").fill("2026-03-02")
    await page.get_by_label("Needs a parking place").check()
    await page.get_by_role("button", name="Start instance").click()
    await expect(page.get_by_label("Guest")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Room")).to_have_value("Green")
    await page.get_by_label("Guest").fill("Ada")
    await page.get_by_label("How many come").fill("3")
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    assert await site.runtime.variables(page.url.rsplit("/", 1)[1]) == {
        "guest": "Ada", "persons": 3, "day": "2026-03-02", "room": "Green", "parking": True,
    }  # fmt: skip
