"""Where a user task may be returned to: what was done before in the same scope and leads here, and the initiator."""

from functools import lru_cache
from typing import Final, final

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.engine.approvals import Handled
from andante.engine.state import Instance, Token
from andante.engine.waits import Task

INITIATOR: Final = "initiator"


@final
class Choice:
    """`element` is an id, or INITIATOR; `node` its index, `who` does it then. `token` did it before, and `last` was the
    greatest key of the instance when it was done: what has come of it since has that token or a later one."""

    __slots__ = ("element", "last", "name", "node", "token", "who")

    def __init__(self, element: str, name: str, node: int, who: str, token: int, last: int) -> None:
        self.element = element
        self.name = name
        self.node = node
        self.who = who
        self.token = token
        self.last = last


def choices(graph: ProcessGraph, instance: Instance, task: Task) -> list[Choice]:
    """In the order in which they were done, the initiator first."""
    token = instance.tokens[task.token]
    node = graph.nodes[token.node]
    if token.loop or node.for_compensation or node.kind != kinds.USER_TASK:
        return []
    if any(undoing.running == token.key for undoing in instance.compensations.values()):
        return []
    found: list[Choice] = []
    start = _start(graph)
    if token.scope == 0 and instance.created_by and start >= 0 and token.node in ahead(graph, start):
        found.append(Choice(INITIATOR, graph.nodes[start].name, start, instance.created_by, 0, 0))
    for step in sorted(instance.handled.values(), key=_when):
        if step.scope == token.scope and step.node != token.node and token.node in ahead(graph, step.node):
            target = graph.nodes[step.node]
            found.append(Choice(target.id, target.name, step.node, step.who, step.token, step.last))
    return found


def _when(step: Handled) -> int:
    return step.last


def _start(graph: ProcessGraph) -> int:
    """The start event whose form the initiator gets: the none start event, else the only one there is; -1 for none."""
    starts = [index for index in graph.starts if graph.nodes[index].kind == kinds.START_EVENT]
    plain = [index for index in starts if graph.nodes[index].event is None]
    if plain:
        return plain[0]
    return starts[0] if len(starts) == 1 else -1


@lru_cache(maxsize=1_024)
def ahead(graph: ProcessGraph, node: int) -> frozenset[int]:
    """The nodes of its scope to which its flows lead, also by boundary events, and so on."""
    found: set[int] = set()
    todo = [node]
    while todo:
        at = graph.nodes[todo.pop()]
        leaving = [graph.flows[index].target for index in at.outgoing]
        for boundary in at.boundaries:
            leaving.append(boundary)
        for index in leaving:
            if index not in found:
                found.add(index)
                todo.append(index)
    return frozenset(found)


def left_behind(graph: ProcessGraph, instance: Instance, token: Token, choice: Choice) -> list[Token]:
    """The other tokens of the scope that have come of the chosen step: it will bring them again."""
    further = ahead(graph, choice.node)
    found: list[Token] = []
    for key in instance.scopes[token.scope].tokens:
        other = instance.tokens[key]
        if key == token.key or other.loop or not (key == choice.token or key > choice.last):
            continue
        came_from = graph.flows[other.flow].source if other.flow >= 0 else other.node
        if came_from == choice.node or came_from in further:
            found.append(other)
    return found
