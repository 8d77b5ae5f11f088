"""How likely an open task is to be late, by how long the same step took before."""

import math
from typing import Final

import msgspec

from andante.runtime.insight.histogram import Histogram
from andante.store.records import TaskRecord

ENOUGH: Final = 30  # cases below which the estimate is called uncertain
Z: Final = 1.96  # of the 95% interval


class Forecast(msgspec.Struct, frozen=True):
    """For a task that is due at `due_at` (ms).

    `cases` are those of the past that were open as long as this one is; `late` the part of them that took longer than
    this one may, None without any. `low` and `high` bound it with 95% confidence (Wilson), 0 and 1 without cases.
    `certain`: there are enough cases for the number to mean something. `breached`: it is late already.
    """

    task: TaskRecord
    due_at: int
    cases: int
    late: float | None
    low: float
    high: float
    certain: bool
    breached: bool


def forecast(task: TaskRecord, due_at: int, elapsed_ms: int, left_ms: int, past: Histogram) -> Forecast:
    """`elapsed_ms` since the task began, `left_ms` until it is late. A suspension in between makes it look older
    than it is, and so the forecast a little too dark."""
    if left_ms <= 0:
        return Forecast(task, due_at, past.count, 1.0, 1.0, 1.0, certain=True, breached=True)
    still = past.above(elapsed_ms)
    cases = round(still)
    if cases < 1:
        return Forecast(task, due_at, 0, None, 0.0, 1.0, certain=False, breached=False)
    late = min(1.0, past.above(elapsed_ms + left_ms) / still)
    low, high = wilson(late, still)
    return Forecast(
        task, due_at, cases, round(late, 4), round(low, 4), round(high, 4), certain=cases >= ENOUGH, breached=False
    )


def wilson(part: float, cases: float) -> tuple[float, float]:
    """The interval in which the true part lies with 95% confidence, right for few cases too (E. B. Wilson, 1927)."""
    square = Z * Z
    centre = part + square / (2 * cases)
    margin = Z * math.sqrt(part * (1 - part) / cases + square / (4 * cases * cases))
    scale = 1 + square / cases
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)
