"""What administrators do: people, queues, clients and endpoints; and that nobody else sees any of it."""

from typing import Final

from looking import CONTRAST, barriers, seen_as, sticks_out
from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import PASSWORD, deploy

from andante.people import Accounts
from andante.runtime import TaskQuery

PLACES: Final = (
    "people", "people?ask=add", "people/tom", "teams/group", "teams/role", "teams/queue", "teams/queue/service-desk",
    "deputies", "grants", "calendars", "calendars/default", "clients", "keys", "endpoints", "audit",
)  # fmt: skip


async def _page(site: Site, browser: Browser, who: str) -> Page:
    if who == "ada":
        accounts = Accounts(site.runtime.store, site.clock.now, told=site.runtime.roster.changed)
        await accounts.add_person("ada", password=PASSWORD, roles=["administrator", "operator", "user"])
    page = await (await browser.new_context()).new_page()
    site.watch(page)
    await site.log_in(page, who)
    return page


@both
async def test_a_new_person_in_a_new_queue_gets_a_task_in_turn(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "incident-sla.bpmn")
    page = await _page(site, browser, "ada")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await page.wait_for_url("**/admin/people")
    await page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Add a person")
    await dialog.get_by_label("Name").fill("no such name!")
    await dialog.get_by_role("button", name="Add the person").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("letters, digits")
    await dialog.get_by_label("Name").fill("zoe")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_label("E-mail").fill("zoe@example.org")
    await dialog.get_by_label("Skills").fill("printers=2")
    await dialog.get_by_role("button", name="Add the person").click()
    await page.wait_for_url("**/admin/people/zoe")
    await expect(page.get_by_label("E-mail")).to_have_value("zoe@example.org")

    await page.goto(f"{site.url}/admin/teams/queue")
    await page.get_by_role("link", name="service-desk").click()  # so far it is only named at mei
    await page.get_by_label("Who gets a task").select_option(label="In turn")
    await page.get_by_label("Members, one a line").fill("nobody")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("there is no person 'nobody'")
    await page.get_by_label("Members, one a line").fill("zoe")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("2 people are in it")).to_be_visible()

    for number in range(2):
        await site.runtime.start("Incident", variables={"title": f"No {number}", "severity": 3}, who="tom")
    await site.runtime.run_due()
    tasks = (await site.runtime.tasks(TaskQuery(everything=True))).items
    assert sorted(task.assignee for task in tasks) == ["mei", "zoe"]
    assert [each for each in site.faults if "400" not in each] == []


async def test_a_disabled_person_is_out_and_a_new_password_is_shown_once(site: Site, browser: Browser) -> None:
    page, toms = await _page(site, browser, "ada"), await _page(site, browser, "tom")
    await page.goto(f"{site.url}/admin/people/tom")
    await page.get_by_role("button", name="Disable").click()
    await expect(page.get_by_text("every session and token has ended")).to_be_visible()
    await toms.goto(f"{site.url}/tasks")
    await toms.wait_for_url("**/login**")
    await page.get_by_role("button", name="Enable").click()
    await page.get_by_role("button", name="New password").click()
    secret = await page.locator("[data-secret]").inner_text()
    await page.goto(f"{site.url}/admin/people/tom")
    await expect(page.get_by_text(secret)).to_have_count(0)
    await toms.get_by_label("Name").fill("tom")
    await toms.get_by_label("Password").fill(secret)
    await toms.get_by_role("button", name="Log in").click()
    await toms.wait_for_url("**/tasks")
    assert site.faults == []


@both
async def test_the_secret_of_a_client_is_shown_once(site: Site, browser: Browser) -> None:
    page = await _page(site, browser, "ada")
    await page.goto(f"{site.url}/admin/clients")
    await page.get_by_label("Acts as").fill("tom")
    await page.get_by_label("Its id").fill("payroll")
    await page.get_by_role("button", name="Make the client").click()
    secret = await page.locator("[data-secret]").inner_text()
    assert len(secret) > 20
    await page.goto(f"{site.url}/admin/clients")
    await expect(page.get_by_text("payroll")).to_be_visible()
    await expect(page.get_by_text(secret)).to_have_count(0)
    await page.get_by_role("button", name="Revoke payroll").click()
    await expect(page.get_by_text("revoked", exact=True)).to_be_visible()

    await page.goto(f"{site.url}/admin/endpoints")
    await page.get_by_label("Name").fill("chat")
    await page.get_by_label("Address").fill("https://chat.example.org/hook")
    await page.get_by_role("button", name="Add the endpoint").click()
    first = await page.locator("[data-secret]").inner_text()
    assert first.startswith("whsec_")
    await page.get_by_role("button", name="New secret: chat").click()
    assert await page.locator("[data-secret]").inner_text() != first
    row = page.get_by_role("row", name="chat")
    await expect(row.get_by_role("cell").nth(4)).to_have_text("2")  # for a day both sign
    assert site.faults == []


