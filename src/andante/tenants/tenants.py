"""The tenants that a server has open. What they are to be stands in the registry; `follow` brings them there."""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Final, final

import structlog

from andante.api import Services
from andante.api.errors import bad_parameter
from andante.people import AccessProblem, Accounts, Bootstrap
from andante.people.accounts import LEAST_PASSWORD, MOST_PASSWORD
from andante.people.accounts import NAME as PERSON
from andante.people.faults import TENANT_BUSY
from andante.people.secrets import new_secret
from andante.runtime import Problem, SystemClock
from andante.runtime.logs import about
from andante.settings import Settings, SettingsProblem
from andante.store.faults import StoreProblem
from andante.store.opening import open_store
from andante.tenants.names import NAME, checked_name, checked_settings, host_of, tenant_settings
from andante.tenants.places import Busy, Place
from andante.tenants.registry import (
    ACTIVE,
    DELETED,
    MAKING,
    SUSPENDED,
    Registry,
    TenantRecord,
    Why,
)

log: Final = structlog.get_logger("andante.tenants")
LOOK: Final = 2.0  # seconds between two looks into the registry
AGAIN: Final = 30.0  # seconds until one that could not be opened is tried again
AT_ONCE: Final = 4  # that are opened at a time
PATIENCE: Final = 10.0  # seconds that requests in hand have when a tenant is closed
Opener = Callable[[Settings], AbstractAsyncContextManager[Services]]


