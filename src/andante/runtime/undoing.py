"""Undoing a batch that suspended, or resumed: with just those with which it did so, and which are still so."""

from typing import Final

import msgspec

from andante.codec import decode_entry
from andante.engine.commands import (
    CompleteTask,
    Migrate,
    Resume,
    Retry,
    SetVariables,
    Suspend,
    Terminate,
    TransferTask,
    UnclaimTask,
)
from andante.engine.events import Resumed, Suspended
from andante.store import instances
from andante.store.batches import BatchRecord, Chosen
from andante.store.records import InstanceQuery
from andante.store.store import Store

TASKS: Final[dict[str, type[CompleteTask] | type[TransferTask] | type[UnclaimTask]]] = {
    "completeTasks": CompleteTask,
    "transferTasks": TransferTask,
    "unclaimTasks": UnclaimTask,
}
OPPOSITES: Final = {"suspend": "resume", "resume": "suspend"}
AT_ONCE: Final = 200
LATEST: Final = 20  # entries of an instance's journal that are looked through
CLOCKS: Final = 10_000  # ms by which clocks may differ


async def undone(store: Store, batch: BatchRecord, most: int) -> Chosen:
    """With which instances the opposite is to be done. Where it did so with more than `most`, all that its query finds
    and that are so now. Raises StoreProblem."""
    suspended = batch.action == "suspend"
    query = msgspec.structs.replace(batch.chosen.query, states=["Suspended"] if suspended else [*instances.OPEN_STATES])
    found: list[str] = []
    after = ""
    while part := await _part(store, batch, query, after):
        after = part[-1]
        for each in part:
            if await _did(store, batch, each, Suspended if suspended else Resumed):
                found.append(each)
        if len(found) > most:
            return Chosen(query)
    return Chosen(InstanceQuery(), found)


async def carried_out(store: Store, batch: BatchRecord, item: str) -> bool:
    """Whether this batch has had its way with the instance or task already, whatever was done with it since. Raises
    StoreProblem."""
    kind = TASKS.get(batch.action)
    instance_id, _, key = item.rpartition("-") if kind is not None else (item, "", "")
    journal = await store.get_all(
        "select at, actor, data from journal where instance_id=? order by seq desc limit ?", (instance_id, LATEST)
    )
    since = batch.created_at - CLOCKS
    for at, actor, data in journal:
        command, _ = decode_entry(bytes(data))
        own = actor == batch.created_by and at >= since  # where the command does not say of which batch it is
        if kind is not None:
            done = own and isinstance(command, kind) and str(command.task) == key
        elif isinstance(command, SetVariables):
            done = own and batch.action == "setVariables" and command.values == batch.arguments["variables"]
        else:
            done = isinstance(command, Suspend | Resume | Terminate | Retry | Migrate) and command.reason == batch.mark
        if done:
            return True
    return False


async def _part(store: Store, batch: BatchRecord, query: InstanceQuery, after: str) -> list[str]:
    if batch.chosen.ids:
        return [each for each in batch.chosen.ids if each > after][:AT_ONCE]
    return await instances.ids(store, query, after, AT_ONCE)


async def _did(store: Store, batch: BatchRecord, instance_id: str, kind: type[Suspended] | type[Resumed]) -> bool:
    """Whether it was this batch that did it last."""
    journal = await store.get_all(
        "select data from journal where instance_id=? order by seq desc limit ?", (instance_id, LATEST)
    )
    for (data,) in journal:
        for fact in decode_entry(bytes(data))[1]:
            if isinstance(fact, kind):
                return fact.reason == batch.mark
    return False
