"""A FEEL tree to Python code: lists, contexts, ranges, paths, filters, loops, functions and calls."""

from typing import Final

from andante.expressions.code import Code, free_of
from andante.expressions.cursor import Node
from andante.expressions.faults import SyntaxFault
from andante.expressions.feel.emitter import EMITTERS, Emitter
from andante.expressions.feel.tree import (
    Call,
    ContextLiteral,
    Filter,
    FunctionLiteral,
    Iterator,
    ListLiteral,
    Literal,
    Loop,
    Name,
    Path,
    RangeLiteral,
)
from andante.expressions.functions import BUILTINS, Builtin

_CALL: Final = 9  # a call of a built-in function weighs more than another node
_LOOPS: Final = {"for": "collect", "some": "some", "every": "every"}


def _items(count: int, first: int = 0) -> str:
    return ", ".join(f"{{{n}}}" for n in range(first, first + count))


def _list(emitter: Emitter, node: ListLiteral) -> Code:
    emitter.source.builds = True
    codes = [emitter.native(item) for item in node.items]
    return emitter.source.write(f"[{_items(len(codes))}]", *codes)


def _context(emitter: Emitter, node: ContextLiteral) -> Code:
    """Each entry may use those before it."""
    source = emitter.source
    source.builds = True
    frame: dict[str, str] = {}
    emitter.frames.append(frame)
    codes: list[Code] = []
    entries: list[str] = []
    for name, value in node.entries.items():
        codes.append(emitter.native(value))
        frame[name] = source.fresh("v")
        entries.append(f"{source.bind(name)}: ({frame[name]} := {{{len(entries)}}})")
    emitter.frames.pop()
    return free_of(source.write("{{" + ", ".join(entries) + "}}", *codes), *frame.values())


def _range(emitter: Emitter, node: RangeLiteral) -> Code:
    low, high = emitter.native(node.low), emitter.native(node.high)
    return emitter.source.write(f"span({{0}}, {{1}}, {node.low_in}, {node.high_in})", low, high)


def _path(emitter: Emitter, node: Path) -> Code:
    source = emitter.source
    inner = emitter.emit(node.source)
    kept, key = source.fresh("t"), source.bind(node.name)
    run = source.run() if emitter.repeated else "None"
    template = f"({kept}.get({key}) if ({kept} := {{0}}).__class__ is dict else entry({kept}, {key}, {run}))"
    return source.write(template, inner, native=inner.native)


def _filter(emitter: Emitter, node: Filter) -> Code:
    source = emitter.source
    if isinstance(node.test, Literal):
        inner = emitter.emit(node.source)
        if type(node.test.value) is int:
            return source.write("at({0}, {1})", inner, emitter.emit(node.test), native=inner.native)
    item = source.fresh("v")
    inner = emitter.native(node.source)
    emitter.frames.append(item)
    emitter.repeated += 1
    before = emitter.weight
    test = emitter.native(node.test)
    cost = emitter.round(before)
    emitter.repeated -= 1
    emitter.frames.pop()
    return free_of(source.write(f"select({source.run()}, {{0}}, lambda {item}: {{1}}, {cost})", inner, test), item)


def _domain(emitter: Emitter, node: Iterator) -> Code:
    if node.last is None:
        return emitter.source.write("domain({0})", emitter.native(node.source))
    return emitter.source.write("sequence({0}, {1})", emitter.native(node.source), emitter.native(node.last))


