"""The pages over plain HTTP: who gets in, which forms are believed, what the headers promise, errors as pages."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sites import Site
from town import PASSWORD, deploy

from andante.runtime import changes
from andante.store.faults import StoreLost, StoreProblem, Unstorable
from andante.web import live

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Visitor:
    """A browser without a screen: keeps cookies, sends the form token of the page it saw last."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.token = ""

    async def see(self, path: str, **more: str) -> httpx.Response:
        answer = await self.http.get(path, headers=more)
        found = CSRF.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    async def send(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.token, **fields})

    async def log_in(self, name: str) -> httpx.Response:
        await self.see("/login")
        return await self.send("/login", name=name, password=PASSWORD)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(site: Site) -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(base_url=site.url) as http:
        yield Visitor(http)


PAGES = ("/", "/live", "/tasks", "/tasks/x-1", "/history", "/history/export", "/started", "/files/x", "/views/x",
         "/instances", "/instances/x", "/instances/x/at/1",
         "/definitions", "/definitions/x", "/definitions/x/source", "/start/x")  # fmt: skip
FORMS = ("/tasks/x-1/complete", "/instances/x/terminate", "/definitions", "/definitions/x/suspend", "/start/x")


async def test_a_stranger_is_sent_to_the_log_in(visitor: Visitor) -> None:
    for path in PAGES:
        answer = await visitor.see(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login"), path


async def test_a_form_is_believed_from_nobody_but_the_one_logged_in(visitor: Visitor) -> None:
    for path in FORMS:
        assert (await visitor.send(path)).headers["location"] == "/login", path
    await visitor.log_in("mei")
    for path in FORMS:
        visitor.token = "0" * 64
        answer = await visitor.send(path)
        assert answer.status_code == 403, path
        assert "This form is not from your present session" in answer.text
        assert (await visitor.http.post(path)).status_code == 403, path


async def test_the_log_in_form_cannot_be_sent_from_elsewhere(visitor: Visitor) -> None:
    answer = await visitor.http.post("/login", data={"name": "mei", "password": PASSWORD})
    assert answer.status_code == 403
    assert "andante_session" not in visitor.http.cookies


async def test_a_wrong_password_keeps_the_name(visitor: Visitor) -> None:
    await visitor.see("/login")
    answer = await visitor.send("/login", name="mei", password="running")
    assert answer.status_code == 401
    assert 'value="mei"' in answer.text
    assert "The name or the password is wrong." in answer.text
    assert "running" not in answer.text


async def test_the_session_is_out_of_reach_of_scripts_and_ends_with_the_log_out(visitor: Visitor) -> None:
    answer = await visitor.log_in("mei")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("andante_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    session = visitor.http.cookies["andante_session"]
    page = await visitor.see("/tasks")
    assert session not in page.text
    await visitor.send("/logout")
    visitor.http.cookies.set("andante_session", session)
    assert (await visitor.see("/tasks")).status_code == 303


async def test_nobody_is_sent_to_another_site(visitor: Visitor) -> None:
    for next_page, goes_to in (
        ("/instances?state=all", "/instances?state=all"),
        ("//evil.example", "/tasks"),
        ("https://evil.example", "/tasks"),
        ("/\\evil.example", "/tasks"),
    ):
        visitor.http.cookies.clear()
        await visitor.see("/login")
        answer = await visitor.send("/login", name="mei", password=PASSWORD, next=next_page)
        assert answer.headers["location"] == goes_to


async def test_no_script_but_ours_can_run(visitor: Visitor) -> None:
    await visitor.log_in("mei")
    for path in ("/static/app.css", "/tasks", "/instances/nothing", "/login"):
        headers = (await visitor.see(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy, path
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


async def test_pages_hold_no_script_or_style_of_their_own(site: Site, visitor: Visitor) -> None:
    (definition_id,) = await deploy(site.runtime, "leave-approval.bpmn")
    record = await site.runtime.start("LeaveApproval", variables={"employee": "<b>Eve</b>", "manager": ""}, who="tom")
    await visitor.log_in("mei")
    for path in ("/tasks", f"/instances/{record.id}", f"/definitions/{definition_id}", f"/start/{definition_id}"):
        text = (await visitor.see(path)).text
        assert "<b>Eve" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


async def test_a_session_that_ended_leads_the_live_page_to_the_log_in(visitor: Visitor) -> None:
    answer = await visitor.see("/tasks", **{"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


async def test_the_live_part_comes_alone(visitor: Visitor) -> None:
    await visitor.log_in("mei")
    answer = await visitor.see("/tasks", **{"hx-request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Inbox" in answer.text


async def test_people_see_and_do_what_is_theirs(site: Site, visitor: Visitor) -> None:
    (definition_id,) = await deploy(site.runtime, "leave-approval.bpmn")
    record = await site.runtime.start("LeaveApproval", variables={"employee": "A", "manager": ""}, who="mei")
    await visitor.log_in("tom")
    assert (await visitor.see(f"/instances/{record.id}")).status_code == 404
    assert (await visitor.see(f"/tasks/{record.id}-1")).status_code == 404
    assert "data-drop" not in (await visitor.see("/definitions")).text
    assert (await visitor.send("/definitions")).status_code == 403
    assert (await visitor.send(f"/definitions/{definition_id}/suspend")).status_code == 403
    assert (await visitor.send(f"/instances/{record.id}/suspend")).status_code == 404
    own = await site.runtime.start("LeaveApproval", variables={"employee": "T", "manager": ""}, who="tom")
    page = await visitor.see(f"/instances/{own.id}")
    assert page.status_code == 200
    assert "Open tasks" in page.text  # who has it is no secret to who has started it
    assert "needs an operator" in page.text
    assert (await visitor.send(f"/instances/{own.id}/suspend")).status_code == 403
    assert not (await site.runtime.instance(own.id)).suspended


async def test_what_was_typed_stays_when_it_cannot_be_done(site: Site, visitor: Visitor) -> None:
    (definition_id,) = await deploy(site.runtime, "leave-approval.bpmn")
    await visitor.log_in("mei")
    await visitor.see(f"/start/{definition_id}")
    answer = await visitor.send(f"/start/{definition_id}", name="", value="lost?", was="", business_key="K-1")
    assert answer.status_code == 400
    assert "Give the variable a name" in answer.text
    assert "lost?" in answer.text
    assert "K-1" in answer.text


async def test_errors_are_pages_that_say_where_to_go(visitor: Visitor) -> None:
    await visitor.log_in("mei")
    answer = await visitor.see("/instances/nothing")
    assert answer.status_code == 404
    assert "There is no instance" in answer.text
    assert "Go to the inbox" in answer.text
    assert (await visitor.send("/instances/nothing/explode")).status_code == 404
    lost = await visitor.see("/no/such/page", accept="text/html,*/*")
    assert (lost.status_code, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page /no/such/page." in lost.text


async def test_operators_look_back(site: Site, visitor: Visitor) -> None:
    await deploy(site.runtime, "leave-approval.bpmn")
    started = await site.runtime.start("LeaveApproval", variables={"employee": "Tom", "manager": "mei"}, who="tom")
    await site.runtime.set_variables(started.id, {"days": 9}, who="mei", introduce=True)
    await visitor.log_in("mei")
    assert f'href="/instances/{started.id}/at/1"' in (await visitor.see(f"/instances/{started.id}")).text
    then = await visitor.see(f"/instances/{started.id}/at/1")
    assert "Start, 1 of 2, by tom" in then.text
    assert "days" not in re.sub(r"<svg.*?</svg>", "", then.text.split('id="variables"')[1].split("</section>")[0])
    assert f'href="/instances/{started.id}/at/2"' in then.text
    assert (await visitor.see(f"/instances/{started.id}/at/3")).status_code == 400
    await visitor.send("/logout")
    await visitor.log_in("tom")
    assert "/at/1" not in (await visitor.see(f"/instances/{started.id}")).text
    assert (await visitor.see(f"/instances/{started.id}/at/1")).status_code == 403


@pytest.mark.parametrize(("fault", "status"), [(StoreLost("gone"), 503), (Unstorable("no such text"), 400)])
async def test_a_database_that_is_away_is_a_page_too(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, fault: StoreProblem, status: int
) -> None:
    await visitor.log_in("admin")

    async def away(*_: object) -> list[object]:
        raise fault

    monkeypatch.setattr(site.runtime.store, "browse", away)
    answer = await visitor.see("/tasks")
    assert answer.status_code == status
    assert "<html" in answer.text


async def test_who_may_look_no_longer_hears_no_more_however_much_happens(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.3)
    monkeypatch.setattr(changes, "PAUSE", 0.01)
    await visitor.log_in("mei")
    await visitor.see("/tasks")
    heard, out = 0, None
    async with asyncio.timeout(10), visitor.http.stream("GET", "/live") as stream:
        async for line in stream.aiter_lines():
            site.runtime.changes.touched(["x"])  # never is it quiet
            heard += line == "event: changed"
            if heard == 1:
                out = out or asyncio.create_task(visitor.send("/logout"))
    assert out is not None
    assert (await out).headers["location"] == "/login"
    assert site.runtime.changes.watching() == 0


async def test_one_person_cannot_take_the_places_of_all_who_look_on(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 1)
    await visitor.log_in("mei")
    async with visitor.http.stream("GET", "/live") as stream:
        await anext(stream.aiter_lines())
        assert (await visitor.see("/live")).status_code == 503
        async with httpx.AsyncClient(base_url=site.url) as http:
            other = Visitor(http)
            await other.log_in("tom")
            async with http.stream("GET", "/live") as of_other:
                assert of_other.status_code == 200
