"""OAuth clients: programs that act as a person, within limits, with a secret that can be renewed without a gap."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, final

import msgspec

from andante.people.accounts import NAME, Accounts, Bootstrap
from andante.people.changes import Changes, Tables
from andante.people.faults import CLIENT_EXISTS, CLIENT_NOT_FOUND, PARAMETER, AccessProblem
from andante.people.limits import ends_at, ranges_of, scopes_of
from andante.people.secrets import new_secret
from andante.store.audit import AuditLog, Entry
from andante.store.faults import Duplicate

KEPT_S: Final = 86_400  # how long the former secret is good beside a new one, where nothing is said
LONGEST_S: Final = 90 * 86_400
MOST_REQUESTS: Final = 1_000_000
_CLIENTS: Final = (
    'select id, "user", created_at, revoked, scopes, ranges, expires_at, second_until, requests from client'
)
_names: Final = msgspec.json.Decoder(list[str]).decode


class ClientRecord(msgspec.Struct, frozen=True):
    """A token of it acts as `user`, for `scopes` (none: all) and from `ranges` (none: anywhere), until `expires_at`. A
    former secret is good until `second_until`. It may send `requests` a second, 0: as the server's setting has it.
    Times in ms, 0 never."""

    id: str
    user: str
    created_at: int
    revoked: bool
    scopes: list[str] = []
    ranges: list[str] = []
    expires_at: int = 0
    second_until: int = 0
    requests: int = 0


def _record(row: tuple[Any, ...]) -> ClientRecord:
    id, user, created_at, revoked, scopes, ranges, expires_at, second_until, requests = row
    return ClientRecord(
        id, user, created_at, bool(revoked), _names(scopes), _names(ranges), expires_at, second_until, requests
    )


@final
class Clients:
    """Every method that changes something is durable when it returns. `now` gives ms since the epoch."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], accounts: Accounts, audit: AuditLog | None = None
    ) -> None:
        self._tables = tables
        self._changes = Changes(tables, audit=audit)
        self._now = now
        self._accounts = accounts

    async def all(self) -> list[ClientRecord]:
        """By id, revoked ones too."""
        return [_record(row) for row in await self._tables.read(f"{_CLIENTS} order by id")]

    async def one(self, client_id: str) -> ClientRecord:
        """Raises AccessProblem (404) if there is none."""
        row = await self._tables.get(f"{_CLIENTS} where id=?", (client_id,))
        if row is None:
            raise AccessProblem(CLIENT_NOT_FOUND, 404, f"There is no client '{client_id}'.")
        return _record(row)

    async def add(
        self, user: str, client_id: str = "", secret: str = "", *, scopes: Iterable[str] = (),
        ranges: Iterable[str] = (), expires_at: int = 0, requests: int = 0,
    ) -> Bootstrap:  # fmt: skip
        """A client acting as `user`; id and secret are generated where not given. The secret is not seen again.

        Raises AccessProblem: 404 no such person, 400 bad value, 409 id taken.
        """
        await self._accounts.person(user)
        client_id = client_id or f"{user}-{new_secret()[:8]}"
        if not NAME.fullmatch(client_id):
            raise AccessProblem(PARAMETER, 400, "client_id: letters, digits and . _ @ + -, at most 64 characters.")
        columns = _columns(
            {"scopes": scopes, "ranges": ranges, "expires_at": expires_at, "requests": requests}, self._now()
        )
        secret = secret or new_secret()
        values = {
            "id": client_id, "secret_hash": await self._accounts.hashed(secret), "user": user,
            "created_at": self._now(), **columns,
        }  # fmt: skip
        names = ", ".join(f'"{name}"' for name in values)
        try:
            await self._changes.keep([(
                f"insert into client ({names}) values ({','.join('?' * len(values))})", list(values.values())
            )], Entry("client.add", client_id, {"user": user, **_told(columns)}))  # fmt: skip
        except Duplicate:
            raise AccessProblem(CLIENT_EXISTS, 409, f"There is a client '{client_id}' already.") from None
        return Bootstrap(client_id, secret)

    async def change(self, client_id: str, **given: Any) -> ClientRecord:
        """Change what is given, as `add` names it; it holds for tokens that are out already. Raises AccessProblem."""
        await self.one(client_id)
        columns = _columns(given, self._now())
        if columns:
            sets = ", ".join(f"{name}=?" for name in columns)
            change = (f"update client set {sets} where id=?", [*columns.values(), client_id])
            await self._changes.keep([change], Entry("client.change", client_id, {"after": _told(columns)}))
        return await self.one(client_id)

    async def renew(self, client_id: str, keep_s: int = KEPT_S) -> Bootstrap:
        """A new secret; the one before is good for `keep_s` seconds more, so that programs can be told one after the
        other. Raises AccessProblem: 404 no such client, 400 too long."""
        await self.one(client_id)
        if not 0 <= keep_s <= LONGEST_S:
            raise AccessProblem(PARAMETER, 400, f"keepFor: at most {LONGEST_S // 86_400} days.")
        secret = new_secret()
        until = self._now() + keep_s * 1_000 if keep_s else 0
        await self._changes.keep([(
            "update client set second_hash=secret_hash, second_until=?, secret_hash=? where id=?",
            [until, await self._accounts.hashed(secret), client_id],
        )], Entry("client.renew", client_id, {"secret": ["secret"]}))  # fmt: skip
        return Bootstrap(client_id, secret)

    async def end_former(self, client_id: str) -> None:
        """The secret before the present one is worth nothing from now on. Raises AccessProblem (404)."""
        await self.one(client_id)
        end = ("update client set second_hash='', second_until=0 where id=?", [client_id])
        await self._changes.keep([end], Entry("client.end", client_id))

    async def revoke(self, client_id: str) -> None:
        """The client and every token of it end now. Raises AccessProblem (404) if there is none."""
        await self.one(client_id)
        statements: Sequence[tuple[str, Sequence[object]]] = [
            ("update client set revoked=1 where id=?", (client_id,)),
            ("delete from token where client_id=?", (client_id,)),
        ]
        await self._changes.keep(statements, Entry("client.revoke", client_id))


def _columns(given: dict[str, Any], now: int) -> dict[str, object]:
    """What is stored of it. Raises AccessProblem (400)."""
    found: dict[str, object] = {}
    if "scopes" in given:
        found["scopes"] = msgspec.json.encode(scopes_of(given["scopes"])).decode()
    if "ranges" in given:
        found["ranges"] = msgspec.json.encode(ranges_of(given["ranges"])).decode()
    if "expires_at" in given:
        found["expires_at"] = ends_at(given["expires_at"], now)
    if "requests" in given:
        if not 0 <= given["requests"] <= MOST_REQUESTS:
            raise AccessProblem(PARAMETER, 400, f"requests: 0 to {MOST_REQUESTS} a second.")
        found["requests"] = given["requests"]
    return found


def _told(columns: Mapping[str, object]) -> dict[str, object]:
    """For the audit log."""
    return {name: msgspec.json.decode(value) if isinstance(value, str) else value for name, value in columns.items()}
