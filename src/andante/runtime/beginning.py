"""Which definitions a person can start."""

from andante.runtime.runtime import Runtime
from andante.store.records import DefinitionRecord


async def by_hand(runtime: Runtime, record: DefinitionRecord) -> bool:
    """A process that begins where nothing has to occur. Raises Problem for a definition that is gone."""
    if record.kind not in ("xml", "json") or record.suspended:
        return False
    return (await runtime.graph(record.id)).plain_start >= 0
