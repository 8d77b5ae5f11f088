"""Every page on a desk and on a wall: what it weighs and how it comes to stand (scripts, first paint, that nothing
jumps), that nothing sticks out or keeps people out in either theme; on PostgreSQL, so that each is seen there, too."""

from typing import Any, Final

import pytest
from looking import CONTRAST, barriers, opened, picture, seen_as, sticks_out
from playwright.async_api import Browser
from screens import screens
from sites import Site

HEAVIEST: Final = 150 * 1024  # bytes of script, but where a diagram or a form is drawn
SLOWEST: Final = 1_000  # ms to the first paint of half the pages, on a machine that does much besides
STEADY: Final = """() => new Promise(done => {
  let shift = 0; const moved = [], words = node => node?.outerHTML?.slice(0, 120) ?? String(node?.textContent);
  new PerformanceObserver(list => { for (const each of list.getEntries()) if (!each.hadRecentInput) {
    shift += each.value;
    moved.push(...each.sources.map(one => words(one.node)));
  } }).observe({type: 'layout-shift', buffered: true});
  const live = document.querySelector('[data-live]');
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done({
    shift, moved,
    scripts: performance.getEntriesByType('resource').filter(each => each.initiatorType === 'script')
      .reduce((sum, each) => sum + each.encodedBodySize, 0),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    draws: Boolean(document.querySelector('.canvas, .drawn')),
  }))));
  if (!live || document.querySelector('dialog[open]')) { painted(); return; }  // an open dialog holds news back
  document.addEventListener('andante:live', painted, {once: true});
  setTimeout(painted, 1000);
  live.dispatchEvent(new CustomEvent('news'));
})"""


@pytest.fixture
def place(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.xdist_group("weights")
async def test_every_page_is_light_and_stands_still(site: Site, browser: Browser) -> None:
    pages = await screens(site)
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    told: dict[str, dict[str, Any]] = {}
    found: list[str] = []
    for name, path in pages.items():
        await seen_as(page, "desk", "light")
        assert await opened(page, site.url + path) == (404 if name == "error" else 200), name
        told[name] = await page.evaluate(STEADY)
        if told[name]["shift"]:  # it may have been drawn before all of it had come, on a busy machine; but not twice
            await opened(page, site.url + path)
            told[name] = await page.evaluate(STEADY)
        await picture(page, f"{name}-desk-light")
        assert await sticks_out(page) <= 0, f"{name} is wider than a desk"
        found.extend(f"{name} on a desk, light: {each}" for each in await barriers(page))
        await seen_as(page, "desk", "dark")
        await picture(page, f"{name}-desk-dark")
        found.extend(f"{name} on a desk, dark: {each}" for each in await barriers(page, CONTRAST))
        await seen_as(page, "wall", "light")
        await picture(page, f"{name}-wall-light")
        assert await sticks_out(page) <= 0, f"{name} is wider than a wall"
    for name, each in told.items():
        print(f"{name:28} {each['scripts'] / 1024:7.1f} KiB {each['paint']:6.0f} ms  shift {each['shift']:.4f}")
    heavy = {name: each["scripts"] for name, each in told.items() if each["scripts"] > HEAVIEST and not each["draws"]}
    assert not heavy
    jumping = {name: each["moved"] for name, each in told.items() if each["shift"]}
    assert not jumping
    assert sorted(each["paint"] for each in told.values())[len(told) // 2] < SLOWEST
    assert [fault for fault in site.faults if "404" not in fault] == []
    assert not found, "\n".join(found)
