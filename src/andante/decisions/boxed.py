"""Boxed expressions as XML (DMN 1.5, sections 7.3 and 10.2)."""

from collections.abc import Callable
from typing import Any, Final

from andante.decisions import logic
from andante.decisions.logic import FunctionLogic, Logic, Parameter
from andante.decisions.reading import Reading, name_of
from andante.decisions.tables import read_table
from andante.expressions import Part
from andante.expressions.code import EvaluatePart
from andante.markup.element import Element

_NULL: Final[EvaluatePart] = lambda names, run: None  # noqa: E731
NULL: Final = logic.Literal(Part("null", frozenset(), _NULL), "")


def _in(place: str, what: str) -> str:
    return f"{place}, {what}" if place else what


def read_expression(owner: Element, reading: Reading, place: str) -> Logic | None:
    """The boxed expression among an element's children, taken; None where it has none."""
    found = owner.take_all(*READERS)
    if not found:
        return None
    for extra in found[1:]:
        reading.fault("twoExpressions", extra, f"{place or 'The decision'} has a second expression. Keep one.")
    return read_boxed(found[0], reading, place)


def read_boxed(element: Element, reading: Reading, place: str) -> Logic:
    return READERS[element.name](element, reading, place) or NULL


def _typed(element: Element, reading: Reading, made: Logic | None, place: str) -> Logic | None:
    kind = reading.type(element)
    reading.leftovers(element, "isCollection")
    return made if made is None or kind is None else logic.Typed(made, kind, place)


def _literal(element: Element, reading: Reading, place: str) -> Logic | None:
    for imported in element.take_all("importedValues"):
        reading.fault("import", imported, "Values of other files cannot be imported. Write them into this one.")
    found = reading.literal(element, place)
    return _typed(element, reading, found, place)


def _context(element: Element, reading: Reading, place: str) -> Logic | None:
    entries: list[tuple[str, Logic]] = []
    result: Logic | None = None
    for entry in element.take_all("contextEntry"):
        variable = entry.take_one("variable")
        name = name_of(variable) if variable is not None else ""
        where = _in(place, f"entry '{name}'") if name else _in(place, "result")
        value = read_expression(entry, reading, where) or NULL
        if variable is not None:
            kind = reading.type(variable)
            value = value if kind is None else logic.Typed(value, kind, where)
            reading.leftovers(variable, "typeRef")
        reading.leftovers(entry, "typeRef")
        if not name:
            result = value
        elif any(name == known for known, _ in entries):
            reading.fault("duplicateName", entry, f"{place or 'The decision'} has two entries '{name}'. Rename one.")
        else:
            entries.append((name, value))
    return _typed(element, reading, logic.Context(entries, result), place)


def _list(element: Element, reading: Reading, place: str) -> Logic | None:
    items = [
        read_boxed(child, reading, _in(place, f"item {number}"))
        for number, child in enumerate(element.take_all(*READERS), 1)
    ]
    return _typed(element, reading, logic.Items(items), place)


def _relation(element: Element, reading: Reading, place: str) -> Logic | None:
    columns: list[str] = []
    kinds = []
    for column in element.take_all("column"):
        columns.append(name_of(column))
        kinds.append(reading.type(column))
        reading.leftovers(column)
    rows: list[list[Logic]] = []
    for number, row in enumerate(element.take_all("row"), 1):
        cells = [read_boxed(cell, reading, _in(place, f"row {number}")) for cell in row.take_all(*READERS)]
        if len(cells) != len(columns):
            what = f"The row has {len(cells)} values, but the relation {len(columns)} columns. Make them as many."
            reading.fault("rowLength", row, what)
            continue
        rows.append([
            cell if kind is None else logic.Typed(cell, kind, _in(place, f"row {number}, column '{name}'"))
            for cell, kind, name in zip(cells, kinds, columns, strict=True)
        ])  # fmt: skip
        reading.leftovers(row, "typeRef")
    return _typed(element, reading, logic.Relation(columns, rows), place)


def _invocation(element: Element, reading: Reading, place: str) -> Logic | None:
    arguments: list[tuple[str, Logic]] = []
    for binding in element.take_all("binding"):
        parameter = binding.take_one("parameter")
        name = name_of(parameter) if parameter is not None else ""
        value = read_expression(binding, reading, _in(place, f"parameter '{name}'")) or NULL
        if parameter is not None:
            reading.leftovers(parameter, "typeRef")
        reading.leftovers(binding)
        arguments.append((name, value))
    callee = read_expression(element, reading, _in(place, "called function"))
    if callee is None:
        reading.fault("noFunction", element, f"{place or 'The decision'} invokes no function. Name one.")
        return None
    return _typed(element, reading, logic.Invocation(callee, arguments, place), place)


def read_function(element: Element, reading: Reading, place: str, owner: str = "") -> FunctionLogic | None:
    """A function definition."""
    kind = element.take("kind", "FEEL") or "FEEL"
    if kind.upper() not in ("FEEL", "F"):
        what = f"A function of kind '{kind}' cannot be called. Write it in FEEL, or have a worker compute the value."
        reading.fault("functionKind", element, what)
        return None
    parameters: list[Parameter] = []
    for parameter in element.take_all("formalParameter"):
        name = name_of(parameter)
        if any(name == each.name for each in parameters):
            reading.fault(
                "duplicateName", parameter, f"{place or 'The decision'} has two parameters '{name}'. Rename one."
            )
        parameters.append(Parameter(name, reading.type(parameter)))
        reading.leftovers(parameter)
    body = read_expression(element, reading, place) or NULL
    reading.leftovers(element, "typeRef")
    return FunctionLogic(parameters, body, owner)


def _function(element: Element, reading: Reading, place: str) -> Logic | None:
    return read_function(element, reading, place)


def _child(element: Element, reading: Reading, name: str, place: str) -> Logic:
    """The expression within a named part of a boxed conditional, filter or iterator."""
    where = _in(place, name)
    part = element.take_one(name)
    if part is None:
        reading.fault("missing", element, f"{place or 'The decision'} has no {name}. Add it.")
        return NULL
    found = read_expression(part, reading, where) or NULL
    reading.leftovers(part, "typeRef")
    return found


def _conditional(element: Element, reading: Reading, place: str) -> Logic | None:
    condition, then, otherwise = (_child(element, reading, name, place) for name in ("if", "then", "else"))
    return _typed(element, reading, logic.Conditional(condition, then, otherwise, place), place)


def _filter(element: Element, reading: Reading, place: str) -> Logic | None:
    parts = [_child(element, reading, name, place) for name in ("in", "match")]
    return _typed(element, reading, logic.Filter(*parts), place)


def _loop(element: Element, reading: Reading, place: str) -> Logic | None:
    variable = " ".join(element.take("iteratorVariable").split())
    source = _child(element, reading, "in", place)
    body = _child(element, reading, "return" if element.name == "for" else "satisfies", place)
    return _typed(element, reading, logic.Loop(element.name, variable, source, body), place)


Reader = Callable[[Element, Reading, str], Any]
READERS: Final[dict[str, Reader]] = {
    "literalExpression": _literal,
    "decisionTable": read_table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _loop,
    "some": _loop,
    "every": _loop,
}
