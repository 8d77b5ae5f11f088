"""What starts instances of a definition from outside, as rows of `start_event`: messages, signals, timers, conditions.

A start event with several definitions has a row for each.
"""

from collections.abc import Iterator
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, ProcessGraph
from andante.store.definitions import Statement
from andante.store.records import DefinitionRecord
from andante.timing.due import first_due

_INSERT: Final = "insert into start_event (definition_id, node, part, kind, name) values (?,?,?,?,?)"
_OUTSIDE: Final = frozenset((kinds.MESSAGE, kinds.SIGNAL, kinds.TIMER, kinds.CONDITIONAL))


def _each(graph: ProcessGraph) -> Iterator[tuple[int, int, EventDefinition]]:
    """The node, which definition of it, and that definition itself."""
    for index in graph.starts:
        event = graph.nodes[index].event
        for part, definition in enumerate(() if event is None else event.each):
            if definition.kind in _OUTSIDE:
                yield index, part, definition


def starts(definition_id: str, graph: ProcessGraph, now: int) -> list[Statement]:
    """A row for each; timers are not armed yet. And one of kind "keyed", which starts nothing, for each message
    elsewhere that has a correlation key in it."""
    statements: list[Statement] = []
    for index, part, event in _each(graph):
        name = "" if event.name is None else str(event.name.evaluate({}, now))
        statements.append((_INSERT, [definition_id, index, part, kinds.EVENT_NAMES[event.kind], name]))
    for node in graph.nodes:
        for part, event in enumerate(() if node.event is None or node.index in graph.starts else node.event.each):
            if event.key is None:
                continue
            text = str(event.name.constant) if event.name is not None and event.name.is_constant else ""
            statements.append((_INSERT, [definition_id, node.index, part, "keyed", text]))
    return statements


def arming(record: DefinitionRecord, graph: ProcessGraph, active: bool, now: int, zone: str) -> list[Statement]:
    """Arm the timers of the version that becomes active, and those of no other; or disarm its own."""
    statements: list[Statement] = []
    if active:
        statements.append((
            "update start_event set due_at=0 where definition_id in (select id from definition where name=?)",
            [record.name],
        ))  # fmt: skip
    return [*statements, *_timers(record.id, graph, active, now, zone)]


def _timers(definition_id: str, graph: ProcessGraph, active: bool, now: int, zone: str) -> list[Statement]:
    """Arm, or disarm, the timers that start this definition."""
    statements: list[Statement] = []
    for index, part, event in _each(graph):
        if event.kind != kinds.TIMER or event.timer is None:
            continue
        text, due, left = "", 0, 0
        if active:
            text = str(event.timer.evaluate({}, now))
            due, left = first_due(event.timer_kind, text, now, zone)
        statements.append((
            "update start_event set due_at=?, cycle=?, remaining=? where definition_id=? and node=? and part=?",
            [due, text if event.timer_kind == "cycle" else "", left, definition_id, index, part],
        ))  # fmt: skip
    return statements
