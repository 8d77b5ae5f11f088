"""Which tenants there are, and as what they should be: two tables in a database of their own. Whoever changes them need
not be the server that serves them; each server looks again and again, and does what they say.

They are made as they are here and only ever added to, as decision 0027 has it for all tables.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, final

import msgspec
import sqlalchemy as sa
from alembic.util import CommandError

from andante.people.faults import TENANT_EXISTS, TENANT_STATE, TENANT_UNKNOWN
from andante.runtime.problem import Problem
from andante.store.faults import StoreProblem
from andante.tenants.places import Place

MAKING: Final = "making"  # not there yet; one that stays so was given up half way, and can be made anew
ACTIVE: Final = "active"
SUSPENDED: Final = "suspended"
DELETED: Final = "deleted"  # its database is still where it was
T = TypeVar("T")
metadata: Final = sa.MetaData()
tenant: Final = sa.Table(
    "andante_tenant",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),  # JSON: its own
    sa.Column("created_at", sa.BigInteger, nullable=False),  # ms since the epoch
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)
log: Final = sa.Table(
    "andante_tenant_log",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),  # "" from the command line of the machine
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)


class TenantRecord(msgspec.Struct, frozen=True):
    """A tenant. Times in ms since the epoch, UTC."""

    name: str
    state: str
    settings: dict[str, str]
    created_at: int
    changed_at: int


class LogRecord(msgspec.Struct, frozen=True):
    """What an operator did to a tenant. `address`: from where, "" on the machine itself."""

    at: int
    action: str
    tenant: str
    address: str
    reason: str
    details: str


class Why(msgspec.Struct, frozen=True):
    """From where an operator asks, and why."""

    address: str = ""
    reason: str = ""


@final
class Registry:
    """`await Registry.open(place)`; then `close`. Raises StoreProblem where the database is of no use."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, place: Place) -> "Registry":
        return await asyncio.to_thread(cls._open, place)

    @classmethod
    async def look(cls, place: Place) -> "Registry":
        """The one that is there; nothing is made."""
        return cls(await asyncio.to_thread(place.engine, False))

    @classmethod
    def _open(cls, place: Place) -> "Registry":
        engine = place.engine()
        try:
            metadata.create_all(engine)
        except sa.exc.ProgrammingError:  # another server makes them at the same moment
            try:
                metadata.create_all(engine)
            except sa.exc.DatabaseError as fault:
                raise StoreProblem(f"The tenants' registry cannot be used: {fault.orig}") from None
        except (sa.exc.DatabaseError, CommandError) as fault:
            raise StoreProblem(f"The tenants' registry cannot be used: {getattr(fault, 'orig', fault)}") from None
        return cls(engine)

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.dispose)

    async def _do(self, work: Callable[[sa.Connection], T]) -> T:
        def run() -> T:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except sa.exc.DatabaseError as fault:
                raise StoreProblem(f"The tenants' registry does not answer: {fault.orig}") from None

        return await asyncio.to_thread(run)

    async def all(self) -> list[TenantRecord]:
        """By name."""
        rows = await self._do(lambda c: c.execute(sa.select(tenant).order_by(tenant.c.name)).all())
        return [_record(row) for row in rows]

    async def one(self, name: str) -> TenantRecord:
        """Raises Problem (404)."""
        row = await self._do(lambda c: c.execute(sa.select(tenant).where(tenant.c.name == name)).one_or_none())
        if row is None:
            raise Problem(TENANT_UNKNOWN, 404, f"There is no tenant '{name}'.")
        return _record(row)

    async def log(self, limit: int = 1_000) -> list[LogRecord]:
        """What was done, the newest first."""
        query = sa.select(log).order_by(log.c.id.desc()).limit(limit)
        return [LogRecord(*row[1:]) for row in await self._do(lambda c: c.execute(query).all())]

    async def reserve(self, name: str, settings: Mapping[str, str], why: Why) -> bool:
        """A name for a tenant that is about to be made. Whether a try before this one was given up half way. Raises
        Problem (409) where the name is taken."""
        text, now = msgspec.json.encode(settings).decode(), _now()

        def work(connection: sa.Connection) -> bool:
            before = connection.execute(sa.select(tenant.c.state).where(tenant.c.name == name)).scalar_one_or_none()
            if before not in (None, MAKING):
                raise Problem(TENANT_EXISTS, 409, f"The name '{name}' is taken. Choose another.")
            values = {"state": MAKING, "settings": text, "created_at": now, "changed_at": now}
            if before is None:
                connection.execute(tenant.insert().values(name=name, **values))
            else:
                connection.execute(tenant.update().where(tenant.c.name == name).values(**values))
            _keep(connection, "create", name, why)
            return before is not None

        try:
            return await self._do(work)
        except StoreProblem as fault:
            if "unique" in str(fault).lower():
                raise Problem(TENANT_EXISTS, 409, f"The name '{name}' is taken. Choose another.") from None
            raise

    async def change(
        self, name: str, action: str, state: str, allowed: tuple[str, ...], why: Why,
        settings: Mapping[str, str] | None = None,
    ) -> TenantRecord:  # fmt: skip
        """Raises Problem: 404 no such tenant, 409 it is in none of the states `allowed`."""

        def work(connection: sa.Connection) -> None:
            row = connection.execute(sa.select(tenant).where(tenant.c.name == name)).one_or_none()
            if row is None:
                raise Problem(TENANT_UNKNOWN, 404, f"There is no tenant '{name}'.")
            before = _record(row)
            if before.state not in allowed:
                raise Problem(
                    TENANT_STATE, 409, f"The tenant '{name}' is {before.state}: {action} does not go with that."
                )
            values: dict[str, object] = {
                "state": state or before.state,
                "changed_at": max(_now(), before.changed_at + 1),
            }
            if settings is not None:
                values["settings"] = msgspec.json.encode(settings).decode()
            connection.execute(tenant.update().where(tenant.c.name == name).values(**values))
            _keep(connection, action, name, why, ", ".join(settings or ()))

        await self._do(work)
        return await self.one(name)

    async def forget(self, name: str, away: str) -> None:
        """A deleted one's database was put away: its name is free."""

        def work(connection: sa.Connection) -> None:
            gone = connection.execute(tenant.delete().where(tenant.c.name == name, tenant.c.state == DELETED))
            if gone.rowcount:
                _keep(connection, "put away", name, Why(), away)

        await self._do(work)


def _keep(connection: sa.Connection, action: str, name: str, why: Why, details: str = "") -> None:
    row = {"at": _now(), "action": action, "tenant": name, "address": why.address, "reason": why.reason}
    connection.execute(log.insert().values(**row, details=details))


def _record(row: "sa.Row[Any]") -> TenantRecord:
    name, state, settings, created_at, changed_at = tuple(row)
    return TenantRecord(name, state, msgspec.json.decode(settings, type=dict[str, str]), created_at, changed_at)


def _now() -> int:
    return time.time_ns() // 1_000_000
