"""What operators see of the past: three weeks of work as figures, plots and forecasts."""

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import DAY, HOUR, MINUTE, deploy

from andante.runtime import TaskQuery

WEEKS: int = 21


async def _three_weeks(site: Site) -> None:
    """Each day an incident: sorted in half an hour in the first two weeks, late in the third."""
    await deploy(site.runtime, "incident-sla.bpmn", "leave-approval.bpmn")
    for day in range(WEEKS):
        record = await site.runtime.start("Incident", variables={"title": f"No {day}", "severity": 1}, who="tom")
        await _pass(site, 30 * MINUTE if day < 14 else 20 * HOUR)
        for outcome in ("known", ""):
            page = await site.runtime.tasks(TaskQuery(everything=True, instance_id=record.id))
            await site.runtime.task_action(page.items[0].id, "complete", who="mei", outcome=outcome)
            await _pass(site, HOUR)
        await _pass(site, DAY - (150 * MINUTE if day < 14 else 22 * HOUR))
    await site.runtime.start("Incident", variables={"title": "Still open", "severity": 1}, who="tom")
    await site.runtime.start("LeaveApproval", variables={"employee": "Anna", "manager": "mei"}, who="tom")


async def _pass(site: Site, ms: int) -> None:
    site.clock.set(site.clock.now() + ms)
    await site.runtime.run_due()


@both
async def test_an_operator_reads_three_weeks_of_work(site: Site, browser: Browser) -> None:
    await _three_weeks(site)
    page = await browser.new_page(accept_downloads=True)
    site.watch(page)
    await site.log_in(page, "mei")
    await page.keyboard.press("g")
    await page.keyboard.press("r")
    await page.wait_for_url("**/insight")
    row = page.get_by_role("row", name="Incident with SLA")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("21")
    await expect(page.locator(".plot canvas")).to_have_count(3)
    figure = page.get_by_role("figure", name="Completed per day")
    await figure.get_by_text("As a table").click()
    await expect(figure.locator("tbody tr")).to_have_count(WEEKS)
    await expect(figure.locator("tbody tr").first.get_by_role("cell").first).to_have_text("1")

    # The period is in the address, and kept on the way.
    await page.get_by_role("link", name="7 days").click()
    await page.wait_for_url("**/insight?days=7")
    await expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    await expect(row.get_by_role("cell").nth(1)).not_to_have_text("21")
    await page.get_by_label("From").fill("2026-01-01")
    await page.get_by_label("to", exact=True).fill("2026-01-22")
    await page.get_by_role("button", name="Show").click()
    await page.wait_for_url("**from=2026-01-01&to=2026-01-22")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("21")

    await row.get_by_role("link").click()
    await page.wait_for_url("**/insight/processes/Incident?from=2026-01-01&to=2026-01-22")
    steps = page.get_by_role("region", name="Where the time goes").get_by_role("row")
    await expect(steps.nth(1)).to_contain_text("Sort the incident")
    await expect(steps.nth(1)).to_contain_text("bottleneck")
    await expect(steps.nth(1)).to_contain_text("67%")  # two of three weeks in time
    outcomes = page.get_by_role("region", name="Outcomes")
    await expect(outcomes).to_contain_text("known")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export CSV").click()
    text = (await (await download.value).path()).read_text()
    assert text.count("Incident") >= WEEKS

    await page.goto(f"{site.url}/insight/people")
    await expect(page.get_by_role("region", name="Who completed tasks").get_by_role("row").nth(1)).to_contain_text("42")
    assert site.faults == []


async def test_a_forecast_says_when_it_knows_little(site: Site, browser: Browser) -> None:
    await _three_weeks(site)
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/insight/forecast")
    row = page.get_by_role("row", name="Sort the incident")
    await expect(row).to_contain_text("too few cases")  # 21 are known, of which a third was late
    await expect(row.get_by_role("img")).to_have_attribute("aria-label", "between 17% and 55%")
    await expect(row.get_by_role("cell").last).to_have_text("21")
    assert site.faults == []


async def test_an_empty_period_says_what_to_do(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/insight?from=2020-01-01&to=2020-01-31")
    await expect(page.get_by_text("Nothing ended in this period.")).to_be_visible()
    await page.get_by_role("link", name="Show a year").click()
    await page.wait_for_url("**/insight?days=365")
    assert site.faults == []


async def test_users_see_no_insight(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await site.log_in(page, "tom")
    await expect(page.get_by_role("link", name="Insight")).to_have_count(0)
    for path in ("/insight", "/insight/people", "/insight/forecast", "/insight/processes/X"):
        answer = await page.goto(site.url + path)
        assert answer is not None
        assert answer.status == 403
        await expect(page.get_by_role("heading", name="You may not do that")).to_be_visible()
