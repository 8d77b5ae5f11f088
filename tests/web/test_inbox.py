"""People at their work in the browser: votes and returned steps, comments and files, a list that is worked off by
keyboard, many tasks at once, and tasks that change under somebody's hands."""

from typing import Final

from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import PASSWORD, deploy, settle

from andante.people import Accounts
from andante.runtime import TaskQuery

CONTRACT: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"
    targetNamespace="http://test">
  <process id="Contract" name="Contract" isExecutable="true"
      andante:instanceLabel="=&quot;Contract with &quot; + partner">
    <startEvent id="asked" name="Asked for"/>
    <userTask id="draft" name="Draft the contract" andante:assignee="tom"/>
    <userTask id="sign" name="Counter-sign" andante:candidates="user:ann, user:bob, user:mei" andante:cc="user:eve"
        andante:outcomes="approved, rejected"
        andante:actions="claim, unclaim, approve, reject, transfer, delegate, resolve, comment, addSigner, return">
      <extensionElements><andante:approval type="everyOne" voteThreshold="60" defaultOutcome="rejected"
        rejectOutcome="rejected"/></extensionElements></userTask>
    <endEvent id="end" name="Decided"/>
    <sequenceFlow id="f1" sourceRef="asked" targetRef="draft"/>
    <sequenceFlow id="f2" sourceRef="draft" targetRef="sign"/>
    <sequenceFlow id="f3" sourceRef="sign" targetRef="end"/>
  </process>
</definitions>"""
DRAWN: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"
    targetNamespace="http://test">
  <process id="Order" name="Order" isExecutable="true">
    <startEvent id="asked"/>
    <userTask id="check" name="Check the order"><extensionElements><andante:form>
      {"type": "default", "components": [
        {"type": "textfield", "key": "supplier", "label": "Supplier", "validate": {"required": true}},
        {"type": "number", "key": "count", "label": "How many", "validate": {"max": 10}},
        {"type": "textfield", "key": "why", "label": "Why so many", "conditional": {"hide": "=count &lt; 5"}}]}
    </andante:form></extensionElements></userTask>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="asked" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="end"/>
  </process>
</definitions>"""


async def more_people(site: Site, *names: str) -> None:
    accounts = Accounts(site.runtime.store, site.clock.now, told=site.runtime.roster.changed)
    for name in names:
        await accounts.add_person(name, password=PASSWORD, roles=["user"])


