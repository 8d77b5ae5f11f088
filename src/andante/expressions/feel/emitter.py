"""A FEEL tree to Python code: names, scopes, operators. Lists, loops and calls are in `feel.composite`."""

from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final, final

from andante.expressions.code import Code, Source, free_of, is_plain
from andante.expressions.cursor import Node
from andante.expressions.faults import Limits
from andante.expressions.feel.support import SUPPORT, builtin
from andante.expressions.feel.tree import (
    Arithmetic,
    Between,
    Comparison,
    Conditional,
    InstanceOf,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    RangeLiteral,
    UnaryTest,
)
from andante.expressions.feel.vocabulary import Vocabulary
from andante.expressions.functions import BUILTINS

# Operator to Python's own, our function, and our function for a scalar on one side.
_COMPARISONS: Final = {
    "=": ("==", "equal({0}, {1}, R)", "equal_scalar({0}, {1})"),
    "!=": ("!=", "differ({0}, {1}, R)", "differ_scalar({0}, {1})"),
    "<": ("<", "less({0}, {1})", "less({0}, {1})"),
    "<=": ("<=", "at_most({0}, {1})", "at_most({0}, {1})"),
    ">": (">", "more({0}, {1})", "more({0}, {1})"),
    ">=": (">=", "at_least({0}, {1})", "at_least({0}, {1})"),
}
_ARITHMETIC: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}
_SCALARS: Final = frozenset((int, str, bool, Decimal))
_WEIGHT_OF_STEP: Final = 10
_POWER: Final = 100  # weighs so much: a power of 34 digits takes as long as hundreds of sums


@final
class Emitter:
    """Writes the code of one expression.

    `frames` are the scopes, innermost last: names bound to identifiers, or the identifier of a filter's item, whose
    entries are names. `repeated` counts the loops, filters and functions around: within, variables are read once, and
    text that is built is paid for. `weight` adds up all that was emitted: a round of a loop costs what its body weighs.
    With a `vocabulary` the text is part of a model: its variables are FEEL values, and may be functions.
    """

    def __init__(self, limits: Limits, zone: tzinfo, vocabulary: Vocabulary | None = None) -> None:
        self.source = Source(SUPPORT, limits, zone)
        self.vocabulary = vocabulary
        self.frames: list[dict[str, str] | str] = []
        self.repeated = 0
        self.weight = 0

    def emit(self, node: Node) -> Code:
        """The code of a node; its value may be raw JSON."""
        self.weight += 1
        return EMITTERS[type(node)](self, node)

    def round(self, before: int) -> int:
        """The steps that a round costs of what was emitted since the weight was `before`."""
        return 1 + (self.weight - before) // _WEIGHT_OF_STEP

    def native(self, node: Node) -> Code:
        """The code of a node whose value is surely FEEL's."""
        return self.as_native(self.emit(node))

    def as_native(self, code: Code) -> Code:
        return code if code.native else self.source.write("nat({0})", code)

    def lookup(self, name: str) -> tuple[Code | None, list[str]]:
        """The identifier that the expression itself binds to a name, and the filters' items to be asked before it."""
        items: list[str] = []
        for frame in reversed(self.frames):
            if isinstance(frame, str):
                items.append(frame)
            elif name in frame:
                return Code(frame[name], free=frozenset((frame[name],))), items
        return None, items

    def name(self, name: str) -> Code:
        """The value of a name: the expression's own, an entry of a filter's item, a variable; else null."""
        found, items = self.lookup(name)
        key = self.source.bind(name)
        if name == "item" and items:
            innermost = items.pop(0)
            found = Code(innermost, free=frozenset((innermost,)))
            return self._entry(innermost, key, found)
        if found is None:
            self.source.names.add(name)
            if self.vocabulary is not None:
                function = BUILTINS.get(name)
                otherwise = "" if function is None else f", {self.source.bind(builtin(function))}"
                found = Code(f"N.get({key}{otherwise})")
            elif self.repeated:
                found = Code(f"known({self.source.run()}, N, {key})")
            else:
                found = Code(f"N.get({key})", native=False)
        for item in reversed(items):
            found = self._entry(item, key, found)
        return found

    def _entry(self, item: str, key: str, otherwise: Code) -> Code:
        asked = Code(item, free=frozenset((item,)))
        template = f"({{0}}[{key}] if {{0}}.__class__ is dict and {key} in {{0}} else {{1}})"
        return self.source.write(template, asked, otherwise, native=otherwise.native)

    def compared(self, operator: str, a: Code, b: Code) -> Code:
        """`a operator b`, with a fast way for whole numbers and strings."""
        python, general, scalar = _COMPARISONS[operator]
        if b.constant and b.kind is type(None) and operator in ("=", "!="):
            if a.constant:  # which Python would take for a slip
                return self.source.constant((a.kind is type(None)) is (operator == "="))
            return self.source.write(f"({{0}} is {'not ' if operator == '!=' else ''}None)", a, kind=bool)
        one, two = self.source.fresh("t"), self.source.fresh("t")
        for fixed, other in ((b, a), (a, b)):
            if fixed.constant and fixed.kind in _SCALARS:
                kind = fixed.kind.__name__ if fixed.kind in (int, str, bool) else None
                if kind is None or (kind == "bool" and operator not in ("=", "!=")):
                    break
                left, right = (one, "{1}") if fixed is b else ("{1}", one)
                value = one if other.native else f"nat({one})"
                slow = scalar.format(*((value, "{1}") if fixed is b else ("{1}", value)))
                test = f"({left} {python} {right} if {is_plain(one, other, fixed)} else {slow})"
                return self.source.write(test, other, fixed)
        if any(each.constant and each.kind in _SCALARS for each in (a, b)):
            return self.source.write(scalar, self.as_native(a), self.as_native(b))
        if "R" in general:
            self.source.run()
        slow = general.format(one if a.native else f"nat({one})", two if b.native else f"nat({two})")
        same = f"({one} := {{0}}).__class__ is ({two} := {{1}}).__class__ and {one}.__class__ in plain"
        return self.source.write(f"({one} {python} {two} if {same} else {slow})", a, b)


