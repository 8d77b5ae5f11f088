"""FEEL tokens to a tree, by precedence (DMN 1.5, section 10.3.1.2, grammar rules 1 to 66)."""

from collections.abc import Callable
from typing import Final, final

from andante.expressions.arithmetic import negate
from andante.expressions.cursor import END, NAME, NUMBER, STRING, SYMBOL, Node, Token
from andante.expressions.faults import Limits, SyntaxFault
from andante.expressions.feel.lexer import tokens
from andante.expressions.feel.naming import Naming
from andante.expressions.feel.tree import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Conditional,
    ContextLiteral,
    Filter,
    FunctionLiteral,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Logic,
    Loop,
    Membership,
    Name,
    Negation,
    Path,
    RangeLiteral,
    Type,
    UnaryTest,
)
from andante.expressions.feel.vocabulary import EMPTY, Vocabulary
from andante.expressions.feel.words import KEYWORDS, longest
from andante.expressions.functions import BUILTINS
from andante.expressions.temporal import parse_any

_PRECEDENCE: Final = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3, "instance": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip
_COMPARISON: Final = 3
_SUM: Final = 4
_TESTS: Final = frozenset(("<", "<=", ">", ">=", "=", "!="))
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_FUNCTION_WORDS: Final = frozenset(tuple(name.split()) for name in BUILTINS if " " in name)


def parse(text: str, limits: Limits, vocabulary: Vocabulary = EMPTY) -> Node:
    """The tree of one expression. SyntaxFault with the position of what cannot be read."""
    return _whole(text, limits, vocabulary, _Parser.expression)


def parse_tests(text: str, limits: Limits, vocabulary: Vocabulary = EMPTY) -> Node:
    """The tree of unary tests (grammar rules 7 to 17): what is true of the value `?` that passes them."""
    return _whole(text, limits, vocabulary, _Parser.unary_tests)


def _whole(text: str, limits: Limits, vocabulary: Vocabulary, rule: "Callable[[_Parser], Node]") -> Node:
    parser = _Parser(tokens(text, limits, vocabulary.pattern), limits, vocabulary)
    try:
        tree = rule(parser)
    except RecursionError:
        raise parser.too_deep(0) from None
    parser.expect(END)
    return tree


