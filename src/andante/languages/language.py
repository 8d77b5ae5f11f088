"""One language: its catalogue, and how it writes moments and lengths. All times are ms since the epoch, UTC."""

import datetime as dt
import gettext
import io
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

HERE: Final = Path(__file__).parent
NAMES: Final = {"en": "English", "zh": "中文"}
CODES: Final = tuple(NAMES)
DEFAULT: Final = "en"
# As written by those who read the language: 24 hours, the day before the month in English.
_LOCALES: Final = {"en": "en_GB", "zh": "zh_Hans_CN"}
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NONE: Final = "–"


def mark(text: str) -> str:
    """The text as it is: says that it is to be translated where it is shown."""
    return text


@lru_cache(maxsize=64)
def _zone(name: str) -> dt.tzinfo:
    return dt.UTC if name == "UTC" else ZoneInfo(name)


def local(ms: int, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, _zone(zone))


@final
class Language:
    """Immutable; may be shared by threads. Get one by `language(code)`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.locale = Locale.parse(_LOCALES[code])
        self._texts = _catalogue(code)
        # The units in which lengths of time are told, from the longest; the browser counts with the same words.
        self.units: tuple[tuple[int, str], ...] = (
            (DAY, self.text("d")), (HOUR, self.text("h")), (MINUTE, self.text("m")), (1_000, self.text("s")),
        )  # fmt: skip

    def text(self, message: str, /, **values: object) -> str:
        """The message in this language, with `%(name)s` filled in."""
        text = self._texts.gettext(message)
        return text % values if values else text

    @property
    def native(self) -> bool:
        """Whether it is the one in which the messages are written."""
        return self.code == DEFAULT

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The message for so many; `%(num)s` is the count."""
        return self._texts.ngettext(one, many, count) % {"num": self.number(count), **values}

    def gettext(self, message: str) -> str:
        """For templates."""
        return self._texts.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """For templates."""
        return self._texts.ngettext(one, many, count)

    def number(self, value: float) -> str:
        """With the separators of the language; at most two digits behind the point."""
        return str(format_decimal(value, locale=self.locale, format="#,##0.##"))

    def percent(self, share: float) -> str:
        """A share of 1 in whole percent."""
        return str(format_percent(share, locale=self.locale))

    def moment(self, ms: int, now: int, zone: str) -> str:
        """Short, as far as it needs to be: "14:05" today, "3 Nov, 14:05" this year, "3 Nov 2025, 14:05" else."""
        if not ms:
            return NONE
        at, today = local(ms, zone), local(now, zone)
        if at.date() == today.date():
            return f"{at:%H:%M}"
        return f"{self._written(at, 'MMMd' if at.year == today.year else 'yMMMd')}, {at:%H:%M}"

    def full_moment(self, ms: int, zone: str) -> str:
        """To the second, with the zone: for tooltips and details."""
        if not ms:
            return NONE
        at = local(ms, zone)
        return f"{self._written(at, 'yMMMEd')}, {at:%H:%M:%S} {at.tzname() or zone}"

    def day(self, ms: int, zone: str) -> str:
        """The date alone, with the year."""
        return self._written(local(ms, zone), "yMMMd") if ms else NONE

    def month(self, ms: int) -> str:
        """The name of the month of a moment, in UTC."""
        return str(self.locale.months["stand-alone"]["wide"][local(ms, "UTC").month])

    def weekday(self, number: int) -> str:
        """The shortest name of a day of the week; 0 is Monday."""
        return str(self.locale.days["stand-alone"]["narrow"][number])

    def span(self, ms: int) -> str:
        """The two largest units of a length: "3 d 4 h", "2 h 10 m", "45 s"."""
        rest = abs(ms)
        parts: list[str] = []
        for size, unit in self.units[:-1]:
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count} {unit}")
            elif parts:
                break
            if len(parts) == 2:
                break
        return " ".join(parts) or f"{rest // 1_000} {self.units[-1][1]}"

    def _written(self, at: dt.datetime, skeleton: str) -> str:
        return str(format_skeleton(skeleton, at, tzinfo=at.tzinfo, locale=self.locale))


@cache
def language(code: str) -> Language:
    """Raises KeyError for a code that is none of CODES."""
    return Language(code)


def chosen(wanted: str, accepted: str) -> Language:
    """The one a person has chosen (a code, or ""), else the first of an Accept-Language header that there is."""
    if wanted in CODES:
        return language(wanted)
    tags = []
    for part in accepted[:1_000].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            tags.append((float(quality or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    preferred = [tag for _, tag in sorted(tags, key=lambda each: -each[0]) if tag]
    known = [tag.partition("_")[0].lower() for tag in preferred]
    return language(negotiate_locale(known, CODES) or DEFAULT)


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == DEFAULT:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (HERE / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
