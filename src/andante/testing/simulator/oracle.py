"""Who looks at the database after each commit: what is there follows from what was asked, and from nothing else.

It keeps each instance of its own and carries out on it what the journal says was asked. The facts, the state, the rows
and the letters must be the very same.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar, cast, final

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_archived, decode_effect, decode_entry, encode_effect, encode_entry, encode_state
from andante.engine import commands as cmd
from andante.engine.apply import fold
from andante.engine.effects import Effect, Notify, PublishMessage, StartChild, TellParent
from andante.engine.events import CommandIgnored, TimerFired
from andante.engine.ids import INSTANCE, derived
from andante.engine.settings import EngineSettings
from andante.engine.state import Instance
from andante.engine.step import step
from andante.runtime.note import Note
from andante.store import statements as st
from andante.store.archive import OF_INSTANCE
from andante.store.clocks import clock_rows
from andante.store.projection import Batch, instance_row, task_row
from andante.store.records import TaskQuery
from andante.store.store import Store
from andante.store.task_lists import many
from andante.testing.simulator.ballots import Ballots
from andante.testing.simulator.database import Database, Row
from andante.testing.simulator.ledger import Ledger
from andante.testing.simulator.office import WORLDLY
from andante.testing.simulator.recorded import Recorded
from andante.testing.simulator.rules import faults
from andante.testing.simulator.trace import Violation

Key = tuple[str, int, int]
T = TypeVar("T")
MAX_STEPS: Final = 2_000
_INSTANCE: Final = f"select {','.join(st.INSTANCE_COLUMNS)} from instance where id=?"
_COLUMNS: Final = ",".join(f'"{name}"' for name in st.TASK_COLUMNS)
_TASKS: Final = f"select {_COLUMNS} from task where instance_id=? and state='open'"


@final
class _Plain:
    """As much of a store as lists need; it answers at once."""

    like: Final = "like"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self._database.query(sql, parameters)

    browse = read


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits")


@final
class Oracle:
    """`seen` is called with each batch that was written."""

    def __init__(self, database: Database, graph_of: Callable[[str], ProcessGraph], ledger: Ledger) -> None:
        self._database = database
        self._graph_of = graph_of
        self._ledger = ledger
        self._store = cast(Store, _Plain(database))
        self._decisions = Recorded(database)
        self._settings = EngineSettings(max_steps=MAX_STEPS, decisions=self._decisions)
        self._ballots = Ballots()
        self.instances: dict[str, Instance] = {}
        self.gone: dict[str, str] = {}  # those that were deleted or archived, and what each was made from
        self._letters: dict[Key, Effect] = {}
        self._notes: dict[str, set[Key]] = {}
        self._spared: set[Key] = set()  # notes that were not wanted at some time
        self._void: set[str] = set()  # notes whose instance was deleted
        self._sent: set[str] = set()
        self._fired: set[tuple[str, int]] = set()
        self.expected_starts: set[str] = set()
        self.entries = 0
        self.notes = 0
        self.notes_again = 0

    def sent(self, note: Note) -> None:
        """A note has come to people."""
        if not any(isinstance(letter, Notify) and letter.key == note.key for letter in self._letters.values()) and (
            note.key not in self._sent and note.key not in self._void
        ):
            raise Violation(f"the note {note.key} was sent, and nobody had asked for it")
        self.notes += 1
        self.notes_again += note.key in self._sent
        self._sent.add(note.key)

    def seen(self, batch: Batch) -> None:
        for instance_id in sorted({str(row[0]) for row in batch.rows[st.JOURNAL]}):
            self._look_at(instance_id)
        for key in batch.rows[st.OUTBOX_END]:
            letter = self._letters.pop(key, None)
            if letter is not None:
                self._done(key, letter)

    def wrote(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        """A timer that starts a definition goes on only when it has started an instance."""
        for sql, values in statements:
            if sql.startswith("update start_event set due_at=?, remaining=?"):
                _, _, definition_id, node, part, due = values
                place = f"{node}.{part}" if part else str(node)
                if not self._was(derived(INSTANCE, str(definition_id), place, "timer", str(due))):
                    raise Violation(f"the timer of {definition_id} that was due at {due} has started nothing")
            elif sql.startswith("insert into archive (") and " values (" in sql:
                self._archived(str(values[0]), values[-1])
        for sql, values in statements:
            if sql.startswith("delete from instance where id=?"):
                self._removed(str(values[0]))

    def _was(self, instance_id: str) -> bool:
        return instance_id in self.instances or instance_id in self.gone

    def _archived(self, instance_id: str, data: object) -> None:
        """What went to the archive is all that there was."""
        if not isinstance(data, bytes):
            raise Violation(f"the archive has nothing of {instance_id}")
        state, journal = decode_archived(data)
        instance = self.instances.get(instance_id)
        if instance is None:
            raise Violation(f"{instance_id} was archived when it was gone")
        if bytes(state) != encode_state(instance) or [row[0] for row in journal] != list(range(1, instance.seq + 1)):
            raise Violation(f"the archive has another {instance_id} than there was")

    def _removed(self, instance_id: str) -> None:
        """It was over, others know of its end, and nothing of it is left."""
        instance = self.instances.pop(instance_id, None)
        if instance is None:
            return
        self.gone[instance_id] = instance.definition_id
        if not instance.closed:
            raise Violation(f"{instance_id} was removed while it was open")
        letters = [key for key in self._letters if key[0] == instance_id]
        for key in letters:
            letter = self._letters.pop(key)
            if not isinstance(letter, Notify):
                raise Violation(f"{instance_id} was removed before its letter {type(letter).__name__} was carried out")
            self._void.add(letter.key)
        self._notes.pop(instance_id, None)
        left = [
            table
            for table in OF_INSTANCE
            if self._database.query(f"select 1 from {table} where instance_id=? limit 1", (instance_id,))
        ]
        if left or self._database.query("select 1 from instance where id=?", (instance_id,)):
            raise Violation(f"{instance_id} was removed, and has rows left in {left or 'instance'}")

    def _look_at(self, instance_id: str) -> None:
        if instance_id in self.gone:
            raise Violation(f"{instance_id} was removed, and came back")
        instance = self.instances.setdefault(instance_id, Instance(instance_id))
        before = instance.seq
        was_closed = instance.closed
        entries = self._database.query(
            "select seq, at, actor, data from journal where instance_id=? and seq>? order by seq", (instance_id, before)
        )
        if [row[0] for row in entries] != list(range(before + 1, before + 1 + len(entries))):
            raise Violation(f"the journal of {instance_id} has a gap after {before}: {[row[0] for row in entries]}")
        for seq, at, actor, data in entries:
            self._carry_out(instance, seq, at, actor, bytes(data), was_closed)
        self._compare(instance)
        wrong = faults(instance, self._graph_of(instance.definition_id).process_id)
        if wrong:
            raise Violation(f"{instance_id} after entry {instance.seq}: {'; '.join(wrong)}")
        for key in self._notes.get(instance_id, ()):
            letter = self._letters.get(key)
            if isinstance(letter, Notify) and (
                instance.stopped or instance.closed or (letter.task and letter.task not in instance.tasks)
            ):
                self._spared.add(key)

    def _carry_out(self, instance: Instance, seq: int, at: int, actor: str, data: bytes, was_closed: bool) -> None:
        """The same command on an instance of our own must give the same facts."""
        command, facts = decode_entry(data)
        self.entries += 1
        if was_closed and not all(isinstance(fact, CommandIgnored) for fact in facts):
            raise Violation(f"{instance.id} was over, and {type(command).__name__} changed it")
        if isinstance(command, cmd.Start | cmd.Migrate):
            graph = self._graph_of(command.definition_id)
        else:
            graph = self._graph_of(instance.definition_id)
        for fact in facts:
            if isinstance(fact, TimerFired):
                self._timer(instance, fact.timer, at)
            self._ballots.read(instance.id, fact)
        stored = self._database.query(
            "select n, data from outbox where instance_id=? and seq=? order by n", (instance.id, seq)
        )
        letters = [(n, bytes(letter)) for n, letter in stored]
        if graph.process_id in WORLDLY:  # what people and calendars said then is only in the facts
            fold(instance, [(at, actor, facts)])
            effects = [decode_effect(letter) for _, letter in letters]
        else:
            self._decisions.expect(facts)
            taken = step(graph, instance, command, at, actor, self._settings)
            if encode_entry(command, taken.events) != data:
                raise Violation(
                    f"{instance.id} entry {seq}: {type(command).__name__} gave other facts than the journal has"
                )
            effects = taken.effects
        self._ledger.found(instance.id, command, facts)
        for n, effect in enumerate(effects):
            self._letters[instance.id, seq, n] = effect
            if isinstance(effect, Notify):
                self._notes.setdefault(instance.id, set()).add((instance.id, seq, n))
        if letters != [(n, encode_effect(effect)) for n, effect in enumerate(effects)]:
            raise Violation(f"{instance.id} entry {seq}: the outbox does not hold what it asked for")

    def _timer(self, instance: Instance, key: int, at: int) -> None:
        timer = instance.timers.get(key)
        if timer is not None:  # else it was armed in this very step
            if timer.due_at > at:
                raise Violation(f"a timer of {instance.id} fired {timer.due_at - at} ms early")
            if not timer.cycle and (instance.id, key) in self._fired:
                raise Violation(f"the timer {key} of {instance.id} fired twice")
            self._fired.add((instance.id, key))

    def _compare(self, instance: Instance) -> None:
        """The rows are those of the state."""
        query, id = self._database.query, instance.id
        graph = self._graph_of(instance.definition_id)
        data = encode_state(instance)
        expected: dict[str, tuple[list[Row], list[Row]]] = {
            "instance": ([instance_row(graph, instance, data)], query(_INSTANCE, (id,))),
            "task": ([task_row(graph, instance, task) for task in instance.tasks.values()], query(_TASKS, (id,))),
            "to-do list": (
                [] if instance.stopped else [(key,) for key in instance.tasks],
                [(task.key,) for task in _at_once(many(self._store, TaskQuery(everything=True, instance_id=id))).items],
            ),
            "job": (
                [
                    (key, job.type, graph.nodes[job.node].id, job.priority, job.retries, job.retry_at)
                    for key, job in instance.jobs.items()
                ],
                query("select key, type, element, priority, retries, available_at from job where instance_id=?", (id,)),
            ),
            "working_clock": (
                [row[1:] for row in clock_rows(graph, instance)],
                query("select key, calendar, revision from working_clock where instance_id=?", (id,)),
            ),
            "subscription": (
                [
                    (key, each.name, each.correlation or "")
                    for key, each in instance.subscriptions.items()
                    if each.kind != kinds.CONDITIONAL
                ],
                query("select key, name, correlation from subscription where instance_id=?", (id,)),
            ),
        }
        for table, (wanted, found) in expected.items():
            if sorted(wanted) != sorted(found):
                raise Violation(f"{id} entry {instance.seq}, {table}: the state says {wanted}, the rows {found}")

    def _done(self, key: Key, letter: Effect) -> None:
        """A letter is out of the outbox: so what it asked for has happened."""
        sender = self.instances[key[0]]
        if isinstance(letter, Notify):
            self._notes[key[0]].discard(key)
            if letter.key not in self._sent and key not in self._spared:
                raise Violation(f"the note {letter.key} was never sent")
        elif isinstance(letter, StartChild):
            waiting = any(call.child_id == letter.child_id for call in sender.calls.values())
            if waiting and not self._was(letter.child_id) and not sender.parked:
                raise Violation(f"{sender.id} waits for {letter.child_id}, which was never started")
        elif isinstance(letter, TellParent):
            parent = self.instances.get(letter.parent_id)
            if parent is None or parent.parked or not isinstance(letter.command, cmd.CompleteCall | cmd.FailCall):
                return
            if any(call.child_id == sender.id for call in parent.calls.values()):
                raise Violation(f"{parent.id} was not told of the end of {sender.id}")
        elif isinstance(letter, PublishMessage) and letter.name == "begin":
            self.expected_starts.add(letter.message_id)

    @property
    def waiting(self) -> int:
        """Letters that are not carried out."""
        return len(self._letters)
