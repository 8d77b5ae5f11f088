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
    from andante.runtime import Problem, StoreProblem

_ROOMS: Final = {
    "Andante": "embedded",
    "AsyncAndante": "embedded",
    "Job": "client.shapes",
    "JobError": "client.handling",
    "NotReached": "embedded",
    "Problem": "runtime",
    "StoreProblem": "runtime",
    "acting_as": "embedded",
}

__all__ = ["Andante", "AsyncAndante", "Job", "JobError", "NotReached", "Problem", "StoreProblem", "acting_as"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'andante' has no attribute '{name}'")
    return getattr(importlib.import_module(f"andante.{_ROOMS[name]}"), name)
