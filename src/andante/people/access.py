"""Tokens: client credentials for programs (contract 1.4), log-in for browser sessions, and who a token stands for."""

import hmac
import secrets
from collections.abc import Callable, Collection
from typing import Any, Final, Protocol, final

import msgspec

from andante.people.accounts import MOST_PASSWORD, Accounts
from andante.people.attempts import Attempts
from andante.people.caller import Caller
from andante.people.changes import Changes, Statement, Tables
from andante.people.faults import TOO_FAST, WRONG_PASSWORD, AccessProblem
from andante.people.grants import sight_of
from andante.people.secrets import digest, new_secret
from andante.store.audit import AuditLog, Entry
from andante.store.records import Share
from andante.store.roster import PermitRow

DEFAULT_LIFETIME_S: Final = 600
SESSION_S: Final = 12 * 3_600
REMEMBERED: Final = 1_000  # proved secrets
PERSON: Final = "person"
CLIENT: Final = "client"
_CALLER: Final = 'p.name, p.roles, p."groups", p.queues, p.kind'
_NONE: Final[frozenset[str]] = frozenset()
_names = msgspec.json.Decoder(frozenset[str]).decode


class Sets(Protocol):
    """Who knows in which groups, roles and work queues a person is beyond what is written at the person."""

    def groups_of(self, user: str) -> frozenset[str]: ...
    def queues_of(self, user: str) -> frozenset[str]: ...
    def stands_for(self, user: str, now: int) -> list[tuple[str, str, str]]: ...
    def shares(self, user: str, now: int) -> list[Share]: ...
    def permits(self) -> Collection[PermitRow]: ...


class Grant(msgspec.Struct, frozen=True):
    """A fresh access token; `expires_in` in seconds."""

    token: str
    expires_in: int


