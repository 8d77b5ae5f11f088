"""Working without a mouse: the palette, the list keys, the help."""

from contextlib import suppress

from playwright.async_api import Browser, expect
from sites import Site
from town import settle


async def test_everything_can_be_done_from_the_keyboard(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page()
    site.watch(page)
    await site.log_in(page, "mei")

    # Down the list and into a task; the key acts on the row that has the focus.
    keys = page.keyboard
    await keys.press("j")
    await keys.press("j")
    second = await page.evaluate("document.activeElement.closest('[data-row]').id")
    assert second == await page.locator("[data-row]").nth(1).get_attribute("id")
    await keys.press("k")
    await keys.press("Enter")
    await page.wait_for_url("**/tasks?task=*")
    await keys.press("g")
    await keys.press("n")
    await page.wait_for_url("**/instances")

    # The palette finds an instance by its business key, and acts on it.
    await keys.press("Control+k")
    palette = page.get_by_role("combobox", name="Find or do")
    await expect(palette).to_be_focused()
    await palette.fill("suspend INC-4711")
    option = page.get_by_role("option", name="Suspend Incident: Mail does not arrive")
    await expect(option).to_have_attribute("aria-selected", "true")
    await keys.press("Enter")
    await page.wait_for_url(f"**/instances/{found['late']}")
    await expect(page.get_by_text("Suspended: its tasks wait under Paused")).to_be_visible()
    assert (await site.runtime.instance(found["late"])).suspended
    await keys.press("p")
    await expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    assert not (await site.runtime.instance(found["late"])).suspended

    # What nobody may do is not offered, and what is not there is said.
    await keys.press("Control+k")
    await palette.fill("nothing-like-this")
    await expect(page.get_by_text("Nothing is found for “nothing-like-this”.")).to_be_visible()
    await keys.press("Escape")
    await expect(palette).to_be_hidden()

    # The help lists the keys of the page, and turns them off.
    shown = page.get_by_role("dialog", name="Keys")
    for _ in range(3):  # a page that is just being brought up to date does not hear a key
        await keys.press("?")
        with suppress(AssertionError):
            await expect(shown).to_be_visible(timeout=6_000)
            break
    await expect(shown).to_contain_text("Suspend")
    await page.get_by_label("Keys are on").uncheck()
    await page.get_by_role("button", name="Close").click()
    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert site.faults == []


async def test_those_who_may_not_operate_are_offered_no_operation(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page()
    await site.log_in(page, "tom")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Find or do").fill("suspend INC-4711")
    await expect(page.get_by_text("Nothing is found for")).to_be_visible()
    assert not (await site.runtime.instance(found["late"])).suspended
