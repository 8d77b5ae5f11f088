"""How long what is over is kept: a time, or for ever."""

from typing import Final

from andante.timing.duration import parse_duration, shift
from andante.timing.instants import TimingError

FOREVER: Final = "forever"


def checked_keeping(text: str) -> str:
    """The text of a retention: "" (nothing is said), "forever", or an ISO 8601 duration; a bare number counts days.

    Raises TimingError.
    """
    text = text.strip()
    if text.isdecimal() and text.isascii():
        text = f"P{text}D"
    if text in ("", FOREVER):
        return text
    length = parse_duration(text)
    if length.ms < 0 or length.months < 0:
        raise TimingError(f"'{text}' is shorter than nothing: write it as P90D, P1Y, PT12H or forever")
    return text


def kept_since(text: str, now: int, zone: str) -> int | None:
    """What ended at this time (ms) or before need not be kept at `now` any longer; None: all is kept."""
    if text in ("", FOREVER):
        return None
    length = parse_duration(text)
    length = type(length)(-length.months, -length.ms)
    try:
        return shift(now, length, zone)
    except TimingError:
        return None  # longer than there have been years
