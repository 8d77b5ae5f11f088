"""A `${...}` tree to Python code."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final, final

from andante.expressions.code import Code, Source, is_plain
from andante.expressions.cursor import Node
from andante.expressions.faults import EvaluationFault, Limits, SyntaxFault
from andante.expressions.juel import methods
from andante.expressions.juel.support import SUPPORT
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

_COMPARISONS: Final = {
    "==": "equal", "!=": "differ", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least",
}  # fmt: skip
_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}
_EXECUTION: Final = "execution"
_GETTERS: Final = {
    "getId": "id",
    "getProcessInstanceId": "processInstanceId",
    "getProcessBusinessKey": "processBusinessKey",
    "getBusinessKey": "businessKey",
    "getProcessDefinitionId": "processDefinitionId",
}


@final
class Emitter:
    """Writes the code of one expression. With `loose` a variable that is not there is null, else a fault."""

    def __init__(self, limits: Limits, zone: tzinfo, *, loose: bool = False) -> None:
        self.source = Source({**SUPPORT, "method": methods.call}, limits, zone)
        self.loose = loose

    def emit(self, node: Node) -> Code:
        return _EMITTERS[type(node)](self, node)

    def truth(self, node: Node) -> Code:
        """The code of a node where true or false is wanted."""
        code = self.emit(node)
        if code.kind is bool:
            return code
        kept = self.source.fresh("t")
        name = "presence" if self.loose else "truth"
        return self.source.write(
            f"({kept} if ({kept} := {{0}}).__class__ is bool else {name}({kept}))", code, kind=bool
        )

    def unknown(self, error: KeyError) -> Exception:
        """The fault of a variable that is not there."""
        name = error.args[0] if error.args else None
        if name in self.source.names:
            return EvaluationFault(f"There is no variable '{name}'")
        return error


def _literal(emitter: Emitter, node: Literal) -> Code:
    return emitter.source.constant(node.value)


def _variable(emitter: Emitter, node: Variable) -> Code:
    source = emitter.source
    source.names.add(node.name)
    key = source.bind(node.name)
    return Code(f"N.get({key})" if emitter.loose else f"N[{key}]", native=False)


def _arithmetic(emitter: Emitter, node: Arithmetic) -> Code:
    rest = [(f"{_ARITHMETIC[sign]}({{0}}, {{1}})", emitter.emit(operand)) for sign, operand in node.rest]
    return emitter.source.sequence(emitter.emit(node.first), rest)


def _comparison(emitter: Emitter, node: Comparison) -> Code:
    """With a fast way for whole numbers and strings."""
    source = emitter.source
    a, b, sign = emitter.emit(node.left), emitter.emit(node.right), node.operator
    if a.constant and not b.constant:
        a, b, sign = b, a, _MIRRORED[sign]
    name = _COMPARISONS[sign]
    if b.constant and b.kind is type(None) and sign in ("==", "!="):
        if a.constant:  # which Python would take for a slip
            return source.constant((a.kind is type(None)) is (sign == "=="))
        return source.write(f"({{0}} is {'not ' if sign == '!=' else ''}None)", a, kind=bool)
    one, two = source.fresh("t"), source.fresh("t")
    if b.constant and b.kind in (int, str):
        fast = f"{one} {sign} {{1}} if {is_plain(one, a, b)}"
        return source.write(f"({fast} else {name}({one}, {{1}}))", a, b, kind=bool)
    same = f"({one} := {{0}}).__class__ is ({two} := {{1}}).__class__ and {one}.__class__ in plain"
    return source.write(f"({one} {sign} {two} if {same} else {name}({one}, {two}))", a, b, kind=bool)


def _logic(emitter: Emitter, node: Logic) -> Code:
    codes = [emitter.truth(operand) for operand in node.operands]
    inside = f" {node.operator} ".join(f"{{{n}}}" for n in range(len(codes)))
    return emitter.source.write(f"({inside})", *codes, kind=bool)


def _unary(emitter: Emitter, node: Unary) -> Code:
    if node.operator == "-":
        return emitter.source.write("negate({0})", emitter.emit(node.operand))
    if node.operator == "empty":
        return emitter.source.write("empty({0})", emitter.emit(node.operand), kind=bool)
    return emitter.source.write("(not {0})", emitter.truth(node.operand), kind=bool)


def _choice(emitter: Emitter, node: Choice) -> Code:
    then, otherwise = emitter.emit(node.then), emitter.emit(node.otherwise)
    kind = then.kind if then.kind is otherwise.kind else None
    condition = emitter.truth(node.condition)
    native = then.native and otherwise.native
    return emitter.source.write("({1} if {0} else {2})", condition, then, otherwise, native=native, kind=kind)


def _property(emitter: Emitter, node: Property) -> Code:
    source = emitter.source
    inner = emitter.emit(node.source)
    kept, key = source.fresh("t"), source.bind(node.name)
    slow = "loose_entry" if emitter.loose else "entry"
    template = f"({kept}.get({key}) if ({kept} := {{0}}).__class__ is dict else {slow}({kept}, {key}))"
    return source.write(template, inner, native=False)


def _index(emitter: Emitter, node: Index) -> Code:
    return emitter.source.write("item({0}, {1})", emitter.emit(node.source), emitter.emit(node.key), native=False)


def _method(emitter: Emitter, node: Method) -> Code:
    if isinstance(node.source, Variable) and node.source.name == _EXECUTION:
        return _execution(emitter, node)
    if not methods.fits(node.name, len(node.arguments)):
        count = len(node.arguments)
        what = f"There is no method '{node.name}' of {count} arguments; have a worker compute the value"
        raise SyntaxFault(what, node.position)
    source = emitter.source
    codes = [emitter.emit(argument) for argument in node.arguments]
    inside = ", ".join(f"{{{n}}}" for n in range(1, len(codes) + 1))
    template = f"method({{0}}, {source.bind(node.name)}, [{inside}], limits)"
    return source.write(template, emitter.emit(node.source), *codes, native=False)


def _execution(emitter: Emitter, node: Method) -> Code:
    """`execution.getVariable("x")` and the few others that only read."""
    source = emitter.source
    if node.name in _GETTERS and not node.arguments:
        return _property(emitter, Property(node.source, _GETTERS[node.name], position=node.position))
    if node.name in ("getVariable", "hasVariable") and len(node.arguments) == 1:
        (argument,) = node.arguments
        if not (isinstance(argument, Literal) and type(argument.value) is str):
            raise SyntaxFault(f"execution.{node.name} takes the variable's name as a string", argument.position)
        source.names.add(argument.value)
        key = source.bind(argument.value)
        if node.name == "hasVariable":
            return Code(f"({key} in N)", kind=bool)
        return Code(f"N.get({key})", native=False)
    if node.name.startswith(("set", "remove")):
        what = f"execution.{node.name} is refused: an expression only reads; set variables by an output mapping"
        raise SyntaxFault(what, node.position)
    raise SyntaxFault(f"execution.{node.name} is not known; execution.getVariable('x') is", node.position)


def _now(emitter: Emitter, node: Now) -> Code:
    emitter.source.uses_clock = True
    return Code(f"clock({emitter.source.run()})")


_EMITTERS: Final[dict[type[Node], Callable[[Emitter, Any], Code]]] = {
    Literal: _literal,
    Variable: _variable,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
    Logic: _logic,
    Unary: _unary,
    Choice: _choice,
    Property: _property,
    Index: _index,
    Method: _method,
    Now: _now,
}
