"""Who holds a task, as notes name them: a letter to a holder is not wanted when it is with somebody else."""

import json
from collections.abc import Iterable

from andante.store.store import Store


def holds(recipient: str, holders: Iterable[str]) -> bool:
    """Whether the recipient is one of those who hold a task, or their manager."""
    name = recipient
    while name.startswith("manager:"):
        name = name.removeprefix("manager:")
    return name.removeprefix("user:") in holders


async def holders(store: Store, instance_id: str, task: int) -> set[str]:
    """Who holds the task, and its candidates while nobody does, as notes name them."""
    row = await store.get(
        'select assignee, users, "groups", queue from task where instance_id=? and key=?', (instance_id, task)
    )
    if row is None:
        return set()
    assignee, users, groups, queue = row
    if assignee:
        return {assignee}
    named = [*(json.loads(users) if users else ()), *(json.loads(groups) if groups else ())]
    return {each.removeprefix("user:") for each in named} | ({f"queue:{queue}"} if queue else set())
