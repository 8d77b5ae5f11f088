"""Doing the same with many instances from their list: chosen by hand or by a filter, with a look at what it touches."""

import re
from typing import Final

from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import DAY, deploy, settle

SENDS: Final = "[data-sends]"


async def _many(site: Site, browser: Browser, number: int) -> tuple[Page, list[str]]:
    """An operator before so many requests for leave."""
    await deploy(site.runtime, "leave-approval.bpmn", "order.bpmn")
    ids = [
        (
            await site.runtime.start(
                "LeaveApproval", variables={"employee": f"E{n}", "manager": ""}, who="tom", business_key=f"L-{n:02}"
            )
        ).id
        for n in range(number)
    ]
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    return page, ids


@both
async def test_thirty_of_thirty_five_are_suspended_and_come_back(site: Site, browser: Browser) -> None:
    page, ids = await _many(site, browser, 35)
    for each in ids[:5]:
        await site.runtime.act(each, "suspend", who="mei", reason="before")
    other = await site.runtime.start(
        "Order", variables={"orderId": "1", "customer": "P", "lines": []}, who="tom", business_key="SO-1"
    )
    await page.goto(f"{site.url}/instances")
    await page.get_by_label("Definition").select_option(label="LeaveApproval (35)")
    await page.wait_for_url("**name=LeaveApproval**")
    await expect(page.get_by_role("link", name="Suspended 5")).to_be_visible()
    await expect(page.locator("[data-bulkbar]")).to_be_hidden()
    await page.locator("[data-pick]").first.check()
    await page.get_by_label("all 35 that match").check()
    await expect(page.locator("[data-tally]")).to_have_text("All 35 that match")
    await page.get_by_role("button", name="Suspend…").click()
    dialog = page.get_by_role("dialog", name="Suspend instances")
    await expect(dialog).to_contain_text("35 instances match the filters now. Later ones are not concerned.")
    await expect(dialog).to_contain_text("5 are suspended already.")
    await expect(dialog).to_contain_text("30 open tasks leave the to-do lists.")
    await dialog.get_by_label("Reason").fill("stocktaking")
    await dialog.get_by_role("button", name="Suspend 30 of 35").click()
    await page.wait_for_url("**/batches/batch-*")
    await expect(page.get_by_text("It has begun. You can leave this page.")).to_be_visible()
    await expect(page.locator(".titles .badge")).to_have_text(re.compile("waits for its turn"))
    await expect(page.locator(".tallies .rest dd")).to_have_text("35")

    # It goes on while the page is looked at.
    await site.runtime.batches.carry_out()
    await expect(page.locator(".titles .badge")).to_have_text(re.compile("done"))
    await expect(page.locator(".tallies .done dd")).to_have_text("30")
    await expect(page.locator(".tallies .skipped dd")).to_have_text("5")
    await expect(page.locator(".tallies .rest dd")).to_have_text("0")
    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "35")
    await expect(page.get_by_text("stocktaking")).to_be_visible()
    assert all([(await site.runtime.instance(each)).suspended for each in ids])
    assert not (await site.runtime.instance(other.id)).suspended

    # Undo brings back those that were suspended now, not those before.
    await page.get_by_role("button", name="Undo: resume them").click()
    await expect(page.get_by_role("heading", name="Resume instances")).to_be_visible()
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .done dd")).to_have_text("30")
    assert [(await site.runtime.instance(each)).suspended for each in ids] == [True] * 5 + [False] * 30
    await page.get_by_role("link", name="Bulk").first.click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    assert site.faults == []


@both
async def test_many_are_terminated_with_a_reason_and_their_number_typed(site: Site, browser: Browser) -> None:
    page, ids = await _many(site, browser, 21)
    await page.goto(f"{site.url}/instances")
    await page.get_by_label("Choose all on this page").check()
    await page.get_by_role("button", name="Terminate…").click()
    dialog = page.get_by_role("dialog", name="Terminate instances")
    await expect(dialog).to_contain_text("This cannot be undone.")
    confirm = dialog.get_by_role("button", name="Terminate 21")
    await confirm.click()  # the browser holds it back without a reason
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await dialog.get_by_label("Reason").fill("the year is over")
    await dialog.get_by_label("Type 21 to confirm").fill("20")
    await confirm.click()
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("Type 21 to confirm").fill("21")
    await confirm.click()
    await page.wait_for_url("**/batches/batch-*")
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .done dd")).to_have_text("21")
    assert {(await site.runtime.instance(each)).state for each in ids} == {"User Terminated"}
    await page.goto(f"{site.url}/batches/new?action=terminate&all=1")
    await expect(page.get_by_text("There is nothing to do for these instances.")).to_be_visible()
    assert site.faults == []


async def test_the_server_does_not_take_the_browsers_word(site: Site, browser: Browser) -> None:
    page, ids = await _many(site, browser, 21)
    await page.goto(f"{site.url}/batches/new?action=terminate&all=1")
    await page.evaluate("document.querySelector('#main form').noValidate = true")
    await page.get_by_role("button", name="Terminate 21").click()
    await expect(page.get_by_role("alert")).to_contain_text("Say why they are terminated")
    await page.evaluate("document.querySelector('#main form').noValidate = true")
    await page.get_by_label("Reason").fill("because")
    await page.get_by_role("button", name="Terminate 21").click()
    await expect(page.get_by_role("alert")).to_contain_text("Type how many are terminated: it is 21 now.")
    await expect(page.get_by_label("Reason")).to_have_value("because")
    assert await site.runtime.batches.many() == []
    assert not (await site.runtime.instance(ids[0])).closed


