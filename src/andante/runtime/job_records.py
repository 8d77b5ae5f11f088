"""Jobs as rows: which there are, and which a worker wants."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from andante.runtime.sight import sight
from andante.store.store import Row, Store

MOST: Final = 1_000
COLUMNS: Final = (
    "j.instance_id", "j.key", "j.type", "j.element", "j.priority", "j.retries", "j.available_at", "j.locked_until",
    "j.worker", "i.definition_id", "i.name", "i.version", "i.business_key", "i.suspended",
)  # fmt: skip
FROM: Final = "from job j join instance i on i.id=j.instance_id"
SELECT: Final = f"select {','.join(COLUMNS)} {FROM}"


class JobRecord(msgspec.Struct, frozen=True):
    """An open job. Times in ms, 0 for none: from `available_at` on it is given out again after a failure; `worker` had
    it last, until `locked_until`. `suspended` is its instance's flag."""

    instance_id: str
    key: int
    type: str
    element: str
    priority: int
    retries: int
    available_at: int
    locked_until: int
    worker: str
    definition_id: str
    definition: str
    version: str
    business_key: str
    suspended: bool

    @property
    def id(self) -> str:
        return f"{self.instance_id}-{self.key}"

    @property
    def failed(self) -> bool:
        """Whether a worker has given up a try, or an operator has given it others."""
        return self.available_at > 0


class JobView(msgspec.Struct, frozen=True):
    """A job as its worker sees it; times in ms. `own` are those of its variables that nobody else sees."""

    id: str
    type: str
    instance_id: str
    element: str
    variables: dict[str, object]
    headers: dict[str, str]
    retries: int
    locked_until: int
    own: dict[str, object] = {}
    record: JobRecord | None = None


class Topic(msgspec.Struct, frozen=True):
    """Jobs of a type that a worker wants, each for `lock_ms`. Of these only those of instances with this business key
    (None: any), of definitions with these ids or names and of that version (none named: any), and with variables of
    these values."""

    type: str
    lock_ms: int
    business_key: str | None = None
    definition_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    version: str = ""
    variables: dict[str, object] = {}

    @property
    def plain(self) -> bool:
        """Whether the type is all it asks for."""
        return not (self.definition_ids or self.names or self.version) and self.business_key is None


class JobQuery(msgspec.Struct):
    """Which jobs. None and "" ask for nothing; `locked` and `left` (tries) are asked for as True or False. `order` is
    one of ORDERS; `now` is the time (ms) that locks are compared with."""

    ids: list[str] = []
    type: str = ""
    worker: str = ""
    instance_ids: list[str] = []
    definition_ids: list[str] = []
    names: list[str] = []
    elements: list[str] = []
    locked: bool | None = None
    left: bool | None = None
    suspended: bool | None = None
    locked_before: int = 0
    locked_after: int = 0
    priority_min: int | None = None
    priority_max: int | None = None
    now: int = 0
    order: str = "id"
    descending: bool = False
    skip: int = 0
    limit: int = MOST


ORDERS: Final = {
    "id": "j.instance_id",
    "locked_until": "j.locked_until",
    "instance": "j.instance_id",
    "definition_id": "i.definition_id",
    "definition": "i.name",
    "priority": "j.priority",
}


def record(row: Row) -> JobRecord:
    values: list[Any] = list(row[: len(COLUMNS)])
    values[-1] = bool(values[-1])
    return JobRecord(*values)


def wanted(topics: Sequence[Topic]) -> tuple[str, list[object]]:
    """The condition that a job is one of those, and there for who asks."""
    plain = [topic.type for topic in topics if topic.plain]
    parts = [f"j.type in ({_marks(plain)})"] if plain else []
    values: list[object] = [*plain]
    for topic in topics:
        if topic.plain:
            continue
        sql = "j.type=?"
        values.append(topic.type)
        if topic.business_key is not None:
            sql += " and i.business_key=?"
            values.append(topic.business_key)
        for column, names in (("i.definition_id", topic.definition_ids), ("i.name", topic.names)):
            if names:
                sql += f" and {column} in ({_marks(names)})"
                values.extend(names)
        if topic.version:
            sql += " and i.version=?"
            values.append(topic.version)
        parts.append(f"({sql})")
    only, seen = sight().view.sql("i.name")
    return f"({' or '.join(parts)}){f' and {only}' if only else ''}", [*values, *seen]


def _marks(names: Sequence[str]) -> str:
    return ",".join("?" * len(names))


def _where(query: JobQuery) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []

    def add(sql: str, *more: object) -> None:
        parts.append(sql)
        values.extend(more)

    lists = (
        ("j.instance_id", query.instance_ids), ("i.definition_id", query.definition_ids), ("i.name", query.names),
        ("j.element", query.elements),
    )  # fmt: skip
    for column, names in lists:
        if names:
            add(f"{column} in ({_marks(names)})", *names)
    if query.ids:
        keys = [id.rpartition("-") for id in query.ids]
        good = [(instance_id, int(key)) for instance_id, _, key in keys if key.isdecimal() and len(key) < 16]
        places = " or ".join("(j.instance_id=? and j.key=?)" for _ in good)
        add(f"({places or '1=0'})", *(each for key in good for each in key))
    if query.type:
        add("j.type=?", query.type)
    if query.worker:
        add("j.worker=?", query.worker)
    if query.locked is not None:
        add(f"j.locked_until{'>' if query.locked else '<='}?", query.now)
    if query.left is not None:
        add("j.retries>0" if query.left else "j.retries=0")
    if query.suspended is not None:
        add("i.suspended=?", int(query.suspended))
    if query.locked_before:
        add("j.locked_until>0 and j.locked_until<?", query.locked_before)
    if query.locked_after:
        add("j.locked_until>?", query.locked_after)
    if query.priority_min is not None:
        add("j.priority>=?", query.priority_min)
    if query.priority_max is not None:
        add("j.priority<=?", query.priority_max)
    only, seen = sight().view.sql("i.name")
    if only:
        add(only, *seen)
    return (" where " + " and ".join(parts) if parts else ""), values


async def many(store: Store, query: JobQuery) -> list[JobRecord]:
    """A page of the jobs that the query finds; ties go by id. Raises KeyError for an order that is none."""
    where, values = _where(query)
    way = "desc" if query.descending else "asc"
    rows = await store.read(
        f"{SELECT}{where} order by {ORDERS[query.order]} {way}, j.instance_id, j.key limit ? offset ?",
        [*values, max(0, min(query.limit, MOST)), max(0, query.skip)],
    )
    return [record(row) for row in rows]


async def count(store: Store, query: JobQuery) -> int:
    where, values = _where(query)
    ((found,),) = await store.read(f"select count(*) {FROM}{where}", values)
    return int(found)


async def one(store: Store, instance_id: str, key: int) -> JobRecord | None:
    row = await store.get(f"{SELECT} where j.instance_id=? and j.key=?", (instance_id, key))
    return record(row) if row is not None else None
