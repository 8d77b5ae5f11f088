"""Times, spans and values as people read them. Times come in ms since the epoch, UTC; 0 is unset."""

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_UNITS: Final = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"))
_NONE: Final = "–"


@lru_cache(maxsize=64)
def _zone(name: str) -> dt.tzinfo:
    return dt.UTC if name == "UTC" else ZoneInfo(name)


def _local(ms: int, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, _zone(zone))


def moment(ms: int, now: int, zone: str) -> str:
    """Short, as far as it needs to be: "14:05" today, "3 Nov, 14:05" this year, "3 Nov 2025, 14:05" else."""
    if not ms:
        return _NONE
    at, today = _local(ms, zone), _local(now, zone)
    clock = f"{at:%H:%M}"
    if at.date() == today.date():
        return clock
    year = "" if at.year == today.year else f" {at.year}"
    return f"{at.day} {at:%b}{year}, {clock}"


def full_moment(ms: int, zone: str) -> str:
    """To the second, with the zone: for tooltips and details."""
    if not ms:
        return _NONE
    at = _local(ms, zone)
    return f"{at:%a} {at.day} {at:%b} {at.year}, {at:%H:%M:%S} {at.tzname() or zone}"


def iso(ms: int) -> str:
    """For the `datetime` attribute."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="seconds") if ms else ""


def span(ms: int) -> str:
    """The two largest units of a length: "3 d 4 h", "2 h 10 m", "45 s"."""
    rest = abs(ms)
    if rest < MINUTE:
        return f"{rest // 1000} s"
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append((count, unit))
        if len(parts) == 2:
            break
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def json_text(value: object) -> str:
    """A value as JSON, on one line."""
    return msgspec.json.encode(value, enc_hook=str).decode()


def pretty(value: object) -> str:
    """A value for reading: text as it is, else JSON, indented where it is long."""
    if isinstance(value, str):
        return value
    data = msgspec.json.encode(value, enc_hook=str)
    return (msgspec.json.format(data, indent=2) if len(data) > 60 else data).decode()
