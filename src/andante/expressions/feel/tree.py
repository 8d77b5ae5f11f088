"""The tree of a FEEL expression (DMN 1.5, section 10.3.1.2), as the parser makes it and the emitter reads it."""

from dataclasses import dataclass, field
from typing import Any

from andante.expressions.cursor import Node


@dataclass(slots=True)
class Literal(Node):
    value: Any


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class Negation(Node):
    operand: Node


@dataclass(slots=True)
class Arithmetic(Node):
    """A chain from the left of operators of one precedence: `+ -`, `* /` or `**`."""

    precedence: int
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Logic(Node):
    """`operator` is "and" or "or", over two operands or more."""

    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class UnaryTest(Node):
    """`< 5` and the like, among the tests of `in`, or in parentheses as a range."""

    operator: str
    operand: Node


@dataclass(slots=True)
class Membership(Node):
    value: Node
    tests: list[Node]


@dataclass(slots=True)
class Type:
    """A type's `name`; `parts` are the item type of a list or range, the entry types of a context, or the types of a
    function's parameters by their number and its result as `->`."""

    name: str
    parts: dict[str, "Type"] = field(default_factory=dict)


@dataclass(slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(slots=True)
class Conditional(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Iterator(Node):
    """`name in source`, or `name in source..last`."""

    name: str
    source: Node
    last: Node | None


@dataclass(slots=True)
class Loop(Node):
    """`kind` is "for", "some" or "every"."""

    kind: str
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class ListLiteral(Node):
    items: list[Node]


@dataclass(slots=True)
class ContextLiteral(Node):
    entries: dict[str, Node]


@dataclass(slots=True)
class RangeLiteral(Node):
    low: Node
    high: Node
    low_in: bool
    high_in: bool


@dataclass(slots=True)
class FunctionLiteral(Node):
    parameters: tuple[str, ...]
    types: tuple["Type | None", ...]
    body: Node


@dataclass(slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    source: Node
    test: Node


@dataclass(slots=True)
class Call(Node):
    """`named` holds the arguments of a call by name; then `arguments` is empty."""

    callee: Node
    arguments: list[Node]
    named: dict[str, Node] | None
