"""A task that one has is put off: it leaves To do, waits under Later, and comes back by itself or when asked."""

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import HOUR, START, settle

from andante.runtime import TaskQuery


@both
async def test_a_task_is_put_off_by_keyboard_and_comes_back(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    (task,) = (await site.runtime.tasks(TaskQuery(everything=True, instance_id=found["leave of Anna"]))).items
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    row = page.locator(f"[id='row-{task.id}']")
    await expect(row).to_be_visible()

    # From the list: the key opens the task where it is put off, and the first choice has the focus.
    await row.locator("[data-main]").focus()
    await page.keyboard.press("s")
    await page.wait_for_url("**/tasks?task=*")
    await expect(page.get_by_role("button", name="For 3 hours")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("waits under Later until then.")).to_be_visible()
    await expect(row).to_have_count(0)
    later = page.get_by_role("link", name="Later 1")
    await later.click()
    await expect(row).to_contain_text("14:43")
    assert (await site.runtime.task(task.id)).follow_up_at == site.clock.now() + 3 * HOUR

    # Everybody else sees it as before; when the time comes it is back.
    everyone = TaskQuery(everything=True, instance_id=found["leave of Anna"])
    assert (await site.runtime.tasks(everyone)).total == 1
    site.clock.set(site.clock.now() + 4 * HOUR)
    await page.goto(f"{site.url}/tasks")
    await expect(row).to_be_visible()
    await expect(page.get_by_role("link", name="Later 0")).to_be_visible()

    # The next morning, and the first of the next week, by the clocks of the pages.
    for button, days in (("Tomorrow morning", 1), ("Next week", 4)):
        await page.goto(f"{site.url}/tasks/{task.id}")
        await page.keyboard.press("s")
        await page.get_by_role("button", name=button).click()
        await page.wait_for_url("**/tasks")
        assert (await site.runtime.task(task.id)).follow_up_at == START + days * 24 * HOUR

    # Until a moment of one's own; what is over is refused beside the form; and back at once.
    await page.goto(f"{site.url}/tasks/{task.id}")
    await page.keyboard.press("s")
    await page.get_by_label("Or until").fill("2025-12-31T09:00")
    await page.get_by_role("button", name="Put off", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("That is over already.")
    await page.goto(f"{site.url}/tasks/{task.id}")
    await page.keyboard.press("s")
    await page.get_by_label("Or until").fill("2026-02-01T09:00")
    await page.get_by_role("button", name="Put off", exact=True).click()
    await page.wait_for_url("**/tasks")
    await expect(row).to_have_count(0)
    await page.goto(f"{site.url}/tasks/{task.id}")
    await expect(page.locator(".facts")).to_contain_text("Put off until")
    await page.get_by_role("button", name="Back to the list now").click()
    await expect(page.get_by_text("is back in your list.")).to_be_visible()
    assert (await site.runtime.task(task.id)).follow_up_at == 0
    site.faults[:] = [fault for fault in site.faults if "400" not in fault]
    assert site.faults == []


async def test_what_nobody_has_is_not_put_off_and_counts_agree(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    (free,) = (await site.runtime.tasks(TaskQuery(everything=True, instance_id=found["leave of Bilal"]))).items
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/tasks/{free.id}")
    await expect(page.get_by_text("Put it off…")).to_have_count(0)
    (task,) = (await site.runtime.tasks(TaskQuery(everything=True, instance_id=found["leave of Anna"]))).items

    def listed(put_off: str) -> TaskQuery:
        return TaskQuery(user="mei", groups=["managers"], queues=["service-desk"], put_off=put_off)

    async def counted(put_off: str) -> dict[str, int]:
        return {each.key: each.count for each in await site.runtime.lists.counts(listed(put_off))}

    before = await counted("")
    await site.runtime.task_action(task.id, "followUp", who="mei", to="2026-01-01T20:00:00Z")
    assert (await counted(""))["todo"] == before["todo"]
    hidden = await counted("hidden")
    assert (hidden["todo"], hidden["mine"]) == (before["todo"] - 1, before["mine"] - 1)
    assert hidden["todo"] == (await site.runtime.tasks(listed("hidden"))).total
    assert [each.id for each in (await site.runtime.tasks(listed("only"))).items] == [task.id]
    site.clock.set(site.clock.now() + 9 * HOUR)
    assert (await counted("hidden"))["todo"] == before["todo"]
