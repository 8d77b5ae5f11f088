"""Tokens: client credentials for programs (contract 1.4), log-in for browser sessions, and who a token stands for."""

import hmac
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, Protocol, final

import msgspec

from andante.people.accounts import MOST_PASSWORD, Accounts
from andante.people.attempts import Attempts
from andante.people.caller import Caller
from andante.people.changes import Changes, Statement, Tables
from andante.people.faults import PARAMETER, TOO_FAST, TOO_MANY, WRONG_PASSWORD, AccessProblem
from andante.people.grants import sight_of
from andante.people.keys import PREFIX, is_key
from andante.people.limits import comes_from, permissions, scopes_of
from andante.people.secrets import digest, new_secret
from andante.store.audit import AuditLog, Entry
from andante.store.records import Share
from andante.store.roster import PermitRow
from andante.timing.rates import Rates

DEFAULT_LIFETIME_S: Final = 600
SESSION_S: Final = 12 * 3_600
USED_MS: Final = 3_600_000  # how exactly it is kept when a key was used last
REMEMBERED: Final = 1_000  # proved secrets
PERSON: Final = "person"
CLIENT: Final = "client"
Stored = tuple[str, str]  # a kind, and the hash of a secret; "" where there is none
_CALLER: Final = 'p.name, p.roles, p."groups", p.queues, p.kind'
_NONE: Final[frozenset[str]] = frozenset()
_names = msgspec.json.Decoder(frozenset[str]).decode
_list = msgspec.json.Decoder(list[str]).decode


class Sets(Protocol):
    """Who knows in which groups, roles and work queues a person is beyond what is written at the person."""

    def groups_of(self, user: str) -> frozenset[str]: ...
    def queues_of(self, user: str) -> frozenset[str]: ...
    def stands_for(self, user: str, now: int) -> list[tuple[str, str, str]]: ...
    def shares(self, user: str, now: int) -> list[Share]: ...
    def permits(self) -> Collection[PermitRow]: ...


