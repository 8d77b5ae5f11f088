"""What people do in an office besides their tasks: they vote and fill in forms, change decisions, calendars, teams and
who stands in, delete, keep order, and do the same with many instances at once."""

from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Final, TypeVar, final

from andante.people.accounts import Accounts
from andante.people.deputies import Deputies
from andante.people.faults import AccessProblem
from andante.people.teams import QUEUE, Teams
from andante.runtime import InstanceQuery, Problem, Runtime
from andante.store.batches import Chosen
from andante.testing.simulator import office
from andante.testing.simulator.people import Deed, People, Question, Refused

T = TypeVar("T")
DAY: Final = 86_400_000
ACTIONS: Final = ("suspend", "resume", "resume", "retry", "terminate", "setVariables", "migrate", "delete")


@final
class Clerks:
    """`deeds` are what they do in this run, of which some are left out; `deleted` are instances that a server said were
    gone, `batches` those that it said were made."""

    def __init__(self, random: Random, people: People, names: Sequence[str]) -> None:
        self._random = random
        self._people = people
        self._names = names
        self._count = 0
        self.deleted: set[str] = set()
        self.batches: list[str] = []
        every: list[list[Deed]] = [
            [self._vote] * 4, [self._fill_in] * 2, [self._decide], [self._calendar], [self._stand_in], [self._team],
            [self._delete] * 2, [self._keep_order], [self._batch], [self._control],
        ]  # fmt: skip
        self.deeds = [deed for deeds in every if random.random() < 0.6 for deed in deeds]

    def settle(self, still: Callable[[str], bool]) -> str:
        """What is wrong at the end: what was deleted is there."""
        return next((f"{id} was deleted, and is there" for id in sorted(self.deleted) if still(id)), "")

    # Tasks.

    async def _vote(self, who: str) -> None:
        task = await self._people.task("vote")
        outcome = self._random.choice(("yes", "yes", "no"))
        by = self._random.choice(("ann", "bob", *office.BOARD))
        await self._people.do(
            "complete",
            lambda mark: lambda s: s.task_action(task, "complete", who=by, outcome=outcome, variables={mark: 1}),
            twice=True,
        )

    async def _fill_in(self, who: str) -> None:
        task = await self._people.task("ask")
        amount = self._random.choice((0, 1, office.MOST, office.MOST + 1, "none", None))
        await self._people.do(
            "form",
            lambda mark: (
                lambda s: s.task_action(
                    task,
                    "complete",
                    who=who,
                    variables={mark: 1, "amount": amount} if amount is not None else {mark: 1},
                )
            ),
            twice=True,
        )

    # What tasks go by.

    async def _decide(self, who: str) -> None:
        data = office.decision(self._random.randrange(4))
        await self._people.do("decision", lambda mark: lambda s: s.deploy_xml(data, who=who), twice=True)

    async def _calendar(self, who: str) -> None:
        form = office.calendar(self._random.choice(office.HOURS))
        await self._people.do("calendar", lambda mark: lambda s: s.calendars.save("office", form, who=who), twice=True)

    async def _stand_in(self, who: str) -> None:
        entries = await self._people.see(lambda s: _deputies(s, self._random).many())
        if len(entries) > 3:
            entry = self._random.choice(entries)
            await self._people.do("deputy", lambda mark: _asked(lambda s: _deputies(s, self._random).remove(entry.id)))
            return
        person, deputy = self._random.sample(office.CLERKS, 2)
        until = self._random.choice((0, DAY))
        await self._people.do(
            "deputy",
            lambda mark: _asked(
                lambda s: _deputies(s, self._random).add(
                    person, deputy, until_at=s.clock.now() + until if until else 0, who=who,
                    rule=self._random.choice(("assign", "share")),
                )
            ),
        )  # fmt: skip

    async def _team(self, who: str) -> None:
        members = [f"user:{name}" for name in office.CLERKS if self._random.random() < 0.7]
        rule = self._random.choice(office.RULES)
        await self._people.do(
            "team", lambda mark: _asked(lambda s: _teams(s).change(QUEUE, "desk", members=members, rule=rule))
        )

    # Operators.

    async def _delete(self, who: str) -> None:
        if self._random.random() < 0.4:
            await self._tidy_up(who)
            return
        instance = await self._people.instance()
        force = self._random.random() < 0.3
        await self._people.do(
            "delete", lambda mark: lambda s: s.delete_instance(instance.id, who=who, force=force), twice=True
        )
        self.deleted.add(instance.id)

    async def _tidy_up(self, who: str) -> None:
        """A called instance is brought to its end and deleted at once: its caller may not know yet."""
        task = await self._people.task("do")
        instance = task.rpartition("-")[0]

        async def both(runtime: Runtime) -> None:
            await runtime.task_action(task, "complete", who=who, variables={"x": 1})
            await runtime.delete_instance(instance, who=who)

        await self._people.see(both)
        self.deleted.add(instance)

    async def _keep_order(self, who: str) -> None:
        await self._people.do("retention", lambda mark: lambda s: s.upkeep.retention.carry_out())

    async def _batch(self, who: str) -> None:
        action = self._random.choice(ACTIONS)
        self._count += 1
        reason, arguments = f"batch {self._count}", await self._arguments(action)
        name = self._random.choice(self._names)
        ids = [(await self._people.instance()).id for _ in range(self._random.randrange(5))]

        def chosen() -> Chosen:
            return Chosen(InstanceQuery(), ids) if ids else Chosen(InstanceQuery(name=name))

        made = await self._people.do(
            "batch",
            lambda mark: lambda s: s.batches.start(action, chosen(), who=who, reason=reason, arguments=arguments),
        )
        self.batches.append(made.id)

    async def _arguments(self, action: str) -> dict[str, object]:
        if action == "migrate":
            versions = await self._people.see(lambda s: s.definitions(name=self._random.choice(self._names)))
            return {"version": self._random.choice(versions).version}
        if action == "setVariables":
            return {"variables": {f"batch{self._count}": 1}, "introduce": True}
        return {"force": self._random.random() < 0.2} if action == "delete" else {}

    async def _control(self, who: str) -> None:
        if not self.batches:
            raise Refused
        batch = self._random.choice(self.batches[-3:])
        action = self._random.choice(("pause", "resume", "resume", "cancel"))
        await self._people.do("control", lambda mark: lambda s: s.batches.act(batch, action))


