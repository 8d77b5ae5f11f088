"""What a definition's diagram can show of its past: one number an element, in five steps of colour."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from andante.languages import Language
from andante.languages import mark as _
from andante.runtime import Runtime
from andante.runtime.insight.reports import Report

STEPS: Final = 5
PERIODS: Final = (7, 30, 90, 365)  # days
DAYS: Final = 30


class Measure(msgspec.Struct, frozen=True):
    """`lasts`: its numbers are seconds."""

    name: str
    of: Callable[[Report], float]
    lasts: bool = False


MEASURES: Final = {
    "count": Measure(_("Times passed"), lambda each: each.count),
    "cycle": Measure(_("Mean duration"), lambda each: each.cycle.mean, lasts=True),
    "wait": Measure(_("Mean wait"), lambda each: each.wait.mean, lasts=True),
    "missed": Measure(_("SLA missed"), lambda each: each.missed),
    "incidents": Measure(_("Incidents"), lambda each: each.incidents),
}


class Heat(msgspec.Struct, frozen=True):
    """`texts` and `levels` (1 to STEPS) by element; `legend` has for each step the numbers that it stands for."""

    texts: dict[str, str]
    levels: dict[str, int]
    legend: list[tuple[int, str]]


NONE: Final = Heat({}, {}, [])


async def heat(runtime: Runtime, say: Language, measure: str, days: int, name: str, version: str) -> Heat:
    """Of the last `days`; `version` "" is all of them together. Whoever asks sees to it that the sums are fresh."""
    period = runtime.insight.period(days=days)
    found = await runtime.insight.reports.elements(period, name, version)
    return _heat(say, MEASURES[measure], found)


def _heat(say: Language, measure: Measure, reports: Iterable[Report]) -> Heat:
    values = {each.name: value for each in reports if (value := measure.of(each)) > 0}
    most = max(values.values(), default=0)
    if not most:
        return NONE
    levels = {name: level(value, most) for name, value in values.items()}
    legend = [(step, _between(say, measure, values, levels, step)) for step in sorted(set(levels.values()))]
    return Heat({name: _text(say, measure, value) for name, value in values.items()}, levels, legend)


def level(value: float, most: float) -> int:
    """Even steps up to the most."""
    return max(1, min(STEPS, math.ceil(value * STEPS / most)))


def _between(
    say: Language, measure: Measure, values: Mapping[str, float], levels: Mapping[str, int], step: int
) -> str:  # fmt: skip
    found = [value for name, value in values.items() if levels[name] == step]
    least, most = (_text(say, measure, value) for value in (min(found), max(found)))
    return least if least == most else f"{least} – {most}"


def _text(say: Language, measure: Measure, value: float) -> str:
    return say.span(int(value * 1000)) if measure.lasts else say.number(int(value))
