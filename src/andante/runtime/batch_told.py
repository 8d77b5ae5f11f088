"""What the audit log has of a batch."""

from typing import Final

from andante.runtime.task_orders import meant
from andante.store.batches import BatchRecord

NAMED: Final = 100  # instances, in the audit log
ASKED: Final = (
    "states", "name", "version", "definition_id", "business_key", "created_by", "started_from", "started_before",
    "broken", "roots", "text",
)  # fmt: skip


def told(batch: BatchRecord) -> dict[str, object]:
    """What the audit log has of a batch: of variables their names alone."""
    arguments = dict(batch.arguments)
    if isinstance(named := arguments.get("variables"), dict):
        arguments["variables"] = sorted(named)
    ids, query = batch.chosen.ids, batch.chosen.query
    tasks = batch.chosen.tasks
    asked = {name: value for name in ASKED if (value := getattr(query, name))} if tasks is None else meant(tasks)
    which: dict[str, object] = {"ids": ids[:NAMED], "chosen": len(ids)} if ids else {"query": asked}
    return {"action": batch.action, "total": batch.total, **which, "arguments": arguments}
