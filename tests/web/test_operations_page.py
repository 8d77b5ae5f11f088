"""Operations: what cannot go on by its cause, dead letters, and that all is well when it is."""

from playwright.async_api import Browser, expect
from screens import both
from sites import Site
from stopped import TWICE
from town import STUCK, settle

from andante.notify import EventOptions, PostOptions, make_events, make_post
from andante.store.letters import DEAD, DROPPED, WAITING, Content, Letter, Letters


@both
async def test_a_group_of_incidents_is_retried_together(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(STUCK, who="mei")
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await page.wait_for_url("**/operations")
    await expect(page.get_by_text("All is well")).to_be_visible()

    ids = [(await site.runtime.start("Invoice", variables={"currency": "USD"}, who="tom")).id for _ in range(3)]
    await page.reload()
    await expect(page.get_by_role("link", name="3 instances have an incident")).to_be_visible()
    await page.get_by_role("link", name="3 instances:").click()
    await expect(page.locator("tbody tr")).to_have_count(3)
    await expect(page.locator(".facts")).to_contain_text("Which currency?")
    for each in ids[:2]:
        await site.runtime.set_variables(each, {"currency": "EUR"}, who="mei")
    await page.get_by_role("button", name="Retry 3").click()
    await page.wait_for_url("**/batches/batch-*")
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .done dd")).to_have_text("3")
    await page.goto(f"{site.url}/operations")
    await expect(page.get_by_role("link", name="1 instance has an incident")).to_be_visible()
    assert (await site.runtime.instance(ids[0])).state == "Completed OK"
    await page.goto(f"{site.url}/operations/incidents?cause=0000000000000000")
    await expect(page.get_by_text("These incidents are resolved already.")).to_be_visible()
    assert site.faults == []


async def test_one_incident_of_two_is_retried_alone(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(TWICE, who="mei")
    one = (await site.runtime.start("Twice", variables={"n": "?", "m": "?"}, who="tom", title="Stopped")).id
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")

    # On the instance's page: what was not corrected stops again; what was goes on, and the other stays.
    await page.goto(f"{site.url}/instances/{one}")
    await expect(page.get_by_role("button", name="Retry all 2")).to_be_visible()
    await page.get_by_role("button", name="Retry Task A alone").click()
    await expect(page.get_by_text("It was tried again, and has stopped again.")).to_be_visible()
    await site.runtime.set_variables(one, {"n": 1}, who="mei")
    await page.get_by_role("button", name="Retry Task A alone").click()
    await expect(page.get_by_text("Tried again.", exact=True)).to_be_visible()
    await expect(page.locator(".incidents li")).to_have_count(1)
    await expect(page.locator(".incidents")).to_contain_text("Task B")

    # From the list behind a cause, by its key.
    await site.runtime.set_variables(one, {"m": 1}, who="mei")
    await page.goto(f"{site.url}/operations/incidents")
    await page.get_by_role("link", name="1 instance:").click()
    await page.wait_for_url("**cause=**")
    await page.keyboard.press("j")
    await page.keyboard.press("t")
    await expect(page.get_by_text("These incidents are resolved already.")).to_be_visible()
    assert (await site.runtime.instance(one)).state == "Waiting for user interaction"
    assert site.faults == []


@both
async def test_a_dead_letter_is_sent_again_and_another_discarded(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    letters, now = Letters(site.runtime.store, lambda: ""), site.clock.now()
    await letters.add(
        Letter(
            f"letter-{n}", "", "webhook", "billing", "slaDeadline", found["late"], 1, "webhook:billing", False, DEAD,
            8, now, False, "503 from the receiver", now, now, Content(f"k{n}", "Sort the incident", "Incident", "", 0),
        )
        for n in (1, 2)
    )  # fmt: skip
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/operations")
    await page.get_by_role("link", name="2 letters could not be delivered").click()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("503 from the receiver")
    await rows.first.get_by_role("button", name="Send again").click()
    await expect(page.get_by_text("It is sent again.")).to_be_visible()
    await expect(rows).to_have_count(1)
    await rows.first.get_by_role("button", name="Discard").click()
    await expect(page.get_by_text("No letter is dead")).to_be_visible()
    first, second = await letters.one("letter-1"), await letters.one("letter-2")
    assert first is not None
    assert second is not None
    assert (first.attempts, second.state, second.error) == (0, DROPPED, "discarded")
    assert first.state in (WAITING, DROPPED)
    assert site.faults == []


async def test_events_that_nobody_takes_are_seen_and_discarded(site: Site, browser: Browser) -> None:
    post = make_post(site.runtime, PostOptions(site.url))
    events = make_events(site.runtime, post, EventOptions(site.url))
    site.runtime.channels.append(events)
    await events.open()
    await post.endpoints.add("erp", "cloudevents", "http://127.0.0.1:9/", [])
    await site.runtime.deploy_xml(STUCK, who="mei")
    await site.runtime.start("Invoice", variables={"currency": "EUR"}, who="tom")
    await site.runtime.run_due()
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    await page.goto(f"{site.url}/operations")
    await page.get_by_role("link", name="events for webhook:erp wait").click()
    panel = page.get_by_role("region", name="Events")
    await expect(panel).to_contain_text("1 waits")
    await expect(panel).to_contain_text("private address")
    await panel.get_by_role("button", name="Discard").click()
    await expect(page.get_by_text("It is discarded.")).to_be_visible()
    await expect(panel).to_contain_text("0 wait")
    assert site.faults == []


async def test_behind_every_number_is_a_list(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/operations")
    for link in await page.locator(".figures a, .health a").all():
        to = await link.get_attribute("href")
        assert to is not None
        if to.startswith("#"):
            assert await page.locator(to).count() == 1, to
        else:
            assert (await page.request.get(f"{site.url}{to}")).status == 200, to
    await page.get_by_role("link", name="reserve-stock").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody tr")).to_contain_text("Order SO-1001")
    await page.goto(f"{site.url}/operations/timers")
    await expect(page.locator("tbody tr").first).to_be_visible()
    assert site.faults == []


async def test_operations_are_for_operators(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await site.log_in(page, "tom")
    for path in ("", "/incidents", "/jobs?type=x", "/timers", "/letters", "/doctor"):
        assert (await page.request.get(f"{site.url}/operations{path}")).status == 403, path


async def test_a_health_check_says_what_to_do(site: Site, browser: Browser) -> None:
    await settle(site.runtime, site.clock)
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    await page.goto(f"{site.url}/operations")
    await page.get_by_role("link", name="Health check").click()
    broken = page.locator(".findings li").filter(has_text="work.incidents").first
    await expect(broken).to_contain_text("cannot go on")
    await expect(broken).to_contain_text("andante retry")
    await expect(broken.get_by_text("Error", exact=True)).to_be_visible()
    assert site.faults == []