@both
async def test_a_key_and_a_grant_are_given_and_taken_back(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    page, toms = await _page(site, browser, "ada"), await _page(site, browser, "tom")
    await page.goto(f"{site.url}/admin/keys")
    await page.get_by_label("Acts as").fill("tom")
    await page.get_by_label("What it is for").fill("nightly")
    await page.get_by_role("button", name="Make a key").click()
    key = await page.locator("[data-secret]").inner_text()
    asked = {"Authorization": f"Bearer {key}"}
    mine = f"{site.url}/u-route/baas/bp/v2.0/query/tasks"
    assert (await page.request.get(mine, headers=asked)).status == 200
    await page.get_by_role("button", name="Revoke nightly").click()
    await expect(page.get_by_text("There is no key yet.")).to_be_visible()
    assert (await page.request.get(mine, headers=asked)).status == 401

    await page.goto(f"{site.url}/admin/grants")
    await page.get_by_role("combobox", name="Definition").fill("LeaveApproval")
    await page.get_by_role("combobox", name="Who").fill("group:managers")
    await page.get_by_label("Start: start instances").check()
    await page.get_by_role("button", name="Grant it").click()
    await expect(page.get_by_role("row", name="LeaveApproval")).to_contain_text("group:managers")
    await toms.goto(f"{site.url}/start")
    await expect(toms.get_by_role("link", name="Leave approval")).to_have_count(0)
    await page.get_by_role("button", name="Take back from group:managers").click()
    await expect(page.get_by_text("Nothing is granted")).to_be_visible()
    await toms.reload()
    await expect(toms.get_by_role("link", name="Leave approval").first).to_be_visible()
    assert site.faults == []


@both
async def test_a_holiday_moves_a_due_date(site: Site, browser: Browser) -> None:
    page = await _page(site, browser, "ada")
    await page.goto(f"{site.url}/admin/calendars")
    await page.get_by_label("Name").fill("office")
    await page.get_by_role("button", name="Add").click()
    await page.wait_for_url("**/admin/calendars/office")
    await page.goto(f"{site.url}/admin/calendars/office?year=2026")
    day = page.get_by_role("table", name="May").get_by_text("14", exact=True)
    await expect(day).to_have_class("day full")

    async def due() -> str:
        await page.goto(f"{site.url}/admin/calendars/office?year=2026")
        await page.get_by_label("From").fill("2026-05-13T13:00")
        await page.get_by_label("Hours of working time").fill("8")
        await page.get_by_role("button", name="Compute").click()
        return await page.locator("output").inner_text()

    assert "14 May 2026, 13:00" in await due()
    await page.get_by_label("Public holidays of").fill("DE-XX")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("holidays")
    await expect(page.get_by_label("Public holidays of")).to_have_value("DE-XX")
    await page.get_by_label("Public holidays of").fill("DE-BY")
    await page.get_by_label("Exceptions, one a line").fill("2026-12-23 09:00-12:00 Before the feast")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Open clocks that run by it follow.")).to_be_visible()
    assert "15 May 2026, 13:00" in await due()  # Ascension Day lies between
    await expect(day).to_have_class("day holiday")
    await expect(page.get_by_title("Before the feast: 09:00-12:00")).to_be_visible()

    await page.get_by_text("As JSON").click()
    await page.get_by_label("The whole calendar").fill('{"hours": {"monday": ["25:00"]}}')
    await page.get_by_role("button", name="Save the JSON").click()
    await expect(page.get_by_role("alert")).to_contain_text("hours.monday")
    await expect(page.get_by_label("The whole calendar")).to_have_value('{"hours": {"monday": ["25:00"]}}')
    assert [each for each in site.faults if "400" not in each] == []


async def test_administration_keeps_nobody_out(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "incident-sla.bpmn")
    page = await _page(site, browser, "ada")
    for path in PLACES:
        await seen_as(page, "phone", "dark")
        await page.goto(f"{site.url}/admin/{path}")
        assert await barriers(page) == [], path
        assert await sticks_out(page) <= 0, path
        await seen_as(page, "desk", "light")
        assert await barriers(page, CONTRAST) == [], path
        assert await sticks_out(page) <= 0, path
    assert site.faults == []


async def test_others_see_nothing_of_it(site: Site, browser: Browser) -> None:
    page = await _page(site, browser, "mei")
    await expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    for path in PLACES:
        answer = await page.goto(f"{site.url}/admin/{path}")
        assert answer is not None
        assert answer.status == 403, path
        await expect(page.get_by_role("heading", name="You may not do that")).to_be_visible()
