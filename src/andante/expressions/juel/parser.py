"""The tokens of a `${...}` expression to a tree, by precedence (JSR 245, section 1.19)."""

from typing import Final, final

from andante.expressions.arithmetic import negate
from andante.expressions.cursor import END, NAME, NUMBER, STRING, SYMBOL, Cursor, Node, Token
from andante.expressions.faults import Limits, SyntaxFault
from andante.expressions.juel.lexer import REFERENCE
from andante.expressions.juel.tree import (
    Arithmetic,
    Choice,
    Comparison,
    Index,
    Literal,
    Logic,
    Method,
    Now,
    Property,
    Unary,
    Variable,
)

_SPELLINGS: Final = {
    "||": "or", "&&": "and", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "div": "/",
    "mod": "%",
}  # fmt: skip
_PRECEDENCE: Final = {
    "or": 1, "and": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_UNARY: Final = {"-": "-", "!": "not", "not": "not", "empty": "empty"}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_RESERVED: Final = frozenset((*_SPELLINGS, "or", "and", "not", "empty", "instanceof"))


def parse(found: list[Token], limits: Limits) -> Node:
    """The tree of one expression. SyntaxFault with the position of what cannot be read."""
    parser = _Parser(found, limits)
    try:
        tree = parser.expression()
    except RecursionError:
        raise parser.too_deep(found[0].position) from None
    parser.expect(END)
    return tree


@final
class _Parser(Cursor):
    def expression(self) -> Node:
        self.deeper()
        node = self.operand(1)
        if self.sees("?"):
            position = self.take().position
            then = self.expression()
            self.expect(":")
            otherwise = self.expression()
            node = self.made(Choice(node, then, otherwise, position=position), node, then, otherwise)
        self.depth -= 1
        return node

    def operand(self, lowest: int) -> Node:
        """An expression of operators that bind as strongly as `lowest`, or more."""
        left = self.unary()
        while True:
            token = self.token
            operator = _SPELLINGS.get(token.text, token.text) if token.kind in (SYMBOL, NAME) else ""
            precedence = _PRECEDENCE.get(operator, 0)
            if precedence < lowest or precedence == 0:
                return left
            self.take()
            right = self.operand(precedence + 1)
            if precedence in (3, 4):
                left = self.made(Comparison(operator, left, right, position=token.position), left, right)
                continue
            if precedence < 3:
                if not (isinstance(left, Logic) and left.operator == operator):
                    left = self.made(Logic(operator, [left], position=token.position), left)
                left.operands.append(right)
            else:
                if not (isinstance(left, Arithmetic) and left.precedence == precedence):
                    left = self.made(Arithmetic(precedence, left, [], position=token.position), left)
                left.rest.append((operator, right))
            left.height = max(left.height, right.height + 1)
            if left.height > self.limits.max_depth:
                raise self.too_deep(token.position)

    def unary(self) -> Node:
        token = self.token
        if token.kind not in (SYMBOL, NAME) or token.text not in _UNARY:
            return self.postfix()
        self.take()
        self.deeper()
        operand = self.unary()
        self.depth -= 1
        operator = _UNARY[token.text]
        if operator == "-" and isinstance(operand, Literal) and self.tokens[self.at - 1].kind == NUMBER:
            return Literal(negate(operand.value), position=token.position)
        return self.made(Unary(operator, operand, position=token.position), operand)

    def postfix(self) -> Node:
        node = self.primary()
        while True:
            position = self.token.position
            if self.accept("."):
                name = self.token
                if name.kind != NAME:
                    raise self.unexpected("expected a name after '.'")
                self.take()
                if self.sees("("):
                    arguments = self.arguments()
                    node = self.made(Method(node, name.text, arguments, position=name.position), node, *arguments)
                else:
                    node = self.made(Property(node, name.text, position=position), node)
            elif self.accept("["):
                key = self.expression()
                self.expect("]")
                node = self.made(Index(node, key, position=position), node, key)
            elif self.sees("="):
                raise self.unexpected("expected an operator; to compare write ==")
            else:
                return node

    def arguments(self) -> list[Node]:
        self.expect("(")
        found: list[Node] = []
        while not self.sees(")"):
            found.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return found

    def primary(self) -> Node:
        token = self.token
        if token.kind in (NUMBER, STRING):
            self.take()
            return Literal(token.value, position=token.position)
        if token.kind == REFERENCE:
            return self.reference(self.take())
        if token.kind == NAME:
            if token.text in _CONSTANTS:
                self.take()
                return Literal(_CONSTANTS[token.text], position=token.position)
            if token.text in _RESERVED:
                raise self.unexpected("expected a value")
            self.take()
            if self.sees("("):
                return self.called(token)
            return Variable(token.text, position=token.position)
        if self.accept("("):
            node = self.expression()
            self.expect(")")
            return node
        raise self.unexpected("expected a value")

    def called(self, name: Token) -> Node:
        # dateTime() is Camunda's word for it, of Joda.
        if name.text in ("now", "dateTime") and not self.arguments():
            return Now(position=name.position)
        raise SyntaxFault(f"There is no function '{name.text}'; have a worker compute the value", name.position)

    def reference(self, token: Token) -> Node:
        """`{!Name}`, or along a path `{!Name.part}`."""
        names = token.value.split(".")
        if not all(name and not name.isspace() for name in names):
            raise SyntaxFault(f"{token.text} names no variable", token.position)
        node: Node = Variable(names[0], position=token.position)
        for name in names[1:]:
            node = self.made(Property(node, name, position=token.position), node)
        return node
