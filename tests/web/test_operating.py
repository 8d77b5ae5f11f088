"""An operator at an open instance: variables, tokens, versions, and a look at what was."""

import re

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import EXAMPLES, settle


@both
async def test_an_operator_changes_variables_and_moves_what_stands_somewhere(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances/{found['expense']}")

    await page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Change variables")
    await dialog.get_by_label("Value of employee").fill("Daria")
    await dialog.get_by_label("Name of a new variable").fill("urgent")
    await dialog.get_by_label("Its value").first.fill("true")
    await dialog.get_by_role("button", name="Set variables").click()
    await expect(page.get_by_text("The variables are set.")).to_be_visible()
    values = await site.runtime.variables(found["expense"])
    assert (values["employee"], values["urgent"], values["total"]) == ("Daria", True, 496.5)

    await page.get_by_text("More", exact=True).click()
    await page.get_by_role("button", name="Move…").click()
    dialog = page.get_by_role("dialog", name="Move what stands at an element")
    await dialog.locator("[name=to]").select_option(label="Approve as director (user task)")
    await dialog.get_by_label("Reason").fill("the manager is away")
    await dialog.get_by_role("button", name="Move").click()
    await expect(page.get_by_text("Moved. It goes on from there.")).to_be_visible()
    await expect(page.locator(".djs-element.at-active[data-element-id=DirectorApproves]")).to_be_visible()
    assert [token.element for token in (await site.runtime.detail(found["expense"])).tokens] == ["DirectorApproves"]

    # A click on an element picks out what happened there.
    await page.locator("#step-AddUp .step").click()
    await expect(page.locator(".timeline .dim").first).to_be_visible()
    await page.locator("#step-AddUp .step").click()
    await expect(page.locator(".timeline .dim")).to_have_count(0)
    assert site.faults == []


@both
async def test_the_slider_shows_any_moment(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page()
    site.watch(page)
    await site.log_in(page, "mei")
    home = f"{site.url}/instances/{found['sorted']}"
    await page.goto(home)
    slider = page.get_by_role("slider", name="Look back")
    last = int(await slider.get_attribute("max") or "0")
    await slider.fill(str(last - 1))
    await page.wait_for_url(f"**/at/{last - 1}")
    await page.evaluate("window.same = true")
    await page.get_by_role("slider", name="Look back").fill("1")
    await page.wait_for_url("**/at/1")
    await expect(page.get_by_text(re.compile(f"1 of {last}"))).to_be_visible()
    await expect(page.locator(".djs-element.at-active[data-element-id=SortIncident]")).to_be_visible()
    assert await page.evaluate("window.same")
    await page.get_by_role("slider", name="Look back").fill(str(last))
    await page.wait_for_url(home)
    assert site.faults == []


@both
async def test_an_instance_goes_on_by_another_version(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    model = (EXAMPLES / "expense-approval.bpmn").read_text()
    renamed = model.replace('andante:version="1.0.0"', 'andante:version="2.0.0"').replace(
        "ManagerApproves", "LeadApproves"
    )
    await site.runtime.deploy_xml(renamed.encode(), who="mei")
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances/{found['expense']}")
    await page.get_by_text("More", exact=True).click()
    await page.get_by_role("link", name="Migrate to 2.0.0…").click()
    place = page.get_by_label("Approve as manager goes on at")
    await expect(place).to_have_value("LeadApproves")  # of the same kind and name
    await place.select_option("")
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_role("button", name="Migrate instance")).to_be_disabled()
    await place.select_option("LeadApproves")
    await page.get_by_role("button", name="Look again").click()
    await page.get_by_label("Reason").fill("the role has another name")
    await page.get_by_role("button", name="Migrate instance").click()
    await expect(page.get_by_text("It goes on by version 2.0.0.")).to_be_visible()
    assert (await site.runtime.instance(found["expense"])).version == "2.0.0"
    assert site.faults == []
