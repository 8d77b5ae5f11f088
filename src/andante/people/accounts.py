"""Persons and OAuth clients: who exists, with which roles, groups and work queues."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, final

import msgspec

from andante.people.changes import Changes, Tables, Told
from andante.people.faults import (
    LAST_ADMINISTRATOR,
    PARAMETER,
    PERSON_EXISTS,
    PERSON_NOT_FOUND,
    AccessProblem,
)  # fmt: skip
from andante.people.permissions import ADMINISTRATOR, ROLES, USER
from andante.people.secrets import Hasher, new_secret
from andante.store.audit import AuditLog, Entry, difference
from andante.store.faults import Duplicate
from andante.store.roster import REVISED, REVISION

KINDS: Final = ("User", "PortalUser", "Machine")
NAME: Final = re.compile(r"\w[\w.@+-]{0,63}")
LEAST_PASSWORD: Final = 8
MOST_PASSWORD: Final = 1_024
HIGHEST_LEVEL: Final = 100
LISTS: Final = frozenset(("roles", "groups", "queues", "skills"))  # columns that hold JSON

_PERSONS: Final = 'select name, email, manager, roles, "groups", queues, kind, created_at, disabled, skills from person'


class PersonRecord(msgspec.Struct, frozen=True):
    """A person or machine user. `manager` is a person's name; `created_at` ms, UTC."""

    name: str
    email: str
    manager: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    kind: str
    created_at: int
    disabled: bool
    skills: dict[str, int] = {}


class Bootstrap(msgspec.Struct, frozen=True):
    """The first administrator's client, as generated: shown once, stored as a hash only."""

    client_id: str
    client_secret: str


def levels(skills: Mapping[str, int]) -> str:
    """Skills as they are stored. Raises AccessProblem (400) for a level that is none."""
    for skill, level in skills.items():
        if not skill.strip() or not 1 <= level <= HIGHEST_LEVEL:
            raise AccessProblem(
                PARAMETER, 400, f"skills: '{skill}' has the level {level}; give it one from 1 to {HIGHEST_LEVEL}."
            )
    return msgspec.json.encode(dict(sorted(skills.items()))).decode()


def _list(items: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(set(items))).decode()


def _person(row: tuple[Any, ...]) -> PersonRecord:
    name, email, manager, roles, groups, queues, kind, created_at, disabled, skills = row
    decode = msgspec.json.decode
    return PersonRecord(
        name, email, manager, decode(roles), decode(groups), decode(queues), kind, created_at, bool(disabled),
        decode(skills),
    )  # fmt: skip


