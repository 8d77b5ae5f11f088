"""Removing an instance for good, with all that it called (contract API 4).

What an instance asked for is in its letters: they go first, or its caller would wait for ever for its end. Each
instance is a transaction of its own, called instances before those that called them, and is removed as it was read or
not at all.
"""

import asyncio
from typing import Any, Final, Protocol

from andante.runtime.executor import Executor
from andante.runtime.problem import INSTANCE_OPEN, Problem
from andante.store import archive as rows
from andante.store.archive import Finished
from andante.store.faults import StoreLost, StoreProblem
from andante.store.records import InstanceRecord
from andante.store.store import Store

PATIENCE: Final = 5.0  # seconds in which what it asked for must be done
PAUSE: Final = 0.02


class Running(Protocol):
    """The runtime, as far as it is needed here."""

    store: Store
    executor: Executor

    async def act(self, instance_id: str, action: str, *, who: str, reason: str = "") -> Any: ...


async def remove(runtime: Running, record: InstanceRecord, who: str, force: bool) -> None:
    """An open one only with `force`: it is terminated first. Raises Problem 409 where it is not over in time, and
    StoreProblem."""
    if not record.closed:
        if not force:
            raise Problem(INSTANCE_OPEN, 409, f"The instance '{record.id}' is open. Terminate it first.")
        await runtime.act(record.id, "terminate", who=who, reason="deleted")
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while not await _gone(runtime, record.id):
        if loop.time() >= until:
            text = f"The instance '{record.id}' or one that it called is not over, or has not told others so."
            raise Problem(INSTANCE_OPEN, 409, f"{text} Delete it again in a moment.")
        await asyncio.sleep(PAUSE)


async def _gone(runtime: Running, instance_id: str) -> bool:
    """Remove it and all that it called; False where that is not yet possible."""
    tree = await rows.tree(runtime.store, instance_id)
    if not all(closed for _, closed in tree):
        return False
    if tree and await rows.with_orders(runtime.store, [each.id for each, _ in tree]):
        return False
    for each, _ in reversed(tree):
        if not await _carry_off(runtime, each):
            return False
    return True


async def _carry_off(runtime: Running, each: Finished) -> bool:
    """False where something is under way with it, and nothing was changed."""
    loader = runtime.executor.loader
    if not loader.set_aside({each.id}):
        return False
    try:
        await runtime.store.write(rows.removal([each], []))
    except StoreLost:
        raise
    except StoreProblem:
        row = await runtime.store.get("select seq from instance where id=?", (each.id,))
        if row is not None and row[0] == each.seq:
            raise  # it was not touched: the database refuses
        return row is None
    finally:
        loader.put_back({each.id})
    return True
