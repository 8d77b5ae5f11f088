"""When a timer is due for the first time, by the kind of time that it names (BPMN 2.0.2 section 10.4.5.7)."""

from andante.timing.cycle import first
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import parse_instant


def first_due(kind: str, text: str, now: int, zone: str) -> tuple[int, int]:
    """The time (ms) of a timer that is set at `now`, and how often it recurs after that (cycle.ENDLESS for ever).

    `kind` is "date", "duration" or "cycle". Raises TimingError.
    """
    if kind == "date":
        return parse_instant(text, zone), 0
    if kind == "duration":
        return shift(now, parse_duration(text), zone), 0
    return first(text, now, zone)
