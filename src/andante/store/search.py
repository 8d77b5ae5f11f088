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
    # The pieces are looked up once; where there are too many, none of them is looked at.
    rows = await store.browse(
        f"with m as materialized ({store.matching} limit {PIECED + 1}), hit as (select s.instance_id, s.key from m"
        f" cross join search s where (select count(*) from m)<={PIECED} and s.instance_id=m.instance_id and s.key=m.key"
        f" and s.text {LIKE} limit {most + 1})"
        " select z.n, h.instance_id, h.key from (select count(*) as n from m) z left join hit h on 1=1",
        [words, pattern(text)],
    )
    if rows[0][0] > PIECED or len(rows) > most:
        return None
    return [(row[1], row[2]) for row in rows if row[1] is not None]


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
