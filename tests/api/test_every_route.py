"""Every address that is served, pages and Camunda's and assistants' too: none answers a stranger, no form is taken
without its token, and whoever has no right to it gets nowhere. (The API by role: test_access_over_http.py.)"""

import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest
from house import House, house_at
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from andante.api.operation import KEY, operation_of
from andante.people.permissions import PUBLIC
from andante.web.session import HEADER, SESSION
from andante.web.session import PUBLIC as FOR_STRANGERS

STREAM: Final = "/live"  # it goes on until who looks goes away
# What every person has, with whatever rights: an inbox, what they started and did, their own settings. They show what
# is theirs alone. Any other page has to refuse who has no role.
EVERYBODY: Final = {
    "GET /", "POST /logout", "POST /density", "GET /tasks", "POST /tasks/bulk", "POST /views", "GET /history",
    "GET /history/export", "GET /instances", "GET /settings", "GET /started", "GET /palette", f"GET {STREAM}",
}  # fmt: skip
USERS: Final = {
    "POST /settings/notes", "POST /settings/notes/test", "POST /settings/deputies", "POST /settings/keys",
    "GET /notes", "GET /definitions", "GET /start",
}  # fmt: skip


class Route(NamedTuple):
    """`path` is with ids that are nobody's; `open`: no token is needed."""

    name: str
    method: str
    path: str
    page: bool
    open: bool


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(f"sqlite:///{tmp_path}/a.db", mcp=True) as house:
        await house.accounts.add_person("nil", roles=[])
        house.people["nil"] = await house.token_for("nil")
        yield house


def _routes(house: House) -> Iterator[Route]:
    for route in house.app.routes:
        if not isinstance(route, HTTPRoute):
            assert route.path == "/mcp"
            yield Route("POST /mcp", "POST", "/mcp", page=False, open=False)
            continue
        path = re.sub(r"\{\w+:int\}", "1", route.path)
        path = re.sub(r"\{[^}]+\}", "some-1", path)
        for handler in route.route_handlers:
            assert isinstance(handler, HTTPRouteHandler)
            page = KEY not in handler.opt
            free = bool(handler.opt.get(FOR_STRANGERS)) if page else operation_of(handler).permission == PUBLIC
            for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                yield Route(f"{method} {route.path}", method, path, page, free)


async def _asked(house: House, route: Route, token: str, *, forged: bool = False) -> httpx.Response:
    """As a browser does, or as a program. `forged`: the form has not the session's token."""
    house.http.cookies.clear()
    headers = {"access-token": token} if token else {}
    if route.page and token:
        csrf = hmac.new(token.encode(), b"andante form", hashlib.sha256).hexdigest()
        headers = {"cookie": f"{SESSION}={token}", HEADER: "0" * 64 if forged else csrf}
    return await house.http.request(route.method, route.path, headers=headers)


async def test_no_address_answers_a_stranger(whole: House) -> None:
    seen = {"page": 0, "call": 0}
    for route in _routes(whole):
        answer = await _asked(whole, route, "")
        told = f"{route.name}: {answer.status_code} {answer.text[:200]}"
        if route.open:
            assert answer.status_code != 401, told
        elif route.page:
            assert answer.status_code == 303, told
            assert answer.headers["location"].startswith("/login"), told
            seen["page"] += 1
        else:
            assert answer.status_code == 401, told
            seen["call"] += 1
    assert min(seen.values()) > 100


async def test_no_form_is_taken_without_its_token(whole: House) -> None:
    """From another site a browser would send the cookie along, were it not SameSite; but not the token."""
    forms = [each for each in _routes(whole) if each.page and each.method != "GET"]
    assert len(forms) > 50
    assert {each.method for each in forms} == {"POST"}  # nothing is changed by another way, nor by GET
    for route in forms:
        for token in (whole.ada.token, ""):
            if token or route.open:
                answer = await _asked(whole, route, token, forged=True)
                assert answer.status_code == 403, route.name
                assert "not from your present session" in answer.text, route.name
    assert (await _asked(whole, Route("", "GET", "/tasks", page=True, open=False), whole.ada.token)).status_code == 200


async def test_who_has_no_right_gets_nowhere(whole: House) -> None:
    for route in _routes(whole):
        for name, allowed in (("nil", EVERYBODY), ("kim", EVERYBODY | USERS)):
            guarded = route.page or (route.path.startswith("/engine-rest") and name == "nil")
            if route.open or not guarded or route.name in (f"GET {STREAM}", "POST /logout"):
                continue
            answer = await _asked(whole, route, whole.people[name].token)
            told = f"{name}: {route.name}: {answer.status_code} {answer.text[:200]}"
            assert (answer.status_code in (403, 404)) != (route.name in allowed), told
