"""An instance as a whole: how it stands and all that was, of one reading of its journal."""

from typing import Protocol

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.runtime import views
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.replay import Past, present
from andante.runtime.views import HistoryEntry, InstanceDetail
from andante.store.store import Store


class Whole(msgspec.Struct, frozen=True):
    """`detail` and `standing` are as it is now, `told` is its history from the beginning."""

    detail: InstanceDetail
    told: list[HistoryEntry]
    standing: Past


class Instances(Protocol):
    """Of the runtime."""

    store: Store
    clock: Clock
    executor: Executor

    async def graph(self, definition_id: str) -> ProcessGraph: ...


async def whole(runtime: Instances, instance_id: str) -> Whole:
    """Whether somebody may look at it is seen before. Raises Problem 404."""
    store, settings = runtime.store, runtime.executor.settings
    record, instance = await views.load(store, instance_id)
    journal = await views.journal(store, instance_id)
    graph = await runtime.graph(record.definition_id)
    told = await views.told_of(runtime.graph, journal)
    detail = await views.detail(store, graph, record, instance, runtime.clock.now(), settings, journal)
    return Whole(detail, told, await present(runtime.graph, settings.calendars, instance, journal, told))
