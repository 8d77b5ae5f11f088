"""One run: servers, people and chance for a while; then all is well again, and everything must come to its end."""

import asyncio
import functools
import gc
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from random import Random
from typing import Any, Final, NoReturn, final

import msgspec
import structlog

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.bpmn.work import JobWork
from andante.codec import decode_state
from andante.engine.commands import SetVariables
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.engine.step import step
from andante.runtime import Problem, Runtime
from andante.store import statements as st
from andante.store.faults import StoreProblem
from andante.store.projection import Batch
from andante.testing.simulator import models, office
from andante.testing.simulator.audited import compare
from andante.testing.simulator.clerks import Clerks, beginning
from andante.testing.simulator.database import Database, Row
from andante.testing.simulator.ledger import Ledger
from andante.testing.simulator.loop import OWNER, SimulatedLoop, Stuck
from andante.testing.simulator.oracle import MAX_STEPS, Oracle
from andante.testing.simulator.people import People, Question
from andante.testing.simulator.servers import EPOCH, Gone, Server
from andante.testing.simulator.store import Wire
from andante.testing.simulator.trace import Trace, Violation
from andante.testing.simulator.weather import Weather

SOON: Final = 35.0  # seconds in which what is due is done when nothing is wrong
HOUR: Final = 3_600.0
ROUNDS: Final = 100  # in which all must have come to its end


class Report(msgspec.Struct, frozen=True):
    """What a run was. `counts`: how often what happened; `problem`: what must not have, "" for nothing; `hash`: the
    same for two runs that did the same; `seconds` of simulated time."""

    seed: int
    hash: str
    problem: str
    counts: dict[str, int]
    steps: int
    seconds: float


def simulate(seed: int, show: Callable[[str], None] | None = None) -> Report:
    """Run the seed. `show` gets a line for each thing that happens."""
    return _Simulation(seed, show).run()


@functools.lru_cache(maxsize=256)
def _graphs(data: bytes) -> dict[str, ProcessGraph]:
    return {graph.process_id: graph for graph in read_xml(data).processes}


