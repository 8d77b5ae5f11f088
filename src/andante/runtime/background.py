"""Tasks of the event loop that are nobody's request."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from andante.runtime.sight import by_itself


def spawn(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Begin it, and keep it among `tasks` until it is done; whoever happens to ask for it, it sees all."""
    task = asyncio.get_running_loop().create_task(work, context=by_itself())
    tasks.add(task)
    task.add_done_callback(tasks.discard)
