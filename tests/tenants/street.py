"""A server with two tenants, acme and globex, in which the same persons live; and its operator. Without sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import httpx
from apps import application

from andante.api import Services
from andante.app import _Application
from andante.runtime import TestClock
from andante.settings import Settings
from andante.tenants import Tenants

START: Final = 1_767_258_000_000  # 2026-01-01T09:00:00Z
BASE: Final = "/u-route/baas/bp/v2.0"
SECRET: Final = "the operator's secret"
ADMIN: Final = "an administrator's secret"
DOMAIN: Final = "example.test"
NAMES: Final = ("acme", "globex")
TIMED: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Order" name="Order" isExecutable="true">
    <startEvent id="begin"/>
    <intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration>
      </timerEventDefinition></intermediateCatchEvent>
    <userTask id="check" name="Check it" andante:candidateUsers="kim"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="wait"/>
    <sequenceFlow id="f2" sourceRef="wait" targetRef="check"/>
    <sequenceFlow id="f3" sourceRef="check" targetRef="finish"/>
  </process>
</definitions>"""


class Caller:
    """Somebody with a token, at a tenant's host. `tokens` by person."""

    def __init__(self, http: httpx.AsyncClient, tenant: str, token: str = "") -> None:
        self._http = http
        self.tenant = tenant
        self.token = token

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        url = f"http://{self.tenant}.{DOMAIN}" if self.tenant else f"http://{DOMAIN}"
        headers = {"access-token": self.token} if self.token else {}
        headers.update(more.pop("headers", {}))
        return await self._http.request(method, url + path, headers=headers, **more)

    async def result(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.call(method, BASE + path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def deploy(self, xml: bytes = TIMED) -> Any:
        return await self.result(
            "POST", "/metadata/definitions", content=xml, headers={"content-type": "application/xml"}
        )

    async def start(self, name: str = "Order", **variables: Any) -> Any:
        return await self.result("POST", "/runtime/instances", json={"name": name, "variables": variables})


class Street:
    """The server under test."""

    def __init__(self, app: _Application, http: httpx.AsyncClient, clock: TestClock) -> None:
        self._app = app
        self.http = http
        self.clock = clock

    @property
    def tenants(self) -> Tenants:
        assert self._app.door is not None
        return self._app.door.tenants

    def services(self, name: str) -> Services:
        tenant = self.tenants.get(name)
        assert tenant is not None
        assert tenant.services is not None, tenant.why
        return tenant.services

    async def operate(self, method: str, path: str, secret: str = SECRET, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {secret}", **more.pop("headers", {})}
        return await self.http.request(method, f"http://{DOMAIN}/operator{path}", headers=headers, **more)

    async def add(self, name: str, **settings: str) -> dict[str, Any]:
        body = {"name": name, "settings": settings, "clientSecret": ADMIN}
        answer = await self.operate("POST", "/tenants", json=body)
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json()["result"])

    async def admin(self, name: str) -> Caller:
        return Caller(self.http, name, await self.services(name).access.issue("admin", "admin", 10**9))

    async def kim(self, name: str) -> Caller:
        """A user of that tenant; there is one of that name at each."""
        services = self.services(name)
        if not any(each.name == "kim" for each in await services.accounts.persons()):
            await services.accounts.add_person("kim", password="kim's password")
        return Caller(self.http, name, await services.access.issue("kim", "kim-client", 10**9))

    async def run_due(self) -> None:
        for tenant in self.tenants:
            if tenant.services is not None:
                await tenant.services.runtime.run_due()


def settings_at(place: str, **more: Any) -> Settings:
    return Settings(
        tenants=place, tenant_domain=DOMAIN, operator_secret=SECRET, test_clock=True,
        base_url=f"https://{DOMAIN}", **more,
    )  # fmt: skip


@asynccontextmanager
async def street_at(place: str, **settings: Any) -> AsyncIterator[Street]:
    """A server whose tenants are at that address."""
    clock = TestClock(START)
    with application(settings_at(place, **settings), clock=clock) as app:
        assert isinstance(app, _Application)
        async with app.lifespan():
            transport = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport) as http:
                yield Street(app, http, clock)
