"""The whole server on a free port over a temporary database, and a real browser in front of it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from apps import application
from playwright.async_api import Browser, async_playwright, expect
from sites import Site, served
from town import PASSWORD, START, add_people

from andante.people import Accounts
from andante.runtime import Runtime, RuntimeSettings, TestClock
from andante.settings import Settings

expect.set_options(timeout=20_000)  # ms: the machine may do much besides
# The headless shell is the same engine without windows, for less than half the processor time of the whole browser.
PROGRAMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM: Final = next(filter(None, map(shutil.which, PROGRAMS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this room share an event loop, for they share a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def place(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """The database: SQLite, unless the test is to be on PostgreSQL, too (screens.both), or its file has another fixture
    of this name."""
    if getattr(request, "param", "") == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    shutil.copyfile(sqlite_template, tmp_path / "andante.db")
    return f"sqlite:///{tmp_path}/andante.db"


@pytest.fixture
def rules() -> RuntimeSettings:
    """What the server is told, unless the test's file has another fixture of this name."""
    return RuntimeSettings()


@pytest_asyncio.fixture(loop_scope="session")
async def site(place: str, rules: RuntimeSettings) -> AsyncIterator[Site]:
    clock = TestClock(START)
    runtime = await Runtime.open(place, clock=clock, timers=False, settings=rules)
    await add_people(Accounts(runtime.store, clock.now, told=runtime.roster.changed))
    with application(Settings(bootstrap_client_secret=PASSWORD), runtime) as app:
        async with served(app) as url:
            yield Site(url, runtime, clock, app.state.services)
            runtime.end_waiting()
    await runtime.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Debian's chromium-headless-shell to test the pages")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser, site: Site) -> AsyncIterator[Browser]:
    """One that knows nothing yet, and forgets."""
    yield chromium
    for context in chromium.contexts:
        await context.close()
