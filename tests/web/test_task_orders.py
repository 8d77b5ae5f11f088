"""A batch of tasks on its page: what it is about, how far it is, and what could not be done."""

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import deploy

from andante.runtime import InstanceQuery, TaskQuery
from andante.store.batches import Chosen


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
    await site.let_in(page, "mei")
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


@both
async def test_what_somebody_leaves_behind_is_handed_over_by_filters(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn", "parallel-review.bpmn")
    for n in range(4):
        await site.runtime.start("LeaveApproval", variables={"employee": f"E{n}", "manager": "tom"}, who="tom")
    await site.runtime.start("ParallelReview", variables={"amount": 5}, who="tom")
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/tasks?view=everyone&process=LeaveApproval")
    await page.get_by_role("link", name="Do the same with all that match").click()
    await page.wait_for_url("**/batches/tasks?view=everyone&*")
    await page.get_by_label("Who has it").fill("mei")
    await page.get_by_role("button", name="Count them again").click()
    await expect(page.get_by_text("No open task matches.")).to_be_visible()
    await expect(page.get_by_role("button", name="Hand over 0")).to_be_disabled()
    await page.get_by_label("Who has it").fill("tom")
    await page.get_by_role("button", name="Count them again").click()
    await expect(page.get_by_role("heading", name="4 tasks match now")).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(4)
    await page.get_by_label("Who takes them").fill("nobody")
    await page.get_by_label("Reason").fill("Tom has left")
    await page.get_by_role("button", name="Hand over 4").click()
    await expect(page.get_by_role("alert")).to_contain_text("there is no person 'nobody'")
    await page.get_by_label("Who takes them").fill("group:managers")
    site.clock.set(site.clock.now() + 1_000)
    late = await site.runtime.start("LeaveApproval", variables={"employee": "E9", "manager": "tom"}, who="tom")
    await page.get_by_role("button", name="Hand over 4").click()
    await page.wait_for_url("**/batches/batch-*")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("It goes on from here when you resume it.")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .done dd")).to_have_text("4")
    await expect(page.get_by_role("region", name="The order")).to_contain_text("group:managers")
    tasks = (await site.runtime.tasks(TaskQuery(everything=True, definition="LeaveApproval"))).items
    assert {task.instance_id for task in tasks if task.assignee} == {late.id}
    moved = next(task for task in tasks if not task.assignee)
    await page.goto(f"{site.url}/instances/{moved.instance_id}")
    await expect(page.get_by_text("Tom has left (batch-")).to_be_visible()
    await page.goto(f"{site.url}/batches/tasks?action=completeTasks")
    await expect(page.get_by_role("link", name="Complete tasks")).to_have_count(0)  # that is for administrators
    assert [fault for fault in site.faults if "400" not in fault] == []
