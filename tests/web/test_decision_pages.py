"""A decision's page: its table as a table, with what it needs."""

from playwright.async_api import Browser, expect
from sites import Site
from town import deploy


async def test_a_decision_shows_its_table_and_leads_to_what_it_needs(site: Site, browser: Browser) -> None:
    await deploy(site.runtime, "leave-days.dmn")
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions")
    await page.get_by_role("link", name="Leave days", exact=True).click()
    await expect(page.get_by_text("min(22 + Extra days, 30)")).to_be_visible()
    await page.get_by_role("link", name="Extra days").click()
    table = page.get_by_role("table")
    await expect(page.get_by_text("All rules that match count. Their outputs are added up.")).to_be_visible()
    await expect(table.get_by_role("columnheader", name="Age")).to_contain_text("number")
    await expect(table.get_by_role("columnheader", name="days", exact=False).last).to_contain_text("else 0")
    await expect(table.get_by_role("columnheader", name="Why")).to_be_visible()
    rows = table.locator("tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1).get_by_role("cell")).to_have_text([">= 60", "–anything", "5", "Works agreement"])
    await expect(rows.nth(1).get_by_role("rowheader")).to_have_text("2")
    await expect(page.get_by_text("yearsOfService input, Years")).to_be_visible()
    assert site.faults == []


async def test_a_table_of_many_rules_shows_the_first(site: Site, browser: Browser) -> None:
    rule = '<rule><inputEntry><text>{}</text></inputEntry><outputEntry><text>"&lt;b&gt;"</text></outputEntry></rule>'
    body = "".join(rule.format(n) for n in range(600))
    deployed = await site.runtime.deploy_xml(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">'
        '<decision id="big" name="Big"><decisionTable><input><inputExpression><text>n</text></inputExpression></input>'
        f'<output name="out"/>{body}</decisionTable></decision></definitions>'.encode(),
        who="mei",
    )
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions/{deployed.id}")
    await expect(page.locator(".rules tbody tr")).to_have_count(500)
    await expect(page.get_by_text("These are the first 500 of 600 rules")).to_be_visible()
    await expect(page.locator(".rules tbody tr").first).to_contain_text('"<b>"')
