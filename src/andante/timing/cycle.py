"""Cycles: the repeating forms of BPMN's timeCycle (2.0.2 section 10.4.5), as ISO 8601 repeating intervals or cron.

- `R3/PT10M`: three points, each 10 minutes after the one before, the first 10 minutes from now. `R/PT1H`: endless.
- `R3/2026-01-01T09:00/P1D`: three points, the first at the start. `R/...`: endless.
- `R/PT1H/2026-01-31T18:00`: the last point is the end, the others lie whole hours before. `R3/...`: the last three.
- cron with 5 fields (minute hour day month weekday) or 6 (second first), by the local time of the zone.

Months are counted from the start or the end, so that "R/2026-01-31T09:00/P1M" stays at the end of each month; without
either, from the last point that occurred.
"""

from functools import lru_cache
from typing import Final, final

from cronsim import CronSim, CronSimError

from andante.timing.duration import Duration, parse_duration, shift
from andante.timing.instants import DAY, TimingError, excerpt, local, parse_instant, to_ms

ENDLESS: Final = -1
_LONGEST_TEXT: Final = 200
_MOST_COUNTED: Final = 100
_MONTH_MS: Final = 30 * DAY


@final
class _Interval:
    """The points of a repeating interval. `anchor` is its start (`back` false) or its end (`back` true), if it has one;
    point k lies k periods after the start, or before the end. `times` points, ENDLESS for no limit."""

    __slots__ = ("anchor", "anchored", "back", "period", "times", "zone")

    def __init__(self, times: int, period: Duration, anchor: int | None, back: bool, zone: str) -> None:
        self.times = times
        self.period = period
        self.anchored = anchor is not None
        self.anchor = anchor or 0
        self.back = back
        self.zone = zone

    def point(self, k: int, anchor: int) -> int:
        count = -k if self.back else k
        return shift(anchor, Duration(self.period.months * count, self.period.ms * count), self.zone)

    def passed(self, anchor: int, now: int) -> int:
        """How many points from the anchor on, itself counted, lie at or before `now`. Forward only."""
        if now < anchor:
            return 0
        if not self.period.months:
            return (now - anchor) // self.period.ms + 1
        # A month has 28 to 31 days: the estimate is at most a few points off.
        k = (now - anchor) // (self.period.months * _MONTH_MS + self.period.ms)
        while k and self.point(k, anchor) > now:
            k -= 1
        while self.point(k + 1, anchor) <= now:
            k += 1
        return k + 1

    def coming(self, now: int) -> int:
        """How many points lie strictly after `now`. Backward only."""
        if self.anchor <= now:
            return 0
        if not self.period.months:
            return -((now - self.anchor) // self.period.ms)
        k = (self.anchor - now) // (self.period.months * _MONTH_MS + self.period.ms)
        while k and self.point(k, self.anchor) <= now:
            k -= 1
        while self.point(k + 1, self.anchor) > now:
            k += 1
        return k + 1


def first(text: str, now: int, zone: str) -> tuple[int, int]:
    """The cycle's first point (ms) after `now`, and how many follow it: ENDLESS, or 0 and more.

    Points of a cycle with a start or an end that are already over are passed over; if all are, the last of them is
    given, as a date that is over is due at once. Raises TimingError.
    """
    if is_cron(text):
        return _next_cron(text, now, zone), ENDLESS
    cycle = _parse(text, zone)
    if not cycle.anchored:
        return cycle.point(1, now), cycle.times - 1 if cycle.times != ENDLESS else ENDLESS
    if cycle.back:
        coming = cycle.coming(now)
        if cycle.times != ENDLESS:
            coming = min(coming, cycle.times)
        left = max(coming - 1, 0)
        return cycle.point(left, cycle.anchor), left
    passed = cycle.passed(cycle.anchor, now)
    if cycle.times == ENDLESS:
        return cycle.point(passed, cycle.anchor), ENDLESS
    passed = min(passed, cycle.times - 1)
    return cycle.point(passed, cycle.anchor), cycle.times - 1 - passed


def following(text: str, due: int, now: int, zone: str) -> tuple[int, int]:
    """The point after `due` (a point of the cycle) that lies strictly after `now` too, and how many lie between.

    These missed points use up repetitions as the one at `due` does; the caller counts them, so the point given may lie
    beyond the cycle's last. Beyond the end of a cycle that has one it is 0. Missed points of cron, which never ends,
    are counted to 100 at most. Raises TimingError.
    """
    now = max(due, now)
    if is_cron(text):
        missed, point = 0, _next_cron(text, due, zone)
        while point <= now and missed < _MOST_COUNTED:
            missed, point = missed + 1, _next_cron(text, point, zone)
        return point if point > now else _next_cron(text, now, zone), missed
    cycle = _parse(text, zone)
    if cycle.back:
        coming = cycle.coming(now)
        return cycle.point(coming - 1, cycle.anchor) if coming else 0, cycle.coming(due) - coming
    anchor = cycle.anchor if cycle.anchored else due
    passed = cycle.passed(anchor, now)
    return cycle.point(passed, anchor), passed - cycle.passed(anchor, due)


def check(kind: str, text: str) -> None:
    """Validate a timer's constant text at deployment; `kind` is "date", "duration" or "cycle". Raises TimingError."""
    if kind == "date":
        parse_instant(text, "UTC")
    elif kind == "duration":
        duration = parse_duration(text)
        if duration.months < 0 or duration.ms < 0:
            raise TimingError(f"{excerpt(text)}: a timer's duration cannot be negative")
    elif kind == "cycle":
        first(text, 0, "UTC")
    else:
        raise TimingError(f"unknown timer kind {excerpt(kind)}: it is date, duration or cycle")


def is_cron(text: str) -> bool:
    """Whether the cycle is meant as cron: 5 or 6 fields with blanks between."""
    return len(text) <= _LONGEST_TEXT and len(text.split()) in (5, 6)


@lru_cache(maxsize=1024)
def _parse(text: str, zone: str) -> _Interval:
    parts = text.strip().split("/") if len(text) <= _LONGEST_TEXT else []
    head = parts[0] if parts else ""
    count = head[1:]
    if len(parts) not in (2, 3) or head[:1] != "R" or (count and not (count.isascii() and count.isdigit())):
        raise TimingError(
            f"{excerpt(text)} is no cycle: write it as R3/PT10M, R/PT1H, R/2026-01-31T09:00/P1D,"
            " R/PT1H/2026-01-31T18:00 or as cron with 5 or 6 fields"
        )
    times = int(count) if count else ENDLESS
    if times == 0 or times > 1_000_000_000:
        raise TimingError(f"{excerpt(text)}: a cycle has 1 to 1,000,000,000 repetitions, or R alone for no limit")
    back = len(parts) == 3 and parts[1].startswith("P")
    period = parse_duration(parts[1] if back else parts[-1])
    if period.months < 0 or period.ms < 0 or not (period.months or period.ms):
        raise TimingError(f"{excerpt(text)}: the interval of a cycle must be longer than nothing")
    anchor = parse_instant(parts[2] if back else parts[1], zone) if len(parts) == 3 else None
    return _Interval(times, period, anchor, back, zone)


def _next_cron(text: str, after: int, zone: str) -> int:
    try:
        # What Quartz calls "?", no condition on this field, is "*" to cron.
        return to_ms(next(CronSim(text.replace("?", "*"), local(after, zone))))
    except (CronSimError, StopIteration, OverflowError) as fault:
        raise TimingError(f"{excerpt(text)} is no cron expression that ever occurs: {fault}") from None