def beginning() -> list[Question[object]]:
    """What an office needs before there is work: people, a work queue, a calendar, a decision and the processes."""

    def person(name: str) -> Question[object]:
        groups = ["board"] if name in office.BOARD else []
        return _asked(lambda s: _accounts(s).add_person(name, groups=groups))

    members = [f"user:{name}" for name in office.CLERKS]
    return [
        *(person(name) for name in (*office.CLERKS, *office.OTHERS)),
        _asked(lambda s: _teams(s).add(QUEUE, "desk", members=members, rule="roundRobin")),
        lambda s: s.calendars.save("office", office.calendar(office.HOURS[0]), who="dora"),
        lambda s: s.deploy_xml(office.decision(0), who="dora"),
        lambda s: s.deploy_xml(office.processes(), who="dora"),
    ]


def _accounts(runtime: Runtime) -> Accounts:
    return Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed)


def _teams(runtime: Runtime) -> Teams:
    return Teams(runtime.store, runtime.clock.now, runtime.roster.changed)


def _deputies(runtime: Runtime, random: Random) -> Deputies:
    return Deputies(runtime.store, runtime.clock.now, runtime.roster.changed, lambda: random.randbytes(8).hex())


def _asked(question: Callable[[Runtime], Awaitable[T]]) -> Question[T]:
    """With the faults of those who keep people as those of the runtime."""

    async def ask(runtime: Runtime) -> T:
        try:
            return await question(runtime)
        except AccessProblem as problem:
            raise Problem(problem.code, problem.status, problem.message) from None

    return ask
