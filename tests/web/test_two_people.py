"""Two people at once, on PostgreSQL: each sees without reloading what the other does."""

import pytest
from playwright.async_api import Browser, Page, expect
from sites import Site
from stopped import TWICE
from town import EXAMPLES, deploy

from andante.runtime import Chosen, InstanceQuery, TaskQuery

SOON = 15_000  # ms, on a machine that does much besides


@pytest.fixture
def place(postgres_url: str) -> str:
    return postgres_url


async def desk(site: Site, browser: Browser, name: str, path: str = "/tasks") -> Page:
    """A browser of their own, at a page."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 860})).new_page()
    site.watch(page)
    await site.let_in(page, name)
    await page.goto(site.url + path)
    return page


async def test_what_one_does_the_other_sees(site: Site, browser: Browser) -> None:
    site.runtime.channels.append(site.services.post)  # a server of its own does so
    await deploy(site.runtime, "leave-approval.bpmn")
    made = await site.runtime.start(
        "LeaveApproval", variables={"employee": "Anna", "manager": ""}, who="tom", business_key="L-1"
    )
    (task,) = (await site.runtime.tasks(TaskQuery(everything=True))).items
    tom = await desk(site, browser, "tom", f"/instances/{made.id}")
    mei = await desk(site, browser, "mei")

    # Claimed and completed in one browser, it moves on in the other.
    await mei.get_by_role("button", name="Claim Approve leave").click()
    await expect(tom.get_by_text("Approve leave was claimed by mei")).to_be_visible(timeout=SOON)
    await expect(mei.locator(".bell .count")).to_be_hidden()
    await tom.goto(f"{site.url}/started")
    await tom.get_by_role("button", name="Remind").first.click()
    await expect(mei.locator(".bell .count")).to_contain_text("1", timeout=SOON)
    await tom.goto(f"{site.url}/instances/{made.id}")
    await site.runtime.task_action(task.id, "complete", who="mei", outcome="approved")
    await expect(tom.get_by_text("Enter absence is waiting for queue personnel")).to_be_visible(timeout=SOON)
    await mei.get_by_role("button", name="1 new").click(timeout=SOON)
    await expect(mei.get_by_role("link", name="Enter absence", exact=True)).to_be_visible(timeout=SOON)

    # A new task waits behind a pill; suspended it leaves the list, resumed it is back.
    await site.runtime.start("LeaveApproval", variables={"employee": "Bo", "manager": ""}, who="tom")
    await expect(mei.get_by_role("button", name="1 new")).to_be_visible(timeout=SOON)
    await site.runtime.act(made.id, "suspend", who="mei", reason="holiday")
    await expect(tom.get_by_text("Suspended: tasks are paused")).to_be_visible(timeout=SOON)
    await expect(mei.get_by_role("link", name="Enter absence", exact=True)).to_have_count(0, timeout=SOON)
    await site.runtime.act(made.id, "resume", who="mei")
    await expect(tom.get_by_text("Suspended: tasks are paused")).to_have_count(0, timeout=SOON)
    assert site.faults == []


async def test_operators_see_trouble_progress_and_new_models(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(TWICE, who="mei")
    pages = [await desk(site, browser, "mei", path) for path in ("/operations", "/batches", "/definitions")]
    operations, batches, definitions = pages
    await expect(operations.get_by_text("All is well")).to_be_visible()
    ids = [(await site.runtime.start("Twice", variables={"n": "?", "m": 1}, who="tom")).id for _n in range(2)]
    await expect(operations.get_by_role("link", name="2 instances have an incident")).to_be_visible(timeout=SOON)

    await site.runtime.batches.start("suspend", Chosen(InstanceQuery(), ids), who="mei", reason="look first")
    await expect(batches.locator("tbody tr")).to_contain_text(["waits for its turn"], timeout=SOON)
    await site.runtime.batches.carry_out()
    await expect(batches.locator("tbody tr")).to_contain_text(["2 / 2"], timeout=SOON)

    await site.runtime.deploy_xml((EXAMPLES / "order.bpmn").read_bytes(), who="mei")
    await definitions.evaluate("document.querySelector('[data-live]').dispatchEvent(new CustomEvent('news'))")
    await expect(definitions.get_by_role("link", name="Order", exact=True)).to_be_visible(timeout=SOON)
    assert site.faults == []
