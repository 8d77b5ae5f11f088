"""Programs that are told: webhooks, signed with secrets that can be renewed, and Apprise addresses of the house."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, final
from urllib.parse import urlsplit

import msgspec
from standardwebhooks import Webhook

from andante.notify import apprises
from andante.notify.faults import ENDPOINT_EXISTS, ENDPOINT_NOT_FOUND
from andante.notify.outbound import checked_url
from andante.runtime import Problem
from andante.runtime.problem import PARAMETER
from andante.runtime.telling import checked_filters
from andante.store.audit import AuditLog, Entry, Statement, difference
from andante.store.faults import Duplicate
from andante.store.store import Row, Store
from andante.timing.instants import DAY

EVENT_KINDS: Final = ("cloudevents", "cloudevents-structured")  # the first in binary mode
KINDS: Final = ("webhook", "apprise", *EVENT_KINDS)
NAME: Final = re.compile(r"\w[\w.-]{0,63}")
BOTH: Final = DAY  # how long the old secret signs too, after a new one was made
LEAST_SECRET: Final = 24  # bytes, as Standard Webhooks asks for
MOST_SECRET: Final = 64
_COLUMNS: Final = "name, kind, url, secrets, kinds, disabled, created_at"


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """`until` (ms): when it stops signing; 0 for the present one."""

    text: str
    until: int = 0


class Endpoint(msgspec.Struct, frozen=True):
    """`kinds`: of notes that it gets without being named as `webhook:NAME`; "*" for all. Of one for events: its filters
    (see andante.runtime.telling)."""

    name: str
    kind: str
    url: str
    secrets: list[Secret]
    kinds: list[str]
    disabled: bool
    created_at: int

    def gets(self, kind: str) -> bool:
        return not self.disabled and self.kind not in EVENT_KINDS and ("*" in self.kinds or kind in self.kinds)

    def signing(self, now: int) -> list[str]:
        """The secrets that sign now (ms), the present one first."""
        return [each.text for each in self.secrets if not each.until or each.until > now]


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(LEAST_SECRET + 8)).decode()


def _checked_secret(text: str) -> str:
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
        Webhook(text)
    except ValueError:
        size = 0
    if not text.startswith("whsec_") or not LEAST_SECRET <= size <= MOST_SECRET:
        raise Problem(
            PARAMETER,
            400,
            f"secret: whsec_ and the base64 of {LEAST_SECRET} to {MOST_SECRET} random bytes, or leave it out.",
        )
    return text


def _checked(kind: str, url: str) -> str:
    try:
        if kind != "apprise":
            checked_url(url)
        else:
            apprises.checked_address(url, any_host=True)
    except ValueError as fault:
        raise Problem(PARAMETER, 400, f"url: {fault}.") from None
    return url


def _filters(kind: str, kinds: Sequence[str]) -> list[str]:
    """Of notes any; of events those that fit some, and all where none is given."""
    if kind not in EVENT_KINDS:
        return list(kinds)
    try:
        return checked_filters(list(kinds) or ["*"])
    except ValueError as fault:
        raise Problem(PARAMETER, 400, f"kinds: {fault}.") from None


def _endpoint(row: Row) -> Endpoint:
    name, kind, url, signed, kinds, disabled, created_at = row
    return Endpoint(
        name, kind, url, msgspec.json.decode(signed, type=list[Secret]), msgspec.json.decode(kinds), bool(disabled),
        created_at,
    )  # fmt: skip


@final
class Endpoints:
    """`now` gives ms since the epoch. What changes something is durable when it returns. Raises Problem."""

    def __init__(self, store: Store, now: Callable[[], int], audit: AuditLog) -> None:
        self._store = store
        self._audit = audit
        self._now = now
        self.changed: Callable[[], Awaitable[None]] | None = None  # told when any of them is another than before

    async def _write(self, statement: Statement, entry: Entry) -> None:
        await self._audit.write([statement], entry)
        if self.changed is not None:
            await self.changed()

    async def all(self) -> list[Endpoint]:
        """By name."""
        rows = await self._store.get_all(f"select {_COLUMNS} from endpoint order by name")
        return [_endpoint(row) for row in rows]

    async def find(self, name: str) -> Endpoint | None:
        row = await self._store.get(f"select {_COLUMNS} from endpoint where name=?", (name,))
        return _endpoint(row) if row is not None else None

    async def one(self, name: str) -> Endpoint:
        found = await self.find(name)
        if found is None:
            raise Problem(ENDPOINT_NOT_FOUND, 404, f"There is no endpoint '{name}'.")
        return found

    async def add(self, name: str, kind: str, url: str, kinds: Sequence[str], secret: str = "") -> Endpoint:
        """A webhook's secret is made where none is given."""
        if not NAME.fullmatch(name):
            raise Problem(PARAMETER, 400, "name: letters, digits and . _ -, at most 64 characters.")
        if kind not in KINDS:
            raise Problem(PARAMETER, 400, f"kind: '{kind}' is none of {', '.join(KINDS)}.")
        signed = [Secret(_checked_secret(secret) if secret else new_secret())] if kind != "apprise" else []
        made = Endpoint(name, kind, _checked(kind, url), signed, _filters(kind, kinds), False, self._now())
        values = [name, kind, url, _json(made.secrets), _json(made.kinds), 0, made.created_at]
        try:
            insert: Statement = (f"insert into endpoint ({_COLUMNS}) values (?,?,?,?,?,?,?)", values)
            told = {"after": _shown(made), "secret": ["secret"] if signed else []}
            await self._write(insert, Entry("endpoint.add", name, told))
        except Duplicate:
            raise Problem(ENDPOINT_EXISTS, 409, f"There is an endpoint '{name}' already.") from None
        return made

    async def change(
        self, name: str, *, url: str | None = None, kinds: Sequence[str] | None = None, disabled: bool | None = None,
        rotate: bool = False, secret: str = "",
    ) -> Endpoint:  # fmt: skip
        """`rotate`: a new secret, or the one given; the one before signs too for a day."""
        before = found = await self.one(name)
        signed = found.secrets
        if (rotate or secret) and found.kind == "apprise":
            raise Problem(PARAMETER, 400, "rotate: only webhooks have a secret.")
        if rotate or secret:
            now = self._now()
            fresh = Secret(_checked_secret(secret) if secret else new_secret())
            signed = [fresh, *(Secret(each.text, now + BOTH) for each in signed if not each.until)]
        found = msgspec.structs.replace(
            found,
            url=found.url if url is None else _checked(found.kind, url),
            kinds=found.kinds if kinds is None else _filters(found.kind, kinds),
            disabled=found.disabled if disabled is None else disabled,
            secrets=signed,
        )
        update: Statement = (
            "update endpoint set url=?, kinds=?, disabled=?, secrets=? where name=?",
            (found.url, _json(found.kinds), int(found.disabled), _json(found.secrets), name),
        )
        # An address may hold a secret where the one that is shown does not.
        old = {**_shown(before), "address": before.url, "secret": before.secrets}
        told = difference(old, {**_shown(found), "address": found.url, "secret": signed}, ("address", "secret"))
        await self._write(update, Entry("endpoint.change", name, told))
        return found

    async def remove(self, name: str) -> None:
        found = await self.one(name)
        entry = Entry("endpoint.remove", name, {"before": _shown(found)})
        await self._write(("delete from endpoint where name=?", (name,)), entry)


def _shown(endpoint: Endpoint) -> dict[str, object]:
    """What the audit log may tell of it: of the address no user, password, path or query, where tokens stand."""
    url = apprises.masked(endpoint.url) if endpoint.kind == "apprise" else _bare(endpoint.url)
    return {"kind": endpoint.kind, "url": url, "kinds": endpoint.kinds, "disabled": endpoint.disabled}


def _bare(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
