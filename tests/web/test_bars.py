"""An instance over time: what each step took, waited and stood still, and the span that is shown."""

import re

from playwright.async_api import Browser, expect
from sites import Site
from stopped import TWICE
from town import HOUR, MINUTE, START, settle

from andante.runtime import Stay, TaskQuery, stays_of


def of(told: list[Stay], element: str) -> Stay:
    (found,) = [stay for stay in told if stay.element == element]
    return found


async def test_stays_tell_work_from_waiting_and_trouble(site: Site) -> None:
    runtime, clock = site.runtime, site.clock
    await runtime.deploy_xml(TWICE, who="mei")
    made = await runtime.start("Twice", variables={"n": "?", "m": 1}, who="tom")
    clock.set(START + 10 * MINUTE)
    (task,) = (await runtime.tasks(TaskQuery(everything=True))).items
    await runtime.task_action(task.id, "claim", who="mei")
    clock.set(START + 30 * MINUTE)
    await runtime.act(made.id, "suspend", who="mei", reason="lunch")
    clock.set(START + 90 * MINUTE)
    await runtime.act(made.id, "resume", who="mei")
    await runtime.task_action(task.id, "complete", who="mei", outcome="fine")
    clock.set(START + 2 * HOUR)
    await runtime.set_variables(made.id, {"n": 1}, who="mei")
    await runtime.act(made.id, "retry", who="mei")

    told = await stays_of(runtime.store, runtime.graph, made.id)
    assert (told.begun, told.ended, told.pauses) == (START, 0, [(START + 30 * MINUTE, START + 90 * MINUTE)])
    stuck, *inner = [stay for stay in told.stays if stay.element == "a"]
    first = stuck.stretches[0]
    assert (first.kind, first.begun, first.ended) == ("stuck", START, START + 2 * HOUR)
    assert [stay.ended for stay in inner] == [0]  # the task that it waits for now
    done = next(stay for stay in told.stays if stay.element == "b" and stay.task)
    assert [(each.kind, each.begun - START, each.ended - START) for each in done.stretches] == [
        ("wait", 0, 10 * MINUTE),
        ("work", 10 * MINUTE, 90 * MINUTE),
    ]
    assert (done.who, done.outcome, done.ended, done.withdrawn) == ("mei", "fine", START + 90 * MINUTE, False)
    await runtime.act(made.id, "terminate", who="mei", reason="enough")
    told = await stays_of(runtime.store, runtime.graph, made.id)
    assert told.ended == START + 2 * HOUR
    assert all(stay.ended for stay in told.stays)
    assert [stay.withdrawn for stay in told.stays if stay.element == "a"] == [True, True]


async def test_bars_are_read_and_zoomed_by_keyboard(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances/{found['late']}")
    await page.keyboard.press("t")
    await page.wait_for_url(f"**/instances/{found['late']}/bars")

    # In words for those who do not see the bars: when, how long of it waiting, and the SLA's marks.
    sort = page.get_by_role("row", name="Sort the incident")
    bar = sort.locator("svg[role=img]")
    await expect(bar).to_have_attribute(
        "aria-label",
        re.compile("since 09:00; 2 h 43 m waiting; goal passed .*09:25:00 UTC; deadline passed .*10:40:00 UTC"),
    )
    await expect(sort).to_contain_text("2 h 43 m")
    await expect(page.locator("tr.whole")).to_contain_text("2 h 43 m")

    # Closer, aside, one step alone, and all of it again; each is an address that can be sent to others.
    spans = page.locator(".scale-tools .muted")
    whole = await spans.inner_text()
    for key in ("+", "[", "-", "]"):
        before = page.url
        await page.keyboard.press(key)
        await page.wait_for_function(
            "before => location.href !== before && document.readyState === 'complete'", arg=before
        )
    await page.keyboard.press("+")
    await page.wait_for_url("**/bars?from=2026-*")
    assert await spans.inner_text() != whole
    shown = page.url
    await page.keyboard.press("0")
    await page.wait_for_url("**/bars")
    await expect(spans).to_have_text(whole)
    await page.goto(shown)
    assert await spans.inner_text() != whole
    await page.goto(f"{site.url}/instances/{found['late']}/bars?from=never&to=2026")
    await expect(spans).to_have_text(whole)
    await page.keyboard.press("j")
    await page.keyboard.press("z")
    await page.wait_for_url("**/bars?from=2026-*")

    # What is over and what was suspended; those who may not see the instance do not see its bars.
    await page.goto(f"{site.url}/instances/{found['suspended']}/bars")
    await expect(page.locator("tr.active rect.paused")).to_have_count(2)
    await page.goto(f"{site.url}/instances/{found['terminated']}/bars")
    await expect(page.locator("tr.ended")).to_have_count(1)
    assert site.faults == []
    other = await (await browser.new_context()).new_page()
    await site.let_in(other, "tom")
    answer = await other.goto(f"{site.url}/instances/{found['late']}/bars")
    assert answer is not None
    assert answer.status == 200  # he has started it
    answer = await other.goto(f"{site.url}/instances/nothing/bars")
    assert answer is not None
    assert answer.status == 404
