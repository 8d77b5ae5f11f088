"""The server that the tests of the pages talk to, and who is logged in there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from litestar import Litestar
from playwright.async_api import Page
from town import PASSWORD

from andante.runtime import Runtime, TestClock
from andante.web.desk import Services
from andante.web.session import SESSION


class Site:
    """A running server with its runtime and clock; `faults` is what the browser complained about."""

    def __init__(self, url: str, runtime: Runtime, clock: TestClock, services: Services) -> None:
        self.url = url
        self.services = services
        self.runtime = runtime
        self.clock = clock
        self.faults: list[str] = []

    def watch(self, page: Page) -> None:
        """Remember scripts that fail and what the content security policy had to block."""
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    async def let_in(self, page: Page, name: str) -> None:
        """As if they had logged in, without the form; the page stays where it is."""
        token = await self.services.access.log_in(name, PASSWORD)
        await page.context.add_cookies(
            [{"name": SESSION, "value": token, "url": self.url, "httpOnly": True, "sameSite": "Lax"}]
        )

    async def log_in(self, page: Page, name: str) -> None:
        """The same, and on to their inbox."""
        await self.let_in(page, name)
        await page.goto(f"{self.url}/tasks")

    async def log_in_by_form(self, page: Page, name: str) -> None:
        """As people do."""
        await page.goto(f"{self.url}/login")
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url("**/tasks")


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """The application on a free port; its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    )
    config = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving
    await server.shutdown()
