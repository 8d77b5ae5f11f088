"""Files at instances and tasks. Each content stands once, under its SHA-256, as long as an attachment refers to it.

Who brings a content notes the time at its row, also where it is there already; only what nobody has brought lately and
nobody refers to is taken away. So one that is just brought again by another server stays. The rows of attachments
themselves come and go with the facts of their instances (store/single_rows.py).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from andante.store.store import Store

Statement = tuple[str, Sequence[object]]
COLUMNS: Final = ("instance_id", "id", "task", "name", "type", "size", "hash", "created_at", "created_by")
SELECT: Final = f"select {','.join(COLUMNS)} from attachment"
LATELY: Final = 3_600_000  # ms
_FREE: Final = "touched_at<? and not exists (select 1 from attachment a where a.hash=content.hash)"


class AttachmentRow(NamedTuple):
    """`task` is the key of its task, 0 where it is the instance's; `size` in bytes, `created_at` in ms."""

    instance_id: str
    id: str
    task: int
    name: str
    type: str
    size: int
    hash: str
    created_at: int
    created_by: str


async def one(store: Store, id: str) -> AttachmentRow | None:
    row = await store.get(f"{SELECT} where id=?", (id,))
    return AttachmentRow(*row) if row is not None else None


async def many(store: Store, instance_id: str, task: int | None) -> list[AttachmentRow]:
    """Of the instance, all its tasks included, or of one task; in order of time."""
    where, values = (" and task=?", [instance_id, task]) if task is not None else ("", [instance_id])
    rows = await store.read(f"{SELECT} where instance_id=?{where} order by created_at, id", values)
    return [AttachmentRow(*row) for row in rows]


async def count(store: Store, instance_id: str) -> int:
    """How many the instance has."""
    row = await store.get("select count(*) from attachment where instance_id=?", (instance_id,))
    return row[0] if row is not None else 0


async def content(store: Store, hash: str) -> bytes | None:
    rows = await store.read("select data from content where hash=?", (hash,))
    return bytes(rows[0][0]) if rows else None


def brought(hash: str, data: bytes, now: int) -> list[Statement]:
    """One transaction: the content is there, before an attachment refers to it."""
    return [
        (
            "insert into content (hash, size, touched_at, data) values (?,?,?,?)"
            " on conflict (hash) do update set touched_at=excluded.touched_at",
            [hash, len(data), now, data],
        )
    ]


def orphaned(row: AttachmentRow) -> list[Statement]:
    """One transaction: the attachment of an instance that is gone goes, too."""
    return [("delete from attachment where instance_id=? and id=?", [row.instance_id, row.id])]


def released(hash: str, now: int) -> list[Statement]:
    """One transaction: the content goes with the last that referred to it, now or with the next `sweep`."""
    return [(f"delete from content where hash=? and {_FREE}", [hash, now - LATELY])]


def sweep(now: int) -> list[Statement]:
    """Attachments of instances that are gone, and contents that nobody refers to."""
    return [
        (
            "delete from attachment where created_at<?"
            " and not exists (select 1 from instance i where i.id=attachment.instance_id)",
            [now - LATELY],
        ),
        (f"delete from content where {_FREE}", [now - LATELY]),
    ]
