"""Item definitions: what values may be, and how those that nearly fit are made to (DMN 1.5, sections 7.3.2, 10.3.2.9).

A value that does not conform to its type counts as null, with a message.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from andante.expressions import INPUT, Part, Run, type_name
from andante.expressions.feel.tree import Type
from andante.expressions.temporal import parse_date, parse_date_and_time, parse_duration, parse_time

ANY: Final = "Any"
DATE_AND_TIME: Final = "date and time"

# Names of FEEL and of XML schema, and those that Camunda writes.
KINDS: Final[Mapping[str, str]] = {
    "Any": ANY,
    "any": ANY,
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "float": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": DATE_AND_TIME,
    "dateTime": DATE_AND_TIME,
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "context": "context",
    "list": "list",
    "range": "range",
    "function": "function",
    "Null": "null",
}
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "date": parse_date,
    "time": parse_time,
    DATE_AND_TIME: parse_date_and_time,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


@final
class ItemType:
    """A type. `kind` is FEEL's name of it, `base` the type it narrows; of a collection `item` is the type of its items;
    `components` are the entries of a context, None where it may have any; `parameters` those of a function, each None
    where it may be any value. `allowed` must be true of a value, and `constraint` too, which of a collection sees the
    whole; `choices` is the text of `allowed`."""

    __slots__ = ("allowed", "base", "choices", "components", "constraint", "item", "kind", "name", "parameters")

    def __init__(self, name: str, kind: str = ANY) -> None:
        self.name = name
        self.kind = kind
        self.base: ItemType | None = None
        self.item: ItemType | None = None
        self.components: dict[str, ItemType] | None = None
        self.parameters: list[ItemType | None] | None = None
        self.allowed: Part | None = None
        self.constraint: Part | None = None
        self.choices = ""

    def fit(self, value: Any, run: Run) -> Any:
        """The value as this type has it. Raises Misfit where it does not conform."""
        if value is None:
            return None
        if self.item is not None:
            value = self._collection(self.item, value, run)
        elif self.base is not None:
            value = self.base.fit(value, run)
            if self.allowed is not None and self.allowed.evaluate({INPUT: value}, run) is not True:
                raise Misfit(self, value)
        else:
            while type(value) is list and self.kind not in (ANY, "list"):
                if len(value) != 1:
                    raise Misfit(self, value)
                value = value[0]
                if value is None:
                    return None
            value = self._single(value, run)
        if self.constraint is not None and self.constraint.evaluate({INPUT: value}, run) is not True:
            raise Misfit(self, value)
        return value

    def _collection(self, item: "ItemType", value: Any, run: Run) -> list[Any]:
        items = value if type(value) is list else [value]
        run.charge(len(items))
        fitting = [item.fit(each, run) for each in items]
        return items if all(a is b for a, b in zip(fitting, items, strict=True)) else fitting

    def _single(self, value: Any, run: Run) -> Any:
        kind = self.kind
        if kind != ANY and type_name(value) != kind:
            if kind != DATE_AND_TIME or type(value) is not dt.date:
                raise Misfit(self, value)
            value = dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
        if self.components is not None:
            value = self._context(self.components, value, run)
        if self.allowed is not None and self.allowed.evaluate({INPUT: value}, run) is not True:
            raise Misfit(self, value)
        return value

    def _context(self, components: "dict[str, ItemType]", value: Any, run: Run) -> dict[str, Any]:
        run.charge(len(components))
        if any(name not in value for name in components):
            raise Misfit(self, value)
        changed = {
            name: fitting
            for name, kind in components.items()
            if (fitting := kind.fit(value[name], run)) is not value[name]
        }
        return {**value, **changed} if changed else value

    def read(self, value: Any) -> Any:
        """A value from JSON, which has no dates, times and durations: text becomes one where the type asks for it."""
        if self.base is not None:
            return self.base.read(value)
        if type(value) is str:
            reader = _READERS.get(self.kind)
            found = reader(value) if reader is not None else None
            return value if found is None else found
        if type(value) is list:
            item = self.item if self.item is not None else self
            return [item.read(each) for each in value]
        if type(value) is dict and self.components:
            return {name: self.components[name].read(e) if name in self.components else e for name, e in value.items()}
        return value

    def feel(self, depth: int = 0) -> Type:
        """The type for `instance of`."""
        if depth > 20:  # a type that holds itself
            return Type(ANY)
        if self.item is not None:
            return Type("list", {"item": self.item.feel(depth + 1)})
        if self.base is not None:
            return self.base.feel(depth + 1)
        parts = {name: kind.feel(depth + 1) for name, kind in (self.components or {}).items()}
        if self.parameters is not None:
            kinds = [Type(ANY) if kind is None else kind.feel(depth + 1) for kind in self.parameters]
            parts = {str(place): kind for place, kind in enumerate(kinds)} | {"->": Type(ANY)}
        return Type(self.kind if self.kind != "null" else "Null", parts)


class Misfit(Exception):
    """A value does not conform to a type."""

    def __init__(self, expected: ItemType, value: Any) -> None:
        super().__init__(expected.name)
        self.expected = expected
        self.value = value
