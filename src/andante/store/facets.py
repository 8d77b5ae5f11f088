"""How the instances that a query finds are spread over definitions and states: what the filters beside a list say."""

import msgspec

from andante.store.instances import where
from andante.store.records import InstanceQuery
from andante.store.store import Store


class Facet(msgspec.Struct, frozen=True):
    """So many instances of a definition, by its name, are alike in these."""

    name: str
    state: str
    suspended: bool
    incident: bool
    count: int


async def facets(store: Store, query: InstanceQuery) -> list[Facet]:
    """All that the query finds, counted once each."""
    condition, values = where(query)
    rows = await store.browse(
        f"select name, state, suspended, incident, count(*) from instance{condition}"
        " group by name, state, suspended, incident order by name, state",
        values,
    )
    return [Facet(name, state, bool(off), bool(broken), count) for name, state, off, broken, count in rows]