async def test_the_bar_says_what_is_possible_from_the_keyboard(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    keys = page.keyboard
    await keys.press("g")
    await keys.press("n")
    await page.wait_for_url("**/instances")
    await keys.press("j")
    await keys.press("x")
    await expect(page.locator("[data-tally]")).to_have_text("1 chosen")
    for _ in range(3):
        await keys.press("j")
    await keys.press("Shift+X")
    await expect(page.locator("[data-tally]")).to_have_text("4 chosen")
    retry = page.get_by_role("button", name="Retry…")
    first = [await row.get_attribute("value") for row in await page.locator("[data-pick]").all()]
    chosen = [await row.get_attribute("value") for row in await page.locator("[data-pick]:checked").all()]
    assert chosen == first[:4]
    broken = found["broken"] in chosen
    await expect(retry).to_have_attribute("aria-disabled", str(not broken).lower())
    await page.get_by_role("button", name="Migrate…").focus()
    await keys.press("Enter")
    await expect(page.locator("[data-reason]")).to_have_text(
        "Choose instances of one definition to migrate them together."
    )
    # What is chosen stays when the list is brought up to date.
    await site.runtime.set_variables(found["trip"], {"nights": 3}, who="mei")
    await page.evaluate("document.querySelector('[data-live]').dispatchEvent(new CustomEvent('news'))")
    await expect(page.locator("[data-pick]:checked")).to_have_count(4)
    await page.get_by_role("button", name="Suspend…").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("dialog", name="Suspend instances")).to_be_visible()
    await keys.type("by key")
    await keys.press("Control+Enter")
    await page.wait_for_url("**/batches/batch-*")
    await site.runtime.batches.carry_out()
    await keys.press("g")
    await keys.press("b")
    await page.wait_for_url("**/batches")
    await expect(page.locator("tbody tr")).to_contain_text(["by key"])
    await keys.press("j")
    await keys.press("Enter")
    await page.wait_for_url("**/batches/batch-*")
    await keys.press("u")
    await expect(page.get_by_role("heading", name="Resume instances")).to_be_visible()
    assert site.faults == []


async def test_a_batch_is_paused_goes_on_and_tells_what_failed(site: Site, browser: Browser) -> None:
    page, ids = await _many(site, browser, 3)
    order = await site.runtime.start("Order", variables={"orderId": "1", "customer": "P", "lines": []}, who="tom")
    await page.goto(f"{site.url}/instances?name=LeaveApproval")
    await page.locator("[data-pick-page]").check()
    await page.get_by_role("button", name="Migrate…").click()
    await page.get_by_role("button", name="Migrate 3").click()
    await page.wait_for_url("**/batches/batch-*")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("It goes on from here when you resume it.")).to_be_visible()
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .rest dd")).to_have_text("3")
    await page.get_by_role("button", name="Go on").click()
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .skipped dd")).to_have_text("3")
    batch = await site.runtime.batches.start(
        "migrate", (await site.runtime.batches.many())[0].chosen, who="mei", arguments={"version": "9.9.9"}
    )
    await page.goto(f"{site.url}/batches/{batch.id}")
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .failed dd")).to_have_text("3")
    rows = page.locator(".findings tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("bpm.definition.notFound")
    await rows.first.get_by_role("link").click()
    await page.wait_for_url("**/instances/*")
    assert page.url.rpartition("/")[2] in ids
    assert order.id not in ids
    assert site.faults == []


async def test_filters_and_order_are_in_the_address(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances?state=all")
    await page.get_by_role("link", name="Business key").click()
    await page.wait_for_url("**sort=key**")
    keys = await page.locator("tbody .key").all_inner_texts()
    assert keys == sorted(keys)
    await page.get_by_role("link", name="Business key").click()
    await page.wait_for_url("**sort=-key**")
    assert await page.locator("tbody .key").all_inner_texts() == sorted(keys, reverse=True)
    await page.locator("#search").fill("4711")
    await page.locator("#search").press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_role("link", name="All 1")).to_be_visible()
    await page.goto(f"{site.url}/instances?state=all&from=2026-01-02")
    await expect(page.get_by_text("No instance matches these filters.")).to_be_visible()
    await page.goto(f"{site.url}/instances?state=all&from=2026-01-01&until=2026-01-01&sort=nonsense&state=all")
    await expect(page.locator("tbody tr")).to_have_count(13)
    await page.goto(f"{site.url}/instances?state=broken")
    await expect(page.locator("tbody tr")).to_have_count(1)
    site.clock.set(site.clock.now() + DAY)
    assert site.faults == []


async def test_others_see_no_bulk(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await browser.new_page()
    await site.let_in(page, "tom")
    await page.goto(f"{site.url}/instances?state=all")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await expect(page.locator("[data-pick]")).to_have_count(0)
    await expect(page.get_by_role("link", name="Bulk")).to_have_count(0)
    for path in ("/batches", "/batches/x", "/batches/new?action=suspend&all=1"):
        answer = await page.goto(f"{site.url}{path}")
        assert answer is not None
        assert answer.status == 403, path
