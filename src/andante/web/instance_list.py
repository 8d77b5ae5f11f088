"""The list of instances: filters with counts, columns to sort by, rows to choose."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from andante.people import whose
from andante.runtime import InstanceRecord
from andante.web.choosing import FILTERS, USUAL, Filters, filters_of, name_counts, state_counts
from andante.web.desk import Desk
from andante.web.diagram import names_of
from andante.web.paging import SIZE, part, skip_of
from andante.web.session import Asked, caller


@get("/instances")
async def instance_list(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who = caller(request)
    filters, skip = filters_of(request.query_params), skip_of(request)
    every = Filters("all", "", filters.text, filters.since, filters.until).query(desk.zone, *whose(who))
    facets = await desk.operations.facets(every)
    query = filters.query(desk.zone, *whose(who))
    query.skip, query.limit = skip, SIZE
    page = await desk.runtime.instances(query)
    names = name_counts(facets, filters.state)
    if filters.name:
        names.setdefault(filters.name, 0)
    return desk.page(
        request, "instances.html", f=filters, filters=FILTERS, counts=state_counts(facets, filters.name),
        names=names, instances=page.items, part=part(skip, len(page.items), page.total), total=page.total,
        at=await _where(desk, page.items), sorts=sorts(filters),
    )  # fmt: skip


def sorts(filters: Filters) -> dict[str, tuple[str, str]]:
    """For each column by which one can sort: the address that does, and how it is sorted now (aria-sort)."""
    found = {}
    for column in ("name", "key", "state", "started"):
        now = filters.sort.removeprefix("-") == column
        last_first = filters.sort.startswith("-")
        first = "-" if column == "started" else ""
        turned = ("" if last_first else "-") if now else first
        wanted = f"{turned}{column}"
        said = ("descending" if last_first else "ascending") if now else "none"
        found[column] = (filters.address(sort="" if wanted == USUAL else wanted), said)
    return found


async def _where(desk: Desk, records: list[InstanceRecord]) -> dict[str, str]:
    """The names of the elements that open instances stand at."""
    found = {}
    for record in records:
        if record.current_element and not record.closed:
            names = names_of(await desk.runtime.graph(record.definition_id))
            found[record.id] = names.get(record.current_element, record.current_element)
    return found


HANDLERS: Final = (instance_list,)
