"""Verification: each instance's journal is told again, and what comes out must be what is stored, to the byte; and the
rows that are looked up must be what the state says.

It reads a few hundred instances of one moment, then goes on with those that follow: nothing is held for long, and the
memory it takes does not grow with the database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, final

import msgspec

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_archived, decode_entry, decode_state, differences, encode_state
from andante.engine import events as ev
from andante.engine.apply import apply, begin, fold
from andante.engine.state import Instance
from andante.store import statements as st
from andante.store.clocks import clock_rows
from andante.store.projection import candidates, instance_row, task_row
from andante.store.snapshot import Snapshot
from andante.store.store import Row

PART: Final = 200  # instances of one moment
TABLES: Final = {
    "journal": ("instance_id, seq, at, actor, data", "seq"),
    "task": (", ".join((*(f'"{name}"' for name in st.TASK_COLUMNS), "outcome")), "key"),
    "candidate": ("instance_id, key, who", "key, who"),
    "subscription": ("instance_id, key, kind, name, correlation", "key"),
    "job": ("instance_id, key, type, element, priority, retries", "key"),
    "working_clock": ("instance_id, key, calendar, revision", "key"),
    "outbox": ("instance_id, seq", "seq, n"),
}
INSTANCE: Final = st.INSTANCE_COLUMNS[:-1]  # without the state


class Drift(msgspec.Struct, frozen=True):
    """What is not as it must be: of which instance, in which table, and what."""

    instance: str
    table: str
    what: str


class Verified(msgspec.Struct, frozen=True):
    """How many instances were looked at, what is wrong, and after which instance to go on ("": all were)."""

    checked: int
    drift: list[Drift]
    after: str


class Part(msgspec.Struct, frozen=True):
    """Instances to be looked at together: those after `after` up to `until` ("": to the end), or the one `only`; and
    the definitions they go by."""

    after: str = ""
    until: str = ""
    only: str = ""
    count: int = 0
    definitions: tuple[str, ...] = ()

    def where(self, column: str) -> tuple[str, list[object]]:
        """The condition on a column with instance ids, and its values."""
        if self.only:
            return f"{column}=?", [self.only]
        if self.until:
            return f"{column}>? and {column}<=?", [self.after, self.until]
        return f"{column}>?", [self.after]


def part(snapshot: Snapshot, after: str, limit: int = PART, only: str = "") -> Part:
    """What comes next."""
    values: list[object]
    chosen, values = "select id, definition_id from instance where id=?", [only]
    if not only:
        chosen, values = "select id, definition_id from instance where id>? order by id limit ?", [after, limit]
    last, count, definitions = "", 0, set()
    for instance_id, definition_id in snapshot.rows(chosen, values):
        last, count = instance_id, count + 1
        definitions.add(definition_id)
    until = last if count == limit and not only else ""
    return Part(after, until, only, count, tuple(sorted(definitions)))


@final
class _Lines:
    """The rows of a table in the order of their instances, handed out an instance at a time."""

    def __init__(self, table: str, rows: Iterator[Row]) -> None:
        self.table = table
        self._rows = rows
        self._next = next(rows, None)

    def of(self, instance_id: str) -> Iterator[Row]:
        """The rows of that instance, which must all be taken."""
        while self._next is not None and self._next[0] == instance_id:
            row, self._next = self._next, next(self._rows, None)
            yield row

    def strays(self, before: str = "") -> Iterator[Drift]:
        """Rows of instances before that one ("": all that are left) which are not there."""
        last = ""
        while self._next is not None and (not before or self._next[0] < before):
            if self._next[0] != last:
                last = self._next[0]
                yield Drift(last, self.table, "it has rows, but there is no such instance")
            self._next = next(self._rows, None)


def verify(snapshot: Snapshot, at: Part, graphs: Mapping[str, ProcessGraph]) -> Iterator[Drift]:
    """What is wrong with these instances. `graphs` has those of the part's definitions that can be had."""
    condition, values = at.where("instance_id")
    lines = {
        table: _Lines(
            table,
            snapshot.rows(
                f"select {columns} from {table} where {condition} order by instance_id, {order}", values
            ),
        )
        for table, (columns, order) in TABLES.items()
    }  # fmt: skip
    condition, values = at.where("id")
    columns = ", ".join(f'"{name}"' for name in st.INSTANCE_COLUMNS)
    for row in snapshot.rows(f"select {columns} from instance where {condition} order by id", values):
        instance_id = row[0]
        for table in lines.values():
            yield from table.strays(instance_id)
        yield from _Check(row, graphs).run(lines)
        for table in lines.values():
            for _ in table.of(instance_id):
                pass
    for table in lines.values():
        yield from table.strays()


