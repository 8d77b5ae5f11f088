"""Looking at a page as axe-core does, and for people: what keeps them out, what sticks out, and pictures of it."""

import os
from pathlib import Path
from typing import Final

from playwright.async_api import Page

AXE: Final = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PICTURES: Final = Path(__file__).parents[2] / "screenshots"
WANTED: Final = os.environ.get("ANDANTE_PICTURES", "")  # any word: pictures are taken, for people to look at
SIZES: Final = {"phone": (360, 740), "desk": (1280, 860), "wall": (2560, 1440)}
CONTRAST: Final = ("color-contrast",)
# A diagram or a drawn form is there when this is; one of a definition without a drawing says so.
DRAWN: Final = {".canvas": ".bjs-powered-by, .canvas.without", ".drawn": ".drawn .fjs-form"}


async def opened(page: Page, address: str) -> int:
    """Go there, and wait for what scripts draw. The status of the answer."""
    answer = await page.goto(address)
    assert answer is not None
    for place, drawn in DRAWN.items():
        if await page.query_selector(place):
            await page.wait_for_selector(drawn, state="attached")
    return answer.status


async def barriers(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds serious or critical, by all of its rules or `only` these. It comes in by the debugger: the
    pages let no foreign script in."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    rules = f"runOnly: {list(only)}, " if only else ""
    found = await page.evaluate(f"axe.run(document, {{{rules}resultTypes: ['violations'], preload: false}})")
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0].get('failureSummary', '')[:300]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def sticks_out(page: Page) -> int:
    """By how many px the page is wider than the window."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


async def seen_as(page: Page, size: str, theme: str) -> None:
    """Without motion: else colours are between two themes for a moment."""
    width, height = SIZES[size]
    if page.viewport_size != {"width": width, "height": height}:
        await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")


async def picture(page: Page, name: str) -> None:
    if WANTED:
        PICTURES.mkdir(exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