def _literal(emitter: Emitter, node: Literal) -> Code:
    return emitter.source.constant(node.value)


def _name(emitter: Emitter, node: Name) -> Code:
    return emitter.name(node.name)


def _negation(emitter: Emitter, node: Negation) -> Code:
    return emitter.source.write("negate({0})", emitter.native(node.operand))


def _arithmetic(emitter: Emitter, node: Arithmetic) -> Code:
    first = emitter.native(node.first)
    rest: list[tuple[str, Code]] = []
    for operator, operand in node.rest:
        code = emitter.native(operand)
        if operator == "**":
            emitter.weight += _POWER
        if operator == "+" and code.kind in (None, str):
            rest.append((f"plus({{0}}, {{1}}, limits, {emitter.source.run() if emitter.repeated else None})", code))
        else:
            rest.append((f"{_ARITHMETIC[operator]}({{0}}, {{1}})", code))
    return emitter.source.sequence(first, rest)


def _comparison(emitter: Emitter, node: Comparison) -> Code:
    return emitter.compared(node.operator, emitter.emit(node.left), emitter.emit(node.right))


def _logic(emitter: Emitter, node: Logic) -> Code:
    source = emitter.source
    codes = [emitter.emit(operand) for operand in node.operands]
    kept = [source.fresh("t") for _ in codes]
    decisive, rest = ("False", "True") if node.operator == "and" else ("True", "False")
    decided = " or ".join(f"({name} := {{{n}}}) is {decisive}" for n, name in enumerate(kept))
    plain = " and ".join(f"{name} is {rest}" for name in kept)
    return source.write(f"({decisive} if {decided} else {rest} if {plain} else None)", *codes)


def _between(emitter: Emitter, node: Between) -> Code:
    value, low, high = emitter.emit(node.value), emitter.native(node.low), emitter.native(node.high)
    if low.constant and high.constant and low.kind is int and high.kind is int:
        return _in_whole_range(emitter, value, low, high, "between({0}, {1}, {2})", ("<=", "<="))
    return emitter.source.write("between({0}, {1}, {2})", emitter.as_native(value), low, high)


def _in_whole_range(emitter: Emitter, value: Code, low: Code, high: Code, slow: str, signs: tuple[str, str]) -> Code:
    kept = emitter.source.fresh("t")
    otherwise = slow.format(kept if value.native else f"nat({kept})", "{1}", "{2}")
    fast = f"{{1}} {signs[0]} {kept} {signs[1]} {{2}}"
    return emitter.source.write(f"({fast} if ({kept} := {{0}}).__class__ is int else {otherwise})", value, low, high)


