"""Messages and signals from outside and from instances: who awaits them, and whom they start."""

import asyncio
from random import Random
from typing import Final, final

import msgspec
import structlog

from andante.bpmn import kinds
from andante.bpmn.instantiating import others
from andante.codec import decode_state
from andante.engine.commands import DeliverMessage, DeliverSignal, Start
from andante.engine.elements.message import receiver
from andante.engine.events import SubscriptionKeyed, SubscriptionOpened
from andante.engine.step import Step
from andante.engine.waits import Task
from andante.runtime.bundle import nothing
from andante.runtime.clock import Clock
from andante.runtime.correlation import carried_keys
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.ids import INSTANCE, derived
from andante.runtime.problem import MESSAGE_MISMATCH, Problem
from andante.runtime.sight import by_itself, sight
from andante.store import definitions as rows
from andante.store.store import Store

log: Final = structlog.get_logger("andante.messages")
MANY: Final = 1_000


class Published(msgspec.Struct, frozen=True):
    """Instances that took the message, instances it started, and whether it waits for a receiver."""

    delivered: list[str]
    started: list[str]
    buffered: bool


class Broadcast(msgspec.Struct, frozen=True):
    """How many instances caught the signal, and how many it started."""

    delivered: int
    started: int


def newly_awaited(step: Step) -> set[str]:
    """The messages that the step has begun to await, or whose key it has come to know: one that waits may be meant."""
    names: set[str] = set()
    for fact in step.events:
        if isinstance(fact, SubscriptionOpened):
            if fact.kind == kinds.MESSAGE:
                names.add(fact.name)
        elif isinstance(fact, SubscriptionKeyed):
            subscription = step.instance.subscriptions.get(fact.subscription)
            if subscription is not None:
                names.add(subscription.name)
    return names


def _taken(step: Step, _: Task | None) -> bool:
    return bool(step.answer)


