"""Forms: deploying schemas, finding what starts and tasks name, and showing them with their data.

A form is a definition of kind "form", named by its id and versioned as processes are; its schema is read once.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, final

from andante.bpmn.graph import FormUse, Node, ProcessGraph
from andante.engine.declared import first_values
from andante.engine.filling import known_to
from andante.engine.state import Instance, Token
from andante.forms import FIELDS, VARIABLES, Form, FormView, read_form
from andante.forms.generated import form_of_variables, schema_of
from andante.markup.findings import Finding, ModelRefused
from andante.runtime.catalogue import Catalogue
from andante.runtime.clock import Clock
from andante.runtime.deployment import Deployment, again, check_kind, chosen_version, numbered, read_model
from andante.runtime.draft import Draft
from andante.runtime.ids import DEFINITION, Ids
from andante.runtime.problem import MODEL_REFUSED, Problem
from andante.runtime.shelf import FORM, Shelf
from andante.store.records import DefinitionRecord

# A task or start without a form, and one whose form is a page of another product.
NONE: Final = "none"
EXTERNAL: Final = "external"
NOTHING: Final = FormView(NONE, "", "", None, {}, [])
LONGEST_NAME: Final = 128
# What is filled in already, but not sent yet or refused.
Sent = Mapping[str, object] | None


@final
class Forms:
    """The forms of a catalogue."""

    def __init__(self, catalogue: Catalogue, clock: Clock, ids: Ids) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._read: dict[str, Form] = {}

    async def deploy(self, draft: Draft, data: bytes, name: str) -> Deployment:
        """Add a form-js schema or a JSON Schema under its own id, or else `name`. Raises Problem."""
        form, found = await read_model(read_form, data)
        warnings: list[Finding] = list(found)
        key = form.id or name.strip()
        if not key or len(key) > LONGEST_NAME or not key.isprintable():
            text = "The form has no id by which tasks can name it. Write one, or give the name of the file."
            detail = {"code": "formId", "element": "", "line": 1, "message": text}
            raise Problem(MODEL_REFUSED, 422, f"The form cannot be deployed: {text}", [detail])
        source_id = sha256(key.encode() + b"\n" + data).hexdigest()
        self._read[source_id] = form
        ids = again(draft, source_id)
        if not ids:
            check_kind(draft, key, FORM)
            version = chosen_version(draft, key, draft.version, form.version, warnings)
            now = self._clock.now()
            ids = {key: self._ids.new(DEFINITION, now)}
            config = json.dumps({"kind": FORM, "schema": form.kind}, separators=(",", ":"))
            draft.bring(source_id, FORM, data)
            draft.add(DefinitionRecord(
                ids[key], key, version, _title(form) or key, "", draft.activate, False,
                "Warning" if warnings else "Pass", config, FORM, now, draft.who, source_id,
            ))  # fmt: skip
        return Deployment(ids[key], ids, warnings)

    def used(self, use: FormUse, beside: str) -> Form | None:
        """The deployed form that a start or task of the definition `beside` names; None where there is none."""
        record = self.record(use, beside)
        return None if record is None else self.form(record)

    def record(self, use: FormUse, beside: str, shelf: Shelf | None = None) -> DefinitionRecord | None:
        """The same as a definition. Without a version the active one, or where none is active the newest. `shelf`: the
        definitions where they are others than now."""
        known: Shelf = shelf or self._catalogue
        found: DefinitionRecord | None
        if use.version:
            found = known.named(use.key, use.version) or numbered(known, use.key, use.version)
        elif use.same_deployment:
            found = known.with_it(use.key, beside)
        else:
            found = known.named(use.key) or next(iter(known.versions(use.key)), None)
        return found if found is not None and found.kind == FORM else None

    def form(self, record: DefinitionRecord) -> Form:
        form = self._read.get(record.source_id)
        if form is None:
            try:
                form = read_form(self._catalogue.file(record.source_id)).form
            except ModelRefused as refused:  # a newer release has let it in
                raise AssertionError(f"the form {record.id} cannot be read: {refused}") from None
            self._read[record.source_id] = form
        return form

    def unknown(self, graph: ProcessGraph, draft: Draft) -> Iterable[Finding]:
        """Forms that a process names for sure, and that will not be there."""
        for node in graph.nodes:
            use = node.form
            if use is None or use.form is not None or use.external or self.record(use, "", draft) is not None:
                continue
            which = f" in version '{use.version}'" if use.version else ""
            text = f"The form '{use.key}'{which} is not deployed: what is filled in is not checked. Deploy it."
            yield Finding("unknownForm", node.id, node.line, text)

    def at_start(self, graph: ProcessGraph, definition_id: str, now: int, sent: Sent = None) -> FormView:
        """What a start asks for: its form, or what the definition declares."""
        node = graph.nodes[graph.plain_start] if graph.plain_start >= 0 else None
        known = {**first_values(graph, {}), **graph.constants}
        if node is not None and node.form is not None:
            return self._view(node.form, definition_id, known, now, sent)
        if node is not None and graph.variables is not None:
            return _shown(form_of_variables(graph.variables.values()), known, now, node.id)
        return NOTHING

    def of_task(
        self, graph: ProcessGraph, node: Node, instance: Instance, token: Token | None, now: int, sent: Sent = None
    ) -> FormView:
        """What a task asks for: its form, or what its outputs take of declared variables."""
        known = known_to(graph, instance, token)
        if node.form is not None:
            return self._view(node.form, instance.definition_id, known, now, sent)
        declared = graph.variables or {}
        read = [name for output in node.outputs for name in sorted(output.source.names)]
        asked = [declared[name] for name in dict.fromkeys(read) if name in declared]
        if asked:
            return _shown(form_of_variables(asked), known, now, node.id)
        return NOTHING

    def _view(self, use: FormUse, definition_id: str, known: Mapping[str, object], now: int, sent: Sent) -> FormView:
        if use.form is not None:
            return _shown(use.form, known, now, use.form.id, sent)
        record = self.record(use, definition_id)
        if record is None:
            return FormView(EXTERNAL, use.key, use.version, None, {}, [])
        view = self.form(record).view(known, now, sent)
        return view._replace(key=record.name, version=record.version)


def _shown(form: Form, known: Mapping[str, object], now: int, key: str, sent: Sent = None) -> FormView:
    view = form.view(known, now, sent)
    if form.kind in (FIELDS, VARIABLES):
        view = view._replace(schema=schema_of(view.fields, key))
    return view


def _title(form: Form) -> str:
    schema: Any = form.schema
    for name in ("title", "name", "label"):
        if isinstance(schema, dict) and isinstance(schema.get(name), str):
            return str(schema[name])[:80]
    return ""
