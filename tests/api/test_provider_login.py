"""Log-in at an OpenID Connect provider: a process of its own, with real keys; the browser is a client with cookies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx
import pytest
from house import SECRET as ADMIN
from house import START, House, house_at
from provider import CLIENT, SECRET, Running

from andante.people import AccessProblem

BACK = "http://andante.test"


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    running = Running()
    running.put("clock", {"now": START // 1_000})
    yield running
    running.stop()


class Browser:
    """Goes where it is sent, on both sides, and keeps cookies of ours."""

    def __init__(self, house: House) -> None:
        transport = httpx.ASGITransport(cast(Any, house.app), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=BACK)

    async def to_provider(self, to: str = "/started") -> str:
        """The address that the provider sends it back to."""
        answer = await self.http.get("/login/provider", params={"next": to})
        assert answer.status_code == 303, answer.text
        async with httpx.AsyncClient() as outside:
            sent = await outside.get(answer.headers["location"])
        assert sent.status_code == 302
        back = sent.headers["location"]
        assert back.startswith(f"{BACK}/login/provider/back?")
        return str(back)

    async def log_in(self, to: str = "/started") -> httpx.Response:
        return await self.http.get(await self.to_provider(to))

    async def inside(self) -> bool:
        return (await self.http.get("/tasks")).status_code == 200


@pytest.fixture
async def house(database_url: str, provider: Running) -> AsyncIterator[House]:
    settings = {
        "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "base_url": BACK,
        "oidc_groups_claim": "groups", "oidc_roles_claim": "realm.roles", "oidc_label": "The house",
        "oidc_roles": "it-ops=operator, it-admins=administrator",
    }  # fmt: skip
    async with house_at(database_url, **settings) as house:
        yield house


async def test_a_person_comes_for_the_first_time_and_again(house: House, provider: Running) -> None:
    browser = Browser(house)
    page = await browser.http.get("/login")
    assert "Log in with The house" in page.text
    provider.person(
        "4711", preferred_username="mia", email="mia@example.org", groups=["sales"], realm={"roles": ["it-ops"]}
    )
    answer = await browser.log_in("/started?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/started?x=1")
    assert await browser.inside()
    cookies = [each.lower() for each in answer.headers.get_list("set-cookie")]
    assert all("httponly" in each and "samesite=lax" in each for each in cookies)
    mia = await house.accounts.person("mia")
    assert (mia.email, mia.groups, mia.roles) == ("mia@example.org", ["sales"], ["operator", "user"])
    # Next time the provider tells otherwise, even of the name: it is the same person.
    provider.person("4711", preferred_username="mia.new", email="", groups=[], realm={"roles": []})
    await Browser(house).log_in()
    mia = await house.accounts.person("mia")
    assert (mia.groups, mia.roles) == ([], ["user"])
    assert "mia.new" not in [each.name for each in await house.accounts.persons()]
    # Out of here, and from there.
    form = (await browser.http.get("/tasks")).text
    csrf = form.split('name="csrf" value="')[1].split('"')[0]
    out = await browser.http.post("/logout", data={"csrf": csrf})
    assert out.headers["location"] == "/login?out=1"
    assert not await browser.inside()
    assert f"{provider.issuer}/out?client_id=andante" in (await browser.http.get("/login?out=1")).text
    await house.accounts.change_person("mia", disabled=True)
    assert (await Browser(house).log_in()).status_code == 403


BENT: list[tuple[dict[str, Any], str]] = [
    ({"nonce": "of another log-in"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"iss": "http://127.0.0.1:1"}, "iss"),
    ({"aud": "somebody else"}, "aud"),
    ({"aud": [CLIENT, "another"]}, "azp"),
    ({"exp": START // 1000 - 61}, "exp"),
    ({"sub": None}, "sub"),
    ({"key": "foreign"}, "ignature"),
]


async def test_a_token_that_is_not_good_lets_nobody_in(house: House, provider: Running) -> None:
    provider.person("4712", preferred_username="eve")
    for bend, word in BENT:
        provider.put("bend", bend)
        browser = Browser(house)
        answer = await browser.log_in()
        assert answer.status_code == 401, bend
        assert word in answer.text, bend
        assert not await browser.inside()
    assert "eve" not in [each.name for each in await house.accounts.persons()]


async def test_what_was_begun_ends_once_here_and_soon(house: House, provider: Running) -> None:
    provider.person("4713", preferred_username="ned")
    browser = Browser(house)
    back = await browser.to_provider()
    # Another browser: a stolen answer, or one that is planted.
    assert (await Browser(house).http.get(back)).status_code == 401
    forged = back.replace("state=", "state=x")
    assert (await browser.http.get(forged)).status_code == 401
    kept = dict(browser.http.cookies)
    first = await browser.http.get(back)
    assert first.status_code == 303, first.text
    again = Browser(house)
    again.http.cookies.update(kept)
    answer = await again.http.get(back)
    assert answer.status_code == 401
    assert "used already" in answer.text
    refused = await browser.to_provider()
    state = parse_qs(urlsplit(refused).query)["state"][0]
    said = {"state": state, "error": "access_denied", "error_description": "<b>no</b>"}
    answer = await browser.http.get("/login/provider/back", params=said)
    assert answer.status_code == 401
    assert "&lt;b&gt;no&lt;/b&gt;" in answer.text
    late = await browser.to_provider()
    house.clock.set(house.clock.now() + 600_001)
    assert (await browser.http.get(late)).status_code == 401
    assert (await browser.http.get("/login/provider/back")).status_code == 401


async def test_who_begins_and_does_not_end_leaves_nothing_behind(house: House, provider: Running) -> None:
    provider.person("4715", preferred_username="pip")
    rows = "select count(*) from login"
    before = await house.runtime.store.get(rows, ())
    browser = Browser(house)
    back = await browser.to_provider("/" + "x" * 9_000)  # no browser takes a cookie as large
    kept = browser.http.cookies["andante_provider"]
    assert len(kept) < 200
    for bent in (kept.replace(".", ".9", 1), kept + "/started", "x" + kept, kept.split(".")[0], "", ".", "a.²."):
        other = Browser(house)
        other.http.cookies.set("andante_provider", quote(bent))
        assert (await other.http.get(back)).status_code == 401
    oidc = house.services.oidc
    assert oidc is not None
    said = dict(parse_qsl(urlsplit(back).query)) | {"code": "none"}
    for _ in range(50):
        with pytest.raises(AccessProblem, match="does not take the code"):
            await oidc.end(said, kept, "127.0.0.1")
    assert await house.runtime.store.get(rows, ()) == before
    waits = await browser.http.get(back)
    assert (waits.status_code, "Try again in 300 seconds" in waits.text) == (429, True)
    house.clock.set(house.clock.now() + 300_000)
    assert (await browser.http.get(back)).headers["location"] == "/tasks"


async def test_nobody_is_sent_to_another_site(house: House, provider: Running) -> None:
    provider.person("4714", preferred_username="ann")
    for to in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"):
        assert (await Browser(house).log_in(to)).headers["location"] == "/tasks"


async def test_a_name_that_is_taken_is_not_given_away(house: House, provider: Running) -> None:
    for name in ("admin", "kim", "bad name", ""):
        provider.person(f"thief of {name}", preferred_username=name, realm={"roles": ["it-admins"]})
        browser = Browser(house)
        assert (await browser.log_in()).status_code == 403
        assert not await browser.inside()
    assert (await house.access.log_in("admin", ADMIN)) != ""


async def test_persons_may_have_to_be_there_before(database_url: str, provider: Running) -> None:
    own = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "base_url": BACK}
    async with house_at(database_url, **own, oidc_create=False, oidc_link=True) as house:
        provider.person("1", preferred_username="stranger")
        assert (await Browser(house).log_in()).status_code == 403
        provider.person("2", preferred_username="kim")
        assert (await Browser(house).log_in()).status_code == 303
        assert (await house.accounts.person("kim")).roles == ["user"]
        provider.person("3", preferred_username="kim")  # another subject by the same name
        assert (await Browser(house).log_in()).status_code == 403


async def test_a_provider_that_is_away_is_not_asked_by_everybody_in_turn(tmp_path: Path) -> None:
    """Each would wait until it gives up, one after the other."""
    asked: list[object] = []

    def comes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer)
        writer.close()

    server = await asyncio.start_server(comes, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, house_at(f"sqlite:///{tmp_path}/a.db", oidc_issuer=issuer, oidc_client_id=CLIENT) as house:
        answers = await asyncio.gather(*(Browser(house).http.get("/login/provider") for _ in range(5)))
    assert [each.status_code for each in answers] == [503] * 5
    assert "The provider does not answer" in answers[-1].text
    assert len(asked) == 1
