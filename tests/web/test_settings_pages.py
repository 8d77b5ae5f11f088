"""What people set for themselves: quiet hours, deputies, looks, the password; and the notes they get here."""

from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import DAY, HOUR, PASSWORD, deploy

from andante.runtime import TaskQuery


async def _page(site: Site, browser: Browser, who: str) -> Page:
    page = await (await browser.new_context()).new_page()
    site.watch(page)
    await site.log_in(page, who)
    return page


@both
async def test_quiet_hours_and_channels_are_kept(site: Site, browser: Browser) -> None:
    page = await _page(site, browser, "tom")
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await page.wait_for_url("**/settings")
    await page.get_by_label("Quiet hours from").fill("22:00")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("quiet hours need both")
    await expect(page.get_by_label("Quiet hours from")).to_have_value("22:00")
    await page.get_by_label("Quiet hours until").fill("07:00")
    await page.get_by_label("Time zone").fill("Europe/Berlin")
    await page.get_by_label("Reminders by E-mail").uncheck()
    await expect(page.get_by_label("Own choice for Reminders")).to_be_checked()
    await page.get_by_label("Overdue is never held up").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("You are told as you wish.")).to_be_visible()
    await expect(page.get_by_label("Quiet hours until")).to_have_value("07:00")
    await expect(page.get_by_label("Reminders by E-mail")).not_to_be_checked()
    await expect(page.get_by_label("Overdue by E-mail")).to_be_checked()

    # A test comes as a note, with a count in the rail.
    await page.get_by_role("button", name="Send me a test").click()
    await expect(page.locator(".bell .count")).to_contain_text("1")
    await page.locator(".bell").click()
    await expect(page.get_by_text("Notes for you arrive here.")).to_be_visible()
    await page.get_by_role("button", name="Mark as read").click()
    await expect(page.locator(".bell .count")).to_be_hidden()
    await page.get_by_role("link", name="Unread").click()
    await expect(page.get_by_text("You have read everything.")).to_be_visible()
    assert site.faults == [each for each in site.faults if "400" in each]


async def test_a_deputy_gets_the_tasks_from_then_on(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    page = await _page(site, browser, "mei")
    await page.goto(f"{site.url}/settings")
    part = page.get_by_role("region", name="My deputies")
    await part.get_by_role("combobox", name="Deputy", exact=True).fill("nobody.here")
    await part.get_by_role("button", name="Name the deputy").click()
    await expect(part.get_by_role("alert")).to_contain_text("there is no person")
    await part.get_by_role("combobox", name="Deputy", exact=True).fill("tom")
    await part.get_by_label("From").fill("2026-01-02T00:00")
    await part.get_by_label("Until").fill("2026-01-09T00:00")
    await part.get_by_role("button", name="Name the deputy").click()
    await expect(part.get_by_text("later")).to_be_visible()

    async def assigned() -> str:
        record = await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": "mei"}, who="tom")
        return (await site.runtime.tasks(TaskQuery(everything=True, instance_id=record.id))).items[0].assignee

    assert await assigned() == "mei"
    site.clock.set(site.clock.now() + DAY + HOUR)
    assert await assigned() == "tom"
    await site.log_in(page, "mei")  # a session lasts half a day
    await page.goto(f"{site.url}/settings")
    await expect(part.get_by_text("in force")).to_be_visible()
    await part.get_by_role("button", name="Remove the deputy tom").click()
    await expect(part.get_by_text("Nobody stands in for you.")).to_be_visible()
    assert await assigned() == "mei"


async def test_a_new_password_ends_other_sessions(site: Site, browser: Browser) -> None:
    page, elsewhere = await _page(site, browser, "tom"), await _page(site, browser, "tom")
    await page.goto(f"{site.url}/settings")
    for present, fresh, again in ((PASSWORD, "longer walk", "other walk"), ("wrong", "longer walk", "longer walk")):
        await page.get_by_label("Present password").fill(present)
        await page.get_by_label("New password", exact=True).fill(fresh)
        await page.get_by_label("New password again").fill(again)
        await page.get_by_role("button", name="Change the password").click()
        await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Present password").fill(PASSWORD)
    await page.get_by_label("New password", exact=True).fill("longer walk")
    await page.get_by_label("New password again").fill("longer walk")
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_text("The password is changed.")).to_be_visible()
    await elsewhere.goto(f"{site.url}/tasks")
    await elsewhere.wait_for_url("**/login**")


async def test_looks_and_keys_stay(site: Site, browser: Browser) -> None:
    page = await _page(site, browser, "tom")
    await page.goto(f"{site.url}/settings")
    await page.get_by_role("button", name="compact").click()
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")
    await page.get_by_role("button", name="dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_label("Single keys work").uncheck()
    await page.reload()
    await expect(page.get_by_label("Single keys work")).not_to_be_checked()
    await page.locator("main").focus()
    await page.keyboard.press("g")
    await page.keyboard.press("h")
    await expect(page).to_have_url(f"{site.url}/settings")
    assert site.faults == []
