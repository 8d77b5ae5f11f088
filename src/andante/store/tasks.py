"""A task's row as a record, and one task by its key. Lists are in store/task_lists.py."""

import json
from typing import Final

from andante.store.records import TaskRecord
from andante.store.store import Row, Store

OWN: Final = (
    "name", "element", "assignee", "users", "groups", "queue", "owner", "delegated", "priority", "urgency",
    "created_at", "goal_at", "due_at", "risk_at", "follow_up_at", "form", "outcomes", "state", "outcome", "ended_at",
    "ended_by",
)  # fmt: skip
ORDER: Final = frozenset((*OWN, "rank", "definition", "key", "business_key"))
_COLUMNS: Final = ",".join(f't."{name}"' for name in OWN)
OF_TASK: Final = f"t.instance_id, t.key, i.definition_id, i.name, i.version, i.business_key, i.suspended, {_COLUMNS}"
SELECT: Final = f"select {OF_TASK} from task t join instance i on i.id = t.instance_id"


def record(row: Row) -> TaskRecord:
    instance_id, key, definition_id, definition, version, business_key, suspended = row[:7]
    own = dict(zip(OWN, row[7:], strict=True))
    for name in ("users", "groups", "outcomes"):
        own[name] = json.loads(own[name]) if own[name] else []
    own["delegated"] = bool(own["delegated"])
    return TaskRecord(
        id=f"{instance_id}-{key}",
        instance_id=instance_id,
        key=key,
        definition_id=definition_id,
        definition=definition,
        version=version,
        business_key=business_key,
        suspended=bool(suspended),
        **own,
    )


async def one(store: Store, instance_id: str, key: int) -> TaskRecord | None:
    row = await store.get(f"{SELECT} where t.instance_id=? and t.key=?", (instance_id, key))
    return record(row) if row is not None else None
