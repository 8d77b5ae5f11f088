"""The archive, looked at: entries, and what one of them keeps."""

from collections.abc import Awaitable, Callable
from typing import final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_archived, decode_state
from andante.runtime import views
from andante.runtime.problem import INSTANCE_NOT_FOUND, PARAMETER, Problem
from andante.runtime.views import HistoryEntry
from andante.store import archive as rows
from andante.store.archive import ArchivedRecord, ArchiveQuery
from andante.store.store import Store


class Archived(msgspec.Struct, frozen=True):
    """An instance from the archive: its record, last variables, and its history."""

    record: ArchivedRecord
    variables: dict[str, object]
    history: list[HistoryEntry]


@final
class Archive:
    """Nothing here changes an entry; `remove` takes one away."""

    def __init__(self, store: Store, graph_of: Callable[[str], Awaitable[ProcessGraph]]) -> None:
        self._store = store
        self._graph_of = graph_of

    async def many(self, query: ArchiveQuery) -> tuple[list[ArchivedRecord], str]:
        """A page, and where the next one begins ("": there is none)."""
        try:
            return await rows.many(self._store, query)
        except ValueError:
            raise Problem(PARAMETER, 400, f"after: '{query.after}' is no cursor of the archive.") from None

    async def one(self, instance_id: str) -> Archived:
        """Raises Problem 404."""
        found = await rows.one(self._store, instance_id)
        if found is None:
            raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}' in the archive.")
        record, data = found
        state, journal = decode_archived(data)
        history = await views.told(self._graph_of, journal, 0)
        return Archived(record, dict(decode_state(state).variables), history)

    async def remove(self, instance_id: str) -> None:
        """Take it out for good. Raises Problem 404."""
        if await rows.one(self._store, instance_id) is None:
            raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}' in the archive.")
        await self._store.write([("delete from archive where id=?", [instance_id])])
