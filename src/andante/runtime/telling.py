"""Which programs are told of what: rows for each command, written with it, and told after its commit.

A filter is `TYPE` or `DEFINITION/TYPE`, each with `*` for any rest: `task.*`, `LeaveApproval/*`, `*`.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.engine import events as ev
from andante.engine.state import Instance
from andante.runtime.occurrences import KINDS, Before, Teller, before

MOST_KNOWN: Final = 10_000
Row = tuple[Any, ...]


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One event of a command; `n` is its number there."""

    n: int
    kind: str
    data: dict[str, Any]


def checked_filters(texts: Sequence[str]) -> list[str]:
    """Raises ValueError that names one which no event can fit."""
    for text in texts:
        kind = text.rpartition("/")[2]
        if not any(fnmatchcase(each, kind) for each in KINDS):
            raise ValueError(f"'{text}' fits no event: write a type as task.completed, task.* or *, or PROCESS/task.*")
    return list(texts)


def wanted(filters: Sequence[str], definition: str, kind: str) -> bool:
    """Whether one of the filters lets the event pass."""
    for text in filters:
        name, _, pattern = text.rpartition("/")
        if fnmatchcase(kind, pattern) and (not name or fnmatchcase(definition, name)):
            return True
    return False


@final
class Telling:
    """`sinks`: filters by the name of each; `wake` is called when there is something to tell."""

    def __init__(self) -> None:
        self.wake: Callable[[], None] | None = None
        self._sinks: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    @property
    def sinks(self) -> dict[str, tuple[str, ...]]:
        return self._sinks

    @sinks.setter
    def sinks(self, found: dict[str, tuple[str, ...]]) -> None:
        if found != self._sinks:
            self._sinks, self._known = found, {}

    def before(self, instance: Instance) -> Before | None:
        """To be asked for before a step."""
        return before(instance) if self._sinks else None

    def rows(
        self, graph: ProcessGraph, instance: Instance, facts: Sequence[ev.Event], earlier: Before | None
    ) -> list[Row]:
        """What the step has to tell, a row for each sink."""
        if earlier is None:
            return []
        found: dict[str, list[Told]] = {}
        for n, (kind, data) in enumerate(Teller(graph, instance, earlier).events(facts)):
            for sink in self._to(instance.name, kind):
                found.setdefault(sink, []).append(Told(n, kind, data))
        return [
            (instance.id, instance.seq, sink, instance.modified_at, bytearray(msgspec.json.encode(told)))
            for sink, told in found.items()
        ]

    def written(self, rows: Sequence[Row]) -> None:
        """These are in the table now."""
        if rows and self.wake is not None:
            self.wake()

    def _to(self, definition: str, kind: str) -> tuple[str, ...]:
        key = definition, kind
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = tuple(
                sink for sink, filters in self._sinks.items() if wanted(filters, definition, kind)
            )
        return known
