"""ISO 8601 durations: "P1Y2M", "P3DT4H", "PT0.5S", "P2W", each with an optional sign."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, final

from andante.timing.instants import (
    DAY,
    EARLIEST,
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    WEEK,
    TimingError,
    excerpt,
    local,
    to_ms,
    zone_of,
)

_NUMBER: Final = r"(?:(\d{1,12}(?:[.,]\d{1,9})?)"
_FORM: Final = re.compile(
    rf"([+-]?)P(?:(\d{{1,6}})Y)?(?:(\d{{1,6}})M)?{_NUMBER}W)?{_NUMBER}D)?"
    rf"(?:T(?=\d){_NUMBER}H)?{_NUMBER}M)?{_NUMBER}S)?)?",
    re.ASCII,
)
_UNITS: Final = (WEEK, DAY, HOUR, MINUTE, SECOND)
_LONGEST_MS: Final = 10_000 * 366 * DAY


@final
class Duration:
    """Calendar months, then exact milliseconds. Both have the sign of the whole."""

    __slots__ = ("months", "ms")

    def __init__(self, months: int, ms: int) -> None:
        self.months = months
        self.ms = ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.months == other.months and self.ms == other.ms

    def __hash__(self) -> int:
        return hash((self.months, self.ms))

    def __repr__(self) -> str:
        return f"Duration(months={self.months}, ms={self.ms})"


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """An ISO 8601 duration. Years are 12 months; weeks and days are exact, a day has 24 hours.

    Only the smallest unit given may have a fraction, years and months never; what is finer than a millisecond is cut
    off. Raises TimingError.
    """
    found = _FORM.fullmatch(text.strip()) if len(text) <= 100 else None
    if found is None or not any(found.groups()[1:]):
        raise TimingError(f"{excerpt(text)} is no ISO 8601 duration: write it as P3D, PT4H, PT30M, P1DT12H or P1M")
    sign, years, months, *amounts = found.groups()
    given = [(amount, unit) for amount, unit in zip(amounts, _UNITS, strict=True) if amount]
    if any(not amount.isdigit() for amount, _ in given[:-1]):
        raise TimingError(f"{excerpt(text)}: only the smallest unit of a duration may have a fraction")
    exact = int(sum(Decimal(amount.replace(",", ".")) * unit for amount, unit in given))
    calendar = int(years or 0) * 12 + int(months or 0)
    if exact > _LONGEST_MS or calendar > 120_000:
        raise TimingError(f"{excerpt(text)} is longer than 10,000 years")
    return Duration(-calendar, -exact) if sign == "-" else Duration(calendar, exact)


def shift(at_ms: int, duration: Duration, zone: str) -> int:
    """`at_ms` and the duration: first the months by the calendar of the zone, then the exact milliseconds.

    A month that is too short gives its last day: 31 January and P1M is 28 or 29 February, at the same local time.
    Raises TimingError when the result lies outside the years 1 to 9999.
    """
    then = (_months_later(at_ms, duration.months, zone) if duration.months else at_ms) + duration.ms
    if not EARLIEST <= then <= LATEST:
        raise TimingError(f"{duration} from {at_ms} ms leads outside the years 1 to 9999")
    return then


def iso_duration(ms: int) -> str:
    """ "PT40H", "PT1H30M", "-PT0.5S": in hours and less, for a day of working time is whatever a calendar says."""
    hours, rest = divmod(abs(ms), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest / SECOND:g}S" if rest else ""
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + seconds
    return f"{'-' if ms < 0 else ''}PT{text or '0S'}"


def _months_later(at_ms: int, months: int, zone: str) -> int:
    moment = local(at_ms, zone)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise TimingError(f"{months} months from the year {moment.year} lead to the year {year}, outside 1 to 9999")
    day = min(moment.day, _days_in(year, month + 1))
    # The fold stays: of an hour that the clocks repeat, each half keeps its half.
    return to_ms(moment.replace(year=year, month=month + 1, day=day, tzinfo=zone_of(zone)))


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
