"""Tokens, the node every tree is made of, and a place in the tokens with what every rule of a parser asks of it."""

from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any, Final, NamedTuple, TypeVar

from andante.expressions.faults import Limits, SyntaxFault
from andante.expressions.values import INT_BOUND, NUMBERS

NUMBER: Final = "number"
STRING: Final = "string"
NAME: Final = "name"
SYMBOL: Final = "symbol"
END: Final = "end"


class Token(NamedTuple):
    """`text` as written, without quotes for a quoted name; `value` of a number or string; `position` from 0."""

    kind: str
    text: str
    value: Any
    position: int


@dataclass(slots=True, kw_only=True)
class Node:
    """`position` is the offset into the text, `height` the longest way down to a leaf, 1 for a leaf."""

    position: int = 0
    height: int = 1


N = TypeVar("N", bound=Node)


def number_of(text: str, position: int) -> int | Decimal:
    """A numeric literal: an int where it is whole, else a Decimal of 34 digits."""
    try:
        value = NUMBERS.create_decimal(text)
    except DecimalException:
        value = Decimal("NaN")
    if not value.is_finite():
        raise SyntaxFault(f"The number {text[:40]} is out of bounds", position)
    if value == value.to_integral_value() and value.copy_abs() < INT_BOUND:
        return int(value)
    return value


class Cursor:
    """Where a parser stands in its tokens. `depth` is how deep the rules are nested at that place."""

    def __init__(self, found: list[Token], limits: Limits) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0
        self.limits = limits

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def sees(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.text in texts and token.kind in (SYMBOL, NAME)

    def follows(self, text: str, ahead: int = 1) -> bool:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.text == text and token.kind in (SYMBOL, NAME)

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != END:
            self.at += 1
        return token

    def accept(self, text: str) -> bool:
        if self.sees(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        if text == END and self.token.kind == END:
            return self.token
        if not self.sees(text):
            raise self.unexpected(f"expected {'the end' if text == END else repr(text)}")
        return self.take()

    def unexpected(self, wanted: str) -> SyntaxFault:
        token = self.token
        shown = "the end of the expression" if token.kind == END else repr(token.text[:40])
        return SyntaxFault(f"Found {shown}, {wanted}", token.position)

    def too_deep(self, position: int) -> SyntaxFault:
        return SyntaxFault(f"The expression is nested more than {self.limits.max_depth} deep", position)

    def deeper(self) -> None:
        """One level of nesting more; the caller takes it back when it leaves."""
        self.depth += 1
        if self.depth > self.limits.max_depth:
            raise self.too_deep(self.token.position)

    def made(self, node: N, *children: Node) -> N:
        """The node with its height, which bounds every recursion over the tree."""
        node.height = 1 + max((child.height for child in children), default=0)
        if node.height > self.limits.max_depth:
            raise self.too_deep(node.position)
        return node
