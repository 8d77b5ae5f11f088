"""Two persons for what hits many, in the browser: one operator asks, another looks at what it touches and approves."""

import re

import pytest
from looking import barriers, picture, seen_as
from playwright.async_api import Browser, Page, expect
from sites import Site
from town import PASSWORD, deploy

from andante.runtime import RuntimeSettings


@pytest.fixture
def rules() -> RuntimeSettings:
    return RuntimeSettings(two_persons=True)


async def _operator(site: Site, browser: Browser, name: str) -> Page:
    page = await (await browser.new_context(viewport={"width": 1280, "height": 860})).new_page()
    await site.log_in(page, name)
    return page


async def _asked(site: Site, page: Page, reason: str) -> None:
    await page.goto(f"{site.url}/batches/new?action=terminate&all=1&name=LeaveApproval")
    await page.get_by_label("Reason").fill(reason)
    await page.get_by_role("button", name=re.compile("^Terminate")).last.click()
    await page.wait_for_url("**/batches/batch-*")


async def test_one_asks_and_another_decides(site: Site, browser: Browser) -> None:
    await site.services.accounts.add_person("ola", password=PASSWORD, roles=["operator", "user"])
    await deploy(site.runtime, "leave-approval.bpmn")
    ids = [(await site.runtime.start("LeaveApproval", variables={"employee": "E"}, who="tom")).id for _ in range(3)]
    mei, ola = await _operator(site, browser, "mei"), await _operator(site, browser, "ola")
    await _asked(site, mei, "a wrong import")
    await expect(mei.locator(".titles .badge")).to_have_text(re.compile("waits for a second person"))
    await expect(mei.locator(".note")).to_contain_text("Nothing is done until a second person approves it.")
    await expect(mei.get_by_role("button", name="Approve it")).to_have_count(0)
    await site.runtime.batches.carry_out()
    assert not any([(await site.runtime.instance(each)).closed for each in ids])

    await ola.goto(f"{site.url}/batches")
    await ola.locator("tbody a").first.click()
    await expect(ola.locator(".note")).to_contain_text("mei has asked for this. Look at what it touches")
    await expect(ola.get_by_text("a wrong import")).to_be_visible()
    await seen_as(ola, "phone", "light")
    await picture(ola, "batch-awaiting-phone-light")
    assert await barriers(ola) == []
    await ola.get_by_role("button", name="Refuse it").click()
    await expect(ola.locator(".titles .badge")).to_have_text(re.compile("refused"))
    await site.runtime.batches.carry_out()
    assert not any([(await site.runtime.instance(each)).closed for each in ids])

    await _asked(site, mei, "now the right one")
    await ola.goto(mei.url)
    await ola.get_by_role("button", name="Approve it").click()
    await expect(ola.locator(".titles .badge")).to_have_text(re.compile("waits for its turn"))
    await site.runtime.batches.carry_out()
    assert all([(await site.runtime.instance(each)).closed for each in ids])