async def at_work(site: Site, browser: Browser, name: str, language: str = "en") -> Page:
    """A browser of their own."""
    context = await browser.new_context(
        viewport={"width": 1400, "height": 900}, extra_http_headers={"Accept-Language": language}
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    site.watch(page)
    await page.goto(f"{site.url}/login")
    await page.locator("[name=name]").fill(name)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("button.primary").click()
    await page.wait_for_url("**/tasks")
    return page


@both
async def test_three_sign_and_a_step_is_returned(site: Site, browser: Browser) -> None:
    await more_people(site, "ann", "bob", "eve")
    await site.runtime.deploy_xml(CONTRACT, who="mei")
    record = await site.runtime.start("Contract", variables={"partner": "Petit"}, who="tom")
    tom = await at_work(site, browser, "tom")
    await tom.get_by_role("link", name="Draft the contract", exact=True).click()
    await tom.get_by_role("button", name="Complete task").click()
    await expect(tom.get_by_text("“Draft the contract” is completed.")).to_be_visible()

    # The first of three approves; the second sends it back, and is to have it again afterwards.
    ann, bob = await at_work(site, browser, "ann"), await at_work(site, browser, "bob")
    await ann.get_by_role("link", name="Counter-sign", exact=True).click()
    await expect(ann.get_by_text("0 of 3 have answered.")).to_be_visible()
    await ann.get_by_label("Comment on it").fill("fine with me")
    await ann.get_by_role("button", name="Approved").click()
    await expect(ann.get_by_text("Nothing is waiting for you")).to_be_visible()
    await bob.get_by_role("link", name="Counter-sign", exact=True).click()
    await expect(bob.get_by_text("1 of 3 have answered.")).to_be_visible()
    await expect(bob.get_by_text("“fine with me”")).to_be_visible()
    await expect(bob.get_by_text("1 of 2 needed")).to_be_visible()
    await bob.get_by_text("Return to an earlier step…").click()
    returning = bob.locator("form[action$='/return']")
    await returning.locator("[name=to]").select_option("draft")
    await returning.locator("[name=resume]").select_option("direct")
    await returning.locator("[name=text]").fill("the price is missing")
    await bob.get_by_role("button", name="Return task").click()
    await expect(bob.get_by_text("“Counter-sign” is returned.")).to_be_visible()

    # Back with its author, then straight to the second; his answer decides.
    await tom.goto(f"{site.url}/tasks")
    await tom.get_by_role("link", name="Draft the contract", exact=True).click()
    await tom.get_by_role("button", name="Complete task").click()
    await bob.goto(f"{site.url}/tasks")
    await bob.get_by_role("link", name="Counter-sign", exact=True).click()
    await expect(bob.get_by_text("1 of 3 have answered.")).to_be_visible()

    # Who is only to know of it finds it, and can do nothing.
    eve = await at_work(site, browser, "eve")
    await eve.get_by_role("link", name="Informed").click()
    await eve.get_by_role("link", name="Counter-sign", exact=True).first.click()
    await expect(eve.get_by_role("heading", name="Counter-sign")).to_be_visible()
    await expect(eve.get_by_role("button", name="Approved")).to_have_count(0)
    await bob.get_by_role("button", name="Approved").click()
    await expect(bob.get_by_text("Nothing is waiting for you")).to_be_visible()
    assert (await site.runtime.instance(record.id)).state == "Completed OK"
    result = (await site.runtime.variables(record.id))["approval"]
    assert isinstance(result, dict)
    assert (result["outcome"], result["counts"]) == ("approved", {"approved": 2})
    assert site.faults == []


@both
async def test_a_comment_and_a_file(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": ""}, who="tom")
    page = await at_work(site, browser, "mei")
    await page.get_by_role("link", name="Approve leave", exact=True).click()
    await page.get_by_label("Comment", exact=True).fill("Who is here that week?")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.locator(".comments")).to_contain_text("Who is here that week?mei, 09:00")
    assert "task=" in page.url
    await page.locator("input[type=file]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"Anna: away\n"}
    )
    await page.get_by_role("button", name="Attach file").click()
    await expect(page.get_by_text("“plan.txt” is attached.")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="plan.txt").click()
    found = await (await download.value).path()
    assert found.read_bytes() == b"Anna: away\n"
    await page.locator("input[type=file]").set_input_files(
        {"name": "plan.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\x00" + bytes(64)}
    )
    await page.get_by_role("button", name="Attach file").click()
    await expect(page.get_by_role("alert").or_(page.locator("main"))).to_contain_text("does not take")
    await page.go_back()
    await page.get_by_role("button", name="Delete plan.txt").click()
    await expect(page.get_by_text("No files yet.")).to_be_visible()

    # What was said is there when the task is over.
    address = page.url
    await page.get_by_role("button", name="Approved").click()
    await page.goto(f"{site.url}/tasks/{address.split('task=')[1]}")
    await expect(page.locator(".comments")).to_contain_text("Who is here that week?")
    await expect(page.get_by_label("Comment", exact=True)).to_have_count(0)


@both
async def test_the_list_is_worked_off_by_keyboard(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await at_work(site, browser, "mei")
    keys = page.keyboard
    await expect(page.get_by_role("heading", name="Overdue 1")).to_be_visible()
    await keys.press("j")
    await keys.press("c")
    await expect(page.get_by_text("“Sort the incident” is yours now.")).to_be_visible()
    await keys.press("z")
    await expect(page.get_by_text("“Sort the incident” is given back.")).to_be_visible()
    await expect(page.get_by_role("button", name="Claim Sort the incident")).to_be_visible()

    # Opened beside the list, filled in, completed; the next one is beside it then.
    await page.goto(f"{site.url}/tasks?q=leave")
    first = page.get_by_role("link", name="Approve leave", exact=True).first
    await expect(first).to_be_visible()
    await keys.press("j")
    await keys.press("e")
    await expect(page.locator("aside").get_by_role("heading", name="Approve leave")).to_be_visible()
    await page.wait_for_function("document.activeElement.closest('[data-task-form]') !== null")
    before = page.url
    await keys.press("Control+Enter")
    await expect(page.get_by_text("“Approve leave” is completed.")).to_be_visible()
    assert page.url != before
    assert "task=" in page.url
    await expect(page.locator("aside").get_by_role("heading", name="Approve leave")).to_be_visible()
    assert await page.evaluate("document.activeElement.closest('[data-row]').className.includes('open')")
    await keys.press("e")
    await expect(page.locator(".task .title").filter(has_text="Approve leave")).to_have_count(0)
    query = TaskQuery(view="history", everything=True, name="Approve leave", assignee="mei")
    assert len((await site.runtime.tasks(query)).items) == 3
    assert site.faults == []


@both
async def test_many_at_once_in_chinese(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await at_work(site, browser, "mei", "zh-CN")
    keys = page.keyboard
    await page.goto(f"{site.url}/tasks?q=leave&sort=old")
    bar = page.get_by_role("form", name="对所选任务")
    await expect(bar).to_be_hidden()
    for _ in range(2):
        await keys.press("j")
        await keys.press("x")
    await expect(bar).to_contain_text("已选 2")
    # The outcome is missing: each says why, and stays chosen.
    await bar.get_by_role("button", name="完成").click()
    await expect(page.get_by_role("alert")).to_contain_text("2 项任务未能办理")
    await expect(page.locator("[name=ids]:checked")).to_have_count(2)
    await bar.get_by_label("结果").select_option("approved")
    await bar.get_by_role("button", name="完成").click()
    await expect(page.get_by_text("2 项任务已办理。")).to_be_visible()
    query = TaskQuery(view="history", everything=True, name="Approve leave")
    assert [task.outcome for task in (await site.runtime.tasks(query)).items].count("approved") == 3
    assert [fault for fault in site.faults if "400" not in fault] == []


async def test_a_task_is_paused_under_somebody_s_hands(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    record = await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": ""}, who="tom")
    page = await at_work(site, browser, "mei")
    await page.get_by_role("link", name="Approve leave", exact=True).click()
    await page.get_by_label("Name of a new variable").first.fill("days")
    await page.get_by_label("Its value").first.fill("5")
    await site.runtime.act(record.id, "suspend", who="admin", reason="audit")
    await expect(page.locator("aside").get_by_text("The instance is suspended, so this task is paused")).to_be_visible()
    await expect(page.get_by_role("button", name="Approved")).to_be_disabled()
    await site.runtime.act(record.id, "resume", who="admin")
    await expect(page.get_by_role("button", name="Approved")).to_be_enabled()
    await expect(page.get_by_label("Its value").first).to_have_value("5")

    # It changes in another window meanwhile: the page says so, and what was typed stays.
    [task] = (await site.runtime.tasks(TaskQuery(everything=True, instance_id=record.id))).items
    await site.runtime.task_action(task.id, "claim", who="mei")
    await expect(page.get_by_text("This task has changed meanwhile.")).to_be_visible()
    await page.get_by_role("link", name="Load it anew").click()
    await expect(page.get_by_label("Its value").first).to_have_value("5")
    assert site.faults == []


async def test_what_is_new_waits_until_it_is_asked_for(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": ""}, who="tom")
    page = await at_work(site, browser, "mei")
    await expect(page.locator(".task:visible")).to_have_count(1)
    await site.runtime.start("LeaveApproval", variables={"employee": "Bilal", "manager": ""}, who="tom")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    await expect(page.locator(".task:visible")).to_have_count(1)
    await page.keyboard.press(".")
    await expect(page.locator(".task:visible")).to_have_count(2)
    await expect(page.get_by_role("button", name="1 new")).to_be_hidden()


@both
async def test_more_time_is_given_with_a_reason(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "incident-sla.bpmn")
    await site.runtime.start("Incident", variables={"title": "No mail", "severity": 1}, who="tom")
    page = await at_work(site, browser, "mei")
    await page.get_by_role("link", name="Sort the incident", exact=True).click()
    before = await page.locator("aside .head .badge").inner_text()
    await page.get_by_text("Give more time…").click()
    more = page.locator("form[action$='/extend']")
    await more.locator("[name=amount]").fill("2")
    await more.locator("[name=unit]").select_option("days")
    await more.locator("[name=reason]").fill("the log is lost")
    await page.get_by_role("button", name="Give more time").click()
    await expect(page.get_by_text("mei gave 2 d more: the log is lost")).to_be_visible()
    await expect(page.locator("aside .head .badge")).to_contain_text("2 d")
    assert "d left" not in before


async def test_a_drawn_form_is_checked_here_and_there(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(DRAWN, who="mei")
    record = await site.runtime.start("Order", variables={"count": 2}, who="tom")
    page = await at_work(site, browser, "mei")
    await page.get_by_role("link", name="Check the order", exact=True).click()
    drawn = page.locator(".drawn")
    await expect(drawn.get_by_label("Supplier")).to_be_visible()
    await expect(page.locator("[data-plain]")).to_be_hidden()
    await expect(drawn.get_by_label("Why so many")).to_have_count(0)
    await drawn.get_by_label("How many").fill("7")
    await expect(drawn.get_by_label("Why so many")).to_be_visible()
    await page.get_by_role("button", name="Complete task").click()
    await expect(drawn).to_contain_text("Field is required")
    await drawn.get_by_label("Supplier").fill("Petit")
    await page.keyboard.press("Tab")
    await page.reload()
    await expect(drawn.get_by_label("Supplier")).to_have_value("Petit")
    await page.get_by_role("button", name="Complete task").click()
    await expect(page.get_by_text("“Check the order” is completed.")).to_be_visible()
    variables = await site.runtime.variables(record.id)
    assert (variables["supplier"], variables["count"]) == ("Petit", 7)
    assert site.faults == []


@both
async def test_a_filter_is_kept_as_a_view(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await at_work(site, browser, "mei")
    await page.get_by_label("Process").select_option("LeaveApproval")
    await expect(page.locator(".task")).to_have_count(2)
    await page.get_by_text("Keep as a view…").click()
    await page.get_by_label("Name of the view").fill("Leave only")
    await page.get_by_label("For whom").select_option("group:managers")
    await page.get_by_role("button", name="Keep", exact=True).click()
    await page.goto(f"{site.url}/tasks")
    await page.get_by_role("link", name="Leave only").click()
    await expect(page.locator(".task")).to_have_count(2)
    await expect(page.get_by_label("Process")).to_have_value("LeaveApproval")
    await page.get_by_role("button", name="Delete this view").click()
    await expect(page.get_by_role("link", name="Leave only")).to_have_count(0)
    assert site.faults == []
