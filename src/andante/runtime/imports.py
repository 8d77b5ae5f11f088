"""Which deployed BPMN files another one imports: found when it is deployed, and the same ever after."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import final

from andante.bpmn import target_namespace
from andante.runtime.draft import Draft
from andante.store import definitions as rows
from andante.store.records import DefinitionRecord
from andante.store.store import Store


@final
class Imports:
    """By target namespace: of the files with definitions that of an active one, else the newest; or the newest file
    that only declares, where that was deployed later."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, draft: Draft, wanted: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """The id and the text of the file of each namespace that is there."""
        found: dict[str, tuple[str, bytes]] = {}
        since: dict[str, int] = {}
        for record in draft.of_kind("xml"):
            data = await self._file(record.source_id, draft)
            space = target_namespace(data)
            if space in wanted and space not in found:
                found[space], since[space] = (record.source_id, data), record.created_at
        for source_id, data in [*await rows.declarations(self._store), *draft.declarations()]:
            space = target_namespace(data)
            deployed_at = int(source_id.split("-")[1])
            if space in wanted and deployed_at > since.get(space, -1):
                found[space], since[space] = (source_id, data), deployed_at
        return found

    async def of(self, record: DefinitionRecord) -> dict[str, bytes]:
        """The files that were found when the definition was deployed."""
        imports: dict[str, str] = json.loads(record.config).get("imports", {})
        return {space: await self._file(source_id) for space, source_id in imports.items()}

    async def _file(self, source_id: str, draft: Draft | None = None) -> bytes:
        found = draft.sources.get(source_id) if draft is not None else None
        found = found or await rows.source(self._store, source_id)
        if found is None:
            raise AssertionError(f"the source {source_id} is gone")
        return found[1]


def declaring(data: bytes, now: int) -> str:
    """The id of a file that has nothing but declarations. It has the time, for no definition tells it."""
    return f"{rows.DECLARATIONS}-{now:015d}-{sha256(data).hexdigest()}"
