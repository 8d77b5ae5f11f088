"""How many instances are open, by process and by the element that they stand at: `runtime.standing`."""

from collections import Counter
from typing import Final, final

import msgspec

from andante.codec import decode_state
from andante.runtime.definitions import Definitions
from andante.runtime.sight import sees
from andante.store import instances as rows
from andante.store.store import Store

MOST: Final = 500  # open instances whose state is read for one definition


class Standing(msgspec.Struct, frozen=True):
    """Of one process or definition: how many instances are open, of these suspended, and with an incident."""

    opened: int = 0
    suspended: int = 0
    incidents: int = 0


class AtElements(msgspec.Struct, frozen=True):
    """Tokens by element, of the `looked` instances that were started last; the definition has `opened` open ones."""

    tokens: dict[str, int]
    looked: int
    opened: int


@final
class Standings:
    """Reads; may be asked of a replica."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions

    async def processes(self) -> dict[tuple[str, str], Standing]:
        """By name and version, for those that have open instances."""
        found = await rows.open_by_definition(self._store)
        return {(name, version): Standing(*counts) for name, version, *counts in found if sees(name)}

    async def elements(self, definition_id: str, most: int = MOST) -> AtElements:
        """Where the open instances of a definition stand; a loop or sub-process stands for itself while it is empty."""
        graph = await self._definitions.graph(definition_id)
        if not sees(graph.process_id):
            return AtElements({}, 0, 0)
        opened, states = await rows.open_states(self._store, definition_id, most)
        tokens: Counter[str] = Counter()
        for data in states:
            instance = decode_state(data)
            hosts = {token.loop for token in instance.tokens.values()}
            for token in instance.tokens.values():
                if not token.child and token.key not in hosts and token.node < len(graph.nodes):
                    tokens[graph.nodes[token.node].id] += 1
        return AtElements(dict(tokens), len(states), opened)
