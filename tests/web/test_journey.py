"""The main job in a browser, from log-in to history, and what happens without reloading."""

import pytest
from playwright.async_api import Browser, Page, expect
from sites import Site
from town import EXAMPLES, HOUR, MINUTE, PASSWORD, STUCK, deploy


@pytest.fixture
def place(database_url: str) -> str:
    """Both kinds of databases."""
    return database_url


async def start_leave(page: Page, site: Site, employee: str) -> str:
    """Start a leave request by its form; the address of its page."""
    await page.goto(f"{site.url}/definitions")
    await page.get_by_role("link", name="Start Leave approval").click()
    await page.get_by_label("Value of employee").fill(employee)
    await page.get_by_label("Value of manager").fill('""')
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    return page.url


async def test_from_a_file_to_the_history(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    site.watch(page)
    await site.log_in(page, "mei")
    await expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()

    # Deploy a file, start an instance, and find its task.
    await page.goto(f"{site.url}/definitions")
    await page.locator("input[type=file]").set_input_files(EXAMPLES / "leave-approval.bpmn")
    await page.get_by_role("button", name="Deploy").click()
    await expect(page.get_by_text("leave-approval.bpmn is deployed")).to_be_visible()
    first = await start_leave(page, site, "Anna")
    await expect(page.get_by_role("heading", name="Leave of Anna")).to_be_visible()
    await expect(page.locator(".djs-element.at-active[data-element-id=ApproveLeave]")).to_be_visible()
    await expect(page.locator("#step-ApproveLeave")).to_contain_text("here since 09:00")
    await expect(page.locator(".bjs-powered-by")).to_be_visible()
    await page.goto(f"{site.url}/tasks")
    await expect(page.get_by_role("link", name="Approve leave", exact=True)).to_be_visible()
    await expect(page.get_by_text("3 d left")).to_be_visible()

    # Suspended: off the list, under Paused, its clock standing.
    site.clock.set(site.clock.now() + HOUR)
    await page.goto(first)
    await page.get_by_role("button", name="Suspend").click()
    await expect(page.get_by_text("Suspended: its tasks wait under Paused")).to_be_visible()
    await page.goto(f"{site.url}/tasks")
    await expect(page.get_by_role("link", name="Approve leave", exact=True)).to_have_count(0)
    await page.get_by_role("link", name="Look at Paused").click()
    await page.get_by_role("link", name="Approve leave", exact=True).click()
    await expect(page.get_by_text("The instance is suspended, so this task is paused")).to_be_visible()
    await expect(page.get_by_role("button", name="Approved")).to_have_count(0)

    # Resumed: back on the list.
    await page.goto(first)
    await page.get_by_role("button", name="Resume").click()
    await page.goto(f"{site.url}/tasks")
    await page.get_by_role("button", name="Claim Approve leave").click()
    await expect(page.get_by_text("“Approve leave” is yours now.")).to_be_visible()
    await page.get_by_role("link", name="Approve leave", exact=True).click()
    await page.get_by_label("Name of a new variable").fill("days")
    await page.get_by_label("Its value").first.fill("5")
    await page.get_by_role("button", name="Approved").click()
    await page.wait_for_url("**/tasks")
    instance_id = first.rsplit("/", 1)[1]
    assert (await site.runtime.variables(instance_id))["days"] == 5

    # The next task ends it; another instance is terminated with a reason.
    await page.get_by_role("link", name="Enter absence", exact=True).click()
    await page.get_by_role("button", name="Complete task").click()
    second = await start_leave(page, site, "Emil")
    await page.get_by_role("button", name="Terminate…").click()
    await expect(page.get_by_text("1 open task is withdrawn: Approve leave.")).to_be_visible()
    await page.get_by_role("dialog").get_by_label("Reason").fill("entered twice")
    await page.get_by_role("button", name="Terminate instance").click()
    await expect(page.get_by_text("Terminated: entered twice")).to_be_visible()
    assert page.url == second
    await expect(page.get_by_role("button", name="Suspend")).to_be_disabled()

    # Both are in the history, tasks and instances.
    await page.goto(f"{site.url}/history")
    await expect(page.get_by_role("row", name="Approve leave").filter(has_text="approved")).to_contain_text("mei")
    await expect(page.get_by_role("row", name="Approve leave").filter(has_text="withdrawn")).to_have_count(1)
    await page.get_by_role("link", name="Instances").last.click()
    await expect(page.get_by_role("row", name="Leave of Anna")).to_contain_text("Completed")
    await expect(page.get_by_role("row", name="Leave of Emil")).to_contain_text("Terminated")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert site.faults == []


async def test_a_paused_clock_keeps_its_time(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "incident-sla.bpmn")
    record = await site.runtime.start("Incident", variables={"title": "No mail", "severity": 1}, who="tom")
    site.clock.set(site.clock.now() + 5 * MINUTE)
    await site.runtime.act(record.id, "suspend", who="mei")
    site.clock.set(site.clock.now() + 7 * 24 * HOUR)
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/tasks?view=paused")
    await expect(page.locator(".task .badge")).to_have_text("paused")
    await page.goto(f"{site.url}/instances/{record.id}")
    await expect(page.get_by_text("paused (10 m kept)")).to_be_visible()
    await page.get_by_role("button", name="Resume").click()
    await page.goto(f"{site.url}/tasks")
    await expect(page.locator(".task .badge")).to_have_text("10 m left")


async def test_what_others_do_is_seen_without_reloading(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    record = await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": ""}, who="tom")
    inbox, instance = await browser.new_page(), await browser.new_page()
    for page in (inbox, instance):
        site.watch(page)
        await site.log_in(page, "mei")
    await instance.goto(f"{site.url}/instances/{record.id}")
    await expect(instance.locator(".djs-element.at-active[data-element-id=ApproveLeave]")).to_be_visible()
    await expect(inbox.get_by_role("link", name="Approve leave", exact=True)).to_be_visible()
    await expect(inbox).to_have_title("(1) Inbox · Andante")
    await inbox.evaluate("window.same = true")

    await site.runtime.act(record.id, "suspend", who="admin", reason="audit")
    await inbox.bring_to_front()
    await expect(inbox.get_by_role("link", name="Approve leave", exact=True)).to_have_count(0)
    await expect(inbox.get_by_text("1 task is paused")).to_be_visible()
    await instance.bring_to_front()
    await expect(instance.get_by_role("button", name="Resume")).to_be_visible()
    await expect(instance.locator(".djs-element.at-paused[data-element-id=ApproveLeave]")).to_be_visible()
    assert await inbox.evaluate("window.same")

    # What is written meanwhile stays; the rest comes when it is let go of.
    await inbox.bring_to_front()
    await inbox.get_by_label("Search tasks").fill("leave")
    await site.runtime.act(record.id, "resume", who="admin")
    await expect(inbox.get_by_label("Search tasks")).to_have_value("leave")
    await inbox.get_by_role("heading", name="Inbox").click()
    await expect(inbox.get_by_role("link", name="Approve leave", exact=True)).to_be_visible()
    assert site.faults == []


async def test_an_incident_is_shown_and_retried(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(STUCK, who="mei")
    record = await site.runtime.start("Invoice", variables={"currency": "USD"}, who="tom")
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances?state=broken")
    await page.get_by_role("row", name="Incident").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Incidents")).to_be_visible()
    await expect(page.locator("#step-currency")).to_contain_text("incident")
    await expect(page.locator(".canvas")).to_contain_text("no drawing")
    await site.runtime.set_variables(record.id, {"currency": "EUR"}, who="mei")
    await page.get_by_role("button", name="Retry").click()
    await expect(page.get_by_text("Tried again.", exact=True)).to_be_visible()
    await expect(page.locator(".badge.done").first).to_have_text("Completed")


async def test_what_is_wrong_with_a_model_is_listed(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions")
    broken = STUCK.replace(b'targetRef="franc"', b'targetRef="nowhere"')
    await page.locator("input[type=file]").set_input_files(
        {"name": "invoice.bpmn", "mimeType": "application/xml", "buffer": broken}
    )
    await page.get_by_role("button", name="Deploy").click()
    await expect(page.get_by_role("alert")).to_contain_text("cannot be deployed")
    await expect(page.locator(".findings tbody tr").first).to_contain_text("nowhere")
    assert await site.runtime.definitions() == []


async def test_the_pages_speak_the_language_of_the_person(site: Site, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN", extra_http_headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    page = await context.new_page()
    site.watch(page)
    await deploy(site.runtime, "leave-approval.bpmn")
    await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": "mei"}, who="mei")
    await page.goto(f"{site.url}/login")
    await page.get_by_label("名称").fill("mei")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="待办")).to_be_visible()
    await expect(page.get_by_text("剩余 3 天")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "zh"

    # A choice counts more than what the browser asks for, and stays.
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await page.goto(f"{site.url}/instances")
    await expect(page.get_by_role("heading", name="Instances")).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="实例")).to_be_visible()
    assert site.faults == []
