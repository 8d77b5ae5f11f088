"""A place in the tokens of a text, and what every rule of the parser asks of it."""

from typing import TypeVar

from andante.expressions.faults import Limits, SyntaxFault
from andante.expressions.feel.lexer import END, NAME, SYMBOL, Token
from andante.expressions.feel.tree import Node

N = TypeVar("N", bound=Node)
_LONGEST_NAME = 8  # words


class Cursor:
    def __init__(self, found: list[Token], limits: Limits) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0
        self.limits = limits
        self.declared: set[tuple[str, ...]] = set()  # names of several words that the text itself introduces

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

    def made(self, node: N, *children: Node) -> N:
        """The node with its height, which bounds every recursion over the tree."""
        node.height = 1 + max((child.height for child in children), default=0)
        if node.height > self.limits.max_depth:
            raise self.too_deep(node.position)
        return node

    def upcoming(self) -> list[str]:
        """The words from here on."""
        end = self.at
        while self.tokens[end].kind == NAME:
            end += 1
            if end - self.at == _LONGEST_NAME:
                break
        return [token.text for token in self.tokens[self.at : end]]