def _membership(emitter: Emitter, node: Membership) -> Code:
    value = emitter.emit(node.value)
    if len(node.tests) == 1 and (quick := _quick_test(emitter, value, node.tests[0])) is not None:
        return quick
    source = emitter.source
    kept = source.fresh("v")
    known = Code(kept, free=frozenset((kept,)), native=value.native)
    emitter.frames.append({"?": kept})
    tests = [_test(emitter, known, test) for test in node.tests]
    emitter.frames.pop()
    if len(tests) == 1:
        return free_of(source.write(f"(({kept} := {{0}}), {{1}})[-1]", value, tests[0]), kept)
    met = " or ".join(f"{{{n}}} is True" for n in range(1, len(tests) + 1))
    return free_of(source.write(f"(({kept} := {{0}}), {met})[-1]", value, *tests), kept)


def _quick_test(emitter: Emitter, value: Code, test: Node) -> Code | None:
    """`in` a list of literal strings or whole numbers, or a range between whole numbers."""
    kept = emitter.source.fresh("t")
    native = kept if value.native else f"nat({kept})"
    if isinstance(test, ListLiteral) and test.items:
        items = [item.value for item in test.items if isinstance(item, Literal)]
        kinds = {type(item) for item in items}
        if len(items) == len(test.items) and kinds in ({int}, {str}):
            fast, slow = emitter.source.bind(frozenset(items)), emitter.source.bind(items)
            is_kind = f"({kept} := {{0}}).__class__ is {kinds.pop().__name__}"
            return emitter.source.write(f"({kept} in {fast} if {is_kind} else contains({slow}, {native}))", value)
    if isinstance(test, RangeLiteral) and isinstance(test.low, Literal) and isinstance(test.high, Literal):
        low, high = emitter.native(test.low), emitter.native(test.high)
        if low.kind is int and high.kind is int:
            signs = ("<=" if test.low_in else "<", "<=" if test.high_in else "<")
            inside = f"contains(span({{1}}, {{2}}, {test.low_in}, {test.high_in}), {{0}})"
            return _in_whole_range(emitter, value, low, high, inside, signs)
    return None


def _test(emitter: Emitter, value: Code, test: Node) -> Code:
    if isinstance(test, UnaryTest):
        return emitter.compared(test.operator, value, emitter.emit(test.operand))
    code, run = emitter.native(test), emitter.source.run()
    if value.text in code.free:  # a condition on `?`, which is the value
        return code
    if isinstance(test, RangeLiteral):
        return emitter.source.write("inside({0}, {1})", emitter.as_native(value), code)
    condition = emitter.vocabulary is not None and not isinstance(test, Literal | Name)
    passes = "passes" if condition else "member"
    return emitter.source.write(f"{passes}({{0}}, {{1}}, {run})", emitter.as_native(value), code)


def _unary_test(emitter: Emitter, node: UnaryTest) -> Code:
    """`(< 5)` as a value: the range of what passes it; null for `!=`, which is no range."""
    value = emitter.native(node.operand)
    ends = {
        "<": "half({0}, False, False)",
        "<=": "half({0}, False, True)",
        ">": "half({0}, True, False)",
        ">=": "half({0}, True, True)",
        "=": "point({0})",
        "!=": "({0}, None)[1]",
    }
    return emitter.source.write(ends[node.operator], value)


def _instance_of(emitter: Emitter, node: InstanceOf) -> Code:
    kind, run = emitter.source.bind(node.type), emitter.source.run()
    return emitter.source.write(f"instance({{0}}, {kind}, {run})", emitter.native(node.value), kind=bool)


def _conditional(emitter: Emitter, node: Conditional) -> Code:
    condition, then, otherwise = emitter.emit(node.condition), emitter.emit(node.then), emitter.emit(node.otherwise)
    if condition.constant:
        if condition.text == "True":
            return then
        return otherwise if condition.text in ("False", "None") else emitter.source.constant(None)
    kept = emitter.source.fresh("t")
    return emitter.source.write(  # a condition that is no boolean makes the whole null
        f"({{1}} if ({kept} := {{0}}) is True else {{2}} if {kept} is False or {kept} is None else None)",
        condition,
        then,
        otherwise,
        native=then.native and otherwise.native,
        kind=then.kind if then.kind is otherwise.kind else None,
    )


EMITTERS: Final[dict[type[Node], Callable[[Emitter, Any], Code]]] = {
    Literal: _literal,
    Name: _name,
    Negation: _negation,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
    Logic: _logic,
    Between: _between,
    Membership: _membership,
    UnaryTest: _unary_test,
    InstanceOf: _instance_of,
    Conditional: _conditional,
}