@final
class Messages:
    """A message goes to every instance that awaits it and matches, a signal to every one that awaits it."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, definitions: Definitions, chance: Random
    ) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._definitions = definitions
        self._chance = chance
        self._opened: dict[str, set[str]] = {}
        self._matching: asyncio.Task[None] | None = None

    async def publish(
        self, name: str, business_key: str, correlation: dict[str, object] | None, variables: dict[str, object],
        ttl_ms: int, message_id: str, who: str,
    ) -> Published:  # fmt: skip
        """With `ttl_ms` and no receiver it waits that long for one. The same `message_id` has its effect once."""
        once = message_id or self._chance.randbytes(12).hex()
        command = DeliverMessage(name, variables, business_key, correlation, message_id)
        delivered = await self._deliver(command, who)
        started = await self._start("message", name, variables, business_key, once, who, delivered)
        buffered = False
        if ttl_ms > 0 and not delivered and not started:
            buffered = await self._keep(once, command, ttl_ms)
            if buffered:  # a receiver may have come while it was being kept
                delivered = await self._offer(once, command, who)
                buffered = not delivered
        return Published(delivered, started, buffered)

    async def correlate(
        self, name: str, business_key: str, correlation: dict[str, object], variables: dict[str, object], who: str,
        instance_id: str = "", every: bool = False,
    ) -> Published:  # fmt: skip
        """To exactly one: an instance that awaits it and fits, else a definition that it starts (Camunda 7's message
        correlation); with `every` to all of both. `correlation` must equal the instance's variables. Raises Problem
        (400) where not exactly one is meant; then nothing has happened."""
        command = DeliverMessage(name, variables, business_key, correlation or None)
        waiting = await self._awaiting(command, instance_id)
        starting = [] if instance_id else await rows.started_by(self._store, "message", name)
        may_start = sight().start
        known = [definition_id for definition_id, _, _ in starting]
        begun = [each for each in dict.fromkeys(known) if may_start.has((await self._definitions.known(each)).name)]
        many = waiting or begun
        if not every and len(many) != 1:
            what = "executions" if waiting else "process definitions"
            found = f"{len(many)} {what} match" if many else "no process definition or execution matches"
            text = f"Cannot correlate message '{name}': {found} the parameters."
            raise Problem(MESSAGE_MISMATCH, 400, text)
        told = [each for each in waiting if await self._tell(each, command, who)]
        once = self._chance.randbytes(12).hex()
        started = []
        if starting and (every or not waiting):
            started = await self._start("message", name, variables, business_key, once, who, told)
        return Published(told, started, False)

    async def _awaiting(self, command: DeliverMessage, instance_id: str) -> list[str]:
        """Instances that would take it, or the one that is named if it would."""
        sql = (
            "select distinct s.instance_id, i.definition_id, i.data from subscription s join instance i"
            " on i.id=s.instance_id where s.kind='message' and s.name=?"
        )
        values: list[object] = [command.name]
        if instance_id:
            sql, values = f"{sql} and i.id=?", [*values, instance_id]
        if command.business_key:
            sql, values = f"{sql} and (i.business_key=? or s.correlation<>'')", [*values, command.business_key]
        only, names = sight().view.sql("i.name")
        if only:
            sql, values = f"{sql} and {only}", [*values, *names]
        found = []
        for each, definition_id, data in await self._store.get_all(f"{sql} order by s.instance_id", values):
            graph = await self._definitions.graph(definition_id)
            step = Step(graph, decode_state(bytes(data)), self._clock.now(), "", self._executor.settings)
            if receiver(step, command) is not None:
                found.append(each)
        return found

    async def broadcast(self, name: str, variables: dict[str, object], who: str, once: str = "") -> Broadcast:
        """The same `once` has its effect once."""
        only, names = sight().view.sql("i.name")
        found = await self._store.get_all(
            "select distinct s.instance_id from subscription s"
            f"{' join instance i on i.id=s.instance_id' if only else ''} where s.kind='signal' and s.name=?"
            f"{' and ' + only if only else ''} order by s.instance_id",
            [name, *names],
        )
        command = DeliverSignal(name, variables, once)
        caught = [instance_id for (instance_id,) in found if await self._tell(instance_id, command, who)]
        once = once or self._chance.randbytes(12).hex()
        started = await self._start("signal", name, variables, "", once, who, caught)
        return Broadcast(len(caught), len(started))

    async def signal(self, instance_id: str, name: str, variables: dict[str, object], who: str) -> None:
        """To that instance alone. Raises Problem (400) where it does not await the signal."""
        if not await self._tell(instance_id, DeliverSignal(name, variables), who):
            text = f"Cannot signal execution '{instance_id}': it has not subscribed to signal '{name}'."
            raise Problem(MESSAGE_MISMATCH, 400, text)

    def opened(self, instance_id: str, names: set[str]) -> None:
        """Its subscriptions to these messages are on the disk: soon it gets those that wait for one."""
        self._opened.setdefault(instance_id, set()).update(names)
        if self._matching is None:
            self._matching = asyncio.get_running_loop().create_task(self._match(), context=by_itself())

    async def sweep(self) -> None:
        """At start: what a server before us had no time to match."""
        found = await self._store.read(
            "select distinct s.instance_id, m.name from message m"
            " join subscription s on s.kind='message' and s.name=m.name"
        )
        for instance_id, name in found:
            self.opened(instance_id, {name})

    async def settle(self) -> None:
        """Wait until everything that was opened is matched."""
        while self._matching is not None:
            await asyncio.wait([self._matching])

    def close(self) -> None:
        if self._matching is not None:
            self._matching.cancel()

    async def _match(self) -> None:
        while self._opened:
            opened, self._opened = self._opened, {}
            try:
                await self._match_all(opened)
            except Exception:  # whatever it is: this goes on as long as the server lives
                log.exception("messages that wait could not be matched yet")
                for instance_id, names in opened.items():
                    self._opened.setdefault(instance_id, set()).update(names)
                await asyncio.sleep(1)
        self._matching = None

    async def _match_all(self, opened: dict[str, set[str]]) -> None:
        wanted = sorted({name for names in opened.values() for name in names})
        waiting: set[str] = set()
        for at in range(0, len(wanted), MANY):
            part = wanted[at : at + MANY]
            marks = ",".join("?" * len(part))
            found = await self._store.get_all(f"select distinct name from message where name in ({marks})", part)
            waiting.update(name for (name,) in found)
        for instance_id, names in opened.items() if waiting else ():
            if names & waiting:
                await self._match_one(instance_id, names & waiting)

    async def _match_one(self, instance_id: str, names: set[str]) -> None:
        for name in names:
            awaited = await self._store.get_all(
                "select s.correlation, i.business_key from subscription s join instance i on i.id=s.instance_id"
                " where s.instance_id=? and s.kind='message' and s.name=?",
                (instance_id, name),
            )
            if not awaited:
                continue
            sql, values = "", []
            if not any(key for key, _ in awaited):  # without a key of its own only the business key decides
                sql, values = " and business_key in ('', ?)", [awaited[0][1]]
            after: tuple[int, str] = (-1, "")
            while True:
                found = await self._store.read(
                    f"select id, data, created_at from message where name=? and expires_at>?{sql}"
                    " and (created_at>? or created_at=? and id>?) order by created_at, id limit ?",
                    [name, self._clock.now(), *values, after[0], *after, MANY],
                )
                for once, data, _ in found:
                    await self._offer_kept(instance_id, once, data)
                if len(found) < MANY:
                    break
                after = (found[-1][2], found[-1][0])

    async def _offer_kept(self, instance_id: str, once: str, data: bytes) -> None:
        kept = _Kept.decode(bytes(data))
        command = DeliverMessage(kept.name, kept.variables, kept.business_key, kept.correlation, once)
        if await self._tell(instance_id, command, ""):
            await self._store.write([("delete from message where id=?", [once])])

    async def forget_expired(self) -> None:
        if await self._store.get("select 1 from message where expires_at<=? limit 1", (self._clock.now(),)):
            await self._store.write([("delete from message where expires_at<=?", [self._clock.now()])])

    async def _keep(self, once: str, command: DeliverMessage, ttl_ms: int) -> bool:
        if await self._store.get("select 1 from message where id=?", (once,)):
            return True
        now = self._clock.now()
        kept = _Kept.Message(command.name, command.business_key, command.correlation, command.variables)
        await self._store.write([(
            "insert into message (id, name, business_key, data, expires_at, created_at) values (?,?,?,?,?,?)"
            " on conflict (id) do nothing",
            [once, command.name, command.business_key, _Kept.encode(kept), now + ttl_ms, now],
        )])  # fmt: skip
        return True

    async def _offer(self, once: str, command: DeliverMessage, who: str) -> list[str]:
        again = DeliverMessage(command.name, command.variables, command.business_key, command.correlation, once)
        delivered = await self._deliver(again, who)
        if delivered:
            await self._store.write([("delete from message where id=?", [once])])
        return delivered

    async def _deliver(self, command: DeliverMessage, who: str) -> list[str]:
        sql = (
            "select distinct s.instance_id from subscription s join instance i on i.id = s.instance_id"
            " where s.kind='message' and s.name=?"
        )
        values: list[object] = [command.name]
        only, names = sight().view.sql("i.name")
        if only:
            sql, values = f"{sql} and {only}", [*values, *names]
        keys = [str(value) for value in (command.correlation or {}).values()]
        if not keys:
            now = self._clock.now()
            keys = await carried_keys(self._store, self._definitions, command.name, command.variables, now)
        if command.business_key:
            sql += f" and (i.business_key=? or s.correlation in (?{',?' * len(keys)}))"
            values.extend((command.business_key, command.business_key, *keys))
        else:
            sql += f" and s.correlation in (''{',?' * len(keys)})"
            values.extend(keys)
        found = await self._store.get_all(sql + " order by s.instance_id", values)
        return [each for (each,) in found if await self._tell(each, command, who)]

    async def _tell(self, instance_id: str, command: DeliverMessage | DeliverSignal, who: str) -> bool:
        try:
            return await self._executor.submit(instance_id, command, who, _taken)
        except Problem as problem:
            if problem.status >= 500:
                raise
            return False

    async def _start(
        self, kind: str, name: str, variables: dict[str, object], business_key: str, once: str, who: str,
        taken: list[str],
    ) -> list[str]:  # fmt: skip
        """The instances that it starts. What one of `taken` waited for behind a parallel gateway is that one's: it
        begins no further instance of the process there."""
        started = []
        found = await rows.started_by(self._store, kind, name)
        if found:
            await self._definitions.catalogue.fresh()
        for definition_id, node in dict.fromkeys((definition_id, node) for definition_id, node, _ in found):
            record = await self._definitions.known(definition_id)
            if not sight().start.has(record.name):
                continue
            graph = await self._definitions.graph(definition_id)
            if taken and await self._goes_on(definition_id, node, record.name, taken):
                continue
            # By names: it may come again when another version is the active one.
            instance_id = derived(INSTANCE, record.name, graph.nodes[node].id, kind, name, once)
            command = Start(definition_id, record.name, record.version, variables, business_key, start=node)
            await self._executor.submit(instance_id, command, who, nothing)
            started.append(instance_id)
        return started

    async def _goes_on(self, definition_id: str, node: int, process: str, taken: list[str]) -> bool:
        graph = await self._definitions.graph(definition_id)
        if not others(graph, graph.nodes[node]):
            return False
        sql = f"select 1 from instance where name=? and id in (?{',?' * (len(taken) - 1)}) limit 1"
        return await self._store.get(sql, [process, *taken]) is not None


class _Kept:
    """How a message that waits is written."""

    class Message(msgspec.Struct, frozen=True):
        name: str
        business_key: str
        correlation: dict[str, object] | None
        variables: dict[str, object]

    encode = staticmethod(msgspec.msgpack.Encoder().encode)
    decode = staticmethod(msgspec.msgpack.Decoder(Message).decode)
