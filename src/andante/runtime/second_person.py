"""Two persons for what hits many: terminating or deleting many instances, or suspending all of a definition, waits
until somebody else approves it.

A batch that waits is there like any other, so that whoever decides sees what it touches; nothing carries it out.
Whoever asked may withdraw it, and nobody but another person approves or refuses it. After a time it expires.
"""

import asyncio
from typing import Final, final

from andante.runtime.clock import Clock
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import BATCH_NOT_FOUND, BATCH_OVER, SAME_PERSON, Problem
from andante.store import batches as rows
from andante.store.audit import AuditLog, Entry
from andante.store.batches import AWAITING, BatchRecord, Chosen
from andante.store.store import Store

ALWAYS: Final = frozenset(("terminate", "delete"))
EXPIRED: Final = "expired"
APPROVE: Final = "approve"
REFUSE: Final = "refuse"
WITHDRAW: Final = "withdraw"
STEPS: Final = {APPROVE: "queued", REFUSE: "refused", WITHDRAW: "withdrawn"}


def hits_many(action: str, chosen: Chosen) -> bool:
    """Whether two persons are asked for where the server is told so. A suspension is, of all that there is or all of a
    definition: not of some that were picked, nor of those with a business key or of a person."""
    query = chosen.query
    narrow = chosen.ids or query.business_key or query.created_by or query.text or query.started_from or query.broken
    return action in ALWAYS or (action == "suspend" and not narrow)


@final
class SecondPerson:
    """All methods raise Problem for what can be expected to go wrong."""

    def __init__(self, store: Store, clock: Clock, settings: RuntimeSettings, audit: AuditLog) -> None:
        self._store = store
        self._clock = clock
        self._on = settings.two_persons
        self._lifetime = settings.approval_lifetime * 1_000
        self._audit = audit
        self._one = asyncio.Lock()

    def begins(self, action: str, chosen: Chosen, now: int) -> tuple[str, int]:
        """The state in which a batch begins, and until when (ms) it waits; 0 where it does not."""
        waits = self._on and hits_many(action, chosen)
        return (AWAITING, now + self._lifetime) if waits else ("queued", 0)

    async def decide(self, batch_id: str, step: str, who: str) -> BatchRecord:
        """approve, refuse or withdraw; the batch as it is then. 409 where it waits no longer, 403 where the other one
        has to. Of several who decide at the same time one has."""
        async with self._one:
            await self._decide(await self._read(batch_id), step, who)
            found = await self._read(batch_id)
        if found.decided_by != who or (found.state != STEPS[step] and step != APPROVE):
            raise Problem(BATCH_OVER, 409, f"Another person has decided of the batch '{batch_id}' just now.")
        return found

    async def _read(self, batch_id: str) -> BatchRecord:
        found = await rows.one(self._store, batch_id)
        if found is None:
            raise Problem(BATCH_NOT_FOUND, 404, f"There is no batch '{batch_id}'.")
        return found

    async def _decide(self, batch: BatchRecord, step: str, who: str) -> None:
        now = self._clock.now()
        if batch.state == AWAITING and batch.expires_at <= now:
            await self.expire()
        if batch.state == EXPIRED or (batch.state == AWAITING and batch.expires_at <= now):
            raise Problem(BATCH_OVER, 409, f"Nobody approved the batch '{batch.id}' in time. Ask for it anew.")
        if batch.state != AWAITING:
            raise Problem(BATCH_OVER, 409, f"The batch '{batch.id}' is {batch.state}; it waits for nobody.")
        mine = who == batch.created_by
        if mine and step != WITHDRAW:
            text = f"'{who}' has asked for it: a second person must {step} it. Withdraw it instead."
            raise Problem(SAME_PERSON, 403, text)
        if not mine and step == WITHDRAW:
            raise Problem(SAME_PERSON, 403, f"'{batch.created_by}' has asked for it; refuse it instead.")
        ended_at = 0 if step == APPROVE else now
        statement = rows.decided(batch.id, STEPS[step], who, now, ended_at)
        details = {"action": batch.action, "total": batch.total, "askedBy": batch.created_by, "why": batch.reason}
        await self._audit.write([statement], Entry(f"batch.{step}", batch.id, details))

    async def expire(self) -> None:
        """What nobody approved in time is over."""
        now = self._clock.now()
        for batch_id in await rows.unanswered(self._store, now):
            statement = rows.decided(batch_id, EXPIRED, "", now, now)
            await self._audit.write([statement], Entry("batch.expire", batch_id))
