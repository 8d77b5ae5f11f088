"""Andante: a BPM runtime. `from andante import Andante` is the engine in a program of one's own.

What is here is imported when it is used, so that `import andante` costs nothing."""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from andante.client.handling import JobError
    from andante.client.shapes import Job
    from andante.embedded.blocking import Andante
    from andante.embedded.engine import AsyncAndante, acting_as
    from andante.embedded.passing import NotReached
    from andante.runtime import (
        Broadcast,
        Deployment,
        HistoryEntry,
        InstanceDetail,
        InstanceRecord,
        Note,
        Problem,
        Published,
        StoreProblem,
        TaskRecord,
    )

_ROOMS: Final = {
    "Andante": "embedded",
    "AsyncAndante": "embedded",
    "Broadcast": "runtime",
    "Deployment": "runtime",
    "HistoryEntry": "runtime",
    "InstanceDetail": "runtime",
    "InstanceRecord": "runtime",
    "Job": "client.shapes",
    "JobError": "client.handling",
    "NotReached": "embedded",
    "Note": "runtime",
    "Problem": "runtime",
    "Published": "runtime",
    "StoreProblem": "runtime",
    "TaskRecord": "runtime",
    "acting_as": "embedded",
}

__all__ = [
    "Andante",
    "AsyncAndante",
    "Broadcast",
    "Deployment",
    "HistoryEntry",
    "InstanceDetail",
    "InstanceRecord",
    "Job",
    "JobError",
    "NotReached",
    "Note",
    "Problem",
    "Published",
    "StoreProblem",
    "TaskRecord",
    "acting_as",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'andante' has no attribute '{name}'")
    return getattr(importlib.import_module(f"andante.{_ROOMS[name]}"), name)
