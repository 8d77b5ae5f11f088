"""Removing an instance for good (contract API 4)."""

from typing import Any, Protocol

from andante.runtime.executor import Executor
from andante.runtime.outbox import Outbox
from andante.runtime.problem import INSTANCE_OPEN, Problem
from andante.store import archive as rows
from andante.store.records import InstanceRecord
from andante.store.store import Store


class Running(Protocol):
    """The runtime, as far as it is needed here."""

    store: Store
    executor: Executor
    outbox: Outbox

    async def act(self, instance_id: str, action: str, *, who: str, reason: str = "") -> Any: ...


async def remove(runtime: Running, record: InstanceRecord, who: str, force: bool) -> None:
    """An open one only with `force`: it is terminated first."""
    if not record.closed:
        if not force:
            raise Problem(INSTANCE_OPEN, 409, f"The instance '{record.id}' is open. Terminate it first.")
        await runtime.act(record.id, "terminate", who=who, reason="deleted")
        await runtime.outbox.drain()
    await runtime.executor.idle()
    await runtime.store.write(rows.deletion(record.id))
    runtime.executor.discard(record.id)
