"""The server as its operator sees it, who is no tenant's user: which tenants there are, how they stand, and what is
done with them."""

import asyncio
import hmac
from collections.abc import Mapping
from typing import Any, Final, final

import msgspec

from andante.api import Services
from andante.api.metrics import Metrics
from andante.people import AccessProblem, Bootstrap
from andante.people.attempts import Attempts
from andante.people.faults import TOO_FAST, UNAUTHORISED
from andante.people.secrets import digest
from andante.runtime import SystemClock
from andante.store.faults import StoreProblem
from andante.store.gauges import open_tasks
from andante.store.instances import open_counts
from andante.tenants.names import address_of, shown
from andante.tenants.registry import ACTIVE, LogRecord, TenantRecord, Why
from andante.tenants.tenants import Tenants, act, configure, create

WHO: Final = "operator"


class Numbers(msgspec.Struct, frozen=True):
    """What a tenant has: open instances, those of them with an incident, and open tasks."""

    open_instances: int
    broken_instances: int
    open_tasks: int


class Standing(msgspec.Struct, frozen=True):
    """How a tenant stands. `serving`: whether this server answers for it; if not, `why`. `settings`: what is its own,
    of secrets only that they are. `numbers` only while its database answers."""

    record: TenantRecord
    serving: bool
    why: str
    address: str
    settings: dict[str, str]
    numbers: Numbers | None


@final
class Server:
    """What stands behind a request that is no tenant's: nothing of any of them. Only the operator's handlers know of
    `tenants`. `pages` are the operator's, once somebody looks by a browser."""

    tenant: Final = ""

    def __init__(self, tenants: Tenants) -> None:
        self.tenants = tenants
        self.settings = tenants.base
        self.now = SystemClock().now
        self.metrics = Metrics()
        self.pages: Any = None
        self._attempts = Attempts()

    def let_in(self, secret: str, origin: str) -> None:
        """Raises AccessProblem for who has not the operator's secret (401), and who guesses (429)."""
        real, now = self.settings.operator_secret, self.now()
        wait = self._attempts.wait_ms(origin, WHO, now)
        if wait:
            seconds = wait // 1000 + 1
            raise AccessProblem(TOO_FAST, 429, f"Too many wrong secrets. Wait {seconds} seconds.", seconds)
        if not real or not secret or not hmac.compare_digest(digest(secret), digest(real)):
            if secret:
                self._attempts.failed(origin, WHO, now=now)
            raise AccessProblem(
                UNAUTHORISED, 401, "Send the operator's secret (setting operator_secret) as Bearer token."
            )
        self._attempts.succeeded(origin, WHO)

    async def all(self) -> list[Standing]:
        """By name. Raises StoreProblem."""
        return list(await asyncio.gather(*(self._stands(each) for each in await self.tenants.registry.all())))

    async def one(self, name: str) -> Standing:
        """Raises Problem (404)."""
        return await self._stands(await self.tenants.registry.one(name))

    async def create(
        self, name: str, own: Mapping[str, str], why: Why, client_id: str = "", client_secret: str = ""
    ) -> Bootstrap:
        """Make one and serve it. Raises as `tenants.create` does."""
        there = self.tenants
        made = await create(there.registry, there.place, there.base, name, own, why, client_id, client_secret)
        await there.follow()
        return made

    async def configure(self, name: str, changes: Mapping[str, str | None], why: Why) -> None:
        """Raises Problem: 400, 404, 409."""
        await configure(self.tenants.registry, self.tenants.base, name, changes, why)
        await self.tenants.follow()

    async def act(self, name: str, action: str, why: Why) -> None:
        """suspend, resume or delete. Raises Problem: 404, 409."""
        await act(self.tenants.registry, name, action, why)
        await self.tenants.follow()

    async def log(self, name: str = "") -> list[LogRecord]:
        """What was done with one tenant, or with all; the newest first."""
        return [each for each in await self.tenants.registry.log() if name in ("", each.tenant)]

    async def _stands(self, record: TenantRecord) -> Standing:
        there = self.tenants.get(record.name)
        services = there.services if there is not None else None
        why = there.why if there is not None and record.state == ACTIVE else ""
        address = record.settings.get("base_url") or address_of(self.settings, record.name)
        numbers = await _numbers(services) if services is not None else None
        return Standing(record, services is not None, why, address, shown(record.settings), numbers)


async def _numbers(services: Services) -> Numbers | None:
    store = services.runtime.store
    try:
        opened, _, broken = await open_counts(store)
        return Numbers(opened, broken, await open_tasks(store))
    except StoreProblem:  # the list tells of the others all the same
        return None
