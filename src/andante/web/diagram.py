"""Where an instance stands, element by element: marks on the diagram, and its twin, the ordered list."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from andante.languages import Language
from andante.languages import mark as _
from andante.runtime import HistoryEntry, InstanceDetail
from andante.web.formats import json_text
from andante.web.process import Process

KINDS: Final = {
    "startEvent": _("start event"),
    "endEvent": _("end event"),
    "intermediateCatchEvent": _("waiting event"),
    "intermediateThrowEvent": _("event"),
    "boundaryEvent": _("boundary event"),
    "task": _("task"),
    "manualTask": _("manual task"),
    "userTask": _("user task"),
    "serviceTask": _("service task"),
    "scriptTask": _("script"),
    "sendTask": _("send task"),
    "receiveTask": _("receive task"),
    "businessRuleTask": _("decision by rules"),
    "subProcess": _("sub-process"),
    "eventSubProcess": _("event sub-process"),
    "transaction": _("transaction"),
    "adHocSubProcess": _("ad-hoc sub-process"),
    "callActivity": _("called process"),
    "exclusiveGateway": _("decision"),
    "parallelGateway": _("parallel gateway"),
    "inclusiveGateway": _("inclusive gateway"),
    "complexGateway": _("complex gateway"),
    "eventBasedGateway": _("first event wins"),
}
WORDS: Final = {
    "incident": _("incident"),
    "active": _("here"),
    "paused": _("paused here"),
    "done": _("done"),
    "cancelled": _("withdrawn"),
    "": _("not reached"),
}


class Place(msgspec.Struct, frozen=True):
    """A flow node in the list: `state` is a key of WORDS; `tokens` are here, `passed` have left, `since` is in ms. What
    `kind` and `word` say is to be translated."""

    id: str
    name: str
    kind: str
    state: str
    tokens: int
    passed: int
    since: int
    depth: int

    @property
    def word(self) -> str:
        return WORDS[self.state]


def names_of(graph: Process) -> dict[str, str]:
    """Each element's name by id; the id itself where it has none."""
    return {node.id: node.name or node.id for node in graph.nodes}


def places(graph: Process, detail: InstanceDetail | None, history: Iterable[HistoryEntry] = ()) -> list[Place]:
    """All nodes in the order of the flow; without `detail`, the process alone."""
    entered: Counter[str] = Counter()
    withdrawn: Counter[str] = Counter()
    for entry in history:
        if entry.kind == "ElementEntered":
            entered[entry.element] += 1
        elif entry.kind == "TokenCancelled":
            withdrawn[entry.element] += 1
    here: Counter[str] = Counter(token.element for token in detail.tokens) if detail is not None else Counter()
    since: dict[str, int] = {}
    for token in detail.tokens if detail is not None else ():
        since[token.element] = min(token.since, since.get(token.element, token.since))
    troubled = {incident.element for incident in detail.incidents} if detail is not None else set()
    paused = detail is not None and detail.record.suspended
    found = []
    names = names_of(graph)
    for index in _order(graph):
        node = graph.nodes[index]
        passed = max(0, entered[node.id] - here[node.id] - withdrawn[node.id])
        state = "done" if passed else "cancelled" if withdrawn[node.id] else ""
        if here[node.id]:
            state = "paused" if paused else "active"
        if node.id in troubled:
            state = "incident"
        depth, scope = 0, node.scope
        while scope >= 0:
            depth, scope = depth + 1, graph.nodes[scope].scope
        kind = KINDS.get(node.kind_name, node.kind_name)
        name = names[node.id]
        found.append(Place(node.id, name, kind, state, here[node.id], passed, since.get(node.id, 0), depth))
    return found


def marks(found: Iterable[Place], say: Language, until: Mapping[str, str] | None = None) -> str:
    """For the browser's diagram, as JSON: what differs from "not reached". `until` tells by element till when it
    waits."""
    until = until or {}
    return json_text(
        {
            p.id: {
                "state": p.state,
                "word": say.text(p.word),
                "tokens": p.tokens,
                "passed": p.passed,
                "until": until.get(p.id, ""),
            }
            for p in found
            if p.state
        }
    )


def _order(graph: Process) -> list[int]:
    """Along the flows: every node after those that lead to it (loops aside), the first branch first; boundary events
    and the inside of a sub-process follow what they belong to."""
    found: list[int] = []
    seen: set[int] = set()
    roots = [index for index in graph.starts if not graph.nodes[index].incoming]
    for root in (*roots, *range(len(graph.nodes))):
        if root in seen:
            continue
        after: list[int] = []
        seen.add(root)
        stack = [(root, iter(_next(graph, root)))]
        while stack:
            index, ahead = stack[-1]
            following = next((each for each in ahead if each not in seen), None)
            if following is None:
                after.append(index)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(_next(graph, following))))
        found.extend(reversed(after))
    return found


def _next(graph: Process, index: int) -> list[int]:
    """What follows a node, the first last: what is finished last comes first in the reversed order."""
    node = graph.nodes[index]
    inside = [node.start] if node.start >= 0 else []
    return [*reversed([*inside, *node.boundaries, *(graph.flows[flow].target for flow in node.outgoing)])]