def verify_archive(snapshot: Snapshot, after: str, limit: int = PART) -> Verified:
    """At most `limit` entries of the archive after that one: each journal gives the state that is kept with it."""
    checked, last = 0, ""
    found: list[Drift] = []
    for instance_id, seq, data in snapshot.rows(
        "select id, seq, data from archive where id>? order by id limit ?", [after, limit]
    ):
        checked, last = checked + 1, instance_id
        told = Instance(instance_id)
        try:
            state, journal = decode_archived(bytes(data))
            fold(told, ((at, actor, decode_entry(entry)[1]) for _, at, actor, entry in journal))
            if told.seq != seq or [row[0] for row in journal] != list(range(1, seq + 1)):
                found.append(Drift(instance_id, "archive", f"its journal has {len(journal)} commands, not {seq}"))
            elif encode_state(told) not in (state, encode_state(decode_state(state))):
                found.append(Drift(instance_id, "archive", "the journal gives another state"))
        except Exception as fault:
            found.append(Drift(instance_id, "archive", f"it cannot be told again: {type(fault).__name__}: {fault}"))
    return Verified(checked, found, last if checked == limit else "")


@final
class _Check:
    """One instance."""

    def __init__(self, row: Row, graphs: Mapping[str, ProcessGraph]) -> None:
        self.id: str = row[0]
        self._row = row
        self._graphs = graphs
        self._ends: dict[int, tuple[str, str]] = {}  # of each task that there was: its last state and outcome

    def _drift(self, table: str, what: str) -> Drift:
        return Drift(self.id, table, what)

    def run(self, lines: Mapping[str, _Lines]) -> Iterator[Drift]:
        data = bytes(self._row[-1])
        try:
            instance = decode_state(data)
        except Exception as fault:
            yield self._drift("instance", f"the state cannot be read: {fault}")
            return
        told = Instance(self.id)
        whole = True
        for drift in self._tell(told, lines["journal"].of(self.id)):
            whole = False
            yield drift
        if whole:
            yield from self._compare(instance, told, data)
        graph = self._graphs.get(instance.definition_id)
        if graph is None:
            yield self._drift("definition", f"the definition {instance.definition_id} cannot be had")
            return
        yield from self._columns(instance_row(graph, instance, data))
        yield from self._tasks(graph, instance, lines["task"].of(self.id), lines["candidate"].of(self.id), whole)
        yield from self._waits(graph, instance, lines)

    def _tell(self, told: Instance, journal: Iterable[Row]) -> Iterator[Drift]:
        """Tell the journal again; what is wrong with it."""
        for _, seq, at, actor, entry in journal:
            if seq != told.seq + 1:
                yield self._drift("journal", f"after command {told.seq} comes command {seq}")
                return
            try:
                facts = decode_entry(bytes(entry))[1]
                begin(told, at, actor)
                for fact in facts:
                    apply(told, fact)
                    self._task_fact(fact)
            except Exception as fault:
                yield self._drift("journal", f"command {seq} cannot be told again: {type(fault).__name__}: {fault}")
                return
        if told.seq != self._row[1]:
            yield self._drift("journal", f"it ends with command {told.seq}, the state with {self._row[1]}")

    def _task_fact(self, fact: ev.Event) -> None:
        if isinstance(fact, ev.TaskCreated):
            self._ends[fact.task] = ("open", "")
        elif isinstance(fact, ev.TaskCompleted):
            self._ends[fact.task] = ("completed", fact.outcome)
        elif isinstance(fact, ev.TaskCancelled):
            self._ends[fact.task] = ("cancelled", "")

    def _compare(self, instance: Instance, told: Instance, data: bytes) -> Iterator[Drift]:
        again = encode_state(told)
        if again != data and again != encode_state(instance):  # bytes of an older release may be shorter
            differ = ", ".join(differences(data, again))
            yield self._drift("instance", f"the journal gives another state: {differ}")

    def _columns(self, expected: Sequence[Any]) -> Iterator[Drift]:
        for name, stored, right in zip(INSTANCE, self._row, expected, strict=False):
            if stored != right:
                yield self._drift("instance", f"{name} is {stored!r}, by its state {right!r}")

    def _tasks(
        self, graph: ProcessGraph, instance: Instance, rows: Iterator[Row], who: Iterator[Row], whole: bool
    ) -> Iterator[Drift]:
        missing = set(self._ends) | set(instance.tasks)
        for row in rows:
            key, state, outcome = row[1], row[-2], row[-1]
            missing.discard(key)
            task = instance.tasks.get(key)
            if task is not None:
                right = task_row(graph, instance, task)
                for name, stored, wanted in zip(st.TASK_COLUMNS, row, right, strict=False):
                    if stored != wanted:
                        yield self._drift("task", f"{key}: {name} is {stored!r}, by the state {wanted!r}")
            elif state == "open":
                yield self._drift("task", f"{key} is open, but not by the state")
            elif whole and self._ends.get(key) != (state, outcome):
                told = self._ends.get(key, ("unknown", ""))
                yield self._drift("task", f"{key} is {state} {outcome}".rstrip() + f", by the journal {told[0]}")
        for key in sorted(missing):
            yield self._drift("task", f"{key} has no row")
        named: dict[int, set[str]] = {}
        for _, key, name in who:
            named.setdefault(key, set()).add(name)
        for key, task in instance.tasks.items():
            chosen = candidates(task.users, task.groups, task.queue)
            if len(chosen) > 1 and named.get(key, set()) != set(chosen):
                yield self._drift("candidate", f"those of task {key} are not the state's")

    def _waits(self, graph: ProcessGraph, instance: Instance, lines: Mapping[str, _Lines]) -> Iterator[Drift]:
        awaited = {
            key: (kinds.EVENT_NAMES[each.kind], each.name, each.correlation or "")
            for key, each in instance.subscriptions.items()
            if each.kind != kinds.CONDITIONAL
        }
        jobs = {
            key: (each.type, graph.nodes[each.node].id, each.priority, each.retries)
            for key, each in instance.jobs.items()
        }
        clocks = {row[1]: row[2:] for row in clock_rows(graph, instance)}
        waits: tuple[tuple[str, Mapping[int, object]], ...]
        waits = (("subscription", awaited), ("job", jobs), ("working_clock", clocks))
        for table, right in waits:
            stored = {row[1]: tuple(row[2:]) for row in lines[table].of(self.id)}
            for key in sorted(stored.keys() | right.keys()):
                if key not in stored and table == "working_clock" and not instance.clocks[key].state.counted:
                    continue  # of a release that had no such rows; it gets one with its next change
                if stored.get(key) != right.get(key):
                    yield self._drift(table, f"{key} is {stored.get(key)}, by the state {right.get(key)}")
        for row in lines["outbox"].of(self.id):
            if row[1] > instance.seq:
                yield self._drift("outbox", f"a letter of command {row[1]}, which has not been carried out")
