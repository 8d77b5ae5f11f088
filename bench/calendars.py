"""Due dates in working time: `python -m bench.calendars COUNT` prints what one a year ahead costs: warm, with all to be
found out, and the naive way, a walk from day to day by the same hours and holidays.

The calendar has two shifts on weekdays, one over midnight on Fridays, a hundred days off, and daylight saving.
"""

import datetime as dt
import json
import statistics
import sys
import time
from zoneinfo import ZoneInfo

from andante.timing.calendar import BusinessCalendar, Hours, Period
from andante.timing.instants import DAY, HOUR
from andante.timing.offsets import segments

ZONE = "America/New_York"
OFFICE: Hours = ((8 * 3600, 12 * 3600), (13 * 3600, 17 * 3600))
WEEK: tuple[Hours, ...] = (*(OFFICE,) * 4, (*OFFICE, (22 * 3600, 30 * 3600)), (), ())
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
OFF: dict[int, Hours | int] = {dt.date(2026, 1, 1).toordinal() + 11 * n: () for n in range(100)}
YEAR = 1_900 * HOUR  # about what is worked in a year


def calendar() -> BusinessCalendar:
    return BusinessCalendar(periods=[Period(1, ZONE, WEEK)], holidays=OFF)


def by_days(zone: ZoneInfo, at: dt.datetime, left: float) -> dt.datetime:
    """The same, day by day."""
    day = at.astimezone(zone).date() - dt.timedelta(days=1)
    while True:
        for start, end in () if day.toordinal() in OFF else WEEK[day.weekday()]:
            midnight = dt.datetime.combine(day, dt.time())
            opens = max(at, (midnight + dt.timedelta(seconds=start)).replace(tzinfo=zone))
            closes = (midnight + dt.timedelta(seconds=end)).replace(tzinfo=zone)
            span = closes.timestamp() - opens.timestamp()
            if span > 0:
                if span >= left:
                    return dt.datetime.fromtimestamp(opens.timestamp() + left, zone)
                left -= span
        day += dt.timedelta(days=1)


def main() -> None:
    count = int(sys.argv[1])
    starts = [int(BEGIN.timestamp() * 1000) + n * 7 * HOUR + n % 60 * 60_000 for n in range(200)]
    warm = calendar()
    zone = ZoneInfo(ZONE)
    for start in starts:
        naive = by_days(zone, dt.datetime.fromtimestamp(start / 1000, dt.UTC), YEAR / 1000)
        if warm.add(start, YEAR) != round(naive.timestamp() * 1000):
            raise AssertionError(f"{start}: the two do not agree")
    begin = time.perf_counter()
    for n in range(count):
        warm.add(starts[n % 200], YEAR)
    due = (time.perf_counter() - begin) / count
    begin = time.perf_counter()
    for n in range(count):
        warm.between(starts[n % 200], starts[n % 200] + 365 * DAY)
    measured = (time.perf_counter() - begin) / count
    begin = time.perf_counter()
    for n in range(20):
        by_days(zone, dt.datetime.fromtimestamp(starts[n * 10] / 1000, dt.UTC), YEAR / 1000)
    naive_s = (time.perf_counter() - begin) / 20
    cold = []
    for n in range(20):
        segments.cache_clear()
        fresh = calendar()
        begin = time.perf_counter()
        fresh.add(starts[n], YEAR)
        cold.append(time.perf_counter() - begin)
    answer = {
        "due_us": due * 1e6,
        "between_us": measured * 1e6,
        "dues_per_s": 1 / due,
        "naive_per_s": 1 / naive_s,
        "cold_ms": statistics.median(cold) * 1e3,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
