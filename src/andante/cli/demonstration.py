"""Three weeks of made-up work in the example processes: what `andante serve --examples` has to show.

All of it goes the way that real work goes, by commands with a clock that runs from three weeks ago until now: some is
done late, some is suspended, terminated or stuck, and much is still open.
"""

import heapq
import itertools
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Final, final

import msgspec

from andante.runtime import InstanceQuery, Problem, Runtime, TaskQuery, TaskRecord, TestClock
from andante.timing.instants import local

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
DAYS: Final = 21
SEED: Final = 4711
OPENS, CLOSES = 8, 18
LOCK: Final = 30 * DAY  # ms for which a job is the demonstration's

# Who does the tasks of a group or queue.
WORKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "managers": ("ada", "carla"),
    "directors": ("ada", "greta"),
    "finance": ("ada", "emma"),
    "legal": ("ben", "feng"),
    "engineers": ("ben", "deniz"),
    "sales": ("ben", "carla"),
    "service-desk": ("ben", "deniz"),
    "personnel": ("ben", "emma"),
}
EVERYBODY: Final = ("ada", "ben", "carla", "deniz", "emma", "feng", "greta")
NAMES: Final = (
    "Anna", "Bilal", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Mateo",
    "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tala",
)  # fmt: skip
CUSTOMERS: Final = (
    "Petit & Fils", "Nordlicht GmbH", "Hallam Ltd", "Sakura Trading", "Rossi Arredi", "Zhang Logistics", "Lindgren",
)  # fmt: skip
TROUBLES: Final = (
    "Mail does not arrive", "Printer is out of paper", "No access to the shared folder", "Screen stays black",
    "Invoice run stopped", "Phone rings on the wrong desk", "Web shop is slow", "Badge does not open the door",
)  # fmt: skip
COSTS: Final = ("Train to Lyon", "Hotel, two nights", "Taxi", "Team lunch", "Conference ticket", "Books")
COMMENTS: Final = (
    "I have asked for the missing receipt.", "Called them, they will send it today.", "Looks fine to me.",
    "Please look at the dates again.", "Waiting for an answer from the supplier.",
)  # fmt: skip


class Kind(msgspec.Struct, frozen=True):
    """A process: how many are started on a working day, by which variables, under which kind of business key."""

    name: str
    a_day: float
    key: str
    variables: Callable[[Random, int], dict[str, object]]


def _leave(chance: Random, number: int) -> dict[str, object]:
    first = chance.randint(1, 24)
    return {
        "employee": chance.choice(NAMES), "manager": chance.choice(("ada", "carla", "")),
        "firstDay": f"2026-{number % 12 + 1:02}-{first:02}", "lastDay": f"2026-{number % 12 + 1:02}-{first + 4:02}",
    }  # fmt: skip


def _expense(chance: Random, _number: int) -> dict[str, object]:
    items = [
        {"text": chance.choice(COSTS), "amount": round(chance.lognormvariate(4.2, 1.3), 2)}
        for _ in range(chance.randint(1, 4))
    ]
    return {"employee": chance.choice(NAMES), "items": items}


def _incident(chance: Random, _number: int) -> dict[str, object]:
    return {"title": chance.choice(TROUBLES), "severity": chance.choice((1, 2, 2, 3, 3, 3))}


def _order(chance: Random, number: int) -> dict[str, object]:
    lines = [{"sku": f"{chance.choice('ABCD')}{chance.randint(1, 9)}", "qty": chance.randint(1, 12)}]
    return {"orderId": f"SO-{1000 + number}", "customer": chance.choice(CUSTOMERS), "lines": lines}


def _review(chance: Random, _number: int) -> dict[str, object]:
    return {"amount": chance.choice((0, 900, 4_000, 12_500, 60_000))}


KINDS: Final = (
    Kind("LeaveApproval", 4, "L", _leave),
    Kind("ExpenseApproval", 4, "EX", _expense),
    Kind("Incident", 6, "INC", _incident),
    Kind("Order", 4, "SO", _order),
    Kind("ParallelReview", 2, "C", _review),
)
JOBS: Final = ("pay-expense", "reserve-stock", "ship-order", "release-stock")
# In this many of all cases.
SUSPENDED: Final = 0.08
TERMINATED: Final = 0.06
FORGOTTEN: Final = 0.12  # a task that nobody takes up
COMMENTED: Final = 0.12
STUCK: Final = 0.04
UNPAID: Final = 0.15
Work = Callable[[], Awaitable[None]]


