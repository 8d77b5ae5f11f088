"""In which order a list of tasks is, and where it goes on."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from andante.store import cursors
from andante.store.records import TaskQuery
from andante.store.task_conditions import Condition
from andante.store.tasks import ORDER

DEFAULT: Final = {"history": "ended_at", "all": ""}


class Order(NamedTuple):
    """`columns` as SQL on `t` and `i`; all go in the same direction."""

    name: str
    columns: tuple[str, ...]
    descending: bool

    def by(self, alias: str = "") -> str:
        direction = " desc" if self.descending else ""
        chosen = [f"{alias}.o{n}" for n in range(len(self.columns))] if alias else list(self.columns)
        return ", ".join(f"{column}{direction}" for column in chosen)

    def after(self, values: Sequence[cursors.Value], columns: Sequence[str]) -> Condition:
        """What comes after the row with these values."""
        sign = "<" if self.descending else ">"
        marks = ",".join(cursors.mark(value) for value in values)
        text = f"{columns[0]}{sign}={cursors.mark(values[0])} and ({', '.join(columns)}) {sign} ({marks})"
        return Condition(text, [values[0], *values])


def order_of(query: TaskQuery) -> Order:
    """Raises ValueError for a field that lists are not ordered by."""
    field = query.order_field
    if field and field not in ORDER:
        raise ValueError(field)
    descending = query.descending if field else query.view == "history"
    field = field or DEFAULT.get(query.view, "rank")
    column = "i.business_key" if field == "business_key" else f't."{field}"'
    own = () if not field else (column,) if field in ("rank", "ended_at", "created_at") else (column, "t.rank")
    if query.view == "history" and field not in ("", "rank", "ended_at"):
        own = (column,)
    columns = tuple(each for each in (*own, "t.instance_id", "t.key") if each != "t.key" or field != "key")
    return Order(f"{'-' if descending else ''}{field}", columns, descending)
