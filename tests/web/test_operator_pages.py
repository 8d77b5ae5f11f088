"""Who operates a server with tenants: makes one, lets its administrator in, limits, suspends and deletes it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest_asyncio
from apps import application
from looking import barriers, picture, seen_as, sticks_out
from playwright.async_api import Browser, Page, expect
from sites import served

from andante.app import _Application
from andante.settings import Settings
from andante.web.operator import SESSION, session_until

SECRET: Final = "the operator's secret"
PAGES: Final = {
    "tenants": "?ask=add", "tenant": "/tenant/acme", "log": "/done", "doctor": "/doctor",
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def street(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[str]:
    """A server with tenants; its address. A browser finds any `NAME.localhost` by itself."""
    (tmp_path / "tenants").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "tenants" / "acme.db")  # to make the tables takes longer than the test
    settings = Settings(tenants=f"sqlite:///{tmp_path}", tenant_domain="localhost", operator_secret=SECRET)
    with application(settings) as app:
        assert isinstance(app, _Application)
        async with served(app) as url:
            yield url
            assert app.door is not None
            app.door.tenants.end_waiting()


async def _log_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/operator")
    await page.wait_for_url("**/operator/login")
    await page.get_by_label("The operator's secret").fill(SECRET)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/operator")


async def test_an_operator_makes_limits_suspends_and_deletes_a_tenant(street: str, chromium: Browser) -> None:
    page = await (await chromium.new_context()).new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await _log_in(page, street)
    await page.get_by_role("link", name="Make a tenant").click()
    dialog = page.get_by_role("dialog", name="Make a tenant")
    await dialog.get_by_label("Name", exact=True).fill("Acme & Sons")
    await dialog.get_by_role("button", name="Make the tenant").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("small letters")
    await dialog.get_by_label("Name", exact=True).fill("acme")
    await dialog.get_by_label("Title").fill("Acme & Sons")
    await dialog.get_by_label("Open instances").fill("1000")
    await dialog.get_by_label("Why").fill("a new customer")
    await dialog.get_by_role("button", name="Make the tenant").click()
    secret = await page.locator("[data-secret]").inner_text()
    row = page.get_by_role("row").filter(has_text="acme")
    await expect(row).to_contain_text("active")
    await expect(row).to_contain_text("1,000")

    # Its first administrator gets in where it is, and sees nothing of the server's operator there.
    there = street.replace("127.0.0.1", "acme.localhost")
    admin = await (await chromium.new_context()).new_page()
    await admin.goto(f"{there}/login")
    await admin.get_by_label("Name").fill("admin")
    await admin.get_by_label("Password").fill(secret)
    await admin.get_by_role("button", name="Log in").click()
    await admin.wait_for_url("**/tasks")
    await expect(admin.get_by_text("Acme & Sons")).to_be_visible()
    answer = await admin.goto(f"{there}/operator")
    assert answer is not None
    assert answer.status == 404

    await row.get_by_role("link", name="acme", exact=True).click()
    await page.get_by_label("Starts a second").fill("many")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("starts")
    await page.get_by_label("Starts a second").fill("20")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Starts a second")).to_have_value("20")
    await page.get_by_placeholder("Why").fill("has not paid")
    await page.get_by_role("button", name="Suspend").click()
    await expect(page.get_by_role("status")).to_contain_text("acme is suspended")
    assert (await admin.goto(f"{there}/tasks")).status == 403  # type: ignore[union-attr]
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("status")).to_contain_text("acme goes on")
    assert (await admin.goto(f"{there}/tasks")).status == 200  # type: ignore[union-attr]

    found = []
    for name, path in PAGES.items():
        await page.goto(f"{street}/operator{path}")
        await picture(page, f"operator-{name}-desk-light")
        await seen_as(page, "phone", "dark")
        await picture(page, f"operator-{name}-phone-dark")
        assert await sticks_out(page) <= 0, f"{name} is wider than a phone"
        found += [f"{name} on a phone: {each}" for each in await barriers(page)]
        await seen_as(page, "desk", "light")
    assert not found, "\n".join(found)

    await page.goto(f"{street}/operator/tenant/acme")
    await page.get_by_label("Its name once more").fill("acme")
    await page.get_by_role("button", name="Delete the tenant").click()
    await page.wait_for_url("**/operator")
    await page.goto(f"{street}/operator/done")
    await expect(page.get_by_role("row").filter(has_text="has not paid")).to_contain_text("Suspended")
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("row").filter(has_text="has not paid")).to_contain_text("已挂起")
    assert [each for each in faults if "400" not in each] == []


async def test_nobody_else_gets_in(street: str) -> None:
    async with httpx.AsyncClient(base_url=street) as http:
        for path in ("/operator", "/operator/done", "/operator/doctor", "/operator/tenant/acme"):
            assert (await http.get(path)).headers["location"] == "/operator/login"
        assert (await http.post("/operator/tenant", data={"name": "evil"})).headers["location"] == "/operator/login"
        assert (await http.post("/operator/login", data={"secret": SECRET})).status_code == 403  # no form of ours
        token = (await http.get("/operator/login")).text.partition('name="csrf" value="')[2][:64]
        wrong = await http.post("/operator/login", data={"csrf": token, "secret": "guessed"})
        assert wrong.status_code == 401
        assert SESSION not in wrong.cookies
        for secret, until in ((SECRET, 1), ("another secret", 10**13)):
            over = {"cookie": f"{SESSION}={session_until(secret, until)}"}
            assert (await http.get("/operator", headers=over)).status_code == 303
        bearer = {"authorization": f"Bearer {SECRET}"}
        assert (await http.post("/operator/tenants", headers=bearer, json={"name": "acme"})).status_code == 200
        inside = {"cookie": f"{SESSION}={session_until(SECRET, 10**13)}"}
        listed = await http.get("/operator", headers=inside)
        assert (listed.status_code, "acme" in listed.text) == (200, True)
        assert (await http.post("/operator/tenant", headers=inside, data={"name": "evil"})).status_code == 403
        for _ in range(20):
            if (await http.post("/operator/login", data={"csrf": token, "secret": "guessed"})).status_code == 429:
                break
        else:
            raise AssertionError("somebody may guess for ever")
