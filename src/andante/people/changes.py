"""Changes of persons, teams and deputies: each is in the audit log and raises the roster's revision, and who keeps them
in memory is told."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, final

from andante.store.audit import AuditLog, Entry
from andante.store.roster import RAISE_REVISION

Statement = tuple[str, Sequence[object]]
Told = Callable[[], Awaitable[None]]


class Tables(Protocol):
    """The part of the store this room needs."""

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None: ...
    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...
    async def write(self, statements: Sequence[Statement]) -> None: ...


@final
class Changes:
    """`told` is waited for after each change. Without `audit` nothing is kept of who made it."""

    def __init__(self, tables: Tables, told: Told | None = None, audit: AuditLog | None = None) -> None:
        self._tables = tables
        self._told = told
        self._audit = audit

    async def write(self, statements: Sequence[Statement], entry: Entry) -> None:
        """One durable transaction, in the audit log too. A row that is written says `revision=(select revision from
        roster)`. Raises as the tables do."""
        await self.keep([RAISE_REVISION, *statements], entry)
        if self._told is not None:
            await self._told()

    async def keep(self, statements: Sequence[Statement], entry: Entry) -> None:
        """As `write`, of what the roster does not tell."""
        if self._audit is None:
            await self._tables.write(statements)
        else:
            await self._audit.write(statements, entry)

    async def refuse(self, entry: Entry, code: str) -> None:
        """Keep in the audit log what was refused."""
        if self._audit is not None:
            await self._audit.refuse(entry, code)
