"""What the pages of insight draw: numbers by day for plots, small trends and bars, as text that a template places."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from andante.runtime.insight import Forecast, Period
from andante.runtime.insight.sums import Sums
from andante.web.formats import json_text

EPOCH: Final = 719_163  # the ordinal number of 1970-01-01
TREND_POINTS: Final = 60  # a small trend of more days has a point for several


class Line(msgspec.Struct, frozen=True):
    """One line of a plot: what it is called, and its value by day, None where there is none."""

    name: str
    values: list[float | None]


class Plot(msgspec.Struct, frozen=True):
    """`unit` says how values are told: count, ms or share. `days` are ordinal numbers."""

    id: str
    title: str
    unit: str
    days: list[int]
    lines: list[Line]

    @property
    def data(self) -> str:
        """For the browser: seconds since the epoch of each day, and the lines."""
        return json_text(
            {"unit": self.unit, "days": [(day - EPOCH) * 86_400 for day in self.days],
             "lines": [[each.name, each.values] for each in self.lines]}
        )  # fmt: skip

    @property
    def rows(self) -> list[tuple[int, list[float | None]]]:
        """The table's rows, the newest first; days on which nothing ended are left out."""
        told = zip(self.days, zip(*(line.values for line in self.lines), strict=True), strict=True)
        return [(day, list(values)) for day, values in told if any(values)][::-1]


def plots(period: Period, sums: Mapping[int, Sums], names: Mapping[str, str]) -> list[Plot]:
    """Completed per day, cycle times per day, and SLA attainment per day. `names` has the words for them."""
    days = list(range(period.first, period.last + 1))

    def line(name: str, value: Callable[[Sums], float | None], none: float | None = None) -> Line:
        return Line(names[name], [value(sums[day]) if day in sums else none for day in days])

    def quantile(part: float) -> Callable[[Sums], float | None]:
        return lambda each: round(each.cycle.quantile(part)) if each.cycle.count else None

    return [
        Plot("completed", names["completed"], "count", days, [
            line("ended", lambda each: each.count, 0), line("cancelled", lambda each: each.cancelled, 0)
        ]),
        Plot("cycle", names["cycle"], "ms", days, [line("p50", quantile(0.5)), line("p95", quantile(0.95))]),
        Plot("attainment", names["attainment"], "share", days, [line("in time", _attainment)]),
    ]  # fmt: skip


def _attainment(sums: Sums) -> float | None:
    judged = sums.met + sums.missed
    return round(sums.met / judged, 4) if judged else None


def trend(period: Period, sums: Mapping[int, Sums]) -> str:
    """The points of a polyline of how many ended, in a box of 100 by 24."""
    days = period.last - period.first + 1
    width = -(-days // TREND_POINTS)
    counts = [
        sum(sums[day].count for day in range(first, min(first + width, period.last + 1)) if day in sums)
        for first in range(period.first, period.last + 1, width)
    ]
    most, last = max(counts, default=0), max(1, len(counts) - 1)
    if not most:
        return ""
    return " ".join(f"{100 * n / last:.1f},{22 - 20 * count / most:.1f}" for n, count in enumerate(counts))


class Bar(msgspec.Struct, frozen=True):
    """Parts of 100 side by side; each begins where the one before ends."""

    parts: list[tuple[float, float]]


def bar(*lengths: float, whole: float) -> Bar:
    """Of lengths whose greatest sum is `whole`."""
    begin, parts = 0.0, []
    for length in lengths:
        size = 100 * length / whole if whole else 0.0
        parts.append((round(begin, 2), round(min(size, 100 - begin), 2)))
        begin = min(100.0, begin + size)
    return Bar(parts)


def sure(found: Forecast) -> str:
    """How much a forecast says: late (it is already), none (no cases), few, or enough."""
    if found.breached:
        return "late"
    if found.late is None:
        return "none"
    return "enough" if found.certain else "few"


def longest(values: Sequence[float]) -> float:
    """The greatest; 1 where there is none, so that it divides."""
    return max(values, default=0.0) or 1.0
