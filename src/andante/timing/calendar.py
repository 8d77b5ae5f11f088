"""Working time: by which hours of which days a target counts that is set in working time."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final, final

from andante.timing.instants import DAY, SECOND, TimingError, zone_of
from andante.timing.offsets import CHUNK, MARGIN, segments

LONGEST: Final = 100 * 366 * DAY
DEFAULT_CALENDAR: Final = "default"
SECONDS_A_DAY: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_FARTHEST: Final = 1_000 * 366 * DAY // CHUNK
_KEPT: Final = 32  # chunks in memory: what is asked for lies mostly within a few years

# The shifts of a day: spans of seconds since the midnight on which it begins. One over midnight ends after 86,400.
Hours = tuple[tuple[int, int], ...]
# Of one day: its hours, or the number of the weekday (0 is Monday) whose hours it has.
Rule = Hours | int
ALL_DAY: Final[Hours] = ((0, SECONDS_A_DAY),)
_FREE: Final[Hours] = ()


@final
class Period:
    """From the date of ordinal `since` on the week is this one, by the clocks of `zone`: seven days, Monday first."""

    __slots__ = ("since", "week", "zone")

    def __init__(self, since: int, zone: str, week: Sequence[Hours]) -> None:
        zone_of(zone)
        self.since = since
        self.zone = zone
        self.week = tuple(check_hours(hours) for hours in week)
        if len(self.week) != 7:
            raise TimingError(f"a week of {len(self.week)} days: give the hours of seven")


@final
class _Chunk:
    """The working spans of a stretch of time, in order: starts and ends in ms, working ms before each and in all."""

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
    """When work is done: weekly hours, which may change from a date on, days off and days with hours of their own.

    It is working time while the clocks on the wall show a time within a shift. A shift belongs to the day on which it
    begins: the night before a holiday is worked to its end. Where shifts overlap it is working time once. Working time
    is real time: where the clocks are put forward a shift over that hour is shorter, where they are put back longer.

    Simple ones are `weekdays` (0 is Monday) with the same `hours`; the default, Monday to Friday all day, is what "only
    business days" means. Else `periods`, by their dates, the first of which counts for all days before it too. Of a
    single day counts what `days` says (by its ordinal), else `yearly` (by month and day), else `holidays` (by its
    ordinal), else its period's week.

    `revision` tells the versions of a calendar apart that is stored and may change. May be shared by threads. Raises
    TimingError for an unknown zone, and for hours out of order or out of the day.
    """

    __slots__ = ("_chunks", "_since", "days", "holidays", "periods", "revision", "yearly", "zone")

    def __init__(
        self,
        zone: str = "UTC",
        weekdays: Iterable[int] = (0, 1, 2, 3, 4),
        hours: Iterable[tuple[int, int]] = ALL_DAY,
        revision: int = 0,
        *,
        periods: Sequence[Period] = (),
        days: Mapping[int, Rule] | None = None,
        yearly: Mapping[tuple[int, int], Rule] | None = None,
        holidays: Mapping[int, Rule] | None = None,
    ) -> None:
        self.revision = revision
        self.periods = tuple(periods) or (_simple(zone, weekdays, tuple(hours)),)
        self.zone = self.periods[0].zone
        self._since = [period.since for period in self.periods]
        if any(a >= b for a, b in pairwise(self._since)):
            raise TimingError("the periods of a calendar must be in the order of their dates, each another date")
        if not any(self.periods[-1].week):
            raise TimingError("the last period of the calendar has no working hours: no work would ever be due")
        self.days: Mapping[int, Rule] = days or {}
        self.yearly: Mapping[tuple[int, int], Rule] = yearly or {}
        self.holidays: Mapping[int, Rule] = holidays or {}
        self._chunks: dict[int, _Chunk] = {}

    def add(self, at_ms: int, working_ms: int) -> int:
        """The first moment, not before `at_ms`, by which `working_ms` have been worked since.

        Raises TimingError for a negative or more than 100 years long amount, and where it is not worked in 1,000 years.
        """
        if not 0 <= working_ms <= LONGEST:
            raise TimingError(f"{working_ms} ms of working time: give 0 to 100 years")
        if working_ms == 0:
            return at_ms
        number = at_ms // CHUNK
        chunk = self._chunk(number)
        left = working_ms + chunk.worked(at_ms)
        last = number + _FARTHEST
        while left > chunk.total:
            left -= chunk.total
            number += 1
            if number > last:
                raise TimingError(f"{working_ms} ms of working time are not worked within 1,000 years")
            chunk = self._chunk(number)
        return chunk.reached(left)

    def between(self, a_ms: int, b_ms: int) -> int:
        """The working ms from `a_ms` to `b_ms`; negative when b lies before a. Raises TimingError."""
        if b_ms < a_ms:
            return -self.between(b_ms, a_ms)
        first, last = a_ms // CHUNK, b_ms // CHUNK
        whole = sum(self._chunk(number).total for number in range(first, last))
        return whole + self._chunk(last).worked(b_ms) - self._chunk(first).worked(a_ms)

    def opening(self, at_ms: int) -> int:
        """The moment itself where it is working time, else when working time begins next. Raises TimingError."""
        return self.add(at_ms, 1) - 1

    def hours_on(self, ordinal: int) -> Hours:
        """The shifts that begin on that date."""
        return self._hours(ordinal, self._period(ordinal))

    def zone_on(self, ordinal: int) -> str:
        """The zone by whose clocks that date is counted."""
        return self._period(ordinal).zone

    def _period(self, ordinal: int) -> Period:
        return self.periods[max(0, bisect_right(self._since, ordinal) - 1)]

    def _hours(self, ordinal: int, period: Period) -> Hours:
        rule = self.days.get(ordinal)
        if rule is None and self.yearly:
            date = dt.date.fromordinal(ordinal)
            rule = self.yearly.get((date.month, date.day))
        if rule is None:
            rule = self.holidays.get(ordinal)
        if rule is None:
            rule = (ordinal - 1) % 7
        return period.week[rule] if isinstance(rule, int) else rule

    def _chunk(self, number: int) -> _Chunk:
        chunk = self._chunks.get(number)
        if chunk is None:
            chunk = _Chunk(self._spans(number))
            if len(self._chunks) >= _KEPT:
                self._chunks.clear()
            self._chunks[number] = chunk
        return chunk

    def _spans(self, number: int) -> list[tuple[int, int]]:
        """The working spans of a chunk in UTC: cut off at its ends, in order, each apart from the next."""
        begin, until = number * CHUNK, (number + 1) * CHUNK
        found = sorted(
            (max(start, begin), min(end, until))
            for start, end in self._shifts(number)
            if end > begin and start < until
        )  # fmt: skip
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if merged and start <= merged[-1][1]:
                if end > merged[-1][1]:
                    merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        return merged

    def _shifts(self, number: int) -> Iterator[tuple[int, int]]:
        """All shifts of the chunk and around it, in UTC, zone by zone."""
        first = (number * CHUNK - MARGIN) // DAY + _EPOCH
        last = ((number + 1) * CHUNK + MARGIN) // DAY + _EPOCH
        if first < 1 or last > dt.date.max.toordinal():
            raise TimingError("working time is counted in the years 1 to 9998 only")
        for index, period in enumerate(self.periods):
            begin = first if index == 0 else max(first, period.since)
            end = last if index + 1 == len(self.periods) else min(last, self._since[index + 1] - 1)
            if begin <= end:
                local = [
                    ((day - _EPOCH) * DAY + start * SECOND, (day - _EPOCH) * DAY + stop * SECOND)
                    for day in range(begin, end + 1)
                    for start, stop in self._hours(day, period)
                ]
                for segment in segments(period.zone, number):
                    offset = segment.offset
                    for start, stop in local:
                        start, stop = max(start - offset, segment.start), min(stop - offset, segment.end)
                        if start < stop:
                            yield start, stop


def check_hours(hours: Hours) -> Hours:
    """The shifts of one day. Raises TimingError for any out of order, out of the day, or longer than one."""
    for start, end in hours:
        if not 0 <= start < SECONDS_A_DAY or not start < end <= start + SECONDS_A_DAY:
            raise TimingError(f"working hours {hours}: give spans of seconds of the day, each (start, end)")
    if any(first[1] > second[0] for first, second in pairwise(hours)):
        raise TimingError(f"working hours {hours}: the spans must be in order and must not overlap")
    return hours


def _simple(zone: str, weekdays: Iterable[int], hours: Hours) -> Period:
    chosen = set(weekdays)
    if not chosen or not all(0 <= day <= 6 for day in chosen):
        raise TimingError(f"weekdays {tuple(sorted(chosen))}: give at least one, 0 (Monday) to 6 (Sunday)")
    if not hours:
        raise TimingError(f"working hours {hours}: give spans of seconds of the day, each (start, end)")
    return Period(1, zone, [hours if day in chosen else _FREE for day in range(7)])
