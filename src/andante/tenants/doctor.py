"""The doctor for all tenants: what is wrong with which of them, and with what they share."""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import msgspec

from andante.runtime import SystemClock
from andante.runtime.doctor import ERROR, HINT, WARNING, Diagnosis, Finding, diagnose, diagnose_database
from andante.runtime.doctor.database import shown
from andante.runtime.doctor.doctor import CHECKS
from andante.runtime.doctor.finding import SEVERITIES, some, span
from andante.runtime.doctor.settings import SHORT
from andante.settings import Settings, SettingsProblem
from andante.store.faults import StoreProblem
from andante.tenants.names import NAME, tenant_settings
from andante.tenants.places import place_of
from andante.tenants.registry import DELETED, MAKING, SUSPENDED, Registry, TenantRecord
from andante.tenants.tenants import Tenants

AT_ONCE: Final = 4  # that are looked at at a time
LONG_MS: Final = 60_000  # after which one that is being made or put away is not any more
FILES: Final = 9  # open files of a tenant on SQLite
Look = Callable[[TenantRecord], Awaitable[Diagnosis | Finding]]


async def diagnose_tenants(tenants: Tenants) -> Diagnosis:
    """By a server that serves them: through what it has open."""

    async def look(record: TenantRecord) -> Diagnosis | Finding:
        there = tenants.get(record.name)
        services = there.services if there is not None else None
        if services is None:
            why = there.why if there is not None else "It is not open yet."
            return _out(why)
        return await diagnose(services.runtime.store, services.runtime.clock, _values(services.settings))

    return await _diagnose(tenants.registry, tenants.base, look)


async def diagnose_places(settings: Settings) -> Diagnosis:
    """Where they are, without a server, or beside those that are at work; nothing is made or changed."""
    place = place_of(settings.tenants, settings.replica)

    async def look(record: TenantRecord) -> Diagnosis | Finding:
        url = place.url(record.name)
        try:
            own = tenant_settings(settings, record.name, record.settings, url, place.replica(record.name))
        except SettingsProblem as problem:
            return _out(str(problem))
        return await diagnose_database(url, _values(own))

    try:
        registry = await Registry.look(place)
    except StoreProblem as fault:
        return _sorted(settings, [_unread(settings, fault)])
    try:
        return await _diagnose(registry, settings, look)
    finally:
        await registry.close()


async def _diagnose(registry: Registry, base: Settings, look: Look) -> Diagnosis:
    try:
        records = [each for each in await registry.all() if NAME.fullmatch(each.name)]
    except StoreProblem as fault:
        return _sorted(base, [_unread(base, fault)])
    active = [each for each in records if each.state not in (MAKING, DELETED, SUSPENDED)]
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(record: TenantRecord) -> list[Finding]:
        async with turn:
            seen = await look(record)
        found = [seen] if isinstance(seen, Finding) else seen.findings
        return [msgspec.structs.replace(each, tenant=record.name) for each in found]

    each_has = await asyncio.gather(*(one(record) for record in active))
    found = [*_of_registry(records), *_room(base, len(active)), *_once(each_has)]
    return _sorted(base, found)


def _of_registry(records: Iterable[TenantRecord]) -> list[Finding]:
    now, found = SystemClock().now(), []
    for each in records:
        since, name = now - each.changed_at, each.name
        if each.state == SUSPENDED:
            what, remedy = f"It has been suspended for {span(since)}.", f"andante tenant resume {name} lets it go on."
            found.append(Finding(HINT, "tenant.suspended", name, what, remedy, name))
        elif each.state == MAKING and since > LONG_MS:
            what, remedy = "To make it was given up half way.", f"Make it anew: andante tenant create {name}."
            found.append(Finding(WARNING, "tenant.unmade", name, what, remedy, name))
        elif each.state == DELETED and since > LONG_MS:
            what = f"It was deleted {span(since)} ago, and its database is still where it was."
            remedy = "A server puts it away: start one, or end what has the database open."
            found.append(Finding(WARNING, "tenant.deleted", name, what, remedy, name))
    return found


def _room(base: Settings, count: int) -> list[Finding]:
    found = []
    secret = base.operator_secret
    if secret and len(secret) < SHORT:
        what = f"The operator's secret has fewer than {SHORT} characters."
        remedy = "Give a longer one, as `openssl rand -hex 32` makes it."
        found.append(Finding(WARNING, "settings.secret", "operator_secret", what, remedy))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if base.tenants.startswith("sqlite:") and 0 <= files < count * FILES:
        what = f"{some(count, 'tenant')} need about {count * FILES} open files; a process may have {files} here."
        found.append(Finding(WARNING, "tenants.files", "LimitNOFILE", what, "Raise it (ulimit -n, LimitNOFILE)."))
    return found


def _once(each_has: list[list[Finding]]) -> list[Finding]:
    """What is so at every one, as a setting of the server, is told once."""
    together = [{msgspec.structs.replace(each, tenant="") for each in found} for found in each_has]
    shared = set.intersection(*together) if len(together) > 1 else set()
    first = [each for each in each_has[0] if msgspec.structs.replace(each, tenant="") in shared] if each_has else []
    own = [each for found in each_has for each in found if msgspec.structs.replace(each, tenant="") not in shared]
    return [*(msgspec.structs.replace(each, tenant="") for each in first), *own]


def _out(why: str) -> Finding:
    remedy = "Mend what it says; a server tries again every half minute."
    return Finding(ERROR, "tenant.outOfService", "tenant", f"It is out of service: {why}", remedy)


def _unread(base: Settings, fault: StoreProblem) -> Finding:
    remedy = "Check the address (--tenants, ANDANTE_TENANTS). The first `andante serve` makes what is there."
    return Finding(ERROR, "tenants.unread", shown(base.tenants), f"{str(fault).rstrip('.')}.", remedy)


def _values(settings: Settings) -> Mapping[str, object]:
    return msgspec.structs.asdict(settings)


def _sorted(base: Settings, found: list[Finding]) -> Diagnosis:
    found.sort(key=lambda each: (SEVERITIES.index(each.severity), each.tenant))
    return Diagnosis(SystemClock().now(), shown(base.tenants), ["tenants", *CHECKS], found)