def _loop(emitter: Emitter, node: Loop) -> Code:
    source = emitter.source
    source.builds = True
    domains = [_domain(emitter, node.iterators[0])]
    names: list[str] = [source.fresh("v")]
    frame = {node.iterators[0].name: names[0]}
    emitter.frames.append(frame)
    emitter.repeated += 1
    before = emitter.weight
    rest: list[str] = []
    for iterator in node.iterators[1:]:
        rest.append(f"lambda {', '.join(names)}: {{{len(domains)}}}")
        domains.append(_domain(emitter, iterator))
        names.append(source.fresh("v"))
        frame[iterator.name] = names[-1]
    partial = ""
    if node.kind == "for" and "partial" not in frame:
        partial = frame["partial"] = source.fresh("v")
    body = emitter.native(node.body)
    cost = emitter.round(before)
    emitter.repeated -= 1
    emitter.frames.pop()
    parameters = ", ".join(names)
    extra = ""
    if node.kind == "for":
        uses = partial in body.free
        parameters += f", {partial}" if uses else ""
        extra = f", {uses}"
    lambdas = f"({', '.join(rest)},)" if rest else "()"
    template = (
        f"{_LOOPS[node.kind]}({source.run()}, {{0}}, {lambdas}, lambda {parameters}: {{{len(domains)}}}, {cost}{extra})"
    )
    return free_of(source.write(template, *domains, body), *names, partial)


def _function(emitter: Emitter, node: FunctionLiteral) -> Code:
    source = emitter.source
    source.builds = True
    frame = {name: source.fresh("v") for name in node.parameters}
    emitter.frames.append(frame)
    emitter.repeated += 1
    before = emitter.weight
    body = emitter.native(node.body)
    cost = emitter.round(before)
    emitter.repeated -= 1
    emitter.frames.pop()
    names = source.bind(node.parameters)
    types = source.bind(node.types) if any(node.types) else None
    template = f"function({names}, lambda {', '.join(frame.values())}: {{0}}, {cost}, {types})"
    return free_of(source.write(template, body), *frame.values())


def _call(emitter: Emitter, node: Call) -> Code:
    source = emitter.source
    callee = node.callee
    if isinstance(callee, Name):
        found, items = emitter.lookup(callee.name)
        if found is None and callee.name in BUILTINS:
            return _builtin_call(emitter, node, BUILTINS[callee.name])
        if found is None and not items and not _is_known(emitter, callee.name):
            what = f"There is no function '{callee.name}'; have a worker compute the value"
            raise SyntaxFault(what, callee.position)
    inner = emitter.native(callee)
    run = source.run()
    if node.named is None:
        codes = [emitter.native(each) for each in node.arguments]
        return source.write(f"call({run}, {{0}}, [{_items(len(codes), 1)}])", inner, *codes)
    names = source.bind(tuple(node.named))
    codes = [emitter.native(each) for each in node.named.values()]
    return source.write(f"call_named({run}, {{0}}, {names}, [{_items(len(codes), 1)}])", inner, *codes)


def _is_known(emitter: Emitter, name: str) -> bool:
    return emitter.vocabulary is not None and name in emitter.vocabulary.names


def _builtin_call(emitter: Emitter, node: Call, builtin: Builtin) -> Code:
    source = emitter.source
    source.builds |= builtin.builds
    source.uses_clock |= builtin.clock
    emitter.weight += _CALL
    codes = [emitter.native(each) for each in _arguments(node, builtin)]
    first = [source.run()] if builtin.needs_run else []
    inside = ", ".join([*first, *([_items(len(codes))] if codes else [])])
    return source.write(f"{source.bind(builtin.body)}({inside})", *codes)


def _arguments(node: Call, builtin: Builtin) -> list[Node]:
    """The arguments by position. SyntaxFault where they fit none of the function's signatures."""
    if node.named is None:
        if any(signature.takes(len(node.arguments)) for signature in builtin.signatures):
            return node.arguments
        count = len(node.arguments)
        raise SyntaxFault(f"'{builtin.name}' does not take {count} arguments; it is {builtin.usage}", node.position)
    for signature in builtin.signatures:
        order = signature.order(set(node.named))
        if order is not None:
            return [node.named.get(name, Literal(None, position=node.position)) for name in order]
    given = ", ".join(node.named)
    raise SyntaxFault(f"'{builtin.name}' does not take ({given}); it is {builtin.usage}", node.position)


EMITTERS.update(
    {
        ListLiteral: _list,
        ContextLiteral: _context,
        RangeLiteral: _range,
        Path: _path,
        Filter: _filter,
        Loop: _loop,
        FunctionLiteral: _function,
        Call: _call,
    }
)
