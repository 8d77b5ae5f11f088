"""Finding by words: in what people have called their instances, and in names of tasks that are computed.

The index of words is PostgreSQL's or SQLite's own, over the pieces of store/grams.py; what it finds is compared with
the text itself, so that no more is found than has the text. Names of models are few: they are looked through.
"""

import json
from collections.abc import Sequence
from typing import Final

from andante.store.grams import LIKE, folded, pattern, wanted
from andante.store.store import Store
from andante.store.task_conditions import Condition

PIECED: Final = 4_000  # what has all pieces of a text need not have them together: so many are looked at


async def few(store: Store, text: str, most: int) -> list[tuple[str, int]] | None:
    """What has this text: instances (with key 0) and tasks. None where there may be more than `most`, or where nothing
    in the text is in the index."""
    pieces = wanted(text)
    if not pieces:
        return None
    words = store.all_of.join(f"{piece}{store.begins if begins else ''}" for piece, begins in pieces)
    ((pieced,),) = await store.browse(f"select count(*) from ({store.pieced} limit {PIECED + 1}) m", [words])
    if pieced > PIECED:
        return None
    rows = await store.browse(
        f"select s.instance_id, s.key from ({store.matching}) m cross join search s where s.instance_id=m.instance_id"
        f" and s.key=m.key and s.text {LIKE} limit {most + 1}",
        [words, pattern(text)],
    )
    return [(row[0], row[1]) for row in rows] if len(rows) <= most else None


def tasks_of(store: Store, few: Sequence[tuple[str, int]]) -> Condition:
    """The tasks of these, as a query of their keys."""
    return Condition(
        f"select t.instance_id, t.key from ({store.given}) m cross join task t where t.instance_id=m.instance_id"
        " and (m.key=0 or t.key=m.key)",
        [json.dumps(few)],
    )


async def names(store: Store, text: str, most: int) -> list[str]:
    """Names of user tasks, as models have them, that have this text."""
    rows = await store.browse("select distinct name from task_name where name<>''")
    part = folded(text)
    return [row[0] for row in rows if part in folded(row[0])][:most]


async def unnamed(store: Store) -> list[str]:
    """Definitions whose tasks' names are not known yet: another release has deployed them."""
    rows = await store.get_all(
        "select d.id from definition d where d.kind not in ('dmn','form') and not exists"
        " (select 1 from task_name n where n.definition_id=d.id)"
    )
    return [row[0] for row in rows]


def name_rows(definition_id: str, found: Sequence[str]) -> list[tuple[str, list[object]]]:
    """Statements that keep the names of a definition's tasks; one without any has an empty one, to be known."""
    return [
        ("insert into task_name (definition_id, name) values (?,?) on conflict do nothing", [definition_id, name])
        for name in dict.fromkeys(found or [""])
    ]
