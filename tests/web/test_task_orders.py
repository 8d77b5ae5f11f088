"""A batch of tasks on its page: what it is about, how far it is, and what could not be done."""

from playwright.async_api import Browser, expect
from town import deploy

from andante.runtime import InstanceQuery, TaskQuery
from andante.store.batches import Chosen
from conftest import Site


async def test_a_batch_of_tasks_is_told_in_plain_words(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    for n in range(3):
        await site.runtime.start("LeaveApproval", variables={"employee": f"E{n}", "manager": "mei"}, who="tom")
    orders = site.runtime.batches
    chosen = Chosen(InstanceQuery(), [], TaskQuery(everything=True, definition="LeaveApproval"))
    made = await orders.start(
        "completeTasks", chosen, who="mei", reason="stocktaking", arguments={"outcome": "perhaps", "text": "late"}
    )
    await orders.carry_out()
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    await page.goto(f"{site.url}/batches")
    await page.get_by_role("link", name="Complete tasks").click()
    await page.wait_for_url(f"**/batches/{made.id}")
    await expect(page.get_by_role("heading", name="Complete tasks")).to_be_visible()
    about = page.get_by_role("region", name="The order")
    for text in ("LeaveApproval", "perhaps", "late", "stocktaking", "tasks that come later are not concerned"):
        await expect(about).to_contain_text(text)
    failed = page.get_by_role("region", name="Failed")
    await expect(failed.locator("tbody tr")).to_have_count(3)
    await failed.get_by_role("link").first.click()
    await page.wait_for_url("**/tasks/*")
    await expect(page.get_by_role("heading").first).to_be_visible()
