"""The variables that a JSON definition declares (contract 2.6): first values, types, and what is read-only."""

from collections.abc import Callable, Mapping
from typing import Final

from andante.bpmn.graph import ProcessGraph
from andante.engine.faults import VARIABLE_TYPE, Rejected
from andante.timing.instants import TimingError, parse_instant


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_instant(value, "UTC")
    except TimingError:
        return False
    return True


TYPES: Final[dict[str, Callable[[object], bool]]] = {
    "Text": lambda value: isinstance(value, str),
    "Number": _is_number,
    "Boolean": lambda value: isinstance(value, bool),
    "Date": _is_date,
    "DateTime": _is_date,
}


def check(graph: ProcessGraph, values: Mapping[str, object]) -> None:
    """Raises Rejected when a value is not of its declared type; null fits any type (contract section 7 row 22)."""
    if graph.variables is None:
        return
    for name, kind in misfits(graph, values).items():
        raise Rejected(VARIABLE_TYPE, f"variables.{name}: {values[name]!r} is no {kind}.")


def misfits(graph: ProcessGraph, values: Mapping[str, object]) -> dict[str, str]:
    """The names whose values are not of their declared type, and that type; null fits any."""
    found: dict[str, str] = {}
    if graph.variables is not None:
        for name, value in values.items():
            known = graph.variables.get(name)
            if known is None or value is None:
                continue
            fits = TYPES.get(known.type)
            if fits is not None and not fits(value):
                found[name] = known.type
    return found


def first_values(graph: ProcessGraph, given: dict[str, object]) -> dict[str, object]:
    """What a new instance begins with: what is given, where it is declared, and the defaults. Raises Rejected."""
    if graph.variables is None:
        if not graph.defaults:
            return given
        return {mapping.target: mapping.source.constant for mapping in graph.defaults} | given
    check(graph, given)
    values: dict[str, object] = {}
    for name, known in graph.variables.items():
        values[name] = given.get(name, known.default)
    return values
