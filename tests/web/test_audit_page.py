"""The audit log on its page: what an administrator sees of what was done, filtered by the address."""

from looking import barriers
from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import PASSWORD

from andante.people import Accounts
from andante.store.audit_actions import ACTIONS
from andante.store.audit_actions import KINDS as FIRST_WORDS
from andante.web.audit_words import KINDS, WORDS


def test_every_action_has_words() -> None:
    assert set(WORDS) == set(ACTIONS)
    assert set(KINDS) == {each for each in FIRST_WORDS if each not in ("logout", "archive", "preference")}


@both
async def test_who_changed_what(site: Site, browser: Browser) -> None:
    accounts = Accounts(site.runtime.store, site.clock.now, told=site.runtime.roster.changed)
    await accounts.add_person("ada", password=PASSWORD, roles=["administrator", "operator", "user"])
    page = await (await browser.new_context()).new_page()
    site.watch(page)
    await page.goto(f"{site.url}/login")
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill("wrong, and a secret")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await site.let_in(page, "ada")
    await page.goto(f"{site.url}/admin/people/tom")
    await page.get_by_label("E-mail").fill("tom@example.org")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")

    await page.get_by_role("link", name="People").last.click()
    await page.get_by_role("link", name="Audit log").click()
    await page.wait_for_url("**/admin/audit")
    row = page.get_by_role("listitem").filter(has_text="changed the person tom")
    await row.locator("summary").click()
    await expect(row.get_by_role("cell", name="tom@example.org")).to_be_visible()
    await expect(row).to_contain_text("127.0.0.1 · page")
    assert await barriers(page) == []
    await row.get_by_role("link", name="All about the same").click()
    await page.wait_for_url("**/admin/audit?object=tom")
    await page.goto(f"{site.url}/admin/audit?action=login&outcome=refused")
    await expect(page.locator("details")).to_have_count(1)
    assert "wrong, and a secret" not in await page.content()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    text = (await (await download.value).path()).read_text()
    assert text.count("\n") == 2
    await page.goto(f"{site.url}/admin/audit?q=nothing-like-it")
    await expect(page.get_by_text("Nothing in the audit log matches this filter.")).to_be_visible()
    assert await barriers(page) == []


async def test_nobody_else_sees_it(site: Site, browser: Browser) -> None:
    page = await (await browser.new_context()).new_page()
    await site.log_in(page, "mei")
    for place in ("audit", "audit/export"):
        answer = await page.request.get(f"{site.url}/admin/{place}")
        assert answer.status == 403
