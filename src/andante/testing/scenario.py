"""A process run step by step in memory, with a clock that moves only when told: given, when, then."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar, final

from andante.bpmn import read_json, read_xml, spaces_of
from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_state, encode_state
from andante.decisions import DmnFiles
from andante.engine import commands as cmd
from andante.engine.apply import fold
from andante.engine.deciding import of_models
from andante.engine.due import next_due
from andante.engine.effects import Effect
from andante.engine.events import Event
from andante.engine.faults import Rejected
from andante.engine.filling import of_forms
from andante.engine.migration import plan
from andante.engine.settings import DEFAULTS, EngineSettings
from andante.engine.state import Instance
from andante.engine.step import Step, step
from andante.engine.waits import Call
from andante.forms import Form, read_form
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import parse_instant

MONDAY: Final = "2026-01-05T09:00:00Z"
Wait = TypeVar("Wait")


@final
class Entry:
    """One journal entry: what was asked, when (ms), by whom, and the facts that followed."""

    __slots__ = ("actor", "command", "events", "now")

    def __init__(self, now: int, actor: str, command: cmd.Command, events: list[Event]) -> None:
        self.now = now
        self.actor = actor
        self.command = command
        self.events = events


@final
class Scenario:
    """One instance of `graph` on its way. It begins at `now` (ms, or ISO text) with `given`.

    Between commands the instance is written to bytes and read again, as on a server that restarts each time. Called
    processes, messages and signals that it sends are not carried out: they are in `effects`. Elements are named by
    their id, tasks also by their name. `decisions` are DMN files that its business rule tasks may call, `forms` those
    that its starts and tasks name. A command that the engine refuses raises `engine.faults.Rejected`.
    """

    def __init__(
        self,
        graph: ProcessGraph,
        *,
        now: int | str = MONDAY,
        settings: EngineSettings = DEFAULTS,
        id: str = "scenario",
        decisions: Iterable[str | Path | bytes] = (),
        forms: Iterable[str | Path] = (),
    ) -> None:
        self.graph = graph
        files = [each if isinstance(each, bytes) else Path(each).read_bytes() for each in decisions]
        together = DmnFiles(files)
        models = [together.read(each) for each in files]
        self.settings = settings
        read = {each.id: each for each in (form_of(Path(file)) for file in forms)}
        if models or read:
            self.settings = EngineSettings(
                settings.zone, max_steps=settings.max_steps, max_evaluation=settings.max_evaluation,
                max_items=settings.max_items, max_depth=settings.max_depth,
                decisions=of_models(models) if models else settings.decisions,
                calendars=settings.calendars, remind_every=settings.remind_every, roster=settings.roster,
                forms=of_forms(read) if read else settings.forms,
            )  # fmt: skip
        self.now = parse_instant(now, settings.zone) if isinstance(now, str) else now
        self.instance = Instance(id)
        self.journal: list[Entry] = []
        self.effects: list[Effect] = []
        self.last = Step(graph, self.instance, self.now, "", settings)

    @classmethod
    def read(
        cls,
        path: str | Path,
        process: str = "",
        *,
        now: int | str = MONDAY,
        settings: EngineSettings = DEFAULTS,
        decisions: Iterable[str | Path | bytes] = (),
        imports: Iterable[str | Path] = (),
        forms: Iterable[str | Path] = (),
    ) -> "Scenario":
        """Of a file, BPMN XML or JSON: its process `process`, or its only one. `imports` are the BPMN files that it may
        import. Raises ModelRefused, LookupError."""
        data = Path(path).read_bytes()
        files = {spaces_of(each)[0]: each for each in (Path(file).read_bytes() for file in imports)}
        model = read_json(json.loads(data)) if Path(path).suffix == ".json" else read_xml(data, files)
        found = [graph for graph in model.processes if not process or graph.process_id == process]
        if len(found) != 1:
            known = ", ".join(graph.process_id for graph in model.processes)
            raise LookupError(f"{path} has the processes {known}: name one of them")
        return cls(found[0], now=now, settings=settings, decisions=decisions, forms=forms)

    # Given.

    def given(self, variables: Mapping[str, object] | None = None, /, **more: object) -> "Scenario":
        """Start the instance with these variables."""
        return self.start({**(variables or {}), **more})

    def start(
        self,
        variables: Mapping[str, object] | None = None,
        *,
        by: str = "",
        business_key: str = "",
        title: str = "",
        at: str = "",
        parent: str = "",
        held: bool = False,
    ) -> "Scenario":
        """`at` names the start event, `parent` the instance that called this one."""
        node = self.graph.by_id[at] if at else -1
        command = cmd.Start(
            "definition", self.graph.process_id, self.graph.version, dict(variables or {}), business_key, title,
            parent, 1 if parent else 0, parent, 1 if parent else 0, False, held, node,
        )  # fmt: skip
        return self.when(command, by=by)

    # When.

    def when(self, *commands: cmd.Command, by: str = "") -> "Scenario":
        """Carry out the commands, one after the other, for the user `by`. Raises Rejected."""
        for command in commands:
            before = self.instance.seq
            try:
                self.last = step(self.graph, self.instance, command, self.now, by, self.settings)
            except Rejected:
                if self.instance.seq != before:  # it did a part of it: as it was before
                    told = [(entry.now, entry.actor, entry.events) for entry in self.journal]
                    self.instance = fold(Instance(self.instance.id), told)
                raise
            if self.last.events:
                self.journal.append(Entry(self.now, by, command, self.last.events))
                self.effects.extend(self.last.effects)
            self.instance = decode_state(encode_state(self.instance))
        return self

    def complete(
        self, task: str, outcome: str = "", *, by: str = "", variables: Mapping[str, object] | None = None,
        **more: object,
    ) -> "Scenario":  # fmt: skip
        """A person completes the (first) open task of this id or name."""
        return self.when(cmd.CompleteTask(self.task(task), outcome, {**(variables or {}), **more}), by=by)

    def complete_job(self, element: str, **variables: object) -> "Scenario":
        """A worker brings its result."""
        return self.when(cmd.CompleteJob(self.job(element), variables))

    def fail_job(self, element: str, *, retries: int = 0, message: str = "") -> "Scenario":
        """A worker fails, with so many tries left."""
        return self.when(cmd.FailJob(self.job(element), retries, message))

    def throw_error(self, element: str, code: str, message: str = "", **variables: object) -> "Scenario":
        """A worker throws a BPMN error."""
        return self.when(cmd.ThrowError(self.job(element), code, message, variables))

    def message(
        self, name: str, *, business_key: str = "", id: str = "", correlation: Mapping[str, object] | None = None,
        **variables: object,
    ) -> "Scenario":  # fmt: skip
        """A message arrives. `last.answer` tells whether it was taken."""
        found = dict(correlation) if correlation is not None else None
        return self.when(cmd.DeliverMessage(name, variables, business_key, found, id))

    def signal(self, name: str, **variables: object) -> "Scenario":
        """A signal is broadcast."""
        return self.when(cmd.DeliverSignal(name, variables))

    def complete_call(self, element: str, **variables: object) -> "Scenario":
        """The called process ends well with these variables."""
        call = self.call(element)
        return self.when(cmd.CompleteCall(call.token, call.child_id, variables))

    def fail_call(self, element: str, code: str = "", message: str = "") -> "Scenario":
        """The called process ends by an error, or is terminated (no code)."""
        call = self.call(element)
        return self.when(cmd.FailCall(call.token, call.child_id, code, message))

    def escalate_call(self, element: str, code: str, **variables: object) -> "Scenario":
        """The called process, which has these variables, throws an escalation and goes on."""
        call = self.call(element)
        once = f"escalation-{len(self.journal)}"
        return self.when(cmd.Escalate(call.token, call.child_id, code, variables, once))

    def pass_time(self, span: int | str) -> "Scenario":
        """Let time pass, ms or an ISO 8601 duration: timers and clocks occur when each is due."""
        zone = self.settings.zone
        until = shift(self.now, parse_duration(span), zone) if isinstance(span, str) else self.now + span
        while 0 < (due := next_due(self.instance, self.graph)) <= until:
            self.now = max(self.now, due)
            self.when(cmd.FireTimers())
            if not self.last.events:
                raise AssertionError(f"what is due at {due} does not occur")
        self.now = until
        return self

    def suspend(self) -> "Scenario":
        """It stands still: tasks are hidden, clocks stop, what arrives is kept."""
        return self.when(cmd.Suspend())

    def resume(self) -> "Scenario":
        """It goes on with the time that was left, and what was kept is applied."""
        return self.when(cmd.Resume())

    def terminate(self) -> "Scenario":
        """It ends for good."""
        return self.when(cmd.Terminate())

    def retry(self, incident: int = 0) -> "Scenario":
        """All incidents, or the one of this key."""
        return self.when(cmd.Retry("", incident))

    def move(self, source: str, target: str, *, token: int = 0, reason: str = "", by: str = "") -> "Scenario":
        """An operator takes what stands at `source` to `target`; `token` is its key where several stand there."""
        return self.when(cmd.MoveToken(source, target, reason, token), by=by)

    def migrate(self, graph: ProcessGraph, map: Mapping[str, str] | None = None, *, by: str = "") -> "Scenario":
        """Go on by another version; `map` names elements that are called otherwise there."""
        old, version = self.graph, graph.version or "next"
        command = plan(
            old, graph, old_id=self.instance.definition_id, new_id=f"{self.instance.definition_id}+", version=version,
            mapping=map or {},
        )  # fmt: skip
        self.graph = graph
        try:
            return self.when(command, by=by)
        except Rejected:
            self.graph = old
            raise

    # Then.

    def then(
        self,
        *,
        state: str | None = None,
        at: Iterable[str] | None = None,
        tasks: Iterable[str] | None = None,
        variables: Mapping[str, object] | None = None,
        incidents: Iterable[str] | None = None,
        suspended: bool | None = None,
    ) -> "Scenario":
        """Assert what is named: the contract's state, the elements with a token (in any order, each as often as it has
        one), the open tasks by element id, the values of some variables, the kinds of the incidents."""
        found: list[tuple[str, object, object]] = []
        if state is not None:
            found.append(("state", self.instance.state, state))
        if at is not None:
            found.append(("at", self.at, sorted(at)))
        if tasks is not None:
            found.append(("tasks", self.tasks, sorted(tasks)))
        if variables is not None:
            found.append(("variables", {name: self.variables.get(name) for name in variables}, dict(variables)))
        if incidents is not None:
            kinds = sorted(incident.kind for incident in self.instance.incidents.values())
            found.append(("incidents", kinds, sorted(incidents)))
        if suspended is not None:
            found.append(("suspended", self.instance.stopped, suspended))
        for what, is_so, should_be in found:
            assert is_so == should_be, f"{what}: is {is_so!r}, should be {should_be!r}{self._why()}"
        return self

    # What there is.

    @property
    def variables(self) -> Mapping[str, object]:
        """Those of the instance."""
        return self.instance.variables

    @property
    def at(self) -> list[str]:
        """Ids of the elements that tokens are at; a sub-process or loop stands for itself only while it is empty."""
        hosts = {token.loop for token in self.instance.tokens.values()}
        return sorted(
            self.graph.nodes[token.node].id
            for token in self.instance.tokens.values()
            if not token.child and token.key not in hosts
        )

    @property
    def tasks(self) -> list[str]:
        """Element ids of the open tasks."""
        return sorted(self.graph.nodes[task.node].id for task in self.instance.tasks.values())

    def task(self, name: str) -> int:
        """The key of the first open task of this element id or name. Raises LookupError."""
        for task in self.instance.tasks.values():
            if name in (self.graph.nodes[task.node].id, task.name):
                return task.key
        raise LookupError(f"no open task is called '{name}'; open are {self.tasks}{self._why()}")

    def job(self, element: str) -> int:
        """The key of the first open job of this element. Raises LookupError."""
        return self._waits(self.instance.jobs, element, "job").key

    def facts(self, kind: type[Wait]) -> list[Wait]:
        """All events of this class so far, in order."""
        return [event for entry in self.journal for event in entry.events if isinstance(event, kind)]

    def asked(self, kind: type[Wait]) -> list[Wait]:
        """All effects of this class so far, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def call(self, element: str) -> Call:
        """What this element has called and waits for. Raises LookupError."""
        return self._waits(self.instance.calls, element, "called process")

    def _waits(self, waits: Mapping[int, Wait], element: str, what: str) -> Wait:
        for wait in waits.values():
            token = self.instance.tokens[wait.token]  # type: ignore[attr-defined]
            if self.graph.nodes[token.node].id == element:
                return wait
        raise LookupError(f"no {what} is open at '{element}'; tokens are at {self.at}{self._why()}")

    def _why(self) -> str:
        told = [incident.message for incident in self.instance.incidents.values()]
        return "".join(f"\n  incident: {message}" for message in told)


def form_of(file: Path) -> Form:
    """A form's file; without an id of its own it goes by the file's name, as when it is deployed."""
    form = read_form(file.read_bytes()).form
    form.id = form.id or file.name.partition(".")[0]
    return form


def given(graph: ProcessGraph, variables: Mapping[str, object] | None = None, /, **more: object) -> Scenario:
    """A scenario of `graph`, started with these variables."""
    return Scenario(graph).given(variables, **more)
