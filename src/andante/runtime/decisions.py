"""Decisions: deploying DMN files, finding what processes call, and evaluating.

Each decision, decision service and business knowledge model of a file is a definition of kind "dmn", named by its id
and versioned as processes are. The file is compiled once.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, final

from andante.decisions import (
    Decision,
    DecisionFault,
    DecisionModel,
    DecisionView,
    NoDecision,
    Outcome,
    imports_of,
    read_dmn,
)  # fmt: skip
from andante.engine.deciding import Decided
from andante.engine.faults import ModelFault
from andante.runtime.catalogue import Catalogue
from andante.runtime.clock import Clock
from andante.runtime.deployment import Deployment, again, check_kind, chosen_version, numbered, read_model, source_of
from andante.runtime.draft import Draft
from andante.runtime.ids import DEFINITION, Ids
from andante.runtime.problem import DECISION_FAULT, DECISION_NOT_FOUND, DEFINITION_NOT_FOUND, Problem
from andante.runtime.shelf import DMN
from andante.runtime.sight import sees
from andante.store.records import DefinitionRecord

# What a file imports, as it was found at deployment: by namespace the id of a source, and what that one imports.
Imports = Mapping[str, Sequence[Any]]


@final
class Decisions:
    """The decisions of a catalogue. `zone` is that of now() and today() in them."""

    def __init__(self, catalogue: Catalogue, clock: Clock, ids: Ids, zone: str) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._zone = zone
        self._models: dict[str, DecisionModel] = {}

    async def deploy(self, draft: Draft, data: bytes) -> Deployment:
        """Add a DMN file. Raises Problem."""
        _, wanted = await read_model(imports_of, data)
        found = self._to_import(draft, wanted)
        known = {space: self.model(record) for space, record in found.items()}
        model = await read_model(read_dmn, data, self._zone, known)
        warnings = list(model.warnings)
        source_id = source_of(data, {record.source_id for record in found.values()})
        imports = {space: [record.source_id, _imports(record)] for space, record in found.items()}
        self._models[source_id] = model
        ids = again(draft, source_id)
        if not ids:
            draft.bring(source_id, DMN, data)
            for decision in model.decisions:
                check_kind(draft, decision.id, DMN)
                own = decision.version or model.version
                version = chosen_version(draft, decision.id, draft.version, own, warnings)
                record = self._record(decision, source_id, version, draft, bool(warnings), model.namespace, imports)
                ids[record.name] = record.id
                draft.add(record)
        return Deployment(next(iter(ids.values())), ids, warnings)

    def _to_import(self, draft: Draft, wanted: Sequence[str]) -> dict[str, DefinitionRecord]:
        """A definition of the file to import by its namespace: of an active one where there is, the newest."""
        found: dict[str, DefinitionRecord] = {}
        for record in draft.of_kind(DMN) if wanted else ():
            space = json.loads(record.config).get("namespace")
            if space is None:  # deployed before definitions told it
                space = self.model(record).namespace
            if space in wanted:
                found.setdefault(space, record)
        return found

    def importer(self, record: DefinitionRecord) -> DefinitionRecord | None:
        """A definition that cannot do without this one: its file imports the file of which this is the last."""
        if record.kind != DMN or len(self._catalogue.made_from(record.source_id)) > 1:
            return None
        others = (each for each in self._catalogue.of_kind(DMN) if each.id != record.id)
        return next((each for each in others if record.source_id in _sources(_imports(each))), None)

    def _record(
        self, decision: Decision, source_id: str, version: str, draft: Draft, warned: bool, namespace: str,
        imports: Mapping[str, object],
    ) -> DefinitionRecord:  # fmt: skip
        now = self._clock.now()
        told: dict[str, object] = {"kind": DMN, "element": decision.kind, "namespace": namespace}
        config = json.dumps({**told, "imports": imports} if imports else told, separators=(",", ":"))
        return DefinitionRecord(
            self._ids.new(DEFINITION, now), decision.id, version, decision.name or decision.id, "", draft.activate,
            False, "Warning" if warned else "Pass", config, DMN, now, draft.who, source_id,
        )  # fmt: skip

    def model(self, record: DefinitionRecord) -> DecisionModel:
        """The compiled file of a definition."""
        return self._models.get(record.source_id) or self._compiled(record.source_id, _imports(record))

    def _compiled(self, source_id: str, imports: Imports) -> DecisionModel:
        model = self._models.get(source_id)
        if model is None:
            known = {space: self._compiled(each, inner) for space, (each, inner) in imports.items()}
            model = self._models[source_id] = read_dmn(self._catalogue.file(source_id), self._zone, known)
        return model

    async def shown(self, definition_id: str) -> DecisionView:
        """How a decision is made, in texts for people; what it needs of its own file is a definition, too. Raises
        Problem."""
        await self._catalogue.fresh()
        view = self._asked("", definition_id, "").view()
        record = self._catalogue.one(definition_id)
        beside = {} if record is None else self._catalogue.made_from(record.source_id)
        return view._replace(needs=[each._replace(definition_id=beside.get(each.id, "")) for each in view.needs])

    def called(self, name: str, version: str, beside: str) -> Decided:
        """What a business rule task calls: that version, the one that the definition `beside` was deployed with, or the
        active one. Raises ModelFault."""
        record = self._catalogue.with_it(name, beside) if beside else self._version(name, version)
        if record is not None and record.kind != DMN:
            record = None
        if record is None:
            what = f"version '{version}' of the decision '{name}'" if version else f"active decision '{name}'"
            raise ModelFault("decision", f"there is no {what}: deploy or activate it, then retry")
        if record.suspended:
            raise ModelFault("decision", f"the decision '{name}' is suspended: resume it, then retry")
        return Decided(record.id, record.version, self.model(record).find(record.name))

    def _version(self, name: str, version: str) -> DefinitionRecord | None:
        record = self._catalogue.named(name, version)
        if record is None:
            record = numbered(self._catalogue, name, version)
        return record if record is not None and record.kind == DMN else None

    async def evaluate(
        self, name: str, variables: Mapping[str, object], *, definition_id: str = "", version: str = ""
    ) -> Outcome:
        """Evaluate by the id or name of a decision, decision service or business knowledge model: of the file of
        `definition_id`, of that `version`, or of the active one. Raises Problem."""
        await self._catalogue.fresh()
        decision = self._asked(name, definition_id, version)
        try:
            return await asyncio.to_thread(decision.evaluate, variables, self._clock.now(), zone_name=self._zone)
        except DecisionFault as fault:
            detail = {"decision": fault.decision, "place": fault.place, "message": fault.reason}
            raise Problem(DECISION_FAULT, 400, f"The {fault}.", [detail]) from None

    def _asked(self, name: str, definition_id: str, version: str) -> Decision:
        if definition_id:
            record = self._catalogue.one(definition_id)
            if record is None or record.kind != DMN or not sees(record.name):
                raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no definition '{definition_id}' made from DMN.")
            try:
                return self.model(record).find(name or record.name)
            except NoDecision as missing:
                raise Problem(DECISION_NOT_FOUND, 404, f"In the file of '{definition_id}' {missing}.") from None
        record = self._version(name, version)
        if record is None:
            record = self._catalogue.labelled(name, DMN, version)
        if record is None or not sees(record.name):
            which = f"version '{version}' of it" if version else "active version of it"
            raise Problem(DECISION_NOT_FOUND, 404, f"There is no decision '{name}', or no {which}.")
        return self.model(record).find(record.name)


def _imports(record: DefinitionRecord) -> Imports:
    found: Imports = json.loads(record.config).get("imports", {})
    return found


def _sources(imports: Imports) -> Iterator[str]:
    for source_id, inner in imports.values():
        yield source_id
        yield from _sources(inner)
