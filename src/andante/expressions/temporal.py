"""Days, times and durations: from ISO text, to ISO text, and their properties (DMN 1.5, section 10.3.2.3).

Text that names no valid value gives None, FEEL's null. Fractions of a second are kept to the microsecond. No year is
outside 1 to 9999. A zone is kept as it was written: an offset ("Z", "+01:00") or a name of the IANA list after "@".
"""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from andante.expressions.values import YearsMonths

MICROSECOND: Final = dt.timedelta(microseconds=1)
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_DATE = r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,64})?"
_DATE_TEXT: Final = re.compile(_DATE, re.ASCII)
_TIME_TEXT: Final = re.compile("T?" + _TIME, re.ASCII)
_BOTH_TEXT: Final = re.compile(_DATE + "T" + _TIME, re.ASCII)
_DAYS_TEXT: Final = re.compile(
    r"(-?)P(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,15})(?:\.(\d{0,30}))?S)?)?", re.ASCII
)
_MONTHS_TEXT: Final = re.compile(r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)


@lru_cache(maxsize=1024)
def _zone(name: str) -> dt.tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone(text: str) -> dt.tzinfo | None:
    """The zone of "Z", "+hh:mm" or "@Area/City"; None when there is no such zone."""
    if text == "Z":
        return dt.UTC
    if text.startswith("@"):
        return _zone(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    if parts[1] > 59 or (len(parts) > 2 and parts[2] > 59) or parts[0] > 18:
        return None
    size = dt.timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    return dt.timezone(-size if text[0] == "-" else size) if size else dt.UTC


def _fraction(digits: str | None) -> int:
    return int((digits or "0")[:6].ljust(6, "0"))


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """The day, or None when there is none such."""
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _make_time(parts: tuple[Any, ...]) -> dt.time | None:
    hour, minute, second, fraction, where = parts
    tz = zone(where) if where else None
    if where and tz is None:
        return None
    try:
        return dt.time(int(hour), int(minute), int(second), _fraction(fraction), tz)
    except ValueError:
        return None


def parse_date(text: str) -> dt.date | None:
    """ "2026-01-31" to a date."""
    match = _DATE_TEXT.fullmatch(text)
    return make_date(*map(int, match.groups())) if match else None


def parse_time(text: str) -> dt.time | None:
    """ "10:30:00", "10:30:00.5+01:00" or "10:30:00@Europe/Rome" to a time."""
    match = _TIME_TEXT.fullmatch(text)
    return _make_time(match.groups()) if match else None


def parse_date_and_time(text: str) -> dt.datetime | None:
    """ "2026-01-31T10:30:00Z" to a date and time; a day alone is its midnight, without a zone."""
    match = _BOTH_TEXT.fullmatch(text)
    if match is None:
        day = parse_date(text)
        return None if day is None else dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001
    day = make_date(*map(int, match.groups()[:3]))
    if day is None:
        return None
    if match.groups()[3:7] == ("24", "00", "00", None):
        start = parse_date_and_time(f"{match[1]}-{match[2]}-{match[3]}T00:00:00{match[8] or ''}")
        try:
            return start + dt.timedelta(days=1) if start is not None else None
        except OverflowError:
            return None
    time = _make_time(match.groups()[3:])
    return None if time is None else dt.datetime.combine(day, time)


def parse_duration(text: str) -> dt.timedelta | YearsMonths | None:
    """ "P1DT2H" to a timedelta, "P1Y2M" to YearsMonths. The two kinds do not mix in one text."""
    if text.endswith(("P", "T")):
        return None
    if match := _MONTHS_TEXT.fullmatch(text):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    if match := _DAYS_TEXT.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:5])
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        micros = total * 1_000_000 + _fraction(match[6])
        return from_micros(-micros if match[1] else micros)
    return None


def parse_any(text: str) -> Any:
    """What `@"..."` may hold: the kind follows from the text's form."""
    for parse in (parse_date, parse_time, parse_date_and_time, parse_duration):
        value: Any = parse(text)
        if value is not None:
            return value
    return None


