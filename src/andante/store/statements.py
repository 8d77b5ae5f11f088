"""The statements of the write path: many rows in one statement, so that a batch costs few calls.

A statement for n rows is built once for each power of two and cut from these: SQLite and its driver then find it in
their caches. The driver hands the interpreter lock over once a call, not once a row.
"""

from collections.abc import Iterator, Sequence
from typing import Final, final

from andante.store.schema import instance as instance_table

MAX_ROWS: Final = 128
Row = tuple[object, ...]


@final
class Statement:
    """One statement over any number of rows of `width` values; `text` has `{rows}` where the VALUES list goes."""

    __slots__ = ("_texts", "text", "width")

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self.width = width
        self._texts: dict[int, str] = {}

    def sql(self, count: int) -> str:
        """The statement's text for `count` rows."""
        known = self._texts.get(count)
        if known is None:
            row = "(" + ",".join("?" * self.width) + ")"
            known = self._texts[count] = self.text.replace("{rows}", ",".join([row] * count))
        return known

    def calls(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[object]]]:
        """The calls that carry `rows`: text and flat parameters of each."""
        start, left = 0, len(rows)
        while left:
            count = min(MAX_ROWS, 1 << (left.bit_length() - 1))
            yield self.sql(count), [value for row in rows[start : start + count] for value in row]
            start += count
            left -= count


def _insert(table: str, columns: Sequence[str], tail: str = "", verb: str = "insert") -> Statement:
    names = ",".join(f'"{column}"' for column in columns)
    return Statement(f'{verb} into "{table}" ({names}) values {{rows}}{tail}', len(columns))


def _upsert(table: str, keys: Sequence[str], columns: Sequence[str]) -> Statement:
    changes = ",".join(f'"{column}"=excluded."{column}"' for column in columns if column not in keys)
    return _insert(table, columns, f" on conflict ({','.join(keys)}) do update set {changes}")


def _delete(table: str, keys: Sequence[str]) -> Statement:
    match = " and ".join(f'x."{key}"=v.column{n}' for n, key in enumerate(keys, 1))
    return Statement(
        f'delete from "{table}" where rowid in'
        f' (select x.rowid from (values {{rows}}) v cross join "{table}" x on {match})',
        len(keys),
    )


def _instance_change(columns: Sequence[str]) -> Statement:
    changes = ",".join(f'"{name}"=v.column{n}' for n, name in enumerate(columns, 2))
    return Statement(
        f"update instance set {changes} from (values {{rows}}) v where instance.id=v.column1", len(columns) + 1
    )


INSTANCE_COLUMNS: Final = tuple(column.name for column in instance_table.columns)
TASK_COLUMNS: Final = (
    "instance_id", "key", "name", "element", "assignee", "pool", "users", "groups", "queue", "owner", "delegated",
    "priority", "urgency", "created_at", "goal_at", "due_at", "risk_at", "follow_up_at", "form", "outcomes", "state",
)  # fmt: skip

# What never changes is not written again, so that its indexes are left alone; what seldom does has a way of its own.
FIXED: Final = frozenset(
    ("id", "definition_id", "name", "version", "is_test", "created_by", "started_at", "ext", "parent_id", "root_id")
)
DESCRIBING: Final = (
    "label", "title", "business_key", "bp_status", "bp_stage", "bp_step", "description", "owner",
)  # fmt: skip
MIGRATING: Final = ("definition_id", "version")
CHANGING: Final = tuple(name for name in INSTANCE_COLUMNS if name not in FIXED and name not in DESCRIBING)

INSTANCE: Final = _insert("instance", INSTANCE_COLUMNS)
INSTANCE_CHANGE: Final = _instance_change(CHANGING)
INSTANCE_DESCRIBED: Final = _instance_change(DESCRIBING)
INSTANCE_MIGRATED: Final = _instance_change(MIGRATING)
JOURNAL: Final = _insert("journal", ("instance_id", "seq", "at", "actor", "data"))
TASK: Final = _upsert("task", ("instance_id", "key"), TASK_COLUMNS)
TASK_END: Final = Statement(
    "update task set state=v.column3, outcome=v.column4, ended_at=v.column5, ended_by=v.column6"
    " from (values {rows}) v where task.instance_id=v.column1 and task.key=v.column2",
    6,
)
CANDIDATE: Final = _insert("candidate", ("instance_id", "key", "who"), verb="insert or ignore")
SUBSCRIPTION: Final = _insert("subscription", ("instance_id", "key", "kind", "name", "correlation"))
SUBSCRIPTION_END: Final = _delete("subscription", ("instance_id", "key"))
JOB: Final = _upsert(
    "job",
    ("instance_id", "key"),
    ("instance_id", "key", "type", "element", "priority", "retries", "available_at", "locked_until", "worker"),
)
JOB_END: Final = _delete("job", ("instance_id", "key"))
OUTBOX: Final = _insert("outbox", ("instance_id", "seq", "n", "lane", "next_at", "data"))
OUTBOX_END: Final = _delete("outbox", ("instance_id", "seq", "n"))

# Inserts come before the ends of what they inserted: keys are never used twice.
ORDER: Final = (
    INSTANCE, INSTANCE_CHANGE, INSTANCE_DESCRIBED, INSTANCE_MIGRATED, JOURNAL, TASK, TASK_END, CANDIDATE, SUBSCRIPTION,
    SUBSCRIPTION_END, JOB, JOB_END, OUTBOX, OUTBOX_END,
)  # fmt: skip
