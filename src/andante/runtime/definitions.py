"""Definitions: deploying, activating, and the graphs they compile to."""

from collections.abc import Mapping
from typing import final

import msgspec

from andante.bpmn import kinds, read_json, read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.effects import SAME_DEPLOYMENT
from andante.runtime.calendars import LiveCalendars
from andante.runtime.catalogue import Catalogue
from andante.runtime.clock import Clock
from andante.runtime.decisions import Decisions
from andante.runtime.deployment import (
    keeping,
    numbered,
    read_model,
)
from andante.runtime.forms import Forms
from andante.runtime.ids import Ids
from andante.runtime.imports import Imports
from andante.runtime.problem import (
    DEFINITION_IN_USE,
    DEFINITION_INACTIVE,
    DEFINITION_NOT_FOUND,
    DEFINITION_SUSPENDED,
    PARAMETER,
    Problem,
)  # fmt: skip
from andante.runtime.shelf import KINDS
from andante.runtime.sight import sees
from andante.runtime.starting import arming
from andante.store import definitions as rows
from andante.store.audit import AuditLog, Entry
from andante.store.names import EVERY, Names
from andante.store.records import DefinitionRecord
from andante.store.store import Store


@final
class Definitions:
    """Deploys and finds definitions. All methods raise Problem for what can be expected to go wrong."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, zone: str, audit: AuditLog | None = None) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._zone = zone
        self._graphs: dict[str, ProcessGraph] = {}
        self.calendars: LiveCalendars | None = None
        self.catalogue = Catalogue(store, audit)
        self.catalogue.changed.append(self._forget)
        self.imports = Imports(store)
        self.decisions = Decisions(self.catalogue, clock, ids, zone)
        self.forms = Forms(self.catalogue, clock, ids)

    def use_calendars(self, calendars: LiveCalendars) -> None:
        """No definition is known before its calendars are; and models that name another are warned of."""
        self.calendars = calendars
        self.catalogue.before.append(calendars.refresh)

    def one(self, definition_id: str) -> DefinitionRecord:
        record = self.catalogue.one(definition_id)
        if record is None:
            raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no definition '{definition_id}'.")
        return record

    async def known(self, definition_id: str) -> DefinitionRecord:
        """Of a definition that the database has: another server may have deployed it in this moment."""
        if self.catalogue.one(definition_id) is None:
            await self.catalogue.refresh()
        return self.one(definition_id)

    async def source(self, definition_id: str) -> bytes:
        """The XML, or the JSON body, as deployed."""
        found = await rows.source(self._store, self.one(definition_id).source_id)
        if found is None:
            raise AssertionError(f"the source of {definition_id} is gone")
        return found[1]

    async def many(
        self, name: str = "", like: bool = False, active: bool | None = None, skip: int = 0, limit: int = 100,
        names: Names = EVERY,
    ) -> list[DefinitionRecord]:  # fmt: skip
        return await rows.many(self._store, name, like, active, skip, min(limit, 1_000), names)

    async def act(self, definition_id: str, action: str, who: str, retention: str = "") -> DefinitionRecord:
        """activate, deactivate, suspend (no new starts), resume, or retain: how long what is over is kept."""
        await self.catalogue.fresh()
        record = self.one(definition_id)
        graph = None if record.kind in KINDS else await self.graph(definition_id)
        async with self.catalogue.changing:
            if action in ("activate", "deactivate"):
                flag = action == "activate"
                statements = rows.set_active(definition_id, record.name, flag)
                if graph is not None:
                    statements += arming(record, graph, flag, self._clock.now(), self._zone)
            elif action in ("suspend", "resume"):
                flag = action == "suspend"
                statements = [
                    (f"update definition set suspended=?, {rows.REVISED} where id=?", [int(flag), definition_id])
                ]
            elif action == "retain":
                statements = [rows.set_config(record, "retention", keeping(retention))]
            else:
                text = f"action: '{action}' is none of activate, deactivate, suspend, resume, retain."
                raise Problem(PARAMETER, 400, text)
            statements.append((
                f"update definition set modified_by=?, modified_at=?, {rows.REVISED} where id=?",
                [who, self._clock.now(), definition_id],
            ))  # fmt: skip
            before = {"active": record.active, "suspended": record.suspended, "retention": record.retention}
            details: dict[str, object] = {"name": record.name, "version": record.version, "before": before}
            if action == "retain":
                details["after"] = {"retention": retention}
            await self.catalogue.write(statements, Entry(f"definition.{action}", definition_id, details))
        return self.one(definition_id)

    async def delete(self, definition_id: str) -> None:
        """Remove a definition that has no instances, not even closed ones: their history needs it."""
        await self.catalogue.fresh()
        record = self.one(definition_id)
        async with self.catalogue.changing:
            importer = self.decisions.importer(record)
            if importer is not None:
                text = f"'{importer.name}' in version '{importer.version}' imports its file; delete that one first."
                raise Problem(DEFINITION_IN_USE, 409, f"The definition '{definition_id}' is needed: {text}")
            await self.unused(definition_id, "delete its instances first, or deactivate it")
            entry = Entry("definition.delete", definition_id, {"name": record.name, "version": record.version})
            await self.catalogue.write(rows.delete(definition_id), entry)

    async def graph(self, definition_id: str) -> ProcessGraph:
        """The compiled process; compiled once and kept."""
        graph = self._graphs.get(definition_id)
        if graph is None:
            record = await self.known(definition_id)
            if record.kind in KINDS:
                text = f"The definition '{record.name}' is a {KINDS[record.kind]}, no process."
                raise Problem(DEFINITION_NOT_FOUND, 404, text)
            data = await self.source(definition_id)
            if record.kind == "xml":
                model = await read_model(read_xml, data, await self.imports.of(record))
            else:
                model = await read_model(read_json, msgspec.json.decode(data))
            graph = next(each for each in model.processes if each.process_id == record.name)
            self._graphs[definition_id] = graph
        return graph

    async def task_names(self, definition_id: str) -> list[str]:
        """The names that its user tasks have, where they are not computed; none of what is no process."""
        if (await self.known(definition_id)).kind in KINDS:
            return []
        return names_of_tasks(await self.graph(definition_id))

    def startable(self, name: str, version: str = "") -> DefinitionRecord:
        """The definition that a start of `name` runs (contract section 7 row 20), if who asks may know of it."""
        record = self.catalogue.named(name, version) if sees(name) else None
        if record is not None and record.kind in KINDS:
            text = f"'{name}' is a {KINDS[record.kind]}, no process. Start a process."
            raise Problem(DEFINITION_NOT_FOUND, 404, text)
        if record is None:
            if version:
                raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no definition '{name}' in version '{version}'.")
            if not self.catalogue.versions(name) or not sees(name):
                raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no definition '{name}'.")
            raise Problem(DEFINITION_INACTIVE, 409, f"No version of '{name}' is active. Activate one first.")
        if record.suspended:
            raise Problem(DEFINITION_SUSPENDED, 409, f"The definition '{name}' is suspended. Resume it first.")
        return record

    async def called(self, name: str, version: str, caller: str) -> DefinitionRecord:
        """The definition that a call from the instance `caller` runs.

        A number that is no version's name counts the versions in the order of their deployment, as in Camunda 7.
        What was not in the caller's own file is looked for among the active ones.
        """
        await self.catalogue.fresh()
        if version == SAME_DEPLOYMENT:
            row = await self._store.get("select definition_id from instance where id=?", (caller,))
            beside = self.catalogue.beside(name, row[0]) if row is not None else None
            return self.startable(name, beside.version if beside is not None else "")
        if version and self.catalogue.named(name, version) is None:
            counted = numbered(self.catalogue, name, version)
            version = counted.version if counted is not None else version
        return self.startable(name, version)

    async def unused(self, definition_id: str, remedy: str) -> None:
        """Raises Problem (409) where it has instances."""
        if await self._store.get("select 1 from instance where definition_id=? limit 1", (definition_id,)):
            raise Problem(DEFINITION_IN_USE, 409, f"The definition '{definition_id}' has instances; {remedy}.")

    def remember(self, graphs: Mapping[str, ProcessGraph]) -> None:
        """These are what the definitions with these ids compile to."""
        self._graphs.update(graphs)

    def _forget(self, changed: set[str]) -> None:
        """Their sources may be others now."""
        for definition_id in changed:
            self._graphs.pop(definition_id, None)


def names_of_tasks(graph: ProcessGraph) -> list[str]:
    """What its user tasks are called, unless that is computed."""
    return [node.name or node.id for node in graph.nodes if node.kind == kinds.USER_TASK]
