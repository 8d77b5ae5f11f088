"""What was agreed: the SLA policies of the models in use, in words, with how they are kept."""

from playwright.async_api import Browser, expect
from sites import Site
from town import MINUTE, deploy

from andante.runtime import TaskQuery


async def test_policies_are_read_found_and_judged(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "incident-sla.bpmn", "leave-approval.bpmn")
    solved = await site.runtime.start("Incident", variables={"title": "Printer", "severity": 1}, who="tom")
    site.clock.set(site.clock.now() + 5 * MINUTE)
    for outcome in ("known", ""):
        (task,) = (await site.runtime.tasks(TaskQuery(everything=True))).items
        await site.runtime.task_action(task.id, "complete", who="mei", outcome=outcome)
    assert (await site.runtime.instance(solved.id)).closed
    site.clock.set(site.clock.now() + 30 * MINUTE)  # the sums follow a little later

    # By the palette, from anywhere.
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Find or do").fill("sla pol")
    await expect(page.get_by_role("option", name="SLA policies")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sla")

    # In sentences, with who is told; on a line; and how much was in time.
    solution = page.get_by_role("article", name="solution", exact=True)
    await expect(solution).to_contain_text("Solve the incident")
    for words in (
        "1 d working time urgency +2", "group duty-managers is told", "the manager is told", "$BP.Stage is set",
        "1 h before the goal, to whoever holds it", "at the deadline, then every 2 h, 5 times in all",
        'status = "waiting for customer"',
    ):  # fmt: skip
        await expect(solution).to_contain_text(words)
    line = "diagnosis: 2 h, Reminder: 3 h, Goal: 4 h, Deadline: 1 d, Reminder: 1 d"
    await expect(solution.locator("svg.line")).to_have_attribute("aria-label", line)
    await expect(solution.locator(".kept")).to_have_text("– in time")
    first = page.get_by_role("article", name="first look")
    await expect(first.locator(".kept")).to_have_text("100% in time")
    await expect(first).to_contain_text("severity = 1")
    await expect(page.get_by_role("article")).to_have_count(3)

    # A search is an address; what is not there is said, and what leads on.
    await page.keyboard.press("/")
    await page.keyboard.type("resolution")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sla?q=resolution")
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(page.get_by_role("article")).to_contain_text("whole process")
    await page.goto(f"{site.url}/sla?q=nothing")
    await page.get_by_role("link", name="Show all").click()
    await page.get_by_role("link", name="Sort the incident").click()
    await page.wait_for_url("**/definitions/*")
    assert site.faults == []


async def test_without_any_it_says_what_to_do_and_who_may_not_look(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/sla")
    await expect(page.get_by_text("No model in use has an SLA.")).to_be_visible()
    other = await (await browser.new_context()).new_page()
    await site.let_in(other, "tom")
    answer = await other.goto(f"{site.url}/sla")
    assert answer is not None
    assert answer.status == 403
