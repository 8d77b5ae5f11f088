"""Every address with ids and headers that are meant to do harm: each is refused in words, with nothing of it in it."""

import asyncio
import itertools
import logging
from typing import Any
from urllib.parse import quote

import pytest
from house import BASE, SECRET, House, house_at
from litestar.routes import HTTPRoute

# What stands for an id: other paths, line breaks, ends of texts, SQL, FEEL, markup, what is no UTF-8, too much.
NASTY_IDS = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "a%0d%0aSet-Cookie:%20stolen=1",
    "a%00b",
    "x%27%20or%20%271%27=%271",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%ff%fe%80",
    "9" * 40,
    "002N000000V7PwZHsAWI-99999999999999999999",
    "-1",
    quote("{{7*7}}${7*7}=7*7"),
    quote("ꓔ𐐷‮\u2028"),
    "%25" * 300,
)
NASTY_HEADERS: tuple[tuple[str, bytes], ...] = (
    ("access-token", b"x' or '1'='1"),
    ("access-token", b"\xff\xfe\x80"),
    ("authorization", b"Basic !!!!"),
    ("authorization", b"Bearer " + b"A" * 5000),
    ("cookie", b"andante=\xff; ;;==; andante_csrf=%0d%0a"),
    ("x-forwarded-for", b"127.0.0.1, , ;DROP, [::1, 999.1.1.1"),
    ("andante-reason", b"%ff%zz%0d%0aX: y"),
    ("accept-language", b"zz-ZZ;q=x, " + b"en," * 500),
    ("accept", b"*/*;q=\xff"),
    ("content-type", b"application/json; charset=nonsense; boundary=\xff"),
    ("if-none-match", b'"' * 100),
    ("x-request-id", b"\x1b[31mred\xff"),
    ("host", b"evil.example.com"),
)


@pytest.mark.filterwarnings("ignore")
async def test_every_address_with_ids_that_are_none(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    ids = itertools.cycle(NASTY_IDS)
    asked = 0
    for route in house.app.routes:
        if not isinstance(route, HTTPRoute) or "{" not in route.path:
            continue
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            for nasty in itertools.islice(ids, 3):
                parts = [nasty if part.startswith("{") else part for part in route.path.split("/")]
                path = "/".join(parts)
                body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
                async with asyncio.timeout(10):
                    answer = await house.http.request(method, path, headers={"access-token": house.ada.token}, **body)
                told = f"{method} {path[:120]}: {answer.status_code} {answer.text[:200]}"
                assert answer.status_code < 500 or answer.status_code == 501, told
                assert not answer.content or answer.headers.get("x-content-type-options") == "nosniff", told
                assert "stolen" not in answer.headers, told
                assert "set-cookie" not in answer.headers or "stolen" not in answer.headers["set-cookie"], told
                assert all("\r" not in value and "\n" not in value for value in answer.headers.values()), told
                assert "Traceback" not in answer.text, told
                assert "<script>alert(1)" not in answer.text or "json" in answer.headers["content-type"], told
                assert "root:" not in answer.text, told
                asked += 1
    assert asked > 300


async def test_headers_that_are_none(house: House) -> None:
    for name, value in NASTY_HEADERS:
        for path in (f"{BASE}/query/tasks", f"{BASE}/runtime/instances", "/login", "/engine-rest/task", "/health"):
            headers: dict[bytes, bytes] = {b"access-token": house.ada.token.encode()}
            headers[name.encode()] = value
            answer = await house.http.get(path, headers=list(headers.items()))
            told = f"{name}: {value[:40]!r} at {path}: {answer.status_code} {answer.text[:200]}"
            assert answer.status_code < 500, told
            assert "evil.example.com" not in str(answer.headers), told
            assert "\x1b" not in str(answer.headers.get("x-request-id")), told


async def test_an_address_behind_a_proxy_is_slowed_down_and_its_neighbour_is_not(database_url: str) -> None:
    async with house_at(database_url, trusted_proxies="127.0.0.0/8") as house:
        for n in range(49):
            house.access._attempts.failed("203.0.113.9", f"client {n}", now=house.clock.now())
        form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": SECRET}
        wrong = {**form, "client_id": "somebody", "client_secret": "guessed"}
        address = "/baas/auth/v1.0/oauth2/token"
        there, beside = {"x-forwarded-for": "1.1.1.1, 203.0.113.9"}, {"x-forwarded-for": "1.1.1.1, 203.0.113.8"}
        assert (await house.http.post(address, data=wrong, headers=there)).status_code == 400
        slowed = await house.http.post(address, data=form, headers=there)
        assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "300")
        assert (await house.http.post(address, data=form, headers=beside)).status_code == 200


async def test_what_no_file_system_takes_for_a_name_is_not_found(house: House) -> None:
    for name in ("a%00b", "x" * 300, "%25" * 300, "ü" * 200):
        assert (await house.http.get(f"/static/{name}")).status_code == 404
