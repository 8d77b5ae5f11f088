"""The tree of a `${...}` expression."""

from dataclasses import dataclass
from typing import Any

from andante.expressions.cursor import Node


@dataclass(slots=True)
class Literal(Node):
    value: Any


@dataclass(slots=True)
class Variable(Node):
    name: str


@dataclass(slots=True)
class Arithmetic(Node):
    """A chain from the left of operators of one precedence: `+ -` or `* / %`."""

    precedence: int
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Comparison(Node):
    """`operator` is one of == != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Logic(Node):
    """`operator` is "and" or "or", over two operands or more."""

    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Unary(Node):
    """`operator` is "-", "not" or "empty"."""

    operator: str
    operand: Node


@dataclass(slots=True)
class Choice(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Property(Node):
    source: Node
    name: str


@dataclass(slots=True)
class Index(Node):
    source: Node
    key: Node


@dataclass(slots=True)
class Method(Node):
    source: Node
    name: str
    arguments: list[Node]


@dataclass(slots=True)
class Now(Node):
    """`now()`."""
