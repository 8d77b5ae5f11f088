"""When a person may be disturbed: quiet hours and digests, as instants. Times of day are those of the person's zone."""

import datetime as dt
from typing import Final

from andante.timing.instants import to_ms, zone_of

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def instant(day: dt.date, time: dt.time, zone: str, *, later: bool = False) -> int:
    """That time of that day in ms. An hour that the clocks skip is read with the offset before the change; of one that
    they repeat it is the first, with `later` the second."""
    moment = dt.datetime.combine(day, time, zone_of(zone))
    return max(to_ms(moment), to_ms(moment.replace(fold=1))) if later else to_ms(moment)


def quiet_until(now: int, begin: dt.time, end: dt.time, zone: str) -> int:
    """When the quiet hours end in which `now` (ms) is, 0 where it is in none. Where `end` is not after `begin` they go
    past midnight."""
    today = dt.datetime.fromtimestamp(now / 1000, zone_of(zone)).date()
    for back in (1, 0):
        day = today - dt.timedelta(days=back)
        last = day if end > begin else day + dt.timedelta(days=1)
        until = instant(last, end, zone, later=True)
        if instant(day, begin, zone) <= now < until:
            return until
    return 0


def next_hour(now: int, zone: str) -> int:
    """The next full hour that the clocks show, after `now` (ms)."""
    shown = dt.datetime.fromtimestamp(now // 1000, zone_of(zone))
    past = dt.timedelta(minutes=shown.minute, seconds=shown.second)
    return (now // 1000 - int(past.total_seconds()) + 3600) * 1000


def next_time(now: int, at: dt.time, zone: str, weekday: int = -1) -> int:
    """The next time after `now` (ms) that the clocks show `at`; on that `weekday` (Monday is 0) where one is given."""
    today = dt.datetime.fromtimestamp(now / 1000, zone_of(zone)).date()
    for ahead in range(9):
        day = today + dt.timedelta(days=ahead)
        if weekday in (-1, day.weekday()):
            moment = instant(day, at, zone)
            if moment > now:
                return moment
    raise AssertionError("every weekday comes within eight days")
