"""Reading and writing definitions, their sources and what starts them."""

from typing import Final

from andante.store.records import DefinitionRecord
from andante.store.store import Row, Store

COLUMNS: Final = (
    "id", "name", "version", "label", "description", "active", "suspended", "status", "config", "kind", "created_at",
    "created_by", "source_id", "modified_by", "modified_at",
)  # fmt: skip
SELECT: Final = "select " + ",".join(COLUMNS) + " from definition"
Statement = tuple[str, list[object]]


def record(row: Row) -> DefinitionRecord:
    values = list(row)
    values[5], values[6] = bool(values[5]), bool(values[6])
    return DefinitionRecord(*values)


def one(store: Store, definition_id: str) -> DefinitionRecord | None:
    row = store.get(f"{SELECT} where id=?", (definition_id,))
    return record(row) if row is not None else None


def named(store: Store, name: str, version: str = "") -> DefinitionRecord | None:
    """That version, or without one the active version."""
    if version:
        row = store.get(f"{SELECT} where name=? and version=?", (name, version))
    else:
        row = store.get(f"{SELECT} where name=? and active=1", (name,))
    return record(row) if row is not None else None


def labelled(store: Store, label: str, kind: str, version: str = "") -> DefinitionRecord | None:
    """The newest of this kind with this label: of that version, or without one among the active."""
    which, value = ("version=?", version) if version else ("active=?", 1)
    row = store.get(
        f"{SELECT} where label=? and kind=? and {which} order by created_at desc, id desc limit 1", (label, kind, value)
    )
    return record(row) if row is not None else None


def beside(store: Store, name: str, instance_id: str) -> DefinitionRecord | None:
    """The newest of this name that was deployed in the same file as the definition of the instance."""
    row = store.get(
        f"{SELECT} where name=? and source_id=(select d.source_id from definition d join instance i"
        " on i.definition_id=d.id where i.id=?) order by created_at desc, id desc limit 1",
        (name, instance_id),
    )
    return record(row) if row is not None else None


def versions(store: Store, name: str) -> list[DefinitionRecord]:
    """All versions of a name, the newest first."""
    rows = store.get_all(f"{SELECT} where name=? order by created_at desc, id desc", (name,))
    return [record(row) for row in rows]


def source(store: Store, source_id: str) -> tuple[str, bytes] | None:
    """Kind and content."""
    row = store.get("select kind, data from source where id=?", (source_id,))
    return (row[0], bytes(row[1])) if row is not None else None


def made_from(store: Store, source_id: str) -> dict[str, str]:
    """The ids of a source's definitions by name, in the order of the file."""
    return dict(
        store.get_all("select name, id from definition where source_id=? order by created_at, id", (source_id,))
    )


async def many(
    store: Store, name: str, like: bool, active: bool | None, skip: int, limit: int
) -> list[DefinitionRecord]:
    conditions: list[str] = []
    values: list[object] = []
    if name:
        if like:
            conditions.append("instr(lower(name), lower(?)) > 0")
        else:
            conditions.append("name=?")
        values.append(name)
    if active is not None:
        conditions.append("active=?")
        values.append(int(active))
    where = " where " + " and ".join(conditions) if conditions else ""
    rows = await store.read(
        f"{SELECT}{where} order by name, created_at desc, id desc limit ? offset ?", [*values, limit, skip]
    )
    return [record(row) for row in rows]


def insert(d: DefinitionRecord) -> Statement:
    values = [getattr(d, name) for name in COLUMNS]
    return f"insert into definition ({','.join(COLUMNS)}) values ({','.join('?' * len(COLUMNS))})", values


def insert_source(source_id: str, kind: str, data: bytes) -> Statement:
    return "insert or ignore into source (id, kind, data) values (?,?,?)", [source_id, kind, data]


def set_active(definition_id: str, name: str, active: bool) -> list[Statement]:
    """Only one version of a name is active at a time (contract 2.3)."""
    statements: list[Statement] = []
    if active:
        statements.append(("update definition set active=0 where name=? and id<>?", [name, definition_id]))
    statements.append(("update definition set active=? where id=?", [int(active), definition_id]))
    return statements


def started_by(store: Store, kind: str, name: str) -> list[tuple[str, int]]:
    """Active definitions (and start node) that a message or signal of this name starts."""
    rows = store.get_all(
        "select s.definition_id, s.node from start_event s join definition d on d.id = s.definition_id"
        " where s.kind=? and s.name=? and d.active=1 and d.suspended=0 order by s.definition_id, s.node",
        (kind, name),
    )
    return [(row[0], row[1]) for row in rows]
