"""When a day and a week end where somebody is."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from andante.timing.instants import TimingError


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TimingError(f"'{name}' is no time zone. Name one of the IANA database, such as Europe/Berlin.") from None


def ends(now: int, zone: str) -> tuple[int, int]:
    """The end of the day and of the week (which begins on Monday) of the instant `now`; all in ms. Raises TimingError
    for a zone that is none."""
    place = _zone(zone)
    here = datetime.fromtimestamp(now / 1000, place)
    midnight = datetime(here.year, here.month, here.day, tzinfo=place)

    def later(days: int) -> int:
        day = midnight.replace(tzinfo=None) + timedelta(days=days)
        return int(day.replace(tzinfo=place).timestamp() * 1000)

    return later(1), later(7 - here.weekday())
