"""The sums of what is over, and how far they go."""

from collections.abc import Sequence
from typing import Final

import msgspec

from andante.store.store import Row, Store

ALL: Final = ""  # its mark counts the steps of all definitions
Statement = tuple[str, Sequence[object]]
FINISHED: Final = (
    "select id, ended_at, version from instance where definition_id=? and ended_at>0 and parent_id=''"
    " and ended_at<=? and (ended_at, id) > (?,?) order by ended_at, id limit ?"
)


class Mark(msgspec.Struct, frozen=True):
    """Up to which instance of a definition the sums go: the `place`-th step, that instance's end (ms) and id."""

    place: int = 0
    ended_at: int = 0
    instance_id: str = ""


async def mark(store: Store, definition_id: str) -> Mark:
    rows = await store.read(
        "select place, ended_at, instance_id from tally_mark where definition_id=? order by place desc limit 1",
        (definition_id,),
    )
    return Mark(*rows[0]) if rows else Mark()


async def finished(store: Store, definition_id: str, until: int, after: Mark, limit: int) -> list[Row]:
    """Id, end and version of instances nobody called, after the mark, that ended by `until`, in order."""
    return await store.read(FINISHED, (definition_id, until, after.ended_at, after.instance_id, limit))


async def called(store: Store, root_ids: Sequence[str]) -> list[Row]:
    """Id, root, definition's name and version, and end of what these called, and so on, as far as it is over."""
    marks = ",".join("?" for _ in root_ids)
    return await store.read(
        f"select id, root_id, name, version, ended_at from instance where root_id in ({marks}) and parent_id<>''"
        " and closed=1 order by id",
        list(root_ids),
    )


async def sums_of(store: Store, keys: Sequence[tuple[str, str, str, str, int]]) -> dict[tuple[object, ...], bytes]:
    """The rows of these keys, as far as they are there: kind, definition, version, name, day."""
    found: dict[tuple[object, ...], bytes] = {}
    for key in keys:
        rows = await store.read(
            "select data from tally where kind=? and definition=? and version=? and name=? and day=?", key
        )
        if rows:
            found[key] = bytes(rows[0][0])
    return found


def step(
    definition_id: str, turn: Mark, before: Mark, after: Mark, rows: Sequence[tuple[Sequence[object], bytes]]
) -> list[Statement]:
    """One transaction: these sums, and how far they go now. `turn` is the mark of ALL as it was before anything was
    read: whoever comes second, with whichever definition, finds the next one taken."""
    statements: list[Statement] = [
        ("insert into tally_mark (definition_id, place) values (?,?)", (ALL, turn.place + 1)),
        ("delete from tally_mark where definition_id=? and place<?", (ALL, turn.place)),
        (
            "insert into tally_mark (definition_id, place, ended_at, instance_id) values (?,?,?,?)",
            (definition_id, after.place, after.ended_at, after.instance_id),
        ),
        ("delete from tally_mark where definition_id=? and place<?", (definition_id, before.place)),
    ]
    for key, data in rows:
        statements.append(
            (
                "insert into tally (kind, definition, version, name, day, data) values (?,?,?,?,?,?)"
                " on conflict (kind, definition, version, name, day) do update set data=excluded.data",
                (*key, data),
            )
        )
    return statements


async def between(store: Store, kind: str, first: int, last: int, definition: str = "") -> list[Row]:
    """Definition, version, name, day and data of a kind, day by day; `definition` "" for all."""
    where, values = "kind=? and day>=? and day<=?", [kind, first, last]
    if definition:
        where, values = f"{where} and definition=?", [*values, definition]
    return await store.browse(
        f"select definition, version, name, day, data from tally where {where} order by day", values
    )


HELD: Final = (
    "select assignee, count(*), sum(case when due_at>0 and due_at<? then 1 else 0 end) from task"
    " where state='open' and assignee<>''{} group by assignee"
)
OFFERED: Final = (
    "select pool, count(*), sum(case when due_at>0 and due_at<? then 1 else 0 end) from task"
    " where state='open' and assignee='' and pool<>''{} group by pool"
)
