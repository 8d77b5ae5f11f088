"""Which instances a message may be for by its own contents (BPMN 2.0.2 section 8.4.2)."""

from collections.abc import Mapping

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.engine.elements.correlation import carried_key
from andante.runtime.definitions import Definitions
from andante.store import definitions as rows
from andante.store.store import Store


async def carried_keys(
    store: Store, definitions: Definitions, name: str, variables: Mapping[str, object], now: int
) -> list[str]:
    """The correlation keys that the message has for the definitions that read one from it, each once."""
    found: dict[str, None] = {}
    for definition_id in await rows.keyed(store, name):
        graph = await definitions.graph(definition_id)
        for key in _keys(graph, name, variables, now):
            found[key] = None
    return list(found)


def _keys(graph: ProcessGraph, name: str, variables: Mapping[str, object], now: int) -> list[str]:
    keys: list[str] = []
    for event in (part for node in graph.nodes if node.event is not None for part in node.event.each):
        if event.kind != kinds.MESSAGE or event.key is None or event.name is None:
            continue
        if event.name.is_constant and event.name.constant != name:
            continue
        key = carried_key(event.key, variables, now)
        if key is not None and key not in keys:
            keys.append(key)
    return keys
