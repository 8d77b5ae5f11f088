"""Points in time: from text to milliseconds since the epoch (UTC), and back."""

import datetime as dt
import re
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# The first and last moment that every zone can show: a day within the years 1 to 9999.
EARLIEST: Final = -62_135_596_800_000 + DAY
LATEST: Final = 253_402_300_799_999 - DAY
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
_LONGEST_TEXT: Final = 100
# The zone may be named after the time, "@Europe/Rome" as FEEL writes it or "[Europe/Rome]" as Java does.
_FORM: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?"
    r"(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?(?:@(?P<feel>[A-Za-z0-9_+\-/]+)|\[(?P<java>[A-Za-z0-9_+\-/]+)\])?",
    re.ASCII,
)


class TimingError(ValueError):
    """A text that names no time, duration, cycle or zone, or a time out of range. The message says which and why."""


def excerpt(text: str) -> str:
    """The text quoted for a message, cut where it is long."""
    return repr(text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…")


@lru_cache(maxsize=1024)
def zone_of(name: str) -> dt.tzinfo:
    """The time zone of an IANA name. Raises TimingError for an unknown one."""
    if name in ("UTC", "Z"):
        return dt.UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise TimingError(f"unknown time zone {excerpt(name)}: give an IANA name such as Europe/Berlin") from None


def to_ms(moment: dt.datetime) -> int:
    """An aware date-time in ms; what is finer is cut off."""
    return (moment - EPOCH) // _MILLISECOND


def local(ms: int, zone: str) -> dt.datetime:
    """The moment as the clocks of the zone show it. Raises TimingError outside the years 1 to 9999."""
    seconds, rest = divmod(ms, SECOND)
    try:
        return dt.datetime.fromtimestamp(seconds, zone_of(zone)).replace(microsecond=rest * 1_000)
    except (OverflowError, OSError, ValueError) as fault:
        if isinstance(fault, TimingError):
            raise
        raise TimingError(f"{ms} ms lies outside the years 1 to 9999") from None


def parse_instant(text: str, zone: str) -> int:
    """An ISO 8601 date or date-time in ms, UTC; a date is its midnight.

    Without an offset or zone of its own it is meant in `zone`. An hour that the clocks skip is read with the offset
    before the change, one that they repeat is its first. Raises TimingError.
    """
    found = _FORM.fullmatch(text.strip()) if len(text) <= _LONGEST_TEXT else None
    if found is None:
        raise TimingError(
            f"{excerpt(text)} is no date or time: write it as 2026-01-31, 2026-01-31T09:00 or 2026-01-31T09:00:00+01:00"
        )
    day, time, offset = found[1], found[2], found["offset"]
    if offset and not time:
        raise TimingError(f"{excerpt(text)} has an offset but no time: write it as 2026-01-31T00:00:00Z")
    try:
        moment = dt.datetime.fromisoformat(f"{day}T{time or '00:00'}{offset or ''}")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_of(found["feel"] or found["java"] or zone))
        return to_ms(moment)
    except TimingError:
        raise
    except (ValueError, OverflowError) as fault:
        raise TimingError(f"{excerpt(text)} is no date or time: {fault}") from None


def iso(ms: int) -> str:
    """ "2026-01-01T09:00:00.000Z". Raises TimingError outside the years 1 to 9999."""
    return local(ms, "UTC").isoformat(timespec="milliseconds")[:23] + "Z"


def contract_time(ms: int, zone: str) -> str:
    """ "2026-01-01 09:00:00" in the zone, without it; "" for 0, the unset time. Raises TimingError as `iso` does."""
    return local(ms, zone).isoformat(" ", "seconds")[:19] if ms else ""