@final
class Demonstration:
    """`run` once, with a runtime whose clock it moves; the examples must be deployed."""

    def __init__(self, runtime: Runtime, clock: TestClock) -> None:
        self._runtime = runtime
        self._clock = clock
        self._chance = Random(SEED)  # noqa: S311 - nothing is secret here
        self._plan: list[tuple[int, int, Work]] = []
        self._order = itertools.count()
        self._planned: set[str] = set()
        self._zone = runtime.settings.zone

    async def run(self, until: int) -> None:
        """Let it all happen, up to `until` (ms). Raises StoreProblem."""
        for kind in await self._kinds():
            self._plan_starts(kind, until)
        while self._plan and self._plan[0][0] < until:
            at, _, work = heapq.heappop(self._plan)
            self._clock.set(max(at, self._clock.now()))
            await self._runtime.run_due()
            try:
                await work()
            except Problem:  # it is over, suspended or another's by now, as happens to people
                continue
        self._clock.set(until)
        await self._runtime.run_due()

    async def _kinds(self) -> list[Kind]:
        deployed = {record.name for record in await self._runtime.definitions(active=True, limit=1_000)}
        return [kind for kind in KINDS if kind.name in deployed]

    def _at(self, at: int, work: Work) -> None:
        heapq.heappush(self._plan, (at, next(self._order), work))

    def _plan_starts(self, kind: Kind, until: int) -> None:
        numbers = itertools.count(1)
        for day in range(until - DAYS * DAY, until, DAY):
            midnight = day - day % DAY
            rest = local(midnight, self._zone).weekday() >= 5
            expected = kind.a_day * (0.15 if rest else 1)
            for _ in range(int(expected + self._chance.random())):
                at = midnight + OPENS * HOUR + int(self._chance.random() * (CLOSES - OPENS) * HOUR)
                self._at(at, self._start(kind, next(numbers)))

    def _start(self, kind: Kind, number: int) -> Work:
        async def start() -> None:
            who = self._chance.choice(EVERYBODY)
            variables = kind.variables(self._chance, number)
            record = await self._runtime.start(
                kind.name, variables=variables, who=who, business_key=f"{kind.key}-{1000 + number}"
            )
            await self._look(record.id)
            if kind.name == "Order" and self._chance.random() > UNPAID:
                paid = self._clock.now() + int(self._chance.uniform(2, 60) * HOUR)
                self._at(paid, self._pay(record.id, str(variables["orderId"])))
            self._plan_operators(record.id)

        return start

    def _pay(self, instance_id: str, order: str) -> Work:
        async def pay() -> None:
            await self._runtime.publish("payment received", correlation={"orderId": order}, who="shop")
            await self._look(instance_id)

        return pay

    def _plan_operators(self, instance_id: str) -> None:
        draw, later = self._chance.random(), self._clock.now() + int(self._chance.uniform(0.2, 5) * HOUR)
        if draw < SUSPENDED:
            self._at(later, self._act(instance_id, "suspend", "waiting for papers"))
            if self._chance.random() < 0.6:
                self._at(later + int(self._chance.uniform(4, 60) * HOUR), self._act(instance_id, "resume", "they came"))
        elif draw < SUSPENDED + TERMINATED:
            self._at(later, self._act(instance_id, "terminate", "entered twice"))

    def _act(self, instance_id: str, action: str, reason: str) -> Work:
        async def act() -> None:
            await self._runtime.act(instance_id, action, who="ada", reason=reason)
            await self._look(instance_id)

        return act

    async def _look(self, instance_id: str) -> None:
        """Plan what people and workers do with what is there now."""
        query = TaskQuery(view="todo", everything=True, instance_id=instance_id)
        for task in (await self._runtime.tasks(query)).items:
            if task.id in self._planned:
                continue
            self._planned.add(task.id)
            if self._chance.random() > FORGOTTEN:
                self._at(self._clock.now() + self._takes(), self._do(task))
        for job in await self._runtime.activate_jobs(list(JOBS), worker="demonstration", max_jobs=50, lock_ms=LOCK):
            self._at(
                self._clock.now() + int(self._chance.uniform(0.1, 90) * MINUTE), self._work(job.id, job.instance_id)
            )

    def _takes(self) -> int:
        """Mostly hours, sometimes days, now and then weeks."""
        return int(self._chance.lognormvariate(1.4, 1.3) * HOUR)

    def _do(self, task: TaskRecord) -> Work:
        async def do() -> None:
            who = task.assignee or self._chance.choice(self._candidates(task))
            if self._chance.random() < COMMENTED:
                await self._runtime.task_action(task.id, "comment", who=who, text=self._chance.choice(COMMENTS))
            if not task.assignee:
                await self._runtime.task_action(task.id, "claim", who=who)
            outcome = ""
            if task.outcomes:
                outcome = task.outcomes[0] if self._chance.random() < 0.8 else task.outcomes[-1]
            await self._runtime.task_action(task.id, "complete", who=who, outcome=outcome, variables={})
            await self._look(task.instance_id)

        return do

    def _candidates(self, task: TaskRecord) -> tuple[str, ...]:
        if task.users:
            return tuple(task.users)
        pools = [*(name.partition(":")[2] for name in task.groups), task.queue]
        return next((WORKERS[pool] for pool in pools if pool in WORKERS), EVERYBODY)

    def _work(self, job_id: str, instance_id: str) -> Work:
        async def work() -> None:
            if self._chance.random() < STUCK:
                message = "The ledger does not answer (503)"
                await self._runtime.job_action(job_id, "fail", who="demonstration", retries=0, message=message)
                return
            await self._runtime.job_action(job_id, "complete", who="demonstration", variables={})
            await self._look(instance_id)

        return work


async def demonstrate(runtime: Runtime, clock: TestClock, until: int) -> bool:
    """Fill an empty database; False, and nothing done, where instances are there already."""
    if (await runtime.instances(InstanceQuery([], limit=1))).total:
        return False
    await Demonstration(runtime, clock).run(until)
    return True
