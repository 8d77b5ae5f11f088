"""The rows of saved views: filters that a person has given a name."""

from collections.abc import Sequence
from typing import Final

import msgspec

from andante.store.store import Row, Store

COLUMNS: Final = ("id", "owner", "name", "shared_with", "filters", "is_default", "created_at", "modified_at")
SELECT: Final = f"select {','.join(COLUMNS)} from task_view"


class SavedView(msgspec.Struct, frozen=True):
    """`filters` by name, as a list takes them. `shared_with`: group:x, role:x, "*" for all, "" for nobody. The
    `is_default` of its owner is shown first. Times in ms."""

    id: str
    owner: str
    name: str
    shared_with: str
    filters: dict[str, object]
    is_default: bool
    created_at: int
    modified_at: int


def _record(row: Row) -> SavedView:
    values = list(row)
    values[4] = msgspec.json.decode(values[4], type=dict[str, object])
    values[5] = bool(values[5])
    return SavedView(*values)


async def one(store: Store, view_id: str) -> SavedView | None:
    row = await store.get(f"{SELECT} where id=?", (view_id,))
    return _record(row) if row is not None else None


async def seen_by(store: Store, owner: str, names: Sequence[str]) -> list[SavedView]:
    """Those of a person, and those that are shared with one of the names; by name, the person's own first."""
    names = names or [""]  # nothing is shared with that
    marks = ",".join("?" * len(names))
    rows = await store.get_all(
        f"{SELECT} where owner=? union {SELECT} where shared_with<>'' and shared_with in ({marks})", (owner, *names)
    )
    found = [_record(row) for row in rows]
    return sorted(found, key=lambda view: (view.owner != owner, view.name, view.id))


async def keep(store: Store, view: SavedView) -> None:
    """A new one, or as it is from now on. One at most is its owner's default."""
    values: list[object] = [
        view.id, view.owner, view.name, view.shared_with, msgspec.json.encode(view.filters).decode(),
        int(view.is_default), view.created_at, view.modified_at,
    ]  # fmt: skip
    changes = ",".join(f"{name}=excluded.{name}" for name in COLUMNS[2:] if name != "created_at")
    statements: list[tuple[str, list[object]]] = [
        (
            f"insert into task_view ({','.join(COLUMNS)}) values ({','.join('?' * len(COLUMNS))})"
            f" on conflict (id) do update set {changes}",
            values,
        )
    ]
    if view.is_default:
        statements.insert(0, ("update task_view set is_default=0 where owner=? and id<>?", [view.owner, view.id]))
    await store.write(statements)


async def remove(store: Store, view_id: str) -> None:
    await store.write([("delete from task_view where id=?", [view_id])])
