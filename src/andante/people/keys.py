"""Keys: tokens for long, which a person gives to a program of their own. Shown once, kept as a hash.

A key is `andk_`, 40 random letters and digits, and 6 that check the rest: secret scanners find it by
`andk_[0-9A-Za-z]{46}`, and a mistyped one is known without a look at the database.
"""

import secrets
import string
import zlib
from collections.abc import Callable, Iterable
from typing import Any, Final, final

import msgspec

from andante.people.changes import Changes, Tables
from andante.people.faults import KEY_NOT_FOUND, PARAMETER, PERSON_NOT_FOUND, AccessProblem
from andante.people.limits import ends_at, ranges_of, scopes_of
from andante.people.secrets import digest, new_secret
from andante.store.audit import AuditLog, Entry

PREFIX: Final = "andk_"
RANDOM: Final = 40
CHECK: Final = 6
LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
LONGEST: Final = 100
MOST: Final = 100  # of a person
_KEYS: Final = "select id, person, name, scopes, ranges, created_at, created_by, expires_at, last_used_at from api_key"
_names: Final = msgspec.json.Decoder(list[str]).decode


class KeyRecord(msgspec.Struct, frozen=True):
    """A key that acts as `person`, for `scopes` (none: all) and from `ranges` (none: anywhere). Times in ms, 0 never;
    `last_used_at` to the hour."""

    id: str
    person: str
    name: str
    scopes: list[str]
    ranges: list[str]
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int


def _record(row: tuple[Any, ...]) -> KeyRecord:
    id, person, name, scopes, ranges, *rest = row
    return KeyRecord(id, person, name, _names(scopes), _names(ranges), *rest)


def _check(body: str) -> str:
    number, found = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        number, rest = divmod(number, len(LETTERS))
        found = LETTERS[rest] + found
    return found


def new_key() -> str:
    body = "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return f"{PREFIX}{body}{_check(body)}"


def is_key(text: str) -> bool:
    """Whether it may be one: right in form and check."""
    body, check = text[len(PREFIX) : -CHECK], text[-CHECK:]
    return text.startswith(PREFIX) and len(body) == RANDOM and _check(body) == check


@final
class Keys:
    """Every method that changes something is durable when it returns. `now` gives ms since the epoch."""

    def __init__(self, tables: Tables, now: Callable[[], int], audit: AuditLog | None = None) -> None:
        self._tables = tables
        self._changes = Changes(tables, audit=audit)
        self._now = now

    async def many(self, person: str = "") -> list[KeyRecord]:
        """Of a person, or all; the newest first."""
        where, values = (" where person=?", (person,)) if person else ("", ())
        return [_record(row) for row in await self._tables.read(f"{_KEYS}{where} order by created_at desc, id", values)]

    async def one(self, id: str) -> KeyRecord:
        """Raises AccessProblem (404)."""
        row = await self._tables.get(f"{_KEYS} where id=?", (id,))
        if row is None:
            raise AccessProblem(KEY_NOT_FOUND, 404, f"There is no key '{id}'.")
        return _record(row)

    async def add(
        self, person: str, name: str, *, scopes: Iterable[str] = (), ranges: Iterable[str] = (), expires_at: int = 0,
        by: str,
    ) -> tuple[KeyRecord, str]:  # fmt: skip
        """The key as it is listed, and itself: it is not seen again. Raises AccessProblem: 400 bad value or too many,
        404 no such person."""
        if await self._tables.get("select 1 from person where name=?", (person,)) is None:
            raise AccessProblem(PERSON_NOT_FOUND, 404, f"There is no person '{person}'.")
        name = name.strip()
        if not name or len(name) > LONGEST or not name.isprintable():
            raise AccessProblem(PARAMETER, 400, f"name: say what the key is for, in at most {LONGEST} characters.")
        if len(await self.many(person)) >= MOST:
            raise AccessProblem(PARAMETER, 400, f"'{person}' has {MOST} keys already. Revoke one first.")
        text, now = new_key(), self._now()
        record = KeyRecord(
            new_secret()[:12].replace("-", "x").replace("_", "x"), person, name, scopes_of(scopes), ranges_of(ranges),
            now, by, ends_at(expires_at, now), 0,
        )  # fmt: skip
        told = {"person": person, "name": name, "scopes": record.scopes, "ranges": record.ranges}
        await self._changes.keep([(
            "insert into api_key (id, hash, person, name, scopes, ranges, created_at, created_by, expires_at)"
            " values (?,?,?,?,?,?,?,?,?)",
            [
                record.id, digest(text), person, name, msgspec.json.encode(record.scopes).decode(),
                msgspec.json.encode(record.ranges).decode(), now, by, record.expires_at,
            ],
        )], Entry("key.add", record.id, told))  # fmt: skip
        return record, text

    async def revoke(self, id: str) -> None:
        """It is worth nothing from now on. Raises AccessProblem (404)."""
        record = await self.one(id)
        entry = Entry("key.revoke", id, {"person": record.person, "name": record.name})
        await self._changes.keep([("delete from api_key where id=?", [id])], entry)