@final
class Tenant:
    """`services` are there while it is served; else `why` says why not. `inside`: requests in hand, of which it may
    have `most`."""

    __slots__ = ("_empty", "_opened", "_stop", "_task", "inside", "most", "record", "retry_at", "services", "why")

    def __init__(self, record: TenantRecord) -> None:
        self.record = record
        self.services: Services | None = None
        self.why = "It is not open yet."
        self.inside = 0
        self.most = 1
        self.retry_at = 0.0
        self._opened = asyncio.Event()
        self._stop = asyncio.Event()
        self._empty = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def open(self, settings: Settings, opener: Opener, turn: asyncio.Semaphore) -> None:
        """Until it is served, or cannot be. It lives in a task with nothing of whoever happens to ask for it."""
        self.most = settings.tenant_requests or max(1, settings.requests // 2)
        live = self._live(settings, opener, turn)
        self._task = asyncio.get_running_loop().create_task(live, name=self.name, context=contextvars.Context())
        await self._opened.wait()

    async def _live(self, settings: Settings, opener: Opener, turn: asyncio.Semaphore) -> None:
        about(tenant=self.name)  # all that it does by itself, in the log
        try:
            async with AsyncExitStack() as stack:
                async with turn:
                    services = await stack.enter_async_context(opener(settings))
                services.tenant = self.name
                self.services, self.why = services, ""
                self._opened.set()
                await self._stop.wait()
                self.services, self.why = None, "It is being closed."
                services.runtime.end_waiting()
                await self._emptied()
        except (StoreProblem, SettingsProblem, AccessProblem, Problem) as fault:
            self._fails(str(fault))
        except Exception as fault:  # one that fails does not take the others with it
            self._fails(f"{type(fault).__name__}: {fault}")
            log.error("a tenant failed", exc_info=fault)
        finally:
            self.services = None
            self._opened.set()

    def _fails(self, why: str) -> None:
        self.why = why
        self.retry_at = asyncio.get_running_loop().time() + AGAIN
        log.error("a tenant is out of service", why=why)

    def left(self) -> None:
        """A request is answered."""
        self.inside -= 1
        if not self.inside:
            self._empty.set()

    async def _emptied(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self.inside:
                    self._empty.clear()
                    await self._empty.wait()

    async def close(self) -> None:
        """What is in hand is finished, and its database let go of."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait({self._task})


@final
class Tenants:
    """`await start()`, and `close()` in the end. `opener` opens all that stands behind one database, by its
    settings."""

    def __init__(self, base: Settings, place: Place, registry: Registry, opener: Opener) -> None:
        self.base = base
        self.place = place
        self.registry = registry
        self._opener = opener
        self._there: dict[str, Tenant] = {}
        self._hosts: dict[str, str] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._lock = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None
        self._domain = f".{base.tenant_domain.strip('.').lower()}" if base.tenant_domain else ""

    async def start(self) -> None:
        """Open all, and look after them. Raises StoreProblem where the registry is of no use."""
        await self.follow()
        self._following = asyncio.get_running_loop().create_task(self._follow(), context=contextvars.Context())

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})
        async with self._lock:
            await asyncio.gather(*(tenant.close() for tenant in self._there.values()))
            self._there = {}

    def end_waiting(self) -> None:
        """The server begins to stop."""
        for tenant in self._there.values():
            if tenant.services is not None:
                tenant.services.runtime.end_waiting()

    # Whose request is it?

    def named(self, host: str, header: str) -> str | None:
        """The tenant that a request names, "" for one that cannot be, None where it names none."""
        of_host = self._hosts.get(host)
        if of_host is None and self._domain and host.endswith(self._domain):
            of_host = host.removesuffix(self._domain)
        if of_host is None:
            return header or None
        return of_host if header in ("", of_host) else ""

    def get(self, name: str) -> Tenant | None:
        """One that is or should be served, or is suspended; None for all others."""
        return self._there.get(name)

    def __iter__(self) -> Iterator[Tenant]:
        return iter(sorted(self._there.values(), key=lambda each: each.name))

    # What the registry says.

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self.follow()
            except StoreProblem as fault:
                log.warning("the tenants' registry does not answer", why=str(fault))
            except Exception as fault:  # it must go on looking
                log.error("tenants could not be followed", exc_info=fault)

    async def follow(self) -> None:
        """Open and close what the registry says. Raises StoreProblem."""
        async with self._lock:
            said = {each.name: each for each in await self.registry.all() if NAME.fullmatch(each.name)}
            await asyncio.gather(*(self._bring(name, said.get(name)) for name in {*said, *self._there}))
            self._hosts = {
                host_of(host): name
                for name, record in sorted(said.items())
                if (host := record.settings.get("base_url", "").partition("://")[2].partition("/")[0])
            }

    async def _bring(self, name: str, said: TenantRecord | None) -> None:
        there = self._there.get(name)
        if there is not None and there.running and there.record != said:
            await there.close()
        if said is None or said.state in (MAKING, DELETED):
            self._there.pop(name, None)
            if said is not None and said.state == DELETED:
                await self._put_away(name)
        elif said.state == SUSPENDED:
            self._there[name] = Tenant(said)
        elif there is None or there.record != said or not there.running:
            if there is not None and there.record == said and asyncio.get_running_loop().time() < there.retry_at:
                return
            await self._open(said)

    async def _open(self, said: TenantRecord) -> None:
        tenant = self._there[said.name] = Tenant(said)
        place = self.place
        try:
            settings = tenant_settings(
                self.base, said.name, said.settings, place.url(said.name), place.replica(said.name)
            )  # fmt: skip
        except SettingsProblem as problem:
            tenant.why = str(problem)
            log.error("a tenant is out of service", tenant=said.name, why=tenant.why)
            return
        await tenant.open(settings, self._opener, self._turn)

    async def _put_away(self, name: str) -> None:
        try:
            away = await asyncio.to_thread(self.place.put_away, name)
        except (Busy, StoreProblem) as fault:
            log.warning("a deleted tenant cannot be put away yet", tenant=name, why=str(fault))
            return
        await self.registry.forget(name, away)
        log.info("a deleted tenant was put away", tenant=name, to=away)


async def create(
    registry: Registry, place: Place, base: Settings, name: str, own: Mapping[str, str], why: Why,
    client_id: str = "", client_secret: str = "",
) -> Bootstrap:  # fmt: skip
    """Make a tenant with its first administrator, whose secret is generated unless given. Whoever serves the registry
    opens it. Raises Problem: 400 bad name or setting, 409 name taken; StoreProblem, AccessProblem."""
    checked_name(name)
    settings = checked_settings(base, own)
    made = Bootstrap(client_id or "admin", client_secret or new_secret())
    if not PERSON.fullmatch(made.client_id):
        raise bad_parameter("clientId", "letters, digits and . _ @ + - only, at most 64.")
    if not LEAST_PASSWORD <= len(made.client_secret) <= MOST_PASSWORD:  # before a name is taken for it
        raise bad_parameter("clientSecret", f"{LEAST_PASSWORD} to {MOST_PASSWORD} characters.")
    if await registry.reserve(name, settings, why):
        try:
            await asyncio.to_thread(place.put_away, name)
        except Busy:
            raise Problem(TENANT_BUSY, 409, f"'{name}' is just being made.") from None
    await asyncio.to_thread(place.make, name)
    store = await open_store(place.url(name))
    try:
        await Accounts(store, SystemClock().now).bootstrap(made.client_id, made.client_secret)
    finally:
        await store.close()
    await registry.change(name, "open", ACTIVE, (MAKING,), why)
    return made


async def act(registry: Registry, name: str, action: str, why: Why) -> TenantRecord:
    """suspend, resume or delete. Raises Problem: 404 no such tenant, 409 not in a state for it."""
    state, allowed = {
        "suspend": (SUSPENDED, (ACTIVE, SUSPENDED)),
        "resume": (ACTIVE, (SUSPENDED, ACTIVE)),
        "delete": (DELETED, (ACTIVE, SUSPENDED, MAKING)),
    }[action]
    return await registry.change(name, action, state, allowed, why)


async def configure(
    registry: Registry, base: Settings, name: str, changes: Mapping[str, str | None], why: Why
) -> TenantRecord:
    """Set what of the settings is its own; None takes one back. It is closed and opened anew. Raises Problem."""
    before = (await registry.one(name)).settings
    given = {key: value for key, value in {**before, **changes}.items() if value is not None}
    own = checked_settings(base, given)
    return await registry.change(name, "settings", "", (ACTIVE, SUSPENDED), why, own)
