"""What is over, found again and taken away as a file; and what one has started."""

from pathlib import Path

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from town import settle


@both
async def test_the_history_is_filtered_and_taken_as_a_file(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/history")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(4)
    await page.get_by_label("How it ended").select_option("completed")
    await expect(rows).to_have_count(3)
    await page.get_by_label("Outcome").select_option("approved")
    await expect(rows).to_have_count(1)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    lines = Path(await (await download.value).path()).read_text().splitlines()
    assert lines[0].startswith("task,name,process")
    assert [line.split(",")[1] for line in lines[1:]] == ["Approve leave"]
    assert lines[1].endswith(",yes")
    await page.goto(f"{site.url}/history?since=2031-01-01")
    await expect(page.get_by_text("Nothing in the history matches this filter.")).to_be_visible()
    assert site.faults == []


@both
async def test_what_one_has_started_is_reminded_of_and_withdrawn(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page()
    await site.let_in(page, "tom")
    await page.goto(f"{site.url}/started")
    row = page.locator(f"#row-{found['leave of Bilal']}")
    await expect(row).to_contain_text("Approve leave with group managers")
    await row.get_by_role("button", name="Remind of Approve leave").click()
    await expect(page.get_by_text("Those who have “Approve leave” are reminded.")).to_be_visible()
    await row.get_by_text("Withdraw…").click()
    await row.get_by_label("Reason").fill("entered twice")
    await row.get_by_role("button", name="Withdraw", exact=True).click()
    await expect(page.get_by_text("“Leave of Bilal” is withdrawn.")).to_be_visible()
    await expect(row).to_have_count(0)
    assert (await site.runtime.instance(found["leave of Bilal"])).closed
