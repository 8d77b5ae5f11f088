"""Working time: which parts of the week count for a target that counts business days only."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Final, final

from andante.timing.instants import DAY, TimingError, local, to_ms, zone_of

# Working time is summed up in chunks of whole weeks, about a year each. Day 1 of the calendar was a Monday.
_WEEKS: Final = 64
_DAYS: Final = _WEEKS * 7
LONGEST: Final = 100 * 366 * DAY
_SECONDS_A_DAY: Final = 86_400
DEFAULT_CALENDAR: Final = "default"


@final
class _Chunk:
    """The working spans of 64 weeks, in order: starts and ends in ms, and the working ms before each and in all."""

    __slots__ = ("before", "ends", "starts", "total")

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        *self.before, self.total = accumulate((end - start for start, end in spans), initial=0)

    def worked(self, at_ms: int) -> int:
        """The working ms of the chunk up to `at_ms`."""
        index = bisect_right(self.starts, at_ms) - 1
        return self.before[index] + min(at_ms, self.ends[index]) - self.starts[index] if index >= 0 else 0

    def reached(self, working_ms: int) -> int:
        """The first moment at which so much of the chunk, more than 0 and at most all, has been worked."""
        index = bisect_left(self.before, working_ms) - 1
        return self.starts[index] + working_ms - self.before[index]


@final
class BusinessCalendar:
    """The working week of a zone: `weekdays` (0 is Monday) and on each of them `hours`, spans of seconds of the local
    day. The default, Monday to Friday all day, is what "only business days" means.
    `revision` tells the versions of a calendar apart that is stored and may change.

    Working time is real time: on the day the clocks change a whole day is 23 or 25 hours. May be shared by threads.
    Raises TimingError for an unknown zone, no working time, and spans out of order or out of the day.
    """

    __slots__ = ("_chunks", "_week", "_zone", "hours", "revision", "weekdays", "zone")

    def __init__(
        self,
        zone: str = "UTC",
        weekdays: Iterable[int] = (0, 1, 2, 3, 4),
        hours: Iterable[tuple[int, int]] = ((0, _SECONDS_A_DAY),),
        revision: int = 0,
    ) -> None:
        self.revision = revision
        self.zone = zone
        self.weekdays = tuple(sorted(set(weekdays)))
        self.hours = tuple(hours)
        self._zone = zone_of(zone)
        if not self.weekdays or not all(0 <= day <= 6 for day in self.weekdays):
            raise TimingError(f"weekdays {self.weekdays}: give at least one, 0 (Monday) to 6 (Sunday)")
        bounds = [second for span in self.hours for second in span]
        if not bounds or bounds[0] < 0 or bounds[-1] > _SECONDS_A_DAY or any(a >= b for a, b in self.hours):
            raise TimingError(f"working hours {self.hours}: give spans of seconds of the day, each (start, end)")
        if any(a > b for a, b in pairwise(bounds)):
            raise TimingError(f"working hours {self.hours}: the spans must be in order and must not overlap")
        self._week = self._merged()
        self._chunks: dict[int, _Chunk] = {}

    def _merged(self) -> tuple[tuple[int, int], ...]:
        """The week's spans in seconds since Monday's midnight; what touches is one span."""
        week: list[tuple[int, int]] = []
        for day in self.weekdays:
            for start, end in self.hours:
                start, end = start + day * _SECONDS_A_DAY, end + day * _SECONDS_A_DAY
                if week and week[-1][1] == start:
                    start = week.pop()[0]
                week.append((start, end))
        return tuple(week)

    def add(self, at_ms: int, working_ms: int) -> int:
        """The first moment, not before `at_ms`, by which `working_ms` have been worked since.

        Raises TimingError for a negative or more than 100 years long amount.
        """
        if not 0 <= working_ms <= LONGEST:
            raise TimingError(f"{working_ms} ms of working time: give 0 to 100 years")
        if working_ms == 0:
            return at_ms
        number = self._number(at_ms)
        chunk = self._chunk(number)
        left = working_ms + chunk.worked(at_ms)
        while left > chunk.total:
            left -= chunk.total
            number += 1
            chunk = self._chunk(number)
        return chunk.reached(left)

    def between(self, a_ms: int, b_ms: int) -> int:
        """The working ms from `a_ms` to `b_ms`; negative when b lies before a."""
        if b_ms < a_ms:
            return -self.between(b_ms, a_ms)
        first, last = self._number(a_ms), self._number(b_ms)
        whole = sum(self._chunk(number).total for number in range(first, last))
        return whole + self._chunk(last).worked(b_ms) - self._chunk(first).worked(a_ms)

    def _number(self, at_ms: int) -> int:
        return (local(at_ms, self.zone).toordinal() - 1) // _DAYS

    def _chunk(self, number: int) -> _Chunk:
        chunk = self._chunks.get(number)
        if chunk is None:
            chunk = self._chunks[number] = _Chunk(self._spans(number))
        return chunk

    def _spans(self, number: int) -> list[tuple[int, int]]:
        try:
            monday = dt.datetime.combine(dt.date.fromordinal(number * _DAYS + 1), dt.time())
            mondays = [monday + dt.timedelta(weeks=week) for week in range(_WEEKS)]
            return [
                (self._instant(monday, start), self._instant(monday, end))
                for monday in mondays
                for start, end in self._week
            ]
        except (OverflowError, ValueError):
            raise TimingError("working time is counted in the years 1 to 9998 only") from None

    def _instant(self, monday: dt.datetime, seconds: int) -> int:
        return to_ms((monday + dt.timedelta(seconds=seconds)).replace(tzinfo=self._zone))
