"""The people in memory: read once, kept up to date by a revision, asked by every command without a query.

Who changes persons says so (`changed`); other servers are told, and look by themselves too, twice a second. What a
command of another server sees may be that old.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import final

from andante.runtime.known import Known
from andante.runtime.rereading import Rereading
from andante.store import roster as rows
from andante.store.records import Share
from andante.store.store import SharedStore, Store


@final
class LiveRoster:
    """`refresh` before the first use. Satisfies what the core asks of a roster."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revision = -1
        self._one = asyncio.Lock()
        self._rereading = Rereading(self._look, "people")
        self._whole = False  # whether everything is to be read at the next look
        self.known = Known()
        # Called after each change of what is known.
        self.heard: list[Callable[[], None]] = []

    async def refresh(self, *, whole: bool = False) -> None:
        """Read what has changed, or with `whole` everything: where servers that know no revision wrote, too. Raises
        StoreProblem."""
        async with self._one:
            await self._refresh(-1 if whole else self._revision)

    async def _refresh(self, since: int) -> None:
        revision = await rows.revision(self._store)
        counts = (revision.persons, revision.teams, revision.deputies, revision.permits)
        if revision.number == since and counts == _counts(self.known):
            return
        fresh = await self._read(since)
        known = Known(*fresh) if since < 0 else self.known
        if since >= 0:
            known.put(*fresh)
        if counts != _counts(known) and since >= 0:
            known = Known(*await self._read(-1))  # some are gone
        self.known = known
        self._revision = revision.number
        for each in self.heard:
            each()

    async def _read(
        self, since: int
    ) -> tuple[list[rows.PersonRow], list[rows.TeamRow], list[rows.DeputyRow], list[rows.PermitRow]]:
        return (
            await rows.persons_since(self._store, since),
            await rows.teams_since(self._store, since),
            await rows.deputies_since(self._store, since),
            await rows.permits_since(self._store, since),
        )

    async def changed(self) -> None:
        """This server has changed something: it is known here when this returns, and elsewhere soon. Raises
        StoreProblem; then it is known soon."""
        await self._rereading.now()
        if isinstance(self._store, SharedStore):
            self._store.tell("people")

    def look(self, *, whole: bool = False) -> None:
        """Another server may have changed something: read it, soon."""
        self._whole = self._whole or whole
        self._rereading.look()

    async def _look(self) -> None:
        whole, self._whole = self._whole, False
        await self.refresh(whole=whole)

    async def close(self) -> None:
        await self._rereading.close()

    # What the core asks.

    def members(self, name: str) -> tuple[str, ...]:
        return self.known.members(name)

    def manager(self, user: str) -> str:
        return self.known.manager(user)

    def lead(self, queue: str) -> str:
        return self.known.lead(queue)

    def rule(self, queue: str) -> str:
        return self.known.rule(queue)

    def deputy(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        return self.known.deputy(user, now, definition, queue)

    def deputy_rule(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        return self.known.deputy_rule(user, now, definition, queue)

    def stands_in(self, deputy: str, user: str, now: int, definition: str = "", queue: str = "") -> bool:
        return self.known.stands_in(deputy, user, now, definition, queue)

    def away(self, user: str, now: int) -> bool:
        return self.known.away(user, now)

    def exists(self, user: str) -> bool:
        return self.known.exists(user)

    # What else is asked of it.

    def stands_for(self, user: str, now: int) -> list[tuple[str, str, str]]:
        """For whom the person stands in now, and in which process and queue."""
        return self.known.stands_for(user, now)

    def shares(self, user: str, now: int) -> list[Share]:
        """What is offered to those who share their tasks with the person now."""
        return self.known.shares(user, now)

    def queues_of(self, user: str) -> frozenset[str]:
        """Bare names of the work queues that the person is a member of."""
        return self.known.queues_of(user)

    def calendar(self, queue: str) -> str:
        """The name of the work queue's business calendar, "" where it has none."""
        return self.known.calendar(queue)

    def permits(self) -> Collection[rows.PermitRow]:
        """Who may do what with which definitions, beyond the roles."""
        return self.known.permits.values()

    def groups_of(self, user: str) -> frozenset[str]:
        """Bare names of the groups and roles that the person is in."""
        return self.known.groups_of(user)


def _counts(known: Known) -> tuple[int, int, int, int]:
    return len(known.persons), len(known.teams), len(known.deputies), len(known.permits)
