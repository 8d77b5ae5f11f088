"""Reading and writing definitions, their sources and what starts them."""

import json
from typing import Final

from andante.store.names import EVERY, Names
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


# Every change raises the revision, which also lets one server after the other change the catalogue.
RAISE_REVISION: Final[Statement] = ("update catalogue set revision=revision+1", [])
REVISED: Final = "revision=(select revision from catalogue)"


async def revision(store: Store) -> tuple[int, int]:
    """The number of the last change, and how many definitions there are."""
    row = await store.get("select c.revision, (select count(*) from definition) from catalogue c")
    if row is None:
        raise AssertionError("the catalogue has no revision")
    return row[0], row[1]


async def since(store: Store, revision: int) -> list[DefinitionRecord]:
    """What was changed after that revision; -1 is before all."""
    return [record(row) for row in await store.read(f"{SELECT} where revision>?", (revision,))]


async def files(store: Store, revision: int) -> dict[str, bytes]:
    """The DMN files and forms of what was changed after that revision, by source."""
    found = await store.read(
        "select id, data from source where kind in ('dmn', 'form') and id in"
        " (select source_id from definition where revision>?)",
        (revision,),
    )
    return {source_id: bytes(data) for source_id, data in found}


DECLARATIONS: Final = "declarations"


async def declarations(store: Store) -> list[tuple[str, bytes]]:
    """Id and text of the files that only declare, the oldest first."""
    found = await store.read("select id, data from source where kind=? order by id", (DECLARATIONS,))
    return [(row[0], bytes(row[1])) for row in found]


async def source(store: Store, source_id: str) -> tuple[str, bytes] | None:
    """Kind and content."""
    row = await store.get("select kind, data from source where id=?", (source_id,))
    return (row[0], bytes(row[1])) if row is not None else None


async def many(
    store: Store, name: str, like: bool, active: bool | None, skip: int, limit: int, names: Names = EVERY
) -> list[DefinitionRecord]:
    only, values = names.sql("name")
    conditions = [only] if only else []
    if name:
        if like:
            conditions.append("replace(lower(name), lower(?), '') <> lower(name)")
        else:
            conditions.append("name=?")
        values.append(name)
    if active is not None:
        conditions.append("active=?")
        values.append(int(active))
    where = " where " + " and ".join(conditions) if conditions else ""
    rows = await store.browse(
        f"{SELECT}{where} order by name, created_at desc, id desc limit ? offset ?", [*values, limit, skip]
    )
    return [record(row) for row in rows]


def insert(d: DefinitionRecord) -> Statement:
    values = [int(value) if value.__class__ is bool else value for value in (getattr(d, name) for name in COLUMNS)]
    return (
        f"insert into definition ({','.join(COLUMNS)},revision)"
        f" values ({','.join('?' * len(COLUMNS))},(select revision from catalogue))",
        values,
    )


def delete(definition_id: str) -> list[Statement]:
    """The definition and what belongs to it; its source stays."""
    return [
        ("delete from start_event where definition_id=?", [definition_id]),
        ("delete from task_name where definition_id=?", [definition_id]),
        ("delete from definition where id=?", [definition_id]),
    ]


def set_config(d: DefinitionRecord, name: str, value: str) -> Statement:
    """Change one value of its settings; "" takes it out."""
    config = json.loads(d.config or "{}")
    config.pop(name, None)
    if value:
        config[name] = value
    text = json.dumps(config, separators=(",", ":"))
    return f"update definition set config=?, {REVISED} where id=?", [text, d.id]


def insert_source(source_id: str, kind: str, data: bytes) -> Statement:
    return "insert into source (id, kind, data) values (?,?,?) on conflict (id) do nothing", [source_id, kind, data]


def set_active(definition_id: str, name: str, active: bool) -> list[Statement]:
    """Only one version of a name is active at a time (contract 2.3)."""
    statements: list[Statement] = []
    if active:
        statements.append(
            (f"update definition set active=0, {REVISED} where name=? and id<>? and active=1", [name, definition_id])
        )
    statements.append((f"update definition set active=?, {REVISED} where id=?", [int(active), definition_id]))
    return statements


async def keyed(store: Store, name: str) -> list[str]:
    """Definitions that read a correlation key from messages of this name, or of a name that is computed."""
    rows = await store.get_all(
        "select distinct definition_id from start_event where kind='keyed' and name in (?, '') order by definition_id",
        (name,),
    )
    return [row[0] for row in rows]


async def started_by(store: Store, kind: str, name: str) -> list[tuple[str, int, int]]:
    """Active definitions that a message or signal of this name starts, each with the node and which of its events."""
    rows = await store.get_all(
        "select s.definition_id, s.node, s.part from start_event s join definition d on d.id = s.definition_id"
        " where s.kind=? and s.name=? and d.active=1 and d.suspended=0 order by s.definition_id, s.node, s.part",
        (kind, name),
    )
    return [(row[0], row[1], row[2]) for row in rows]