@final
class Access:
    """Gives out tokens and knows whose they are. Only their hashes are stored; checks are never cached, so that
    revoking a client or disabling a person ends their access at once."""

    def __init__(
        self,
        tables: Tables,
        accounts: Accounts,
        now: Callable[[], int],
        *,
        lifetime_s: int = DEFAULT_LIFETIME_S,
        session_s: int = SESSION_S,
        sets: Sets | None = None,
        audit: AuditLog | None = None,
    ) -> None:
        self._tables = tables
        self._changes = Changes(tables, audit=audit)
        self._accounts = accounts
        self._now = now
        self._lifetime_s = lifetime_s
        self._session_s = session_s
        self._sets = sets
        self._attempts = Attempts()
        self._salt = secrets.token_bytes(32)
        self._proved: dict[bytes, None] = {}

    async def grant(self, client_id: str, secret: str, address: str = "") -> Grant | None:
        """A token for the client, or None for an unknown or revoked client or a wrong secret.

        Raises AccessProblem (429) after too many wrong secrets.
        """
        row = await self._tables.get(
            'select c.secret_hash, c."user" from client c join person p on p.name = c."user"'
            " where c.id=? and c.revoked=0 and p.disabled=0",
            (client_id,),
        )
        stored, user = row if row is not None else ("", "")
        if not await self._proven(CLIENT, client_id, stored, secret, address):
            # Of who is not known nothing is kept: people take one field for the other, and write a secret there.
            entry = Entry("token.refuse", client_id if row is not None else "", kind=CLIENT)
            await self._changes.refuse(entry, "unauthorized_client")
            return None
        return Grant(await self.issue(user, client_id, self._lifetime_s), self._lifetime_s)

    async def change_password(self, name: str, present: str, fresh: str, address: str = "") -> str:
        """Of a person who knows the present one: all sessions end, and this is the token of a new one. Raises
        AccessProblem: 403 wrong present password, 429 too many wrong ones, 400 too short or long."""
        row = await self._tables.get("select password_hash from person where name=? and disabled=0", (name,))
        if not await self._proven(PERSON, name, row[0] if row is not None else "", present, address):
            await self._changes.refuse(Entry("person.password", name), WRONG_PASSWORD)
            raise AccessProblem(WRONG_PASSWORD, 403, "The present password is wrong.")
        await self._accounts.change_person(name, password=fresh)
        return await self.issue(name, "", self._session_s)

    async def log_in(self, name: str, password: str, address: str = "") -> str:
        """A session token. Raises AccessProblem: 401 unknown name or wrong password, 429 too many wrong ones."""
        row = await self._tables.get("select password_hash from person where name=? and disabled=0", (name,))
        if not await self._proven(PERSON, name, row[0] if row is not None else "", password, address):
            await self._changes.refuse(Entry("login", name if row is not None else "", kind=PERSON), WRONG_PASSWORD)
            raise AccessProblem(WRONG_PASSWORD, 401, "The name or the password is wrong.")
        return await self.issue(name, "", self._session_s, Entry("login", name, kind=PERSON, actor=name))

    async def log_out(self, token: str) -> None:
        """The token is worth nothing from now on."""
        row = await self._tables.get('select "user" from token where hash=?', (digest(token),))
        name = row[0] if row is not None else ""
        await self._changes.keep(
            [("delete from token where hash=?", (digest(token),))], Entry("logout", name, kind=PERSON, actor=name)
        )

    async def caller_of(self, token: str) -> Caller | None:
        """Whose token it is, as they are now; None if it is unknown, expired or its person disabled."""
        row = await self._tables.get(
            f"select {_CALLER}, t.client_id from token t"
            ' join person p on p.name = t."user" where t.hash=? and t.expires_at>? and p.disabled=0',
            (digest(token), self._now()),
        )
        return self._caller(row) if row is not None else None

    async def identify(self, name: str, secret: str, address: str = "") -> Caller | None:
        """Who proves with every request who they are: an OAuth client by its id and secret, or a person by name and
        password; None for a wrong one. Raises AccessProblem (429) after too many wrong secrets.

        That a secret fits a hash is remembered, for it takes long to find out; who it is is looked up each time.
        """
        row = await self._tables.get(
            f'select {_CALLER}, c.id, c.secret_hash from client c join person p on p.name = c."user"'
            " where c.id=? and c.revoked=0 and p.disabled=0",
            (name,),
        )
        if row is not None and await self._fits(CLIENT, name, row[-1], secret, address):
            return self._caller(row[:-1])
        who = await self._tables.get(
            f"select {_CALLER}, '', p.password_hash from person p where p.name=? and p.disabled=0", (name,)
        )
        other = row is None or (who is not None and who[-1])  # than the client of this name
        if other and await self._fits(PERSON, name, who[-1] if who is not None else "", secret, address):
            return self._caller(who[:-1]) if who is not None else None
        known = name if row is not None or who is not None else ""
        await self._changes.refuse(Entry("token.refuse", known, kind=CLIENT if row else PERSON), WRONG_PASSWORD)
        return None

    async def _fits(self, kind: str, name: str, stored: str, secret: str, address: str) -> bool:
        """As `_proven`, remembered while the stored hash is the same."""
        seal = hmac.new(self._salt, f"{stored} {secret}".encode(), "sha256").digest()
        if stored and seal in self._proved:
            return True
        good = await self._proven(kind, name, stored, secret, address)
        if good:
            self._proved[seal] = None
            if len(self._proved) > REMEMBERED:
                del self._proved[next(iter(self._proved))]
        return good

    def _caller(self, row: tuple[Any, ...]) -> Caller:
        name, roles, groups, queues, kind, client_id = row
        more_groups, more_queues = (
            (self._sets.groups_of(name), self._sets.queues_of(name)) if self._sets is not None else (_NONE, _NONE)
        )
        now = self._now()
        stands_for = tuple(self._sets.stands_for(name, now)) if self._sets is not None else ()
        shares = tuple(self._sets.shares(name, now)) if self._sets is not None and stands_for else ()
        groups, queues = _names(groups) | more_groups, _names(queues) | more_queues
        who = Caller(name, _names(roles), groups, queues, kind, client_id, stands_for, shares)
        permits = self._sets.permits() if self._sets is not None else ()
        return msgspec.structs.replace(who, sight=sight_of(who, permits))

    async def issue(self, user: str, client_id: str, lifetime_s: int, entry: Entry | None = None) -> str:
        """A token for somebody whose identity is proven already; `lifetime_s` in seconds. `entry`: what the audit log
        keeps of it."""
        token = new_secret()
        now = self._now()
        statements: list[Statement] = [
            ("delete from token where expires_at<=?", (now,)),
            (
                'insert into token (hash, "user", client_id, expires_at) values (?,?,?,?)',
                (digest(token), user, client_id, now + lifetime_s * 1_000),
            ),
        ]
        if entry is None:
            await self._tables.write(statements)
        else:
            await self._changes.keep(statements, entry)
        return token

    async def _proven(self, kind: str, name: str, stored: str, secret: str, address: str) -> bool:
        now, who = self._now(), f"{kind} {name}"
        wait = self._attempts.wait_ms(address, who, now)
        if wait:
            seconds = -(-wait // 1000)
            raise AccessProblem(TOO_FAST, 429, f"Too many wrong secrets. Try again in {seconds} seconds.", seconds)
        good = len(secret) <= MOST_PASSWORD and await self._accounts.hasher.verify(stored, secret)
        if good:
            self._attempts.succeeded(address, who)
        else:
            self._attempts.failed(address, who, now)
            if self._attempts.wait_ms(address, who, now):
                entry = Entry("login.lockout", name if stored else "", {"address": address}, kind)
                await self._changes.refuse(entry, TOO_FAST)
        return good