@final
class Accounts:
    """`now` gives ms since the epoch. Every method that changes something is durable when it returns, and those who
    are to know of it (`told`) do."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], hasher: Hasher | None = None, told: Told | None = None,
        audit: AuditLog | None = None,
    ) -> None:  # fmt: skip
        self._tables = tables
        self._now = now
        self._changes = Changes(tables, told, audit)
        self.hasher = hasher or Hasher()

    # Persons.

    async def person(self, name: str) -> PersonRecord:
        """Raises AccessProblem (404) if there is none of that name."""
        row = await self._tables.get(_PERSONS + " where name=?", (name,))
        if row is None:
            raise AccessProblem(PERSON_NOT_FOUND, 404, f"There is no person '{name}'.")
        return _person(row)

    async def persons(self) -> list[PersonRecord]:
        """All, by name."""
        return [_person(row) for row in await self._tables.read(_PERSONS + " order by name")]

    async def add_person(
        self,
        name: str,
        *,
        password: str = "",
        email: str = "",
        manager: str = "",
        roles: Iterable[str] = (USER,),
        groups: Iterable[str] = (),
        queues: Iterable[str] = (),
        kind: str = "User",
        skills: Mapping[str, int] | None = None,
        subject: str = "",
    ) -> PersonRecord:
        """Without a password nobody can log in as them, but by a provider who knows them as `subject`.
        Raises AccessProblem: 400 bad value, 409 name taken."""
        if not NAME.fullmatch(name):
            raise AccessProblem(
                PARAMETER, 400, "name: letters, digits and . _ @ + - (first a letter or digit), at most 64 characters."
            )
        roles = _known_roles(roles)
        _check_kind(kind)
        hashed = await self.hashed(password) if password else ""
        made = PersonRecord(
            name, email, manager, sorted(set(roles)), sorted(set(groups)), sorted(set(queues)), kind, self._now(),
            False, dict(skills or {}),
        )  # fmt: skip
        try:
            await self._changes.write(
                [
                    (
                        'insert into person (name, password_hash, email, manager, roles, "groups", queues, kind,'
                        " created_at, skills, subject, disabled, revision)"
                        f" values (?,?,?,?,?,?,?,?,?,?,?,0,{REVISION})",
                        (
                            name, hashed, email, manager, _list(roles), _list(made.groups), _list(made.queues), kind,
                            made.created_at, levels(skills or {}), subject,
                        ),
                    )
                ],
                Entry("person.add", name, {"after": _shown(made), "secret": ["password"] if password else []}),
            )  # fmt: skip
        except Duplicate:
            raise AccessProblem(PERSON_EXISTS, 409, f"There is a person '{name}' already.") from None
        return await self.person(name)

    async def change_person(
        self,
        name: str,
        *,
        password: str | None = None,
        email: str | None = None,
        manager: str | None = None,
        roles: Iterable[str] | None = None,
        groups: Iterable[str] | None = None,
        queues: Iterable[str] | None = None,
        kind: str | None = None,
        disabled: bool | None = None,
        skills: Mapping[str, int] | None = None,
        subject: str | None = None,
    ) -> PersonRecord:
        """Change what is given; a new password or disabling ends the person's tokens.

        Raises AccessProblem: 404 no such person, 400 bad value, 409 the last administrator would be gone.
        """
        person = await self.person(name)
        changes: dict[str, object] = {}
        if roles is not None:
            changes["roles"] = _list(_known_roles(roles))
        for column, items in (("groups", groups), ("queues", queues)):
            if items is not None:
                changes[column] = _list(items)
        for column, text in (("email", email), ("manager", manager), ("subject", subject)):
            if text is not None:
                changes[column] = text
        if kind is not None:
            _check_kind(kind)
            changes["kind"] = kind
        if disabled is not None:
            changes["disabled"] = int(disabled)
        if skills is not None:
            changes["skills"] = levels(skills)
        if password is not None:
            changes["password_hash"] = await self.hashed(password)
        stays = not disabled and (roles is None or ADMINISTRATOR in roles)
        if ADMINISTRATOR in person.roles and not person.disabled and not stays:
            await self._keep_an_administrator(name)
        statements: list[tuple[str, Sequence[object]]] = []
        if changes:
            columns = ", ".join(f'"{column}"=?' for column in changes)
            sql = f"update person set {columns}, {REVISED} where name=?"
            statements.append((sql, [*changes.values(), name]))
        if disabled or password is not None:
            statements.append(('delete from token where "user"=?', (name,)))
        if statements:
            await self._changes.write(statements, _entry(person, changes))
        return await self.person(name)

    async def _keep_an_administrator(self, leaving: str) -> None:
        others = [p for p in await self.persons() if p.name != leaving and not p.disabled and ADMINISTRATOR in p.roles]
        if not others:
            raise AccessProblem(
                LAST_ADMINISTRATOR, 409, f"'{leaving}' is the last administrator. Make somebody else one first."
            )

    async def hashed(self, password: str) -> str:
        """A password or client secret as it is kept. Raises AccessProblem (400) for one too short or long."""
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            raise AccessProblem(
                PARAMETER, 400, f"password: {LEAST_PASSWORD} to {MOST_PASSWORD} characters, got {len(password)}."
            )
        return await self.hasher.hash(password)

    # The first administrator.

    async def bootstrap(self, client_id: str = "", secret: str = "") -> Bootstrap | None:
        """Make sure there is an administrator, who is a person and a client of the same name and secret.

        With `secret` given, that client is made, or set to it. Else one is generated if no administrator exists, and
        returned: nobody can see its secret later.
        """
        if secret:
            await self._set_administrator(client_id or "admin", secret)
            return None
        if any(ADMINISTRATOR in person.roles and not person.disabled for person in await self.persons()):
            return None
        made = Bootstrap(client_id or "admin", new_secret())
        await self._set_administrator(made.client_id, made.client_secret)
        return made

    async def _set_administrator(self, name: str, secret: str) -> None:
        known = await self._tables.get(
            'select c.secret_hash from client c join person p on p.name = c."user"'
            " where c.id=? and c.revoked=0 and p.disabled=0",
            (name,),
        )
        if known is not None and await self.hasher.verify(known[0], secret):
            return
        if not NAME.fullmatch(name):
            raise AccessProblem(PARAMETER, 400, "The bootstrap client id: letters, digits and . _ @ + - only.")
        hashed = await self.hashed(secret)
        now = self._now()
        await self._changes.write(
            [
                (
                    "insert into person (name, password_hash, roles, kind, created_at, revision)"
                    f" values (?,?,?,'User',?,{REVISION})"
                    " on conflict (name) do update set password_hash=excluded.password_hash, roles=excluded.roles,"
                    " disabled=0, revision=excluded.revision",
                    (name, hashed, _list((ADMINISTRATOR, USER)), now),
                ),
                (
                    'insert into client (id, secret_hash, "user", created_at) values (?,?,?,?)'
                    ' on conflict (id) do update set secret_hash=excluded.secret_hash, "user"=excluded."user",'
                    " revoked=0, second_hash='', second_until=0, scopes='[]', ranges='[]', expires_at=0",
                    (name, hashed, name, now),
                ),
                ('delete from token where "user"=? or client_id=?', (name, name)),
            ],
            Entry("person.bootstrap", name, {"after": {"roles": [ADMINISTRATOR, USER]}, "secret": ["password"]}),
        )


def _shown(person: PersonRecord) -> dict[str, object]:
    """What the audit log may tell of a person."""
    return {name: getattr(person, name) for name in person.__struct_fields__ if name not in ("name", "created_at")}


def _entry(person: PersonRecord, changes: Mapping[str, object]) -> Entry:
    """What the audit log keeps of a change: the columns as they are to be."""
    fresh: dict[str, object] = {}
    for column, value in changes.items():
        if column == "password_hash":
            fresh["password"] = value
        elif column == "disabled":
            fresh[column] = bool(value)
        else:
            fresh[column] = msgspec.json.decode(str(value)) if column in LISTS else value
    action = "person.change"
    if set(fresh) == {"password"}:
        action = "person.password"
    elif set(fresh) == {"disabled"}:
        action = "person.disable" if fresh["disabled"] else "person.enable"
    return Entry(action, person.name, difference(_shown(person), fresh, ("password",)))


def _known_roles(roles: Iterable[str]) -> list[str]:
    chosen = list(roles)
    for role in chosen:
        if role not in ROLES:
            raise AccessProblem(PARAMETER, 400, f"roles: '{role}' is none; they are {', '.join(ROLES)}.")
    return chosen


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise AccessProblem(PARAMETER, 400, f"kind: '{kind}' is none; they are {', '.join(KINDS)}.")