@final
class _Parser(Naming):
    def unary_tests(self) -> Node:
        if self.sees("-") and self.tokens[self.at + 1].kind == END:
            return Literal(True, position=self.take().position)
        if self.sees("not") and self.follows("(") and (negated := self.negated_tests()) is not None:
            return negated
        return self.passing()

    def negated_tests(self) -> Node | None:
        """`not(1, 2)`; None where it is not the whole, as in `not(a) and b`."""
        start, depth = self.at, self.depth
        position = self.take().position
        self.expect("(")
        try:
            tests = self.passing()
            self.expect(")")
            self.expect(END)
        except SyntaxFault:
            self.at, self.depth = start, depth
            return None
        return self.made(Call(Name("not", position=position), [tests], None, position=position), tests)

    def passing(self) -> Node:
        """Tests, one of which the value is to pass."""
        position = self.token.position
        found = [self.test(1)]
        while self.accept(","):
            found.append(self.test(1))
        return self.made(Membership(Name("?", position=position), found, position=position), *found)

    # -- operators

    def expression(self) -> Node:
        self.deeper()
        node = self.operand(1)
        self.depth -= 1
        return node

    def operand(self, lowest: int, *, endpoint: bool = False) -> Node:
        """An expression of operators that bind as strongly as `lowest`, or more."""
        left = self.unary(endpoint)
        while True:
            token = self.token
            precedence = _PRECEDENCE.get(token.text, 0) if token.kind in (SYMBOL, NAME) else 0
            if precedence < lowest or precedence == 0:
                return left
            self.take()
            if precedence == _COMPARISON:
                left = self.comparison(left, token)
                continue
            right = self.operand(precedence + 1, endpoint=endpoint)
            if precedence < _COMPARISON:
                if not (isinstance(left, Logic) and left.operator == token.text):
                    left = self.made(Logic(token.text, [left], position=token.position), left)
                left.operands.append(right)
            else:
                if not (isinstance(left, Arithmetic) and left.precedence == precedence):
                    left = self.made(Arithmetic(precedence, left, [], position=token.position), left)
                left.rest.append((token.text, right))
            left.height = max(left.height, right.height + 1)
            if left.height > self.limits.max_depth:
                raise self.too_deep(token.position)

    def comparison(self, left: Node, token: Token) -> Node:
        at = token.position
        if token.text == "between":
            low = self.operand(_SUM)
            self.expect("and")
            high = self.operand(_SUM)
            return self.made(Between(left, low, high, position=at), left, low, high)
        if token.text == "in":
            tests = self.tests()
            return self.made(Membership(left, tests, position=at), left, *tests)
        if token.text == "instance":
            self.expect("of")
            return self.made(InstanceOf(left, self.type(), position=at), left)
        if token.text == "=" and self.sees("="):
            raise self.unexpected("expected a value; to compare write one =")
        right = self.operand(_SUM)
        return self.made(Comparison(token.text, left, right, position=at), left, right)

    def tests(self) -> list[Node]:
        if not self.sees("("):
            return [self.test(_SUM)]
        start = self.take().position
        found = [self.test(1)]
        if self.accept(".."):  # not tests but a range that excludes its low end
            return [self.range_end(found[0], False, start)]
        while self.accept(","):
            found.append(self.test(1))
        self.expect(")")
        return found

    def test(self, lowest: int) -> Node:
        if self.sees(*_TESTS):
            token = self.take()
            operand = self.operand(_SUM)
            return self.made(UnaryTest(token.text, operand, position=token.position), operand)
        return self.expression() if lowest == 1 else self.operand(lowest)

    def unary(self, endpoint: bool) -> Node:
        if not self.sees("-"):
            return self.postfix(endpoint)
        position = self.take().position
        self.deeper()
        operand = self.unary(endpoint)
        self.depth -= 1
        if isinstance(operand, Literal) and self.tokens[self.at - 1].kind == NUMBER:
            return Literal(negate(operand.value), position=position)
        return self.made(Negation(operand, position=position), operand)

    # -- what follows a value

    def postfix(self, endpoint: bool) -> Node:
        node = self.primary()
        while True:
            token = self.token
            if token.kind != SYMBOL:
                return node
            if token.text == ".":
                self.take()
                node = self.made(Path(node, self.property(), position=token.position), node)
            elif token.text == "(":
                node = self.call(node)
            elif token.text == "[" and not (endpoint and self.closes_range()):
                self.take()
                test = self.expression()
                self.expect("]")
                node = self.made(Filter(node, test, position=token.position), node, test)
            else:
                return node

    def closes_range(self) -> bool:
        """True when the `[` here ends a range such as `]1..5[`: nothing that follows could start a filter."""
        after = self.tokens[self.at + 1]
        if after.kind == NAME:
            return after.text in KEYWORDS and after.text not in ("if", "for", "some", "every", "function", *_CONSTANTS)
        return after.kind == END or (after.kind == SYMBOL and after.text not in ("(", "-", "{", "@", "<", "<=", ">"))

    def call(self, callee: Node) -> Node:
        position = self.take().position
        arguments: list[Node] = []
        named: dict[str, Node] | None = None
        while not self.sees(")"):
            name = self.argument_name()
            if (name is None) is not (named is None) and (arguments or named):
                raise self.unexpected("expected arguments all by name or all by position")
            value = self.expression()
            if name is None:
                arguments.append(value)
            else:
                named = named if named is not None else {}
                if name in named:
                    raise SyntaxFault(f"The argument '{name}' is given twice", position)
                named[name] = value
            if not self.accept(","):
                break
        self.expect(")")
        inner = arguments if named is None else list(named.values())
        return self.made(Call(callee, arguments, named, position=position), callee, *inner)

    # -- values

    def primary(self) -> Node:
        token = self.token
        if token.kind in (NUMBER, STRING):
            self.take()
            return Literal(token.value, position=token.position)
        if token.kind == "quoted":
            self.take()
            return Name(token.text, position=token.position)
        if token.kind == NAME:
            return self.word(token)
        if token.kind == SYMBOL:
            if token.text == "(":
                return self.parenthesis()
            if token.text == "[":
                return self.bracket()
            if token.text == "]":
                self.take()
                low = self.operand(_SUM, endpoint=True)
                self.expect("..")
                return self.range_end(low, False, token.position)
            if token.text == "{":
                return self.context()
            if token.text == "@":
                return self.temporal()
        raise self.unexpected("expected a value")

    def word(self, token: Token) -> Node:
        words = longest(self.upcoming(), _FUNCTION_WORDS)
        if words and self.follows("(", len(words)):
            self.at += len(words)
            return Name(" ".join(words), position=token.position)
        if words := longest(self.upcoming(), self.declared):
            self.at += len(words)
            return Name(" ".join(words), position=token.position)
        text = token.text
        if text in _CONSTANTS:
            self.take()
            return Literal(_CONSTANTS[text], position=token.position)
        if text == "if":
            return self.conditional()
        if text in ("for", "some", "every"):
            return self.loop()
        if text == "function":
            return self.function()
        if text in KEYWORDS:
            raise self.unexpected("expected a value")
        self.take()
        return Name(text, position=token.position)

    def conditional(self) -> Node:
        position = self.take().position
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        otherwise = self.expression()
        return self.made(Conditional(condition, then, otherwise, position=position), condition, then, otherwise)

    def loop(self) -> Node:
        token = self.take()
        iterators: list[Iterator] = []
        while True:
            start = self.token
            name = self.declare("in")
            self.expect("in")
            source = self.expression()
            last = self.expression() if self.accept("..") else None
            iterators.append(
                self.made(Iterator(name, source, last, position=start.position), source, *([last] if last else []))
            )
            if not self.accept(","):
                break
        self.expect("return" if token.text == "for" else "satisfies")
        body = self.expression()
        return self.made(Loop(token.text, iterators, body, position=token.position), *iterators, body)

    def function(self) -> Node:
        position = self.take().position
        self.expect("(")
        parameters: list[str] = []
        types: list[Type | None] = []
        while not self.sees(")"):
            name = self.declare(":", ",", ")")
            if name in parameters:
                raise SyntaxFault(f"The parameter '{name}' is there twice", position)
            parameters.append(name)
            types.append(self.type() if self.accept(":") else None)
            if not self.accept(","):
                break
        self.expect(")")
        if self.sees("external"):
            raise SyntaxFault("External functions (Java, PMML) cannot be called", self.token.position)
        body = self.expression()
        return self.made(FunctionLiteral(tuple(parameters), tuple(types), body, position=position), body)

    def parenthesis(self) -> Node:
        position = self.take().position
        if self.sees(*_TESTS):
            node = self.test(1)
            self.expect(")")
            return node
        node = self.expression()
        if self.accept(".."):
            return self.range_end(node, False, position)
        self.expect(")")
        return node

    def bracket(self) -> Node:
        position = self.take().position
        if self.accept("]"):
            return ListLiteral([], position=position)
        first = self.expression()
        if self.accept(".."):
            return self.range_end(first, True, position)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect("]")
        return self.made(ListLiteral(items, position=position), *items)

    def range_end(self, low: Node, low_in: bool, position: int) -> Node:
        self.deeper()
        high = self.operand(_SUM, endpoint=True)
        self.depth -= 1
        if not self.sees("]", ")", "["):
            raise self.unexpected("expected ']', ')' or '[' to end the range")
        high_in = self.take().text == "]"
        return self.made(RangeLiteral(low, high, low_in, high_in, position=position), low, high)

    def context(self) -> Node:
        position = self.take().position
        entries: dict[str, Node] = {}
        while not self.sees("}"):
            start = self.token
            key = str(self.take().value) if start.kind == STRING else self.key()
            if key in entries:
                raise SyntaxFault(f"The entry '{key}' is there twice", start.position)
            self.expect(":")
            entries[key] = self.expression()
            if not self.accept(","):
                break
        self.expect("}")
        return self.made(ContextLiteral(entries, position=position), *entries.values())

    def temporal(self) -> Node:
        position = self.take().position
        token = self.take()
        value = parse_any(token.value) if token.kind == STRING else None
        if value is None:
            raise SyntaxFault('@ is to be followed by a date, time or duration as in @"2026-01-31"', position)
        return Literal(value, position=position)
