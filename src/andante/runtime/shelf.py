"""Definitions in memory, and the ways in which they are looked up."""

from collections.abc import Iterable
from typing import Final

from andante.store.records import DefinitionRecord

DMN: Final = "dmn"
FORM: Final = "form"
# What each kind of definition is in people's words. Processes have a graph, the others have not.
PROCESS: Final = "process"
KINDS: Final = {DMN: "decision", FORM: "form"}


def age(record: DefinitionRecord) -> tuple[int, str]:
    """Sorts by the order of deployment."""
    return record.created_at, record.id


class Shelf:
    """Look-ups are of what was put on it last."""

    def __init__(self, like: "Shelf | None" = None) -> None:
        self._records: dict[str, DefinitionRecord] = {} if like is None else dict(like._records)
        self._by_name: dict[str, list[DefinitionRecord]] = {} if like is None else dict(like._by_name)
        self._by_source: dict[str, list[DefinitionRecord]] = {} if like is None else dict(like._by_source)
        self._active: dict[str, DefinitionRecord] = {} if like is None else dict(like._active)
        self._files: dict[str, bytes] = {} if like is None else dict(like._files)

    def one(self, definition_id: str) -> DefinitionRecord | None:
        return self._records.get(definition_id)

    def all(self) -> list[DefinitionRecord]:
        return list(self._records.values())

    def named(self, name: str, version: str = "") -> DefinitionRecord | None:
        """That version, or without one the active version."""
        if not version:
            return self._active.get(name)
        return next((record for record in self._by_name.get(name, ()) if record.version == version), None)

    def labelled(self, label: str, kind: str, version: str = "") -> DefinitionRecord | None:
        """The newest of this kind with this label: of that version, or without one among the active."""
        return _newest(
            record
            for record in self._records.values()
            if record.label == label and record.kind == kind
            and (record.version == version if version else record.active)
        )  # fmt: skip

    def beside(self, name: str, definition_id: str) -> DefinitionRecord | None:
        """The newest of this name that was deployed together with that definition: in the same file, or else in the
        same deployment."""
        origin = self._records.get(definition_id)
        if origin is None:
            return None
        found = _newest(record for record in self._by_source[origin.source_id] if record.name == name)
        if found is None and (deployment := origin.deployment) is not None:
            same = (each for each in self._by_name.get(name, ()) if each.deployment is not None)
            found = _newest(each for each in same if each.deployment and each.deployment.id == deployment.id)
        return found

    def with_it(self, name: str, definition_id: str) -> DefinitionRecord | None:
        """The newest of this name when that definition was deployed; the first one where there was none yet."""
        found, origin = self._by_name.get(name, []), self._records.get(definition_id)
        until = origin.created_at if origin is not None else 0
        before = _newest(record for record in found if record.created_at <= until)
        return before if before is not None or not found else found[0]

    def of_kind(self, kind: str) -> list[DefinitionRecord]:
        """All of this kind: the active ones first, and of them the newest."""
        found = [record for record in self._records.values() if record.kind == kind]
        return sorted(found, key=lambda record: (record.active, age(record)), reverse=True)

    def versions(self, name: str) -> list[DefinitionRecord]:
        """All versions of a name, the newest first."""
        return self._by_name.get(name, [])[::-1]

    def made_from(self, source_id: str) -> dict[str, str]:
        """The ids of a source's definitions by name, in the order of the file."""
        return {record.name: record.id for record in self._by_source.get(source_id, ())}

    def file(self, source_id: str) -> bytes:
        """The DMN file or form of a definition."""
        return self._files[source_id]


def _newest(found: Iterable[DefinitionRecord]) -> DefinitionRecord | None:
    return max(found, key=age, default=None)
