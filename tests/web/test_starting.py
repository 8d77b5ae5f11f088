"""What everybody can start: a list, the last used first, and on to the form."""

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import settle


@both
async def test_a_person_finds_the_process_and_starts_it(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    suspended = (await site.runtime.definitions(name="Order"))[0]
    await site.runtime.definition_action(suspended.id, "suspend", who="mei")
    page = await browser.new_page()
    site.watch(page)
    await site.log_in(page, "tom")

    # By its key; what was started last comes first, what is suspended is not there.
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.wait_for_url("**/start")
    rows = page.locator("[data-row]")
    await expect(rows.first).to_contain_text("Expense approval")
    await expect(rows.first).to_contain_text("you started it")
    await expect(rows.filter(has_text="Order")).to_have_count(0)

    # A search, in the address; words that fit nothing are said.
    await page.keyboard.press("/")
    await page.keyboard.type("no such thing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No process fits “no such thing”.")).to_be_visible()
    await page.get_by_role("searchbox").fill("business trip")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/start?q=business+trip")
    await expect(rows).to_have_count(1)

    # A form that is not right yet comes back with what was typed, and the fault beside its field.
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/start/0*")
    await page.get_by_label("Nights").fill("3")
    await page.get_by_label("What for").fill("   ")
    await page.get_by_role("button", name="Start instance").click()
    await expect(page.get_by_label("What for")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Nights")).to_have_value("3")
    await page.get_by_label("What for").fill("Talk in Lyon")
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    await expect(page.get_by_text("Business trip is started.")).to_be_visible()

    # Now it is the first one.
    await page.goto(f"{site.url}/start")
    await expect(rows.first).to_contain_text("Business trip")
    assert [fault for fault in site.faults if "400" not in fault] == []
