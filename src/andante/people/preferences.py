"""How persons want to be told: by which channels, in which language, when. What they leave open the server's settings
say."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

import msgspec

from andante.people.changes import Statement, Tables
from andante.people.faults import PARAMETER, PERSON_NOT_FOUND, AccessProblem
from andante.people.quiet import DAYS, next_hour, next_time, quiet_until
from andante.store.audit import AuditLog, Entry, asked_by, difference
from andante.timing.instants import TimingError, zone_of

CHANNELS: Final = ("mail", "app", "apprise")
DIGESTS: Final = ("immediately", "hourly", "daily", "weekly")
LANGUAGES: Final = ("en", "zh")
ANY: Final = "*"
MOST_ADDRESSES: Final = 10
KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Preferences(msgspec.Struct, frozen=True, omit_defaults=True):
    """`channels`: by kind of note, "*" for those that are not named; `urgent`: kinds that neither quiet hours nor a
    digest hold up. Times are HH:MM in `zone`; quiet hours from `quiet_from` to `quiet_until` go past midnight where
    they must. `apprise`: addresses of what Apprise reaches, each a secret. "" and an empty list leave it to the
    server; no channel at all is `{"*": []}`."""

    channels: dict[str, list[str]] = {}
    language: str = ""
    zone: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    urgent: list[str] = []
    digest: str = ""
    digest_at: str = ""
    digest_day: str = ""
    apprise: list[str] = []

    def ways(self, kind: str) -> list[str]:
        """The channels for notes of a kind."""
        return self.channels.get(kind, self.channels.get(ANY, []))

    def held_until(self, now: int) -> int:
        """When the quiet hours end in which `now` (ms) is; 0 for none."""
        if not self.quiet_from:
            return 0
        return quiet_until(now, _time(self.quiet_from), _time(self.quiet_until), self.zone)

    def release(self, kind: str, now: int) -> int:
        """When a note that came at `now` (ms) goes out: at once, with the next digest, or when quiet hours end."""
        if kind in self.urgent:
            return now
        due = now
        if self.digest == "hourly":
            due = next_hour(now, self.zone)
        elif self.digest == "daily":
            due = next_time(now, _time(self.digest_at), self.zone)
        elif self.digest == "weekly":
            due = next_time(now, _time(self.digest_at), self.zone, DAYS.index(self.digest_day))
        return self.held_until(due) or due


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def checked(found: Preferences) -> Preferences:
    """Raises AccessProblem (400) that names the field."""
    for kind, channels in found.channels.items():
        if kind != ANY and not KIND.fullmatch(kind):
            raise _wrong("channels", f"'{kind}' is no kind of note: a word, or * for all others.")
        _among(f"channels.{kind}", channels, CHANNELS)
    for kind in found.urgent:
        if not KIND.fullmatch(kind):
            raise _wrong("urgent", f"'{kind}' is no kind of note.")
    if found.language:
        _among("language", [found.language], LANGUAGES)
    if found.digest:
        _among("digest", [found.digest], DIGESTS)
    if found.digest_day:
        _among("digestDay", [found.digest_day], DAYS)
    for field, text in (
        ("quietFrom", found.quiet_from), ("quietUntil", found.quiet_until), ("digestAt", found.digest_at),
    ):  # fmt: skip
        if text and not _TIME.fullmatch(text):
            raise _wrong(field, f"'{text}' is no time of day: write it as 22:00.")
    if bool(found.quiet_from) != bool(found.quiet_until):
        raise _wrong("quietUntil", "quiet hours need both quietFrom and quietUntil, or neither.")
    if found.quiet_from and found.quiet_from == found.quiet_until:
        raise _wrong("quietUntil", "quiet hours that never end: give another time than quietFrom.")
    if len(found.apprise) > MOST_ADDRESSES:
        raise _wrong("apprise", f"at most {MOST_ADDRESSES} addresses.")
    try:
        zone_of(found.zone or "UTC")
    except TimingError as fault:
        raise _wrong("zone", f"{fault}.") from None
    return found


def _among(field: str, values: Iterable[str], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise _wrong(field, f"'{value}' is none of {', '.join(known)}.")


def _wrong(field: str, message: str) -> AccessProblem:
    return AccessProblem(PARAMETER, 400, f"{field}: {message}")


@final
class PreferenceBook:
    """What persons have said, and what holds for those who have not: `defaults` has a value for everything. `now`
    gives ms since the epoch."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], defaults: Preferences, audit: AuditLog | None = None
    ) -> None:
        self._tables = tables
        self._audit = audit
        self._now = now
        self._defaults = defaults

    async def said(self, person: str) -> Preferences:
        """What the person has said alone. Raises AccessProblem (404) where there is no such person."""
        if (await self._tables.get("select 1 from person where name=?", (person,))) is None:
            raise AccessProblem(PERSON_NOT_FOUND, 404, f"There is no person '{person}'.")
        row = await self._tables.get("select data from preference where person=?", (person,))
        return _read(row[0]) if row is not None else Preferences()

    async def change(self, person: str, changes: Mapping[str, Any]) -> Preferences:
        """Change what `changes` names, and give all that the person has said. What others change is in the audit log.
        Raises AccessProblem: 404, 400."""
        before = await self.said(person)
        found = checked(msgspec.structs.replace(before, **changes))
        data = msgspec.json.encode(found).decode()
        statements: list[Statement] = [(
            "insert into preference (person, data, modified_at) values (?,?,?)"
            " on conflict (person) do update set data=excluded.data, modified_at=excluded.modified_at",
            (person, data, self._now()),
        )]  # fmt: skip
        if self._audit is None or asked_by() in ("", person):
            await self._tables.write(statements)
        else:
            details = difference(msgspec.structs.asdict(before), msgspec.structs.asdict(found), ("apprise",))
            await self._audit.write(statements, Entry("preference.change", person, details, kind="person"))
        return found

    def whole(self, said: Preferences) -> Preferences:
        """With the server's settings where the person has said nothing."""
        left = {name: getattr(self._defaults, name) for name in said.__struct_fields__ if not getattr(said, name)}
        if said.channels and ANY not in said.channels:
            left["channels"] = {**self._defaults.channels, **said.channels}
        return msgspec.structs.replace(said, **left)

    async def many(self, persons: Iterable[str]) -> dict[str, Preferences]:
        """What holds for each of these."""
        names = list(dict.fromkeys(persons))
        found: dict[str, Preferences] = {}
        for start in range(0, len(names), 200):
            part = names[start : start + 200]
            marks = ",".join("?" for _ in part)
            sql = f"select person, data from preference where person in ({marks})"
            found.update({person: _read(data) for person, data in await self._tables.read(sql, part)})
        return {name: self.whole(found.get(name, Preferences())) for name in names}


def _read(data: str) -> Preferences:
    return msgspec.json.decode(data, type=Preferences)
