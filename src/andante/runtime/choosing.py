"""Which one of several gets a task: decided after the commit that created it, by what is so then on all servers.

The core asks (`ChooseAssignee`) and gets a command back; the task may be claimed, over or suspended by then, which the
core knows. Asked twice after a crash, the second answer finds the task assigned.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, final

from andante.engine.commands import AssignTask
from andante.engine.effects import ChooseAssignee
from andante.engine.roster import ASSIGN
from andante.runtime.clock import Clock
from andante.runtime.roster import LiveRoster
from andante.store import turns
from andante.store.faults import Duplicate
from andante.store.store import Store

ROUND_ROBIN: Final = "roundRobin"
BY_SKILL: Final = "skill"


def eligible(roster: LiveRoster, effect: ChooseAssignee, now: int) -> list[str]:
    """Those who may get it, by name: members that are there, not away, not excluded, and have the skills."""
    names = {name for name in effect.users if roster.exists(name)}
    for item in (*effect.groups, *([f"queue:{effect.queue}"] if effect.queue else [])):
        names.update(roster.members(item))
    skills = dict(effect.skills)
    if effect.rule == BY_SKILL and not skills and effect.queue:
        team = roster.known.team("queue", effect.queue)
        skills = dict(team.skills) if team is not None else {}
    return sorted(
        name for name in names
        if name not in effect.excluded
        and not roster.away(name, now)
        and roster.deputy_rule(name, now, "", effect.queue) != ASSIGN
        and _skilled(roster.known.skills(name), skills)
    )  # fmt: skip


def _skilled(has: Mapping[str, int], needs: Mapping[str, int]) -> bool:
    return all(has.get(skill, 0) >= level for skill, level in needs.items())


def following(names: Sequence[str], last: str) -> str:
    """The next one after `last`, who need not be among them, in the order of the alphabet and round again."""
    return next((name for name in names if name > last), names[0])


def pool(effect: ChooseAssignee) -> str:
    """The name of those who take turns: of the same ones, for the same skills."""
    parts = [effect.queue, "", *sorted(effect.users), "", *sorted(effect.groups), ""]
    parts += [f"{skill}:{level}" for skill, level in sorted(effect.skills.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@final
class Chooser:
    """One object a server."""

    def __init__(self, store: Store, clock: Clock, roster: LiveRoster) -> None:
        self._store = store
        self._clock = clock
        self._roster = roster
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def choose(self, effect: ChooseAssignee) -> AssignTask | None:
        """Who gets it; None where nobody can, and it stays offered to all. Raises StoreProblem."""
        name = pool(effect)
        lock = self._one[name]
        try:
            async with lock:
                return await self._choose(effect, name)
        finally:
            if not lock.locked():
                self._one.pop(name, None)

    async def _choose(self, effect: ChooseAssignee, name: str) -> AssignTask | None:
        while True:
            names = eligible(self._roster, effect, self._clock.now())
            if not names:
                return None
            n, before = await turns.last(self._store, name)
            if effect.rule != ROUND_ROBIN:
                loads = await turns.open_tasks(self._store, names)
                least = min(loads.get(each, 0) for each in names)
                names = [each for each in names if loads.get(each, 0) == least]
            chosen = following(names, before)
            try:
                await turns.take(self._store, name, n + 1, chosen)
            except Duplicate:
                continue  # another server was faster
            return AssignTask(effect.task, chosen, effect.rule)
