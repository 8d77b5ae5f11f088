"""Which deployed BPMN files another one imports: found when it is deployed, and the same ever after."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import final

from andante.bpmn import target_namespace
from andante.runtime.catalogue import Catalogue
from andante.store import definitions as rows
from andante.store.records import DefinitionRecord
from andante.store.store import Store


@final
class Imports:
    """By target namespace: of the files with definitions that of an active one, else the newest; or the newest file
    that only declares, where that was deployed later."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    async def find(self, wanted: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """The id and the text of the file of each namespace that is there."""
        found: dict[str, tuple[str, bytes]] = {}
        since: dict[str, int] = {}
        for record in self._catalogue.of_kind("xml"):
            data = await self._file(record.source_id)
            space = target_namespace(data)
            if space in wanted and space not in found:
                found[space], since[space] = (record.source_id, data), record.created_at
        for source_id, data in await rows.declarations(self._store):
            space = target_namespace(data)
            deployed_at = int(source_id.split("-")[1])
            if space in wanted and deployed_at > since.get(space, -1):
                found[space], since[space] = (source_id, data), deployed_at
        return found

    async def of(self, record: DefinitionRecord) -> dict[str, bytes]:
        """The files that were found when the definition was deployed."""
        imports: dict[str, str] = json.loads(record.config).get("imports", {})
        return {space: await self._file(source_id) for space, source_id in imports.items()}

    async def _file(self, source_id: str) -> bytes:
        found = await rows.source(self._store, source_id)
        if found is None:
            raise AssertionError(f"the source {source_id} is gone")
        return found[1]


def source_of(data: bytes, imports: Iterable[str]) -> str:
    """The id of a source: with other files imported it is another one, though its text is the same."""
    own = sha256(data).hexdigest()
    others = sorted(imports)
    return sha256("\n".join([own, *others]).encode()).hexdigest() if others else own


def declared(data: bytes, now: int) -> rows.Statement:
    """Keeps a file that has nothing but declarations. Its id has the time, for no definition tells it."""
    source_id = f"{rows.DECLARATIONS}-{now:015d}-{sha256(data).hexdigest()}"
    return rows.insert_source(source_id, rows.DECLARATIONS, data)
