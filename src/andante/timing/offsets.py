"""How far the clocks of a zone are from UTC, and when that changes: what daylight saving, politics and the date line do
to a day. From the IANA database, as `zoneinfo` has it."""

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

from andante.timing.instants import DAY, SECOND, TimingError, zone_of

CHUNK: Final = 64 * 7 * DAY
"""Time is looked at in stretches of 64 weeks, about a year each."""
MARGIN: Final = 3 * DAY
"""A local day lies within the UTC days around it: no zone is a day and a half from UTC."""


class Segment(NamedTuple):
    """From `start` to `end` (ms, UTC) the clocks show UTC and `offset` ms."""

    start: int
    end: int
    offset: int


@lru_cache(maxsize=512)
def segments(zone: str, number: int) -> tuple[Segment, ...]:
    """Those of chunk `number`, which begins `number` chunks after the epoch, with MARGIN around. Raises TimingError
    outside the years 1 to 9999 and for an unknown zone."""
    tz = zone_of(zone)
    begin, until = number * CHUNK - MARGIN, (number + 1) * CHUNK + MARGIN
    try:
        if tz is dt.UTC:
            _offset(tz, begin), _offset(tz, until)
            return (Segment(begin, until, 0),)
        found: list[Segment] = []
        start, offset = begin, _offset(tz, begin)
        for day in range(begin + DAY, until + DAY, DAY):
            after = _offset(tz, day)
            if after != offset:
                change = _change(tz, day - DAY, day, offset)
                found.append(Segment(start, change, offset))
                start, offset = change, after
        found.append(Segment(start, until, offset))
        return tuple(found)
    except (OverflowError, OSError, ValueError) as fault:
        if isinstance(fault, TimingError):
            raise
        raise TimingError("working time is counted in the years 1 to 9998 only") from None


def _offset(tz: dt.tzinfo, at: int) -> int:
    found = dt.datetime.fromtimestamp(at // SECOND, tz).utcoffset()
    return 0 if found is None else found // dt.timedelta(milliseconds=1)


def _change(tz: dt.tzinfo, low: int, high: int, offset: int) -> int:
    """The moment between the two at which the offset is no longer that."""
    low, high = low // SECOND, high // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(tz, middle * SECOND) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND
