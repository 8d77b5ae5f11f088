"""The statements of the write path: many rows in one statement, so that a batch costs few calls.

A statement for n rows is built once for each power of two and cut from these: SQLite and its driver then find it in
their caches. The driver hands the interpreter lock over once a call, not once a row.
"""

from collections.abc import Iterator, Sequence
from typing import Final, final

from andante.store.schema import instance as instance_table

MAX_ROWS: Final = 128
Row = tuple[object, ...]


INSERT: Final = "insert"  # a key that is there already is a fault
IGNORE: Final = "ignore"  # what is there already stays
UPSERT: Final = "upsert"
UPDATE: Final = "update"
DELETE: Final = "delete"


@final
class Statement:
    """One statement over any number of rows, each of the values of `columns`, of which the first `keys` are the key.
    `text` is SQLite's and has `{rows}` where the VALUES list goes."""

    __slots__ = ("_texts", "columns", "keys", "table", "text", "verb", "width")

    def __init__(self, verb: str, table: str, keys: int, columns: Sequence[str]) -> None:
        self.verb = verb
        self.table = table
        self.keys = keys
        self.columns = tuple(columns)
        self.width = len(self.columns)
        self.text = _text(verb, table, keys, self.columns)
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


def _text(verb: str, table: str, keys: int, columns: tuple[str, ...]) -> str:
    key, rest = columns[:keys], columns[keys:]
    if verb == DELETE:
        match = " and ".join(f'x."{name}"=v.column{n}' for n, name in enumerate(key, 1))
        return (
            f'delete from "{table}" where rowid in'
            f' (select x.rowid from (values {{rows}}) v cross join "{table}" x on {match})'
        )
    if verb == UPDATE:
        changes = ",".join(f'"{name}"=v.column{n}' for n, name in enumerate(rest, keys + 1))
        match = " and ".join(f'"{table}"."{name}"=v.column{n}' for n, name in enumerate(key, 1))
        return f'update "{table}" set {changes} from (values {{rows}}) v where {match}'
    names = ",".join(f'"{name}"' for name in columns)
    text = f'{"insert or ignore" if verb == IGNORE else "insert"} into "{table}" ({names}) values {{rows}}'
    if verb == UPSERT:
        changes = ",".join(f'"{name}"=excluded."{name}"' for name in rest)
        text += f" on conflict ({','.join(key)}) do update set {changes}"
    return text


INSTANCE_COLUMNS: Final = tuple(column.name for column in instance_table.columns)
TASK_COLUMNS: Final = (
    "instance_id", "key", "name", "element", "assignee", "pool", "users", "groups", "queue", "owner", "delegated",
    "priority", "urgency", "created_at", "goal_at", "due_at", "risk_at", "follow_up_at", "form", "outcomes",
    "rank", "suspended", "definition", "state",
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

_KEYED: Final = ("instance_id", "key")

INSTANCE: Final = Statement(INSERT, "instance", 1, INSTANCE_COLUMNS)
INSTANCE_CHANGE: Final = Statement(UPDATE, "instance", 1, ("id", *CHANGING))
INSTANCE_DESCRIBED: Final = Statement(UPDATE, "instance", 1, ("id", *DESCRIBING))
INSTANCE_MIGRATED: Final = Statement(UPDATE, "instance", 1, ("id", *MIGRATING))
JOURNAL: Final = Statement(INSERT, "journal", 2, ("instance_id", "seq", "at", "actor", "data"))
TASK: Final = Statement(UPSERT, "task", 2, TASK_COLUMNS)
TASK_END: Final = Statement(UPDATE, "task", 2, (*_KEYED, "state", "outcome", "ended_at", "ended_by"))
CANDIDATE: Final = Statement(IGNORE, "candidate", 3, (*_KEYED, "who", "rank", "free"))
CANDIDATE_GONE: Final = Statement(DELETE, "candidate", 2, _KEYED)
CANDIDATE_CHANGE: Final = Statement(UPDATE, "candidate", 2, (*_KEYED, "rank", "free"))
CANDIDATE_END: Final = Statement(UPDATE, "candidate", 2, (*_KEYED, "free"))
SEARCH: Final = Statement(UPSERT, "search", 2, (*_KEYED, "text", "grams"))
INFORMED: Final = Statement(IGNORE, "informed", 3, (*_KEYED, "who"))
ATTACHMENT: Final = Statement(
    IGNORE,
    "attachment",
    2,
    ("instance_id", "id", "task", "name", "type", "size", "hash", "created_at", "created_by"),
)
ATTACHMENT_END: Final = Statement(DELETE, "attachment", 2, ("instance_id", "id"))
SUBSCRIPTION: Final = Statement(INSERT, "subscription", 2, (*_KEYED, "kind", "name", "correlation"))
SUBSCRIPTION_KEYED: Final = Statement(UPDATE, "subscription", 2, (*_KEYED, "correlation"))
SUBSCRIPTION_END: Final = Statement(DELETE, "subscription", 2, _KEYED)
JOB: Final = Statement(
    UPSERT,
    "job",
    2,
    (*_KEYED, "type", "element", "priority", "retries", "available_at", "locked_until", "worker"),
)
JOB_END: Final = Statement(DELETE, "job", 2, _KEYED)
WORKING_CLOCK: Final = Statement(UPSERT, "working_clock", 2, (*_KEYED, "calendar", "revision"))
WORKING_CLOCK_END: Final = Statement(DELETE, "working_clock", 2, _KEYED)
OUTBOX: Final = Statement(INSERT, "outbox", 3, ("instance_id", "seq", "n", "lane", "next_at", "data", "node"))
EVENT_OUT: Final = Statement(INSERT, "event_out", 3, ("instance_id", "seq", "sink", "at", "data"))
OUTBOX_END: Final = Statement(DELETE, "outbox", 3, ("instance_id", "seq", "n"))

# Inserts come before the ends of what they inserted: keys are never used twice.
ORDER: Final = (
    INSTANCE, INSTANCE_CHANGE, INSTANCE_DESCRIBED, INSTANCE_MIGRATED, JOURNAL, TASK, TASK_END, CANDIDATE_GONE,
    CANDIDATE, CANDIDATE_CHANGE, CANDIDATE_END, INFORMED, SEARCH, ATTACHMENT, ATTACHMENT_END, SUBSCRIPTION,
    SUBSCRIPTION_KEYED, SUBSCRIPTION_END, JOB, JOB_END, WORKING_CLOCK, WORKING_CLOCK_END, OUTBOX, OUTBOX_END,
    EVENT_OUT,
)  # fmt: skip
