"""What a page weighs and how it comes to stand: scripts, first paint, and that nothing jumps; on PostgreSQL, so that
each page is seen there, too."""

from typing import Any, Final

import pytest
from playwright.async_api import Browser
from screens import screens

from conftest import Site

HEAVIEST: Final = 150 * 1024  # bytes of script, but where a diagram or a form is drawn
SLOWEST: Final = 1_000  # ms to the first paint of half the pages, on a machine that does much besides
STEADY: Final = """() => new Promise(done => {
  let shift = 0; const moved = [], words = node => node?.outerHTML?.slice(0, 120) ?? String(node?.textContent);
  new PerformanceObserver(list => { for (const each of list.getEntries()) if (!each.hadRecentInput) {
    shift += each.value;
    moved.push(...each.sources.map(one => words(one.node)));
  } }).observe({type: 'layout-shift', buffered: true});
  document.querySelector('[data-live]')?.dispatchEvent(new CustomEvent('news'));
  setTimeout(() => done({
    shift, moved,
    scripts: performance.getEntriesByType('resource').filter(each => each.initiatorType === 'script')
      .reduce((sum, each) => sum + each.encodedBodySize, 0),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    draws: Boolean(document.querySelector('.canvas, .drawn')),
  }), 400);
})"""


@pytest.fixture
def place(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.xdist_group("pictures")
async def test_every_page_is_light_and_stands_still(site: Site, browser: Browser) -> None:
    pages = await screens(site)
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.log_in(page, "mei")
    found: dict[str, dict[str, Any]] = {}
    for name, path in pages.items():
        answer = await page.goto(site.url + path)
        assert answer is not None
        assert answer.status == (404 if name == "error" else 200), name
        found[name] = await page.evaluate(STEADY)
    for name, told in found.items():
        print(f"{name:28} {told['scripts'] / 1024:7.1f} KiB {told['paint']:6.0f} ms  shift {told['shift']:.4f}")
    heavy = {name: told["scripts"] for name, told in found.items() if told["scripts"] > HEAVIEST and not told["draws"]}
    assert not heavy
    jumping = {name: told["moved"] for name, told in found.items() if told["shift"]}
    assert not jumping
    assert sorted(told["paint"] for told in found.values())[len(found) // 2] < SLOWEST
    assert [fault for fault in site.faults if "404" not in fault] == []
