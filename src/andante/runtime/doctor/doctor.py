"""All checks, on a running server's database or on one by its address; nothing is changed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from andante.runtime.clock import Clock, SystemClock, TestClock
from andante.runtime.doctor import calendars, database, work
from andante.runtime.doctor.finding import ERROR, SEVERITIES, WARNING, Finding, Look
from andante.runtime.doctor.settings import settings_of
from andante.store.faults import StoreProblem
from andante.store.snapshot import ReadOnlyStore
from andante.store.store import Store


async def _settings(look: Look) -> list[Finding]:
    return settings_of(look.url, look.settings)


Check = Callable[[Look], Awaitable[list[Finding]]]
# In the order in which one would look.
CHECKS: Final[dict[str, Check]] = {
    "database": database.database,
    "clock": work.clock,
    "members": work.members,
    "settings": _settings,
    "calendars": calendars.calendars,
    "work": work.work,
}


class Diagnosis(msgspec.Struct, frozen=True):
    """What was found at `at` (ms) by these checks, the worst first. `database`: its address, without secrets."""

    at: int
    database: str
    checks: list[str]
    findings: list[Finding]

    def count(self, severity: str) -> int:
        return sum(each.severity == severity for each in self.findings)

    @property
    def worst(self) -> int:
        """2 where there is an error, 1 where there is a warning, else 0: as exit code."""
        return 2 if self.count(ERROR) else 1 if self.count(WARNING) else 0


async def diagnose(store: Store, clock: Clock, settings: Mapping[str, object]) -> Diagnosis:
    """Look at everything; `settings` are the server's, by name. What one check cannot read is a finding of its own."""
    look = Look(store, store.url, clock.now(), dict(settings), isinstance(clock, TestClock))
    found: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            found += await check(look)
        except StoreProblem as fault:
            found.append(
                Finding(
                    ERROR, f"{name}.unread", name, f"This could not be looked at: {str(fault).rstrip('.')}.",
                    "Mend what it says, or bring the database up to date, and look again.",
                )
            )  # fmt: skip
            if isinstance(store, ReadOnlyStore):
                store.snapshot.renew()
    return _sorted(store.url, look.now, list(CHECKS), found)


async def diagnose_database(url: str, settings: Mapping[str, object], clock: Clock | None = None) -> Diagnosis:
    """The same without a server, or beside those that are at work. Where the database cannot be opened, that is the
    finding, with those of the settings."""
    clock = clock or SystemClock()
    try:
        store = ReadOnlyStore(url)
    except StoreProblem as fault:
        found = [database.unreachable(url, fault), *settings_of(url, settings)]
        return _sorted(url, clock.now(), ["database", "settings"], found)
    try:
        return await diagnose(store, clock, settings)
    finally:
        await store.close()


def _sorted(url: str, now: int, checks: list[str], found: list[Finding]) -> Diagnosis:
    found.sort(key=lambda each: SEVERITIES.index(each.severity))
    return Diagnosis(now, database.shown(url), checks, found)
