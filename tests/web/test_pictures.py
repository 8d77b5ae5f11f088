"""Every page on a phone, in both themes: no script fails, nothing is blocked, nothing sticks out, and axe-core finds
nothing serious that keeps people out. (On a desk and on a wall: test_weight.py.)"""

import pytest
from looking import CONTRAST, barriers, opened, picture, seen_as, sticks_out
from playwright.async_api import Browser
from screens import screens
from sites import Site


@pytest.mark.xdist_group("pictures")
async def test_every_page_fits_and_works(site: Site, browser: Browser) -> None:
    pages = {"login": "/login", **await screens(site)}
    found: list[str] = []
    page = await (await browser.new_context()).new_page()
    site.watch(page)
    for name, path in pages.items():
        await seen_as(page, "phone", "dark")
        await opened(page, site.url + path)
        await picture(page, f"{name}-phone-dark")
        assert await sticks_out(page) <= 0, f"{name} is wider than a phone"
        found.extend(f"{name} on a phone, dark: {each}" for each in await barriers(page))
        await seen_as(page, "phone", "light")
        await picture(page, f"{name}-phone-light")
        found.extend(f"{name} on a phone, light: {each}" for each in await barriers(page, CONTRAST))
        if name == "login":
            await site.let_in(page, "mei")
    assert [fault for fault in site.faults if "404" not in fault] == []
    assert not found, "\n".join(found)
