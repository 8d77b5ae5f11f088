"""Log-in at an OpenID Connect provider as people see it: a real browser, our pages, and the provider's own."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from looking import barriers, picture, seen_as, sticks_out
from playwright.async_api import Browser, Page, expect
from provider import CLIENT, SECRET, Running
from sites import Site
from town import START

from andante.assembly import provider
from andante.settings import Settings

AWAY = "http://127.0.0.1:9"  # where nobody listens


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    running = Running()
    running.put("clock", {"now": START // 1_000})
    running.put("asks", {"asks": True})
    yield running
    running.stop()


def _look_to(site: Site, issuer: str) -> None:
    """The site's provider is that one."""
    given = Settings(
        oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_label="The house",
        base_url=site.url, oidc_roles_claim="realm.roles", oidc_roles="it-ops=operator",
    )  # fmt: skip
    own = site.services
    own.oidc = provider(given, site.runtime, own.accounts, own.access)  # type: ignore[misc]


@pytest_asyncio.fixture(loop_scope="session")
async def page(site: Site, browser: Browser, house: Running) -> AsyncIterator[Page]:
    _look_to(site, house.issuer)
    context = await browser.new_context()
    yield await context.new_page()


async def _to_the_house(page: Page) -> None:
    await page.get_by_role("link", name="Log in with The house").click()
    await expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


async def _refused(site: Site, page: Page, *words: str) -> None:
    """The log-in page again, which says why, can be used by everybody, and lets nobody in."""
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    for each in words:
        await expect(page.get_by_role("alert")).to_contain_text(each)
    await expect(page.get_by_role("link", name="Log in with The house")).to_be_visible()
    await page.goto(f"{site.url}/tasks")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_in_by_the_provider_and_out_of_both(site: Site, page: Page, house: Running) -> None:
    house.person("4711", preferred_username="mia", realm={"roles": ["it-ops"]})
    await page.goto(f"{site.url}/instances?state=all")
    await _to_the_house(page)
    await page.get_by_role("link", name="It is me").click()
    await page.wait_for_url(f"{site.url}/instances?state=all")  # an operator's page: their claim is a role here
    await expect(page.get_by_role("heading", name="Instances")).to_be_visible()
    assert (await site.services.accounts.person("mia")).roles == ["operator", "user"]
    await page.goto(f"{site.url}/tasks")
    assert "code=" not in page.url
    await page.locator("form[action='/logout'] button").first.evaluate("button => button.form.requestSubmit(button)")
    await page.wait_for_url("**/login?out=1")
    await page.get_by_role("link", name="Log out of The house, too").click()
    await expect(page.get_by_role("heading", name="You are out here, too")).to_be_visible()
    await page.goto(f"{site.url}/tasks")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_whoever_is_refused_is_told_why(site: Site, page: Page, house: Running) -> None:
    house.person("4712", preferred_username="mei")
    await page.goto(f"{site.url}/login")
    await _to_the_house(page)
    await page.get_by_role("link", name="I had rather not").click()
    await _refused(site, page, "The provider did not log you in", "access_denied")
    await _to_the_house(page)
    await page.get_by_role("link", name="It is me").click()
    await _refused(site, page, "There is a person 'mei' already", "Ask an administrator")
    for bend, word in (({"nonce": "another"}, "nonce"), ({"exp": START // 1_000 - 61}, "exp")):
        house.put("bend", bend)
        await _to_the_house(page)
        await page.get_by_role("link", name="It is me").click()
        await _refused(site, page, "ID token is not good", word)
    await page.goto(f"{site.url}/login/provider/back?code=stolen&state=made-up")
    await _refused(site, page, "not begun here")


async def test_a_provider_that_is_away_leaves_the_password(site: Site, page: Page) -> None:
    _look_to(site, AWAY)
    await seen_as(page, "phone", "dark")
    await page.goto(f"{site.url}/login")
    await page.get_by_role("link", name="Log in with The house").click()
    await expect(page.get_by_role("alert")).to_contain_text("The provider does not answer")
    await picture(page, "login-provider-away-phone-dark")
    assert await sticks_out(page) <= 0
    assert await barriers(page) == []
    await site.log_in_by_form(page, "mei")
