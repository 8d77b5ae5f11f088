"""Deploying: BPMN, the contract's JSON form, DMN and forms, alone or several files in one transaction."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Final, final

import msgspec

from andante.bpmn import read_json, read_xml, spaces_of
from andante.bpmn.graph import ProcessGraph
from andante.decisions import is_dmn
from andante.engine.calendars import calendars_in
from andante.markup.findings import Finding
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions, names_of_tasks
from andante.runtime.deployment import (
    Deployment,
    again,
    check_kind,
    chosen_version,
    exists,
    next_version,
    read_model,
    source_of,
)
from andante.runtime.draft import Draft
from andante.runtime.ids import DEFINITION, DEPLOYMENT, Ids
from andante.runtime.imports import declaring
from andante.runtime.problem import PARAMETER, Problem
from andante.runtime.shelf import KINDS
from andante.runtime.sight import demand_deploy, seen_definition
from andante.runtime.starting import arming, starts
from andante.runtime.together import in_order, is_form_file, is_json
from andante.store import definitions as rows
from andante.store.audit import Entry
from andante.store.records import DefinitionRecord, DeploymentRecord
from andante.store.search import name_rows

JSON: Final = "json"
XML: Final = "xml"


@final
class Deploying:
    """All methods raise Problem; then nothing is deployed. The same file again changes no more than which versions are
    active."""

    def __init__(self, clock: Clock, ids: Ids, zone: str, definitions: Definitions) -> None:
        self._clock = clock
        self._ids = ids
        self._zone = zone
        self._definitions = definitions

    async def files(
        self, files: Mapping[str, bytes], *, who: str, activate: bool = True, name: str = "", source: str = ""
    ) -> dict[str, Deployment]:
        """All of them or none, in the order in which they need each other. What was deployed, by the file's name; all
        that is new is of one deployment, which goes by `name` and tells the `source` that it came from."""
        made: dict[str, Deployment] = {}
        faults: dict[str, Problem] = {}
        deployment = DeploymentRecord(self._ids.new(DEPLOYMENT, self._clock.now()), name, source)
        async with self._draft(who, activate) as draft:
            for file in await asyncio.to_thread(in_order, files):
                draft.deployment = msgspec.structs.replace(deployment, resource=PurePath(file).name)
                try:
                    made[file] = await self._file(draft, file, files[file])
                except Problem as fault:
                    faults[file] = fault
            if faults:
                raise next(iter(faults.values())) if len(files) == 1 else _all_of(faults)
        return made

    async def xml(self, data: bytes, who: str, activate: bool, version: str) -> Deployment:
        """BPMN, or DMN by its root element."""
        async with self._draft(who, activate, version) as draft:
            return await self._xml(draft, data)

    async def json(self, body: dict[str, object], who: str) -> Deployment:
        """The contract's JSON form (2.4), which tells itself whether it is to be active."""
        async with self._draft(who, True) as draft:
            return await self._json(draft, body)

    async def form(self, data: bytes, name: str, who: str, activate: bool, version: str) -> Deployment:
        """A form-js schema or a JSON Schema; `name` is its id where it has none of its own."""
        async with self._draft(who, activate, version) as draft:
            return await self._definitions.forms.deploy(draft, data, name)

    async def modify_json(self, definition_id: str, body: dict[str, object], *, who: str) -> Deployment:
        """Replace a JSON definition without instances. One with some keeps its meaning: post a new version instead."""
        catalogue = self._definitions.catalogue
        await catalogue.fresh()
        old = seen_definition(self._definitions.one(definition_id))
        demand_deploy(old.name)
        if old.kind in KINDS:
            raise Problem(PARAMETER, 400, f"The definition '{old.name}' is a {KINDS[old.kind]}. Deploy its file anew.")
        graph, data, warnings = await self._read_json(body)
        check_kind(catalogue, graph.process_id)
        async with catalogue.changing:
            await self._definitions.unused(definition_id, "create it as a new version instead")
            version = graph.version or old.version
            twin = catalogue.named(graph.process_id, version)
            if twin is not None and twin.id != definition_id:
                raise exists(graph.process_id, version)
            source_id = source_of(data)
            fresh = self._record(definition_id, graph, JSON, source_id, old.created_by, version, old.active, warnings)
            label, description = _told(graph, body)
            fresh = msgspec.structs.replace(
                fresh, label=label, description=description, created_at=old.created_at, modified_by=who,
                modified_at=self._clock.now(),
            )  # fmt: skip
            changed = {"name": [old.name, fresh.name], "version": [old.version, fresh.version]}
            sources = {"before": old.source_id, "after": source_id}
            entry = Entry("definition.change", definition_id, {**changed, "source": sources})
            active = rows.set_active(fresh.id, fresh.name, True) if fresh.active else ()
            await catalogue.write(
                [
                    *rows.delete(definition_id), rows.insert_source(source_id, JSON, data), rows.insert(fresh),
                    *self._more(fresh, graph), *active,
                ], entry,
            )  # fmt: skip
            self._definitions.remember({definition_id: graph})
        return Deployment(definition_id, {fresh.name: definition_id}, warnings)

    @asynccontextmanager
    async def _draft(self, who: str, activate: bool, version: str = "") -> AsyncIterator[Draft]:
        """What is put on it is written as one transaction when the block ends."""
        catalogue = self._definitions.catalogue
        async with catalogue.changing:
            await catalogue.fresh()
            draft = Draft(catalogue, who, activate, version)
            yield draft
            if draft.statements:
                await catalogue.write(draft.statements, draft.entry())
            self._definitions.remember(draft.graphs)

    async def _file(self, draft: Draft, file: str, data: bytes) -> Deployment:
        """Told by its name and what is in it."""
        if is_form_file(file, data):
            return await self._definitions.forms.deploy(draft, data, PurePath(file).name.partition(".")[0])
        if not is_json(file, data):
            return await self._xml(draft, data)
        try:
            body = msgspec.json.decode(data, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise Problem(PARAMETER, 400, f"This is no JSON definition: {fault}. Correct it.") from None
        return await self._json(draft, body)

    async def _xml(self, draft: Draft, data: bytes) -> Deployment:
        if await read_model(is_dmn, data):
            return await self._definitions.decisions.deploy(draft, data)
        _, wanted = await read_model(spaces_of, data)
        files = await self._definitions.imports.find(draft, wanted) if wanted else {}
        model = await read_model(read_xml, data, {space: file for space, (_, file) in files.items()})
        warnings = [*model.warnings, *await self._unknown_calendars(model.processes)]
        if not model.processes:
            draft.bring(declaring(data, self._clock.now()), rows.DECLARATIONS, data)
            return Deployment("", {}, warnings)
        imports = {space: id for space, (id, _) in files.items()}
        source_id = source_of(data, imports.values())
        graphs = {graph.process_id: graph for graph in model.processes}
        ids = again(draft, source_id, lambda record: self._arming(record, graphs[record.name]))
        if not ids:
            draft.bring(source_id, XML, data)
            for name, graph in graphs.items():
                check_kind(draft, name)
                warnings.extend(self._definitions.forms.unknown(graph, draft))
                version = chosen_version(draft, name, draft.version, graph.version, warnings)
                ids[name] = self._ids.new(DEFINITION, self._clock.now())
                record = self._record(
                    ids[name], graph, XML, source_id, draft.who, version, draft.activate, warnings, imports
                )
                draft.add(record, self._more(record, graph))
                draft.graphs[record.id] = graph
        return Deployment(next(iter(ids.values())), ids, warnings)

    async def _json(self, draft: Draft, body: dict[str, object]) -> Deployment:
        graph, data, warnings = await self._read_json(body)
        check_kind(draft, graph.process_id)
        warnings.extend(self._definitions.forms.unknown(graph, draft))
        version = graph.version or next_version(draft, graph.process_id)
        if draft.named(graph.process_id, version) is not None:
            raise exists(graph.process_id, version)
        active = draft.activate and body.get("active", True) is not False
        id, source_id = self._ids.new(DEFINITION, self._clock.now()), source_of(data)
        label, description = _told(graph, body)
        record = self._record(id, graph, JSON, source_id, draft.who, version, active, warnings)
        record = msgspec.structs.replace(record, label=label, description=description)
        draft.bring(source_id, JSON, data)
        draft.add(record, self._more(record, graph))
        draft.graphs[id] = graph
        return Deployment(id, {record.name: id}, warnings)

    async def _read_json(self, body: dict[str, object]) -> tuple[ProcessGraph, bytes, list[Finding]]:
        model = await read_model(read_json, body)
        warnings = [*model.warnings, *await self._unknown_calendars(model.processes)]
        return model.processes[0], msgspec.json.encode(body), warnings

    async def _unknown_calendars(self, graphs: Sequence[ProcessGraph]) -> list[Finding]:
        calendars = self._definitions.calendars
        found = [place for graph in graphs for place in calendars_in(graph)]
        if calendars is None or not found:
            return []
        await calendars.refresh()
        known = calendars.names()
        text = "There is no business calendar '{}': an SLA that counts by it will be an incident. Create it."
        return [
            Finding("unknownCalendar", element, line, text.format(name))
            for name, element, line in found
            if name not in known
        ]

    def _record(
        self, id: str, graph: ProcessGraph, kind: str, source_id: str, who: str, version: str, active: bool,
        warnings: Sequence[Finding], imports: Mapping[str, str] | None = None,
    ) -> DefinitionRecord:  # fmt: skip
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
            id, graph.process_id, version, graph.name or graph.process_id, graph.documentation, active, False,
            "Warning" if warnings else "Pass", json.dumps(config, separators=(",", ":")), kind, self._clock.now(), who,
            source_id,
        )  # fmt: skip

    def _more(self, record: DefinitionRecord, graph: ProcessGraph) -> list[rows.Statement]:
        """What belongs to a process beside its own row."""
        now = self._clock.now()
        found = [*starts(record.id, graph, now), *name_rows(record.id, names_of_tasks(graph))]
        return [*found, *self._arming(record, graph)] if record.active else found

    def _arming(self, record: DefinitionRecord, graph: ProcessGraph) -> Iterable[rows.Statement]:
        return arming(record, graph, True, self._clock.now(), self._zone)


def _all_of(faults: Mapping[str, Problem]) -> Problem:
    """The first, with what is wrong in each file."""
    details: list[object] = []
    for file, fault in faults.items():
        findings = [each for each in fault.details if isinstance(each, dict)]
        alone = {"code": fault.code, "element": "", "line": 0, "message": fault.message}
        details += [{**each, "file": file} for each in findings or [alone]]
    (file, first), *others = faults.items()
    more = f" Also refused: {', '.join(name for name, _ in others)}." if others else ""
    return Problem(first.code, first.status, f"{file}: {first.message}{more}", details)


def _told(graph: ProcessGraph, body: Mapping[str, object]) -> tuple[str, str]:
    """Label and description of a definition in the JSON form."""
    return str(body.get("label") or graph.name or graph.process_id), str(body.get("description") or "")
