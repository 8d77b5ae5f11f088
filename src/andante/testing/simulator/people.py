"""Simulated people: they start processes, work on tasks and jobs, send messages, operate and deploy, by chance, each on
whatever server answers. What they ask carries a mark, and what they are told goes into the ledger."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final, TypeVar, final

from andante.runtime import InstanceQuery, InstanceRecord, Page, Problem, Runtime, TaskQuery
from andante.testing.simulator import models
from andante.testing.simulator.audited import audited
from andante.testing.simulator.ledger import DONE, UNKNOWN, Ledger, told
from andante.testing.simulator.servers import Gone, Server
from andante.testing.simulator.trace import Trace, Violation
from andante.testing.simulator.weather import Weather

T = TypeVar("T")
Question = Callable[[Runtime], Awaitable[T]]
Deed = Callable[[str], Awaitable[None]]
PAGE: Final = 10
ORDERS: Final = 4


class Refused(Exception):
    """It was not done, or nobody knows; it is in the ledger."""


@final
class People:
    """`busy` is what one of them does for a while; `finish` what they do together at the end."""

    def __init__(
        self, random: Random, servers: list[Server], weather: Weather, ledger: Ledger, trace: Trace, names: list[str]
    ) -> None:
        self._random = random
        self._servers = servers
        self._weather = weather
        self._ledger = ledger
        self._trace = trace
        self._names = names
        self._deployed = 0
        self._going = False
        self.job_types: list[str] = []
        self.more: list[Deed] = []  # what else they do

    def stop(self) -> None:
        """They go home, each when done with what is at hand."""
        self._going = True

    async def busy(self, who: str) -> None:
        usual: list[tuple[int, Deed]] = [
            (4, self._start), (7, self._work), (5, self._job), (5, self._operate), (3, self._publish), (3, self._set),
            (2, self._move), (1, self._broadcast), (1, self._deploy),
        ]  # fmt: skip
        deeds = [deed for times, deed in usual for _ in range(times)] + self.more
        while not self._going:
            await asyncio.sleep(self._random.random() ** 2 * 0.5)
            deed = self._random.choice(deeds)
            try:
                await deed(who)
            except (Gone, Refused):
                await asyncio.sleep(self._random.random())
            except Problem as problem:
                self._check(problem)

    def _check(self, problem: Problem) -> None:
        if problem.status == 500:
            raise Violation(f"an error of the server's own: {problem.message}")

    async def see(self, question: Question[T]) -> T:
        """Ask any server something that changes nothing."""
        return await self._random.choice(self._servers).ask(question)

    async def do(self, kind: str, question: Callable[[str], Question[T]], *, twice: bool = False) -> T:
        """Ask any server for something; with `twice` also again, at the same time or when no reply came."""
        name = self._ledger.new(kind)
        if twice and self._weather.happens(self._weather.repeated, "fault.repeated", name):
            both = [self._once(name, kind, question(name)) for _ in range(2)]
            results = await asyncio.gather(*both, return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    if not isinstance(result, Gone | Problem | Refused):
                        raise result
                else:
                    return result
            raise Refused
        tries = 3 if twice else 1
        while True:
            try:
                return await self._once(name, kind, question(name))
            except Gone:
                tries -= 1
                if not tries:
                    raise
            except Problem as problem:
                tries -= 1
                if problem.status < 500 or not tries:
                    raise
            await asyncio.sleep(self._random.random())

    async def _once(self, name: str, kind: str, question: Question[T]) -> T:
        server = self._random.choice(self._servers)
        try:
            answer = await server.ask(question)
        except Problem as problem:
            self._check(problem)
            self._trace.note("reply", f"{name} {kind} {server.name} {problem.status} {problem.code}")
            self._ledger.answer(name, told(problem))
            raise
        except Gone:
            self._trace.note("reply", f"{name} {kind} {server.name} none")
            self._ledger.answer(name, UNKNOWN)
            raise
        self._trace.note("reply", f"{name} {kind} {server.name} done")
        self._ledger.answer(name, DONE)
        return answer

    # What they do.

    async def _start(self, who: str) -> None:
        name = self._random.choice(self._names)
        variables: dict[str, object] = {"x": self._random.randrange(-1, 4), "order": self._random.randrange(ORDERS)}
        await self.do("start", lambda mark: lambda s: s.start(name, variables=variables, business_key=mark, who=who))

    async def task(self, element: str = "") -> str:
        """The id of one that is open. Raises Refused where there is none."""
        page = await self.see(lambda s: s.tasks(TaskQuery(everything=True, limit=PAGE, element=element)))
        if not page.items:
            raise Refused
        return self._random.choice(page.items).id

    async def _work(self, who: str) -> None:
        task = await self.task()
        action = self._random.choice(
            ["complete"] * 6 + ["claim", "comment", "unclaim", "transfer", "delegate", "resolve"]
        )
        if action == "comment":
            await self.do("comment", lambda mark: lambda s: s.task_action(task, "comment", who=who, text=mark))
        elif action == "complete":
            x = self._random.randrange(-1, 4)
            await self.do(
                "complete",
                lambda mark: lambda s: s.task_action(task, "complete", who=who, variables={mark: 1, "x": x}),
                twice=True,
            )
        else:
            to = self._random.choice(("ann", "bob"))
            await self.do(action, lambda mark: lambda s: s.task_action(task, action, who=who, to=to))

    async def instance(self) -> InstanceRecord:
        page = await self.see(lambda s: s.instances(InstanceQuery(limit=PAGE, skip=self._random.randrange(10))))
        if not page.items:
            raise Refused
        return self._random.choice(page.items)

    async def _operate(self, who: str) -> None:
        instance = await self.instance()
        wanted = self._random.choice(
            ("suspend", "suspend", "resume", "resume", "resume", "retry", "terminate", "migrate")
        )
        if instance.suspended and wanted == "suspend":
            wanted = "resume"
        if wanted == "migrate":
            versions = await self.see(lambda s: s.definitions(name=instance.name))
            version = self._random.choice(versions).version
            await self.do(
                "migrate",
                lambda mark: audited(
                    "migrate", instance.id, who, mark, lambda s: s.migrate(instance.id, version, who=who, reason=mark)
                ),
                twice=True,
            )
            return
        await self.do(
            wanted,
            lambda mark: audited(
                wanted, instance.id, who, mark, lambda s: s.act(instance.id, wanted, who=who, reason=mark)
            ),
            twice=wanted == "terminate",
        )

    async def _move(self, who: str) -> None:
        """A step is begun again: what waits there is withdrawn, and made anew. To elsewhere it might wait for ever."""
        page = await self.see(lambda s: s.tasks(TaskQuery(everything=True, limit=PAGE)))
        if not page.items:
            raise Refused
        task = self._random.choice(page.items)
        await self.do(
            "move",
            lambda mark: lambda s: s.move(task.instance_id, task.element, task.element, who=who, reason=mark),
        )

    async def _set(self, who: str) -> None:
        instance = await self.instance()
        await self.do("set", lambda mark: lambda s: s.set_variables(instance.id, {mark: 1}, who=who, introduce=True))

    async def _publish(self, who: str) -> None:
        name = self._random.choice(models.MESSAGES)
        order = self._random.randrange(ORDERS)
        ttl = self._random.choice((0, 5_000, 200_000))
        await self.do(
            "publish",
            lambda mark: lambda s: s.publish(
                name, variables={"order": order}, ttl_ms=ttl, message_id=f"{name}-{mark}", who=who,
                correlation={"order": order} if name == "paid" else None,
            ),
            twice=True,
        )  # fmt: skip

    async def _broadcast(self, who: str) -> None:
        await self.do("broadcast", lambda mark: lambda s: s.broadcast("news", who=who))

    async def _job(self, who: str) -> None:
        jobs = await self.see(
            lambda s: s.activate_jobs(self.job_types, worker=who, max_jobs=3, lock_ms=4_000, wait_ms=500)
        )
        for job in jobs:
            await asyncio.sleep(self._random.random() ** 2)
            try:
                await self._report(who, job.id)
            except Problem as problem:
                self._check(problem)

    async def _report(self, who: str, job: str) -> None:
        action = self._random.choice(["complete"] * 6 + ["fail", "fail", "error", "extend"])
        left = self._random.choice((None, 1, 0))
        x = self._random.randrange(-1, 4)
        if action == "complete":
            await self.do(
                "job", lambda mark: lambda s: s.job_action(job, "complete", who=who, variables={mark: 1, "x": x}),
                twice=True,
            )  # fmt: skip
        elif action == "fail":
            await self.do(
                "fail",
                lambda mark: lambda s: s.job_action(job, "fail", who=who, message=mark, retries=left, backoff_ms=800),
            )
        elif action == "error":
            await self.do("error", lambda mark: lambda s: s.job_action(job, "error", who=who, code="bad", message=mark))
        else:
            await self.do("extend", lambda mark: lambda s: s.job_action(job, "extend", who=who, lock_ms=5_000))

    async def _deploy(self, who: str) -> None:
        self._deployed += 1
        data = models.fixed(str(self._deployed))
        await self.do("deploy", lambda mark: lambda s: s.deploy_xml(data, who=who), twice=True)

    # The end.

    async def finish(self) -> None:
        """Nothing is broken, and everybody does what there is to do: once through all of it."""
        who = "finisher"
        for state, action in (("Suspended", "resume"), ("Broken", "retry")):
            for instance in (await self.see(_in_state(state))).items:
                await self._try(_acting(instance.id, action, who))
        for task in (await self.see(lambda s: s.tasks(TaskQuery(everything=True, limit=1_000)))).items:
            if task.delegated:
                await self._try(_working(task.id, "resolve", who))
            await self._try(_working(task.id, "complete", who, "yes" if task.outcomes else ""))
        for job in await self.see(lambda s: s.activate_jobs(self.job_types, worker=who, max_jobs=500, lock_ms=1_000)):
            await self._try(_reporting(job.id, who))
        for batch in await self.see(lambda s: s.batches.many()):
            if batch.state in ("paused", "failed"):
                await self._try(_controlling(batch.id, "resume"))
        for order in range(ORDERS):
            await self._try(_paying(order, who))
        await self._try(lambda s: s.publish("answer", who=who))
        await self._try(lambda s: s.broadcast("news", who=who))

    async def _try(self, question: Question[Any]) -> None:
        try:
            await self.see(question)
        except Problem as problem:
            self._check(problem)
            self._trace.note("finish", f"{problem.status} {problem.message}")
            if problem.status >= 500:
                raise Violation(f"a server refuses, and nothing is wrong: {problem.message}") from None


def _in_state(state: str) -> Question[Page[InstanceRecord]]:
    return lambda s: s.instances(InstanceQuery(states=[state], limit=1_000))


def _acting(id: str, action: str, who: str) -> Question[Any]:
    return audited(action, id, who, "", lambda s: s.act(id, action, who=who))


def _working(task: str, action: str, who: str, outcome: str = "") -> Question[Any]:
    return lambda s: s.task_action(task, action, who=who, outcome=outcome, variables={"x": 1, "amount": 7})


def _controlling(batch: str, action: str) -> Question[Any]:
    return lambda s: s.batches.act(batch, action)


def _reporting(job: str, who: str) -> Question[Any]:
    return lambda s: s.job_action(job, "complete", who=who, variables={"x": 1})


def _paying(order: int, who: str) -> Question[Any]:
    return lambda s: s.publish("paid", correlation={"order": order}, who=who)
