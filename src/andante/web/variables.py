"""Variables as rows of a form: text that reads as JSON is JSON, all other is plain text."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec
from litestar.datastructures import FormMultiDict

from andante.languages import mark as _
from andante.runtime import Problem
from andante.runtime.problem import PARAMETER
from andante.web.formats import json_text
from andante.web.process import Process

MOST_ROWS: Final = 200


class Row(msgspec.Struct, frozen=True):
    """One line of the form. `was` is the value as shown; a row left as it was is not sent on."""

    name: str
    value: str = ""
    was: str = ""
    fixed: bool = False


def read_value(text: str) -> object:
    """JSON where the text is JSON, else the text itself. Raises Problem 400 for JSON nested too deep."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    except RecursionError:
        raise Problem(PARAMETER, 400, _("A value is nested too deep. Make it flatter.")) from None


def write_value(value: object) -> str:
    """The text that `read_value` reads as the same value."""
    if isinstance(value, str) and isinstance(read_value(value), str) and not value.startswith('"'):
        return value
    return json_text(value)


def rows_of(variables: Mapping[str, object]) -> list[Row]:
    """A row for each variable, by name; the runtime's own ($...) are left out."""
    texts = {name: write_value(value) for name, value in sorted(variables.items()) if not name.startswith("$")}
    return [Row(name, text, text, fixed=True) for name, text in texts.items()]


def other_rows(variables: Mapping[str, object], shown: Collection[str]) -> list[Row]:
    """The variables that the form does not show by fields of its own."""
    return [row for row in rows_of(variables) if row.name not in shown]


def asked_rows(graph: Process, shown: Collection[str]) -> list[Row]:
    """The names that the process reads and nothing sets, where it declares none; without those shown."""
    if graph.variables is not None:
        return []
    return [Row(name, fixed=True) for name in sorted(_asked(graph)) if name not in shown]


def _asked(graph: Process) -> set[str]:
    read: set[str] = set()
    made: set[str] = set()
    for flow in graph.flows:
        if flow.condition is not None:
            read |= flow.condition.names
    if graph.instance_label is not None:
        read |= graph.instance_label.names
    for node in graph.nodes:
        for mapping in (*node.inputs, *node.outputs):
            read |= mapping.source.names
            made.add(mapping.target)
        for slot in getattr(node.work, "__slots__", ()):
            names = getattr(getattr(node.work, slot), "names", None)
            if isinstance(names, frozenset):  # an expression: who does it, what is called, what is worked out
                read |= names
        for sla in node.slas:
            for criteria in (sla.criteria, sla.start_when):
                read |= criteria.names if criteria is not None else frozenset()
        made.add(getattr(node.work, "result_variable", ""))
    return {name for name in read - made if name.isidentifier() and name != "execution"}


def read_rows(names: Iterable[str], values: Iterable[str], was: Iterable[str]) -> dict[str, object]:
    """The variables that were filled in or changed. Raises Problem 400 for a value without a name or a name twice."""
    found: dict[str, object] = {}
    for count, (raw, value, before) in enumerate(zip(names, values, was, strict=False)):
        name = raw.strip()
        if count >= MOST_ROWS:
            raise Problem(PARAMETER, 400, f"More than {MOST_ROWS} variables in one form. Send the rest with the API.")
        if value == before:
            continue
        if not name:
            raise Problem(PARAMETER, 400, f"The value '{value[:40]}' has no name. Give the variable a name.")
        if name in found:
            raise Problem(PARAMETER, 400, f"The variable '{name}' is there twice. Remove one of the rows.")
        found[name] = read_value(value)
    return found


def columns(given: FormMultiDict) -> tuple[list[str], list[str], list[str]]:
    """Names, values and former values of the rows of a form that was sent."""
    names, values, was = ([str(item) for item in given.getall(name, [])] for name in ("name", "value", "was"))
    return names, values, was


def both(fields: dict[str, object], rows: dict[str, object]) -> dict[str, object]:
    """What the fields and the rows say. Raises Problem 400 where both name a variable."""
    for name in fields.keys() & rows.keys():
        raise Problem(PARAMETER, 400, f"The variable '{name}' is there twice. Remove one of the rows.")
    return fields | rows


def shown_again(names: Iterable[str], values: Iterable[str], was: Iterable[str]) -> list[Row]:
    """The rows as typed in, for a form that is shown again with what was wrong."""
    rows = zip(names, values, was, strict=False)
    return [Row(name, value, before, fixed=bool(name)) for name, value, before in rows if name or value]