def micros(value: dt.timedelta) -> int:
    """A duration in whole microseconds."""
    return value // MICROSECOND


def from_micros(value: int) -> dt.timedelta | None:
    """Microseconds to a duration; None beyond 999,999,999 days."""
    try:
        return dt.timedelta(microseconds=value)
    except OverflowError:
        return None


def _zone_text(value: dt.datetime | dt.time) -> str:
    tz = value.tzinfo
    if tz is None:
        return ""
    if isinstance(tz, ZoneInfo):
        return f"@{tz.key}"
    offset = value.utcoffset()
    if not offset:
        return "Z" if offset is not None else f"@{tz}"
    size = abs(offset) // dt.timedelta(seconds=1)
    text = f"{'-' if offset < dt.timedelta(0) else '+'}{size // 3600:02}:{size // 60 % 60:02}"
    return text + (f":{size % 60:02}" if size % 60 else "")


def temporal_text(value: Any) -> str:
    """The ISO text of any temporal value, as short as it is exact."""
    if isinstance(value, YearsMonths):
        return _months_text(value.months)
    if isinstance(value, dt.timedelta):
        return _days_text(micros(value))
    if isinstance(value, dt.datetime):
        plain = value.replace(tzinfo=None)
        return _trim(plain.isoformat(timespec="microseconds")) + _zone_text(value)
    if isinstance(value, dt.time):
        return _trim(value.replace(tzinfo=None).isoformat(timespec="microseconds")) + _zone_text(value)
    text: str = value.isoformat()
    return text


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if text.endswith("0") and "." in text else text


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    sign = "-" if months < 0 else ""
    if not years:
        return f"{sign}P{rest}M"
    return f"{sign}P{years}Y" + (f"{rest}M" if rest else "")


def _days_text(total: int) -> str:
    days, rest = divmod(abs(total), 86_400_000_000)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds = _trim(f"{rest // 1_000_000}.{rest % 1_000_000:06}")
    time = "".join(f"{size}{unit}" for size, unit in ((hours, "H"), (minutes, "M")) if size)
    if rest:
        time += f"{seconds}S"
    text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return ("-P" if total < 0 else "P") + text if text else "PT0S"


def temporal_property(value: Any, name: str) -> Any:
    """`value.name` of a temporal value; None for what it does not have."""
    if isinstance(value, dt.timedelta):
        return _days_property(micros(value), name)
    if isinstance(value, YearsMonths):
        whole = abs(value.months)
        part = {"years": whole // 12, "months": whole % 12}.get(name)
        return -part if part is not None and value.months < 0 else part
    if name in ("year", "month", "day") and isinstance(value, dt.date):
        return getattr(value, name)
    if name == "weekday" and isinstance(value, dt.date):
        return value.isoweekday()
    if isinstance(value, dt.time | dt.datetime):
        if name in ("hour", "minute", "second"):
            return getattr(value, name)
        if name == "time offset":
            return value.utcoffset()
        if name == "timezone":
            return zone_name(value)
    return None


def zone_name(value: dt.datetime | dt.time) -> str | None:
    """The name of its zone; None for an offset alone."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _days_property(total: int, name: str) -> Any:
    size = abs(total)
    part: Any
    if name == "days":
        part = size // 86_400_000_000
    elif name == "hours":
        part = size // 3_600_000_000 % 24
    elif name == "minutes":
        part = size // 60_000_000 % 60
    elif name == "seconds":
        rest = size % 60_000_000
        part = Decimal(rest).scaleb(-6).normalize() if rest % 1_000_000 else rest // 1_000_000
    else:
        return None
    return -part if total < 0 else part


def from_epoch(now: int) -> dt.datetime:
    """Milliseconds since the epoch to a date and time in UTC."""
    return EPOCH + dt.timedelta(milliseconds=now)
