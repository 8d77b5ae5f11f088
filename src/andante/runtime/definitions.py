"""Definitions: deploying, activating, and the graphs they compile to."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import final

import msgspec

from andante.bpmn import kinds, read_json, read_xml, spaces_of
from andante.bpmn.graph import ProcessGraph
from andante.decisions import is_dmn
from andante.engine.calendars import calendars_in
from andante.engine.effects import SAME_DEPLOYMENT
from andante.markup.findings import Finding
from andante.runtime.calendars import LiveCalendars
from andante.runtime.catalogue import KINDS, Catalogue
from andante.runtime.clock import Clock
from andante.runtime.decisions import Decisions
from andante.runtime.deployment import (
    Deployment,
    check_kind,
    chosen_version,
    deployed,
    exists,
    keeping,
    next_version,
    numbered,
    read_model,
)
from andante.runtime.forms import Forms
from andante.runtime.ids import DEFINITION, Ids
from andante.runtime.imports import Imports, declared, source_of
from andante.runtime.problem import (
    DEFINITION_IN_USE,
    DEFINITION_INACTIVE,
    DEFINITION_NOT_FOUND,
    DEFINITION_SUSPENDED,
    PARAMETER,
    Problem,
)  # fmt: skip
from andante.runtime.sight import demand_deploy, sees
from andante.runtime.starting import starts, timers
from andante.runtime.together import in_order, made_of
from andante.store import definitions as rows
from andante.store.audit import AuditLog, Entry
from andante.store.names import EVERY, Names
from andante.store.records import DefinitionRecord
from andante.store.search import name_rows
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
        self._lock = asyncio.Lock()
        self._calendars: LiveCalendars | None = None
        self.catalogue = Catalogue(store, audit)
        self.catalogue.changed.append(self._forget)
        self.imports = Imports(store, self.catalogue)
        self.decisions = Decisions(self.catalogue, clock, ids, zone)
        self.forms = Forms(self.catalogue, clock, ids)

    async def deploy_form(self, data: bytes, name: str, who: str, activate: bool, version: str) -> Deployment:
        """A form-js schema or a JSON Schema."""
        async with self._lock:
            await self.catalogue.fresh()
            return await self.forms.deploy(data, name, who, activate, version)

    async def check_files(self, files: Mapping[str, bytes]) -> None:
        """Whether all of them could be deployed; nothing is changed. Raises Problem as `deploy` would."""
        await self.catalogue.fresh()
        for name in in_order(files):
            try:
                for found, kind in await read_model(made_of, files, name, self._zone):
                    check_kind(self.catalogue, found, kind)
            except Problem as fault:
                raise Problem(fault.code, fault.status, f"{name}: {fault.message}", fault.details) from None

    def use_calendars(self, calendars: LiveCalendars) -> None:
        """Models that name another calendar are warned of; and no definition is known before its calendars are."""
        self._calendars = calendars
        self.catalogue.before.append(calendars.refresh)

    async def deploy_xml(self, data: bytes, who: str, activate: bool, version: str) -> Deployment:
        """BPMN, or DMN by its root element."""
        if await read_model(is_dmn, data):
            async with self._lock:
                await self.catalogue.fresh()
                return await self.decisions.deploy(data, who, activate, version)
        _, wanted = await read_model(spaces_of, data)
        files = await self.imports.find(wanted) if wanted else {}
        model = await read_model(read_xml, data, {space: file for space, (_, file) in files.items()})
        graphs, warnings = model.processes, [*model.warnings, *await self._unknown_calendars(model.processes)]
        imports = {space: id for space, (id, _) in files.items()}
        source_id = source_of(data, imports.values())
        async with self._lock:
            await self.catalogue.fresh()
            if not graphs:
                entry = Entry("definition.deploy", details={"kind": "xml", "bytes": len(data)})
                await self.catalogue.write([declared(data, self._clock.now())], entry)
                return Deployment("", {}, warnings)
            known = self.catalogue.made_from(source_id)
            if known and not version:
                for name in known if activate else ():
                    demand_deploy(name)
                if activate:
                    await self._activate_again(known)
                return Deployment(next(iter(known.values())), known, warnings)
            statements = [rows.insert_source(source_id, "xml", data)]
            records = []
            for graph in graphs:
                check_kind(self.catalogue, graph.process_id)
                warnings.extend(self.forms.unknown(graph))
                chosen = chosen_version(self.catalogue, graph.process_id, version, graph.version, warnings)
                record = self._record(graph, "xml", source_id, who, chosen, activate, bool(warnings), imports=imports)
                records.append(record)
                statements.extend(self._insert(record, graph))
            ids = {record.name: record.id for record in records}
            await self.catalogue.write(statements, deployed(records[0], ids))
            self._remember(records, graphs)
        return Deployment(records[0].id, ids, warnings)

    async def _activate_again(self, ids: dict[str, str]) -> None:
        """The same file once more: its processes are to be the active ones."""
        statements: list[rows.Statement] = []
        for definition_id in ids.values():
            record = self.one(definition_id)
            if not record.active:
                statements.extend(self._activation(record, await self.graph(definition_id), True))
        if statements:
            await self.catalogue.write(statements, deployed(self.one(next(iter(ids.values()))), ids))

    async def deploy_json(self, body: dict[str, object], who: str) -> Deployment:
        model = await read_model(read_json, body)
        graphs, warnings = model.processes, [*model.warnings, *await self._unknown_calendars(model.processes)]
        graph = graphs[0]
        data = msgspec.json.encode(body)
        source_id = sha256(data).hexdigest()
        activate = body.get("active", True) is not False
        async with self._lock:
            await self.catalogue.fresh()
            check_kind(self.catalogue, graph.process_id)
            warnings.extend(self.forms.unknown(graph))
            record = self._record(graph, "json", source_id, who, graph.version, activate, bool(warnings), body)
            statements = [rows.insert_source(source_id, "json", data), *self._insert(record, graph)]
            await self.catalogue.write(statements, deployed(record, {record.name: record.id}))
            self._remember([record], graphs)
        return Deployment(record.id, {record.name: record.id}, warnings)

    async def modify_json(self, definition_id: str, body: dict[str, object], who: str) -> Deployment:
        """Replace a definition that nobody runs. One with instances keeps its meaning: post a new version instead."""
        await self.catalogue.fresh()
        old = self.one(definition_id)
        if old.kind in KINDS:
            raise Problem(PARAMETER, 400, f"The definition '{old.name}' is a {KINDS[old.kind]}. Deploy its file anew.")
        model = await read_model(read_json, body)
        graphs, warnings = model.processes, [*model.warnings, *await self._unknown_calendars(model.processes)]
        graph = graphs[0]
        data = msgspec.json.encode(body)
        source_id = sha256(data).hexdigest()
        async with self._lock:
            await self._unused(definition_id, "create it as a new version instead")
            version = graph.version or old.version
            twin = self.catalogue.named(graph.process_id, version)
            if twin is not None and twin.id != definition_id:
                raise exists(graph.process_id, version)
            fresh = self._record(
                graph, "json", source_id, old.created_by, version, old.active, bool(warnings), body, definition_id
            )
            fresh = msgspec.structs.replace(
                fresh, created_at=old.created_at, modified_by=who, modified_at=self._clock.now()
            )
            statements: list[rows.Statement] = [
                ("delete from start_event where definition_id=?", [definition_id]),
                ("delete from task_name where definition_id=?", [definition_id]),
                ("delete from definition where id=?", [definition_id]),
                rows.insert_source(source_id, "json", data),
                *self._insert(fresh, graph),
            ]
            changed = {"name": [old.name, fresh.name], "version": [old.version, fresh.version]}
            sources = {"before": old.source_id, "after": source_id}
            entry = Entry("definition.change", definition_id, {**changed, "source": sources})
            await self.catalogue.write(statements, entry)
            self._remember([fresh], graphs)
        return Deployment(definition_id, {fresh.name: definition_id}, warnings)

    async def _unknown_calendars(self, graphs: Sequence[ProcessGraph]) -> list[Finding]:
        found = [place for graph in graphs for place in calendars_in(graph)]
        if self._calendars is None or not found:
            return []
        await self._calendars.refresh()
        known = self._calendars.names()
        text = "There is no business calendar '{}': an SLA that counts by it will be an incident. Create it."
        return [
            Finding("unknownCalendar", element, line, text.format(name))
            for name, element, line in found
            if name not in known
        ]

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
        async with self._lock:
            if action in ("activate", "deactivate"):
                statements = self._activation(record, graph, action == "activate")
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
        async with self._lock:
            importer = self.decisions.importer(record)
            if importer is not None:
                text = f"'{importer.name}' in version '{importer.version}' imports its file; delete that one first."
                raise Problem(DEFINITION_IN_USE, 409, f"The definition '{definition_id}' is needed: {text}")
            await self._unused(definition_id, "delete its instances first, or deactivate it")
            await self.catalogue.write([
                ("delete from start_event where definition_id=?", [definition_id]),
                ("delete from task_name where definition_id=?", [definition_id]),
                ("delete from definition where id=?", [definition_id]),
            ], Entry("definition.delete", definition_id, {"name": record.name, "version": record.version}))  # fmt: skip

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

    async def _unused(self, definition_id: str, remedy: str) -> None:
        if await self._store.get("select 1 from instance where definition_id=? limit 1", (definition_id,)):
            raise Problem(DEFINITION_IN_USE, 409, f"The definition '{definition_id}' has instances; {remedy}.")

    def _record(
        self, graph: ProcessGraph, kind: str, source_id: str, who: str, version: str, active: bool, warned: bool,
        body: dict[str, object] | None = None, definition_id: str = "", imports: Mapping[str, str] | None = None,
    ) -> DefinitionRecord:  # fmt: skip
        now = self._clock.now()
        version = version or next_version(self.catalogue, graph.process_id)
        if not definition_id and self.catalogue.named(graph.process_id, version) is not None:
            raise exists(graph.process_id, version)
        label = graph.name or graph.process_id
        description = graph.documentation
        if body is not None:
            label, description = str(body.get("label") or label), str(body.get("description") or "")
        after = graph.by_id.get(graph.no_cancel_after, -1)
        config: dict[str, object] = {
            "cancelable": graph.cancelable,
            "noCancelAfterElem": graph.no_cancel_after,
            "noCancelAfterElemLabel": graph.nodes[after].name if after >= 0 else "",
        }
        if imports:
            config["imports"] = imports
        if graph.retention:
            config["retention"] = graph.retention
        if calendars := sorted({name for name, _, _ in calendars_in(graph)}):
            config["calendars"] = calendars
        return DefinitionRecord(
            definition_id or self._ids.new(DEFINITION, now), graph.process_id, version, label, description, active,
            False, "Warning" if warned else "Pass", json.dumps(config, separators=(",", ":")), kind, now, who,
            source_id,
        )  # fmt: skip

    def _insert(self, record: DefinitionRecord, graph: ProcessGraph) -> list[rows.Statement]:
        statements = [rows.insert(record), *starts(record.id, graph, self._clock.now())]
        statements.extend(name_rows(record.id, names_of_tasks(graph)))
        if record.active:
            statements.extend(self._activation(record, graph, True))
        return statements

    def _activation(self, record: DefinitionRecord, graph: ProcessGraph | None, active: bool) -> list[rows.Statement]:
        """Let new instances run by it, or not. One version of a name at most is active; only its timers are armed.
        A decision or form has no graph."""
        statements = rows.set_active(record.id, record.name, active)
        if graph is None:
            return statements
        if active:
            statements.append((
                "update start_event set due_at=0 where definition_id in (select id from definition where name=?)",
                [record.name],
            ))  # fmt: skip
        return [*statements, *timers(record.id, graph, active, self._clock.now(), self._zone)]

    def _remember(self, records: list[DefinitionRecord], graphs: tuple[ProcessGraph, ...]) -> None:
        self._graphs.update((record.id, graph) for record, graph in zip(records, graphs, strict=True))

    def _forget(self, changed: set[str]) -> None:
        """Their sources may be others now."""
        for definition_id in changed:
            self._graphs.pop(definition_id, None)


def names_of_tasks(graph: ProcessGraph) -> list[str]:
    """What its user tasks are called, unless that is computed."""
    return [node.name or node.id for node in graph.nodes if node.kind == kinds.USER_TASK]
