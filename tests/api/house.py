"""A whole server without sockets: the application over a real database, with persons and a clock that is moved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

import httpx
from apps import application
from litestar import Litestar

from andante.api import Services
from andante.people import Access, Accounts
from andante.runtime import Runtime, TestClock
from andante.settings import Settings

START: Final = 1_767_258_000_000  # 2026-01-01T09:00:00Z
BASE: Final = "/u-route/baas/bp/v2.0"
SECRET: Final = "a secret for tests"
EXAMPLES: Final = Path(__file__).parents[2] / "examples"

PERSONS: Final[dict[str, dict[str, Any]]] = {
    "ada": {"roles": ["administrator"]},
    "oda": {"roles": ["operator"]},
    "kim": {"roles": ["user"]},
    "lee": {"roles": ["user"], "groups": ["managers"], "queues": ["personnel"]},
    "zoe": {"roles": ["user"]},
}


APPROVAL: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Approval" name="Approval" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="approve" name="Approve it" andante:candidateUsers="kim" andante:candidateGroups="managers"
      andante:outcomes="yes,no"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="approve"/>
    <sequenceFlow id="f2" sourceRef="approve" targetRef="finish"/>
  </process>
</definitions>"""


class Answer:
    """An answer: its status, its JSON, and the envelope taken off."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code

    @property
    def json(self) -> Any:
        return self.response.json()

    @property
    def result(self) -> Any:
        """Of a successful call; fails the test otherwise."""
        assert self.status == 200, f"{self.status}: {self.response.text}"
        body = self.json
        assert (body["resCode"], body["resMsg"]) == ("0", "Success")
        return body["result"]

    def refused(self, status: int, code: str, *words: str) -> dict[str, Any]:
        """Check that the call failed so, and that the message has these words."""
        assert self.status == status, f"{self.status}: {self.response.text}"
        body: dict[str, Any] = self.json
        assert body["resCode"] == code
        assert "result" not in body
        for word in words:
            assert word in body["resMsg"]
        return body


class Person:
    """Somebody who calls. Paths are below BASE unless they have a root of their own."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self.token = token

    async def call(self, method: str, path: str, **more: Any) -> Answer:
        headers = {"access-token": self.token} if self.token else {}
        headers.update(more.pop("headers", {}))
        url = path if path.startswith(("/health", "/test", "/baas", "/u-route", "/schemas")) else BASE + path
        return Answer(await self._http.request(method, url, headers=headers, **more))

    async def get(self, path: str, **query: Any) -> Answer:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, body: Any, **query: Any) -> Answer:
        return await self.call("POST", path, json=body, params=query)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, json=body)

    async def delete(self, path: str, **query: Any) -> Answer:
        return await self.call("DELETE", path, params=query)

    async def deploy(self, xml: bytes, **query: Any) -> Any:
        answer = await self.call(
            "POST", "/metadata/definitions", content=xml, headers={"content-type": "application/xml"}, params=query
        )
        return answer.result

    async def start(self, name: str, /, **variables: Any) -> Any:
        return (await self.post("/runtime/instances", {"name": name, "variables": variables})).result

    async def act(self, instance_id: str, action: str) -> Any:
        return (await self.put(f"/runtime/instances/{instance_id}", {"action": action})).result

    async def tasks(self, **query: Any) -> Any:
        return (await self.get("/query/tasks", **query)).result["Recs"]


class House:
    """The server under test and who uses it."""

    def __init__(self, app: Litestar, http: httpx.AsyncClient, clock: TestClock) -> None:
        self.app = app
        self.http = http
        self.clock = clock
        self.nobody = Person(http, "")
        self.people: dict[str, Person] = {}

    @property
    def services(self) -> Services:
        found: Services = self.app.state.services
        return found

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self.app.state.services.runtime
        return found

    @property
    def accounts(self) -> Accounts:
        found: Accounts = self.app.state.services.accounts
        return found

    @property
    def access(self) -> Access:
        found: Access = self.app.state.services.access
        return found

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    async def move_in(self) -> None:
        """Everybody of PERSONS, with a token that lasts."""
        for name, person in PERSONS.items():
            await self.accounts.add_person(name, **person)
            self.people[name] = await self.token_for(name)

    async def token_for(self, name: str) -> Person:
        return Person(self.http, await self.access.issue(name, f"{name}-client", 10**9))


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Start the application and stop it, both in one task: fixtures are begun and ended in two."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiter = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if started.is_set():
        yield
    stop.set()
    await task


@asynccontextmanager
async def house_at(db: str, **settings: Any) -> AsyncIterator[House]:
    """A server on a fresh database in `path`."""
    clock = TestClock(START)
    chosen = Settings(db=db, test_clock=True, bootstrap_client_secret=SECRET, **settings)
    with application(chosen, clock=clock) as app:
        async with running(app):
            transport = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://andante.test") as http:
                house = House(app, http, clock)
                await house.move_in()
                yield house