class Grant(msgspec.Struct, frozen=True):
    """A fresh access token; `expires_in` in seconds; `scopes` that it is for, none: all that the person may."""

    token: str
    expires_in: int
    scopes: list[str] = []


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
        client_requests: int = 0,
    ) -> None:
        self._tables = tables
        self._changes = Changes(tables, audit=audit)
        self._accounts = accounts
        self._now = now
        self._lifetime_s = lifetime_s
        self._session_s = session_s
        self._sets = sets
        self._attempts = Attempts()
        self._rates = Rates(client_requests)
        self._salt = secrets.token_bytes(32)
        self._proved: dict[bytes, None] = {}
        self._used: dict[str, int] = {}  # keys: when it was last written that they are used

    async def grant(
        self, client_id: str, secret: str, address: str = "", scopes: Iterable[str] | None = None
    ) -> Grant | None:
        """A token for the client, or None for an unknown, revoked or expired client, a wrong secret, or an address that
        it may not come from. `scopes`: for these alone; None for all that the client may.

        Raises AccessProblem: 429 after too many wrong secrets, 400 for scopes that are none or not the client's.
        """
        now = self._now()
        row = await self._tables.get(
            'select c.secret_hash, c.second_hash, c.second_until, c."user", c.scopes, c.ranges from client c'
            ' join person p on p.name = c."user" where c.id=? and c.revoked=0 and p.disabled=0'
            " and (c.expires_at=0 or c.expires_at>?)",
            (client_id, now),
        )
        stored, second, until, user, own, ranges = row if row is not None else ("", "", 0, "", "[]", "[]")
        good = await self._proven(client_id, _secrets(stored, second, until, now), secret, address)
        if not good or not comes_from(tuple(_list(ranges)), address):
            # Of who is not known nothing is kept: people take one field for the other, and write a secret there.
            entry = Entry("token.refuse", client_id if row is not None else "", kind=CLIENT)
            await self._changes.refuse(entry, "unauthorized_client")
            return None
        chosen = None if scopes is None else scopes_of(scopes)
        may = permissions(_list(own))
        if chosen and may is not None and not (permissions(chosen) or frozenset()) <= may:
            raise AccessProblem(PARAMETER, 400, f"scopes: the client may have {' '.join(_list(own))} alone.")
        limited = chosen or _list(own)
        return Grant(await self.issue(user, client_id, self._lifetime_s, scopes=limited), self._lifetime_s, limited)

    async def change_password(self, name: str, present: str, fresh: str, address: str = "") -> str:
        """Of a person who knows the present one: all sessions end, and this is the token of a new one. Raises
        AccessProblem: 403 wrong present password, 429 too many wrong ones, 400 too short or long."""
        row = await self._tables.get("select password_hash from person where name=? and disabled=0", (name,))
        if not await self._proven(name, [(PERSON, row[0] if row is not None else "")], present, address):
            await self._changes.refuse(Entry("person.password", name), WRONG_PASSWORD)
            raise AccessProblem(WRONG_PASSWORD, 403, "The present password is wrong.")
        await self._accounts.change_person(name, password=fresh)
        return await self.issue(name, "", self._session_s)

    async def log_in(self, name: str, password: str, address: str = "") -> str:
        """A session token. Raises AccessProblem: 401 unknown name or wrong password, 429 too many wrong ones."""
        row = await self._tables.get("select password_hash from person where name=? and disabled=0", (name,))
        if not await self._proven(name, [(PERSON, row[0] if row is not None else "")], password, address):
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

    async def caller_of(self, token: str, address: str = "") -> Caller | None:
        """Whose token or key it is, as they are now; None if it is unknown, expired, its person disabled, or it may not
        come from that address."""
        now = self._now()
        if token.startswith(PREFIX):
            return await self._caller_of_key(token, address, now) if is_key(token) else None
        row = await self._tables.get(
            f"select {_CALLER}, t.client_id, t.scopes, c.scopes, c.ranges, c.requests from token t"
            ' join person p on p.name = t."user" left join client c on c.id=t.client_id'
            " where t.hash=? and t.expires_at>? and p.disabled=0"
            " and (c.expires_at is null or c.expires_at=0 or c.expires_at>?)",
            (digest(token), now, now),
        )
        if row is None or not comes_from(tuple(_list(row[8] or "[]")), address):
            return None
        own, now_may = permissions(_list(row[6])), permissions(_list(row[7] or "[]"))
        scopes = own if now_may is None else now_may if own is None else own & now_may
        return self._caller(row[:6], scopes, row[9] or 0)

    async def _caller_of_key(self, key: str, address: str, now: int) -> Caller | None:
        row = await self._tables.get(
            f"select {_CALLER}, k.id, k.scopes, k.ranges, k.last_used_at from api_key k"
            " join person p on p.name = k.person where k.hash=?"
            " and (k.expires_at=0 or k.expires_at>?) and p.disabled=0",
            (digest(key), now),
        )
        if row is None or not comes_from(tuple(_list(row[7])), address):
            return None
        if now - max(row[8], self._used.get(row[5], 0)) >= USED_MS:
            self._used[row[5]] = now
            await self._tables.write([("update api_key set last_used_at=? where id=?", (now, row[5]))])
        return self._caller((*row[:5], f"key {row[5]}"), permissions(_list(row[6])), 0)

    async def identify(self, name: str, secret: str, address: str = "") -> Caller | None:
        """Who proves with every request who they are: an OAuth client by its id and secret, or a person by name and
        password; None for a wrong one. Raises AccessProblem (429) after too many wrong secrets.

        That a secret fits a hash is remembered, for it takes long to find out; who it is is looked up each time.
        """
        now = self._now()
        row = await self._tables.get(
            f"select {_CALLER}, c.id, c.scopes, c.ranges, c.requests, c.secret_hash, c.second_hash, c.second_until"
            ' from client c join person p on p.name = c."user"'
            " where c.id=? and c.revoked=0 and p.disabled=0 and (c.expires_at=0 or c.expires_at>?)",
            (name, now),
        )
        who = await self._tables.get(
            f"select {_CALLER}, '', p.password_hash from person p where p.name=? and p.disabled=0", (name,)
        )
        there = row is not None and comes_from(tuple(_list(row[7])), address)
        client = _secrets(row[9], row[10], row[11], now) if row is not None and there else _secrets("", "", 0, now)
        kind = await self._fits(name, [*client, (PERSON, who[-1] if who is not None else "")], secret, address)
        if kind == CLIENT and row is not None:
            return self._caller(row[:6], permissions(_list(row[6])), row[8])
        if kind == PERSON and who is not None:
            return self._caller(who[:-1])
        known = name if row is not None or who is not None else ""
        await self._changes.refuse(Entry("token.refuse", known, kind=CLIENT if row else PERSON), WRONG_PASSWORD)
        return None

    def admit(self, who: Caller) -> None:
        """One request more of the caller's client. Raises AccessProblem (429) where it sends more than it may."""
        wait = self._rates.wait_s(who.client_id, who.requests, self._now())
        if wait:
            raise AccessProblem(TOO_MANY, 429, f"'{who.client_id}' sends more requests a second than it may.", wait)

    async def _fits(self, name: str, stored: Sequence[Stored], secret: str, address: str) -> str:
        """As `_proven`, remembered while the stored hash is the same."""
        for kind, each in stored:
            if each and self._seal(each, secret) in self._proved:
                return kind
        fitting = await self._proven(name, stored, secret, address)
        if fitting is None:
            return ""
        self._proved[self._seal(fitting[1], secret)] = None
        if len(self._proved) > REMEMBERED:
            del self._proved[next(iter(self._proved))]
        return fitting[0]

    def _seal(self, stored: str, secret: str) -> bytes:
        return hmac.new(self._salt, f"{stored} {secret}".encode(), "sha256").digest()

    def _caller(
        self, row: tuple[Any, ...], scopes: frozenset[str] | None = None, requests: int = 0
    ) -> Caller:  # fmt: skip
        name, roles, groups, queues, kind, client_id = row
        more_groups, more_queues = (
            (self._sets.groups_of(name), self._sets.queues_of(name)) if self._sets is not None else (_NONE, _NONE)
        )
        now = self._now()
        stands_for = tuple(self._sets.stands_for(name, now)) if self._sets is not None else ()
        shares = tuple(self._sets.shares(name, now)) if self._sets is not None and stands_for else ()
        groups, queues = _names(groups) | more_groups, _names(queues) | more_queues
        who = Caller(name, _names(roles), groups, queues, kind, client_id, stands_for, shares, None, scopes, requests)
        permits = self._sets.permits() if self._sets is not None else ()
        return msgspec.structs.replace(who, sight=sight_of(who, permits))

    async def issue(
        self, user: str, client_id: str, lifetime_s: int, entry: Entry | None = None, *, scopes: Iterable[str] = ()
    ) -> str:
        """A token for somebody whose identity is proven already; `lifetime_s` in seconds. `entry`: what the audit log
        keeps of it. `scopes`: for these alone."""
        token = new_secret()
        now = self._now()
        statements: list[Statement] = [
            ("delete from token where expires_at<=?", (now,)),
            (
                'insert into token (hash, "user", client_id, expires_at, scopes) values (?,?,?,?,?)',
                (
                    digest(token), user, client_id, now + lifetime_s * 1_000,
                    msgspec.json.encode(sorted(scopes)).decode(),
                ),
            ),
        ]  # fmt: skip
        if entry is None:
            await self._tables.write(statements)
        else:
            await self._changes.keep(statements, entry)
        return token

    async def _proven(self, name: str, stored: Sequence[Stored], secret: str, address: str) -> Stored | None:
        """Which of those that are `stored` it is. All are looked at until one fits, those that are not there too: no
        takes as long whether somebody is known or not, and counts against the name in the same way."""
        now, kinds = self._now(), dict.fromkeys(kind for kind, _ in stored)
        wait = max(self._attempts.wait_ms(address, f"{kind} {name}", now) for kind in kinds)
        if wait:
            seconds = -(-wait // 1000)
            raise AccessProblem(TOO_FAST, 429, f"Too many wrong secrets. Try again in {seconds} seconds.", seconds)
        for each in stored if len(secret) <= MOST_PASSWORD else ():
            if await self._accounts.hasher.verify(each[1], secret):
                self._attempts.succeeded(address, f"{each[0]} {name}")
                return each
        self._attempts.failed(address, *(f"{kind} {name}" for kind in kinds), now=now)
        for kind in kinds:
            if self._attempts.wait_ms(address, f"{kind} {name}", now):
                known = name if any(each for _, each in stored) else ""
                await self._changes.refuse(Entry("login.lockout", known, {"address": address}, kind), TOO_FAST)
                break
        return None


def _secrets(stored: str, second: str, until: int, now: int) -> list[Stored]:
    """The hashes of a client that are good: of the present secret, and of the one before where it is still. Always as
    many, so that nobody can tell by time whether there is one before."""
    return [(CLIENT, stored), (CLIENT, second if until > now else "")]
