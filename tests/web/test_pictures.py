"""Every page, in both themes, on a phone and on a desk: no script fails, nothing is blocked, nothing sticks out, and
axe-core finds nothing serious that keeps people out."""

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Page
from screens import screens

from conftest import Site

AXE: Final = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PICTURES: Final = Path(__file__).parents[2] / "screenshots"
SIZES: Final = {"phone": (360, 740), "desk": (1280, 860), "wall": (2560, 1440)}


@pytest.mark.xdist_group("pictures")
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_fits_and_works(site: Site, browser: Browser, theme: str) -> None:
    pages = await screens(site)
    barriers: list[str] = []
    for size, (width, height) in SIZES.items():
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
        )
        page = await context.new_page()
        await page.goto(f"{site.url}/login")
        await _picture(page, f"login-{theme}-{size}")
        site.watch(page)
        await site.log_in(page, "mei")
        for name, path in pages.items():
            if size == "wall" and name not in ("inbox", "inbox-beside", "instance", "instances", "bars"):
                continue
            await page.goto(site.url + path)
            if name.startswith("instance-") or name in ("instance", "definition"):
                await page.wait_for_selector(".bjs-powered-by, .canvas.without", state="attached")
            if name == "start-drawn":
                await page.wait_for_selector(".drawn .fjs-form")
            await _picture(page, f"{name}-{theme}-{size}")
            wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{name} is {wider} px wider than a {size}"
            barriers.extend(f"{name} on a {size}: {each}" for each in await _barriers(page))
        await context.close()
    assert [fault for fault in site.faults if "404" not in fault] == []
    assert not barriers, "\n".join(barriers)


async def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png")


async def _barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical. It comes in by the debugger: the pages let no foreign script in."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0].get('failureSummary', '')[:300]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
