"""What the sums say, over a span of days."""

from collections.abc import Callable, Iterable
from typing import final

import msgspec

from andante.runtime.insight.histogram import Histogram
from andante.runtime.insight.sums import ELEMENT, PERSON, PROCESS, QUEUE, Sums, decode
from andante.runtime.sight import sight
from andante.store import insight as rows
from andante.store.store import Row, Store


class Spread(msgspec.Struct, frozen=True):
    """Durations in seconds; all 0 where there is none."""

    count: int
    mean: float
    p50: float
    p75: float
    p95: float

    @classmethod
    def of(cls, histogram: Histogram) -> "Spread":
        mean, *quantiles = (
            round(ms / 1000, 3) for ms in (histogram.mean, *(histogram.quantile(part) for part in (0.5, 0.75, 0.95)))
        )
        return cls(histogram.count, mean, *quantiles)


class Report(msgspec.Struct, frozen=True):
    """A process, an element of it, a person, or a queue or group ("queue:x"), by `name`.

    `attainment` is the part of the SLA clocks that were in time, None where none has ended. `rework`: how often it was
    come back to, for each time that it was done. `share`: of the time that the process's instances took, the part that
    passed here; elements side by side may add up to more than 1. It is the bottleneck's measure.
    """

    definition: str
    version: str
    name: str
    count: int
    cancelled: int
    incidents: int
    cycle: Spread
    wait: Spread
    work: Spread
    met: int
    missed: int
    attainment: float | None
    rework: float
    share: float
    outcomes: dict[str, int]


class Period(msgspec.Struct, frozen=True):
    """Days by their ordinal numbers in the server's zone, both included."""

    first: int
    last: int


@final
class Reports:
    """Reads; may be asked of a replica."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def processes(self, period: Period) -> list[Report]:
        """One for each process, all its versions together; what takes most time in all comes first."""
        found = await self._sums(PROCESS, period, lambda row: (row[0], "", ""))
        return _ordered(_report(*key, sums, 0) for key, sums in found.items())

    async def versions(self, period: Period, definition: str) -> list[Report]:
        """One for each version of a process."""
        found = await self._sums(PROCESS, period, lambda row: (row[0], row[1], ""), definition)
        return _ordered(_report(*key, sums, 0) for key, sums in found.items())

    async def elements(self, period: Period, definition: str, version: str = "") -> list[Report]:
        """One for each element that was reached; the bottleneck first. `version` "" is all of them together."""
        found = await self._sums(ELEMENT, period, lambda row: (row[0], "", row[2]), definition, version)
        process = await self._sums(PROCESS, period, lambda row: (row[0], "", ""), definition, version)
        whole = sum(sums.cycle.total_ms for sums in process.values())
        return _ordered(_report(*key, sums, whole) for key, sums in found.items())

    async def people(self, period: Period, definition: str = "") -> list[Report]:
        """One for each person who has completed tasks."""
        found = await self._sums(PERSON, period, lambda row: ("", "", row[2]), definition)
        return _ordered(_report(*key, sums, 0) for key, sums in found.items())

    async def queues(self, period: Period, definition: str = "") -> list[Report]:
        """One for each queue, group or role whose tasks were completed."""
        found = await self._sums(QUEUE, period, lambda row: ("", "", row[2]), definition)
        return _ordered(_report(*key, sums, 0) for key, sums in found.items())

    async def days(self, period: Period, definition: str = "") -> list[tuple[int, Sums]]:
        """The sums of processes day by day: for a plot."""
        found: dict[int, Sums] = {}
        for row in await self._rows(PROCESS, period, definition):
            found.setdefault(row[3], Sums()).merge(decode(bytes(row[4])))
        return sorted(found.items())

    async def daily(self, period: Period) -> dict[str, dict[int, Sums]]:
        """The same of each process by itself, with one question."""
        found: dict[str, dict[int, Sums]] = {}
        for row in await self._rows(PROCESS, period):
            found.setdefault(row[0], {}).setdefault(row[3], Sums()).merge(decode(bytes(row[4])))
        return found

    async def stay(self, period: Period, definition: str, element: str) -> Sums:
        """The sums of one element, all versions together: what a forecast goes by."""
        whole = Sums()
        for row in await self._rows(ELEMENT, period, definition):
            if row[2] == element:
                whole.merge(decode(bytes(row[4])))
        return whole

    async def _rows(self, kind: str, period: Period, definition: str = "") -> list[Row]:
        """Of the definitions that who asks may read."""
        found = await rows.between(self._store, kind, period.first, period.last, definition)
        read = sight().read
        return found if read.all else [row for row in found if read.has(row[0])]

    async def _sums(
        self, kind: str, period: Period, key_of: Callable[[Row], tuple[str, str, str]], definition: str = "",
        version: str = "",
    ) -> dict[tuple[str, str, str], Sums]:  # fmt: skip
        found: dict[tuple[str, str, str], Sums] = {}
        for row in await self._rows(kind, period, definition):
            if not version or row[1] == version:
                found.setdefault(key_of(row), Sums()).merge(decode(bytes(row[4])))
        return found


def _ordered(found: Iterable[Report]) -> list[Report]:
    return sorted(found, key=lambda each: (-each.cycle.mean * each.cycle.count, each.definition, each.name))


def _report(definition: str, version: str, name: str, sums: Sums, whole_ms: int) -> Report:
    judged = sums.met + sums.missed
    return Report(
        definition, version, name, sums.count, sums.cancelled, sums.incidents, Spread.of(sums.cycle),
        Spread.of(sums.wait), Spread.of(sums.work), sums.met, sums.missed,
        round(sums.met / judged, 4) if judged else None, round(sums.again / sums.count, 4) if sums.count else 0.0,
        round(sums.cycle.total_ms / whole_ms, 4) if whole_ms else 0.0, sums.outcomes,
    )  # fmt: skip