@final
class _Simulation:
    def __init__(self, seed: int, show: Callable[[str], None] | None) -> None:
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - that it is no secret is the point
        self._broken: Violation | None = None
        self._loop = SimulatedLoop(Random(self._random.random()), self._failed)  # noqa: S311
        time = self._loop.time
        self._trace = Trace(time, show)
        self._weather = Weather(self._random, self._trace, time)
        self._clock_offset = 0
        self._database = Database(self._now)
        self._ledger = Ledger()
        self._oracle = Oracle(self._database, self._graph, self._ledger)
        self._definitions: dict[str, ProcessGraph] = {}
        self._database.watch = self._seen
        self._database.wrote = self._wrote
        self._database.before = self._rival
        self._rivals = 0
        self._clerks: Clerks | None = None

    def run(self) -> Report:
        problem = ""
        former = structlog.get_config()
        # Whatever the program around it does with its log.
        structlog.configure([self._log], structlog.make_filtering_bound_logger(0), dict, structlog.PrintLoggerFactory())
        gc.disable()  # what is collected would be so at another moment each time
        try:
            self._loop.run_until_complete(self._main())
        except (Violation, Stuck) as violation:
            problem = f"{type(violation).__name__}: {violation}"
        finally:
            self._loop.close()
            self._database.close()
            gc.enable()
            structlog.configure(**former)
        counts = dict(sorted(self._trace.counts.items()))
        counts |= {"entries": self._oracle.entries, "commits": self._database.commits, "notes": self._oracle.notes,
                   "notes.again": self._oracle.notes_again}  # fmt: skip
        return Report(self._seed, self._trace.hash, problem, counts, self._loop.steps, self._loop.time())

    def _now(self) -> int:
        return EPOCH + int(self._loop.time() * 1000) + self._clock_offset

    def _log(self, _: object, level: str, entry: MutableMapping[str, Any]) -> NoReturn:
        """What a server says. An error that no fault explains is one."""
        fault = entry.get("exc_info")
        if fault is True:
            fault = sys.exc_info()[1]
        owner = OWNER.get()
        self._trace.note(
            "log", f"{owner.name if owner is not None else '-'} {level} {entry['event']} {entry.get('why', fault)}"
        )
        expected = fault is None or isinstance(fault, StoreProblem | Problem | ConnectionError)
        if level in ("error", "exception") and not expected:
            self._broken = self._broken or Violation(f"{entry['event']}: {fault!r}")
        raise structlog.DropEvent

    def _failed(self, message: str, fault: BaseException | None) -> None:
        if isinstance(fault, StoreProblem | Problem | Gone):
            return  # of what nobody waits for any more
        self._broken = self._broken or Violation(f"{message}: {fault!r}")

    def _graph(self, definition_id: str) -> ProcessGraph:
        graph = self._definitions.get(definition_id)
        if graph is None:
            ((name, data),) = self._database.query(
                "select d.name, s.data from definition d join source s on s.id=d.source_id where d.id=?",
                (definition_id,),
            )
            graph = self._definitions[definition_id] = _graphs(bytes(data))[name]
        return graph

    def _seen(self, batch: Batch) -> None:
        self._trace.note("commit", " ".join(f"{id}:{seq}" for id, seq in _written(batch)))
        try:
            self._oracle.seen(batch)
        except Violation as violation:
            self._broken = self._broken or violation

    def _wrote(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        try:
            self._oracle.wrote(statements)
        except Violation as violation:
            self._broken = self._broken or violation

    def _rival(self, batch: Batch) -> None:
        """In a storm somebody else changes what is about to be written."""
        if not batch.bases or not self._weather.stormy:
            return
        if not self._weather.happens(self._weather.rivals, "fault.rival"):
            return
        chosen = self._random.choice(sorted(batch.bases))
        ((data,),) = self._database.query("select data from instance where id=?", (chosen,)) or [(b"",)]
        if not data:
            return
        instance = decode_state(bytes(data))
        self._rivals += 1
        command = SetVariables({"rival": self._rivals}, introduce=True)
        graph = self._graph(instance.definition_id)
        try:
            taken = step(graph, instance, command, self._now(), "rival", EngineSettings(max_steps=MAX_STEPS))
        except Rejected:
            return
        own = Batch("")
        own.add(graph, instance, command, taken.events, taken.effects)
        own.seal()
        self._database.commit(own, rival=True)

    # The run.

    async def _main(self) -> None:
        random, loop = self._random, self._loop
        wire = Wire(loop, self._weather)
        names = [f"s{n}" for n in range(random.choice((1, 2, 3, 3)))]
        self._servers = [Server(name, self._database, wire, random, self._trace, self._oracle.sent) for name in names]
        keeping = (random.choice(("", "PT20S", "PT2M", "PT1H")), random.random() < 0.7)
        for server in self._servers:
            server.keeping = keeping
            server.start()
        people = await self._prepare()
        busy = [loop.create_task(people.busy(f"p{n}")) for n in range(random.randrange(3, 9))]
        await self._trouble(random.choice((20, 40, 60)))
        people.stop()
        for each in busy:
            await each
        self._raise()
        await self._heal()
        await self._end(people)

    async def _prepare(self) -> People:
        """The first deployments, and the office where there is one: whatever it takes."""
        random = self._random
        drawn = [models.random_xml(random, number) for number in range(random.randrange(1, 4))]
        names = [name for data in drawn for name in _graphs(data)]
        offices = [*office.KINDS, *office.KINDS] if random.random() < 0.7 else []
        names = [*models.STARTED, *names, *offices]
        people = People(random, self._servers, self._weather, self._ledger, self._trace, names)
        if offices:
            self._clerks = Clerks(random, people, names)
            people.more = self._clerks.deeds
            for question in beginning():
                await self._insist(question)
        for data in (models.fixed(), *drawn):
            await self._insist(functools.partial(_deploy, data))
            people.job_types.extend(
                str(node.work.type.constant)
                for graph in _graphs(data).values()
                for node in graph.nodes
                if isinstance(node.work, JobWork) and str(node.work.type.constant) not in people.job_types
            )
        return people

    async def _insist(self, question: Question[object]) -> None:
        while True:
            try:
                await self._random.choice(self._servers).ask(question)
            except Problem as problem:
                if problem.status == 409:  # it was done, and nobody heard of it
                    return
            except Gone:
                pass
            else:
                return
            await asyncio.sleep(0.3)

    async def _trouble(self, seconds: int) -> None:
        """Each second something may go wrong."""
        weather, random, loop = self._weather, self._random, self._loop
        for _ in range(seconds):
            await asyncio.sleep(1)
            self._raise()
            server = random.choice(self._servers)
            if server.up and weather.happens(weather.crashes, "fault.crash", server.name):
                server.crash()
                loop.call_later(random.random() ** 2 * 8, self._revive, server)
            if server.up and not server.paused and weather.happens(weather.pauses, "fault.pause", server.name):
                server.pause()
                loop.call_later(random.random() ** 2 * 10, server.go_on)
            if server.runtime is not None and weather.happens(weather.restarts, "fault.restart", server.name):
                await server.stop()
                server.start()
            if weather.happens(weather.outages, "fault.outage"):
                weather.outage(random.random() ** 2 * 8)
            if weather.happens(weather.cuts, "fault.cut", server.name):
                weather.cut(server.name, random.random() ** 2 * 10)
            if weather.happens(weather.storms, "fault.storm"):
                weather.storm(random.random() * 5)
            if weather.happens(weather.clock_jumps, "fault.clock-jump", server.name):
                server.clock.offset += random.randrange(-5_000, 5_001)
            if weather.happens(weather.clock_jumps / 4, "fault.database-clock-jump"):
                self._clock_offset += random.randrange(-1_000, 4_001)
            if weather.happens(weather.sleeps, "fault.sleep"):
                loop.jump(random.choice((5, 60, HOUR)))

    def _revive(self, server: Server) -> None:
        if not server.up:
            server.start()

    async def _heal(self) -> None:
        """No more faults. One server at least lives; who is gone may stay away."""
        self._trace.note("heal")
        self._weather.clear()
        for server in self._servers:
            if server.paused:
                server.go_on()
        await asyncio.sleep(SOON)
        due = self._overdue()
        await asyncio.sleep(SOON)
        self._raise()
        left = [what for what in self._overdue() if what in due]
        if left:
            raise Violation(f"nobody does what is due: {left[:3]}")
        self._agree()

    def _agree(self) -> None:
        """What servers keep in memory of people and calendars is what is in the database."""
        query = self._database.query
        deputies = sorted(row[0] for row in query("select id from deputy"))
        teams = sorted(query("select kind, name, rule, members from team"))
        calendars = sorted(query("select name, revision from calendar"))
        for server in self._servers:
            runtime = server.runtime
            if runtime is None:
                continue
            known = runtime.roster.known
            found: list[Row] = sorted(
                (each.kind, each.name, each.rule, msgspec.json.encode(each.members).decode())
                for each in known.teams.values()
            )
            if sorted(known.deputies) != deputies or found != teams:
                raise Violation(f"{server.name} knows other people than there are: {found}, {sorted(known.deputies)}")
            kept = sorted((each.row.name, each.row.revision) for each in runtime.calendars.live.all())
            if kept != calendars:
                raise Violation(f"{server.name} knows other calendars than there are: {kept}, not {calendars}")

    async def _end(self, people: People) -> None:
        """Everything that is to happen does."""
        for number in range(ROUNDS):
            self._raise()
            await people.finish()
            await asyncio.sleep(5)
            if number % 2:
                self._loop.jump(25 * HOUR)
                await asyncio.sleep(15)
            self._raise()
            if not self._unfinished():
                break
        else:
            raise Violation(f"there is no end to it: {self._unfinished()}")
        compared = self._ledger.settle()
        compare(self._ledger, self._database, await people.see(lambda s: s.audit.verify()))
        everything = [instance.definition_id for instance in self._oracle.instances.values()]
        everything.extend(self._oracle.gone.values())
        begun = sum(self._graph(each).process_id == "begun" for each in everything)
        if begun != len(self._oracle.expected_starts):
            raise Violation(f"{len(self._oracle.expected_starts)} messages started {begun} instances")
        if self._clerks is not None:
            wrong = self._clerks.settle(self._oracle.instances.__contains__)
            if wrong:
                raise Violation(wrong)
        self._trace.note("end", f"{compared} {len(self._oracle.instances)}")

    def _overdue(self) -> list[Row]:
        """What some server ought to do at once. Their clocks agree with the database's but for a little."""
        now, query = self._now() - 1_000, self._database.query
        return [
            *query("select 'letter', instance_id, seq, n, node from outbox where state='' and next_at<=?", (now,)),
            *query("select 'timer', id, due_at, seq from instance where due_at>0 and due_at<=?", (now,)),
            *query("select 'start', definition_id, node, due_at from start_event s join definition d"
                   " on d.id=s.definition_id where due_at>0 and due_at<=? and d.active=1", (now,)),
            *query("select 'clock', instance_id, w.key from working_clock w join calendar c on c.name=w.calendar"
                   " where w.revision<c.revision"),
            *query("select 'message', m.id, s.instance_id from message m join subscription s on s.name=m.name"
                   " join instance i on i.id=s.instance_id"
                   " where s.kind='message' and s.correlation='' and i.suspended=0 and m.expires_at>?", (now,)),
        ]  # fmt: skip

    def _unfinished(self) -> str:
        query = self._database.query
        open = query("select id, name, state, suspended, current_element from instance where closed=0 limit 3")
        letters = query("select instance_id, seq, n, lane, node, attempts, next_at from outbox where state='' limit 3")
        kept = query("select id, name, expires_at from message limit 3")
        jobs = query("select * from job limit 3")
        batches = query("select id, action, state, cursor, error from batch where ended_at=0 limit 3")
        found = {"open": open, "letters": letters, "messages": kept, "jobs": jobs, "batches": batches}
        return "; ".join(f"{name}: {rows}" for name, rows in found.items() if rows)

    def _raise(self) -> None:
        if self._broken is not None:
            raise self._broken


def _deploy(data: bytes, runtime: Runtime) -> Awaitable[object]:
    return runtime.deploy_xml(data, who="dora")


def _written(batch: Batch) -> Iterator[tuple[str, int]]:
    for row in batch.rows[st.JOURNAL]:
        yield row[0], row[1]
