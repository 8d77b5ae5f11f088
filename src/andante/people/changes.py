"""Changes of persons, teams and deputies: each raises the roster's revision, and who keeps them in memory is told."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, final

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
    """`told` is waited for after each change."""

    def __init__(self, tables: Tables, told: Told | None = None) -> None:
        self._tables = tables
        self._told = told

    async def write(self, statements: Sequence[Statement]) -> None:
        """One durable transaction. A row that is written says `revision=(select revision from roster)`. Raises as the
        tables do."""
        await self._tables.write([RAISE_REVISION, *statements])
        if self._told is not None:
            await self._told()
