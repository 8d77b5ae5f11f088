"""A deployment that is being made: what it is to change, and the definitions as they will be when it is done."""

import json
from collections.abc import Iterable
from typing import final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.runtime.shelf import KINDS, Shelf, age
from andante.store import definitions as rows
from andante.store.audit import Entry
from andante.store.records import DefinitionRecord, DeploymentRecord


@final
class Draft(Shelf):
    """Begins with what is known; nothing counts until its `statements` are written. `version` "": the next one.
    `deployment`: the one that each new definition is of, with the file that is at hand as its resource."""

    def __init__(self, known: Shelf, who: str, activate: bool, version: str = "") -> None:
        super().__init__(known)
        self.who = who
        self.activate = activate
        self.version = version
        self.deployment: DeploymentRecord | None = None
        self.statements: list[rows.Statement] = []
        self.sources: dict[str, tuple[str, bytes]] = {}  # kind and text of what it brings
        self.graphs: dict[str, ProcessGraph] = {}  # of new processes, by the definition's id
        self._touched: list[DefinitionRecord] = []

    def bring(self, source_id: str, kind: str, data: bytes) -> None:
        """A file."""
        self.statements.append(rows.insert_source(source_id, kind, data))
        self.sources[source_id] = kind, data
        if kind in KINDS:
            self._files[source_id] = data

    def declarations(self) -> list[tuple[str, bytes]]:
        """Id and text of the files it brings that only declare."""
        return [(id, data) for id, (kind, data) in self.sources.items() if kind == rows.DECLARATIONS]

    def add(self, record: DefinitionRecord, more: Iterable[rows.Statement] = ()) -> None:
        """A new definition, and what belongs to it."""
        if self.deployment is not None:
            config = {**json.loads(record.config), "deployment": msgspec.to_builtins(self.deployment)}
            record = msgspec.structs.replace(record, config=json.dumps(config, separators=(",", ":")))
        self.statements += [rows.insert(record), *more]
        self._put(record)
        if record.active:
            self.let_run(record)
        else:
            self._touched.append(record)

    def let_run(self, record: DefinitionRecord, more: Iterable[rows.Statement] = ()) -> None:
        """Of the versions of its name this one is to be active, and with it what is in `more`."""
        self.statements += [*rows.set_active(record.id, record.name, True), *more]
        before = self._active.get(record.name)
        if before is not None and before.id != record.id:
            self._put(msgspec.structs.replace(before, active=False))
        self._active[record.name] = self._put(msgspec.structs.replace(record, active=True))
        self._touched.append(record)

    def _put(self, record: DefinitionRecord) -> DefinitionRecord:
        """In the place of the one with its id, or as the newest. Lists are those of another shelf, too."""
        for lists, key in ((self._by_name, record.name), (self._by_source, record.source_id)):
            others = [each for each in lists.get(key, ()) if each.id != record.id]
            lists[key] = sorted([*others, record], key=age)
        self._records[record.id] = record
        return record

    def entry(self) -> Entry:
        """What the audit log keeps of it: its first definition, and all of them by name."""
        if not self._touched:
            size = sum(len(data) for _, data in self.sources.values())
            return Entry("definition.deploy", details={"kind": "xml", "bytes": size})
        first = self._touched[0]
        ids = {record.name: record.id for record in self._touched}
        details = {"kind": first.kind, "name": first.name, "version": first.version, "ids": ids}
        return Entry("definition.deploy", first.id, details)
