"""Boxed expressions (DMN 1.5, sections 7.3 and 10.2): each is evaluated in a scope and gives a FEEL value."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, final

from andante.decisions.types import ItemType
from andante.decisions.work import Scope, Work
from andante.expressions import Function, Part, Run
from andante.expressions.feel.support import domain, select

NOTHING: Final[Mapping[str, Any]] = {}


class Logic(Protocol):
    """What a decision, a function or an entry is made of."""

    def evaluate(self, scope: Scope, work: Work) -> Any:
        """The value in this scope, which must not be changed. Raises DecisionFault."""


@final
class Literal:
    """A literal expression; `place` says where it stands, for faults."""

    __slots__ = ("part", "place")

    def __init__(self, part: Part, place: str) -> None:
        self.part = part
        self.place = place

    def evaluate(self, scope: Scope, work: Work) -> Any:
        return work.value(self.part, scope, self.place)


@final
class Typed:
    """A value that must conform to a type."""

    __slots__ = ("kind", "logic", "what")

    def __init__(self, logic: Logic, kind: ItemType, what: str) -> None:
        self.logic = logic
        self.kind = kind
        self.what = what

    def evaluate(self, scope: Scope, work: Work) -> Any:
        return work.fit(self.logic.evaluate(scope, work), self.kind, self.what or "the value")


@final
class Context:
    """A boxed context: each entry may use those before it; with a `result` that is its value."""

    __slots__ = ("entries", "result")

    def __init__(self, entries: Sequence[tuple[str, Logic]], result: Logic | None) -> None:
        self.entries = entries
        self.result = result

    def evaluate(self, scope: Scope, work: Work) -> Any:
        inner = dict(scope)
        values: dict[str, Any] = {}
        for name, logic in self.entries:
            values[name] = inner[name] = logic.evaluate(inner, work)
        return values if self.result is None else self.result.evaluate(inner, work)


@final
class Items:
    """A boxed list."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Logic]) -> None:
        self.items = items

    def evaluate(self, scope: Scope, work: Work) -> Any:
        return [item.evaluate(scope, work) for item in self.items]


@final
class Relation:
    """A boxed relation: a list of contexts, one for each row."""

    __slots__ = ("columns", "rows")

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Logic]]) -> None:
        self.columns = columns
        self.rows = rows

    def evaluate(self, scope: Scope, work: Work) -> Any:
        return [
            {name: cell.evaluate(scope, work) for name, cell in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]


@final
class Invocation:
    """A boxed invocation: a function called with arguments by name."""

    __slots__ = ("arguments", "callee", "place")

    def __init__(self, callee: Logic, arguments: Sequence[tuple[str, Logic]], place: str) -> None:
        self.callee = callee
        self.arguments = arguments
        self.place = place

    def evaluate(self, scope: Scope, work: Work) -> Any:
        function = self.callee.evaluate(scope, work)
        if not isinstance(function, Function):
            work.say("what is invoked is no function; the result is null", self.place)
            return None
        given = {name: logic.evaluate(scope, work) for name, logic in self.arguments}
        unknown = [name for name in given if name not in function.parameters]
        if unknown:
            work.say(f"there is no parameter '{unknown[0]}'; the result is null", self.place)
            return None
        return function.call([given.get(name) for name in function.parameters], work.run)


class Parameter(NamedTuple):
    name: str
    kind: ItemType | None


@final
class FunctionLogic:
    """A function definition (section 10.2.1.7); `owner` is the business knowledge model it belongs to, "" elsewhere."""

    __slots__ = ("body", "names", "owner", "parameters")

    def __init__(self, parameters: Sequence[Parameter], body: Logic, owner: str = "") -> None:
        self.parameters = parameters
        self.names = tuple(each.name for each in parameters)
        self.body = body
        self.owner = owner

    def evaluate(self, scope: Scope, work: Work) -> Function:
        """The function, which remembers this scope."""

        def call(arguments: list[Any], run: Run) -> Any:
            return self.call(scope, arguments, work)

        return Function(self.names, call)

    def call(self, scope: Scope, arguments: list[Any], work: Work) -> Any:
        inner = dict(scope)
        before, work.decision = work.decision, self.owner or work.decision
        try:
            for parameter, value in zip(self.parameters, arguments, strict=True):
                inner[parameter.name] = work.fit(value, parameter.kind, f"the parameter '{parameter.name}'")
            return self.body.evaluate(inner, work)
        finally:
            work.decision = before


@final
class Conditional:
    """A boxed conditional (DMN 1.4)."""

    __slots__ = ("condition", "otherwise", "place", "then")

    def __init__(self, condition: Logic, then: Logic, otherwise: Logic, place: str) -> None:
        self.place = place
        self.condition = condition
        self.then = then
        self.otherwise = otherwise

    def evaluate(self, scope: Scope, work: Work) -> Any:
        found = self.condition.evaluate(scope, work)
        if found is None or type(found) is bool:
            return (self.then if found else self.otherwise).evaluate(scope, work)
        work.say("the condition is neither true nor false; the result is null", self.place)
        return None


@final
class Filter:
    """A boxed filter (DMN 1.4)."""

    __slots__ = ("source", "test")

    def __init__(self, source: Logic, test: Logic) -> None:
        self.source = source
        self.test = test

    def evaluate(self, scope: Scope, work: Work) -> Any:
        def passes(item: Any) -> Any:
            entries = item if type(item) is dict else NOTHING
            return self.test.evaluate({**scope, **entries, "item": item}, work)

        return select(work.run, self.source.evaluate(scope, work), passes, 1)


@final
class Loop:
    """A boxed `for`, `some` or `every` (DMN 1.4)."""

    __slots__ = ("body", "kind", "source", "variable")

    def __init__(self, kind: str, variable: str, source: Logic, body: Logic) -> None:
        self.kind = kind
        self.variable = variable
        self.source = source
        self.body = body

    def evaluate(self, scope: Scope, work: Work) -> Any:
        items = domain(self.source.evaluate(scope, work))
        if items is None:
            return None
        values: list[Any] = []
        decisive = self.kind == "some"
        for item in items:
            work.run.charge(1)
            inner = {**scope, self.variable: item}
            if self.kind == "for":
                inner["partial"] = values
            value = self.body.evaluate(inner, work)
            if self.kind != "for" and value is decisive:
                return decisive
            if self.kind != "for" and value is not None and type(value) is not bool:
                return None
            values.append(value)
        if self.kind == "for":
            return values
        return None if any(not isinstance(value, bool) for value in values) else not decisive
