"""The ad-hoc sub-process: its activities have no order of their own (BPMN 2.0.2 sections 10.3.5 and 13.3.5).

All that no flow leads to is offered at once, or one after the other; as in Camunda 8 an expression may name which. It
ends when all of it is done, or as soon as its completion condition, asked after each path through it, is true. While it
runs its host token has a loop, whose items are the elements to offer; without one, it only waits for what still runs.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn import kinds
from andante.bpmn.graph import AdHoc, Node
from andante.engine import events as ev
from andante.engine.elements.activity import NOTHING, Activity
from andante.engine.elements.event_handlers import open_scope
from andante.engine.elements.flows import finish, scope_done
from andante.engine.elements.withdrawal import cancel
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, set_variables
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class AdHocSubProcess(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        work = _work(node)
        offered = _offered(step, token, node, work)
        if not offered:
            return NOTHING
        scope = open_scope(step, token, node)
        items: list[object] = list(offered)
        step.record(ev.LoopOpened(token.key, items, len(items), work.sequential))
        for index in offered[:1] if work.sequential else offered:
            step.enter(step.key(), index, scope.key)
        return None

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        collection = _work(node).output_collection
        if collection and token.locals is not None and not node.outputs:
            try:
                set_variables(step, token, {collection: token.locals.get(collection)}, outwards=True)
            except ModelFault as fault:
                step.record(ev.TokenDone(token.key, True))
                step.fail(token, fault)
                return
        finish(step, token, node)

    def path_done(self, step: "Step", scope: Scope, ended: Token) -> None:
        host = step.instance.tokens[scope.token]
        loop = step.instance.loops.get(host.key)
        nodes = step.graph.nodes
        last = nodes[ended.node]
        if loop is None:
            if not scope.tokens:
                scope_done(step, scope)
            return
        node = nodes[scope.node]
        if last.kind == kinds.EVENT_SUB_PROCESS:
            if scope.tokens:
                return
            if nodes[last.start].interrupting:
                _close(step, scope, host, node)
                return
        elif not (loop.sequential and _working(step, scope)):
            output: object = None
            work = _work(node)
            if work.output_element is not None:
                try:
                    output = json_value(step.value(work.output_element, scope))
                except ModelFault as fault:
                    step.fail(host, fault)
            step.record(ev.LoopItemDone(host.key, loop.done, output))
        self.again(step, host, node)

    def again(self, step: "Step", token: Token, node: Node) -> None:
        """Ask whether it is complete, and go on if it is not."""
        instance = step.instance
        loop = instance.loops.get(token.key)
        scope = instance.scopes.get(token.child)
        if loop is None or scope is None or any(each.token == token.key for each in instance.incidents.values()):
            return
        work = _work(node)
        try:
            met = work.completion is not None and step.met(work.completion, "completion", scope)
        except ModelFault as fault:
            step.fail(token, fault)
            return
        if met:
            if work.cancels:
                for key in list(scope.tokens):
                    other = instance.tokens.get(key)
                    if other is not None:
                        cancel(step, other, "the completion condition is met")
            _close(step, scope, token, node)
        elif loop.sequential and loop.done < loop.total and not _working(step, scope):
            following = loop.items[loop.done]
            if not isinstance(following, int):
                raise AssertionError(f"{node.id}: {following!r} is no element")
            step.enter(step.key(), following, scope.key)
        elif not scope.tokens:
            if work.completion is None:
                _close(step, scope, token, node)
                return
            step.fail(
                token,
                ModelFault(
                    "adHoc", f"all is done, but the completion condition '{work.completion.text}' is not true: change "
                    "the variables and retry",
                ),
            )  # fmt: skip


def _work(node: Node) -> AdHoc:
    if not isinstance(node.work, AdHoc):
        raise AssertionError(f"{node.id} is no ad-hoc sub-process")
    return node.work


def _offered(step: "Step", token: Token, node: Node, work: AdHoc) -> list[int]:
    """The elements to begin with. Raises ModelFault."""
    if work.elements is None:
        return list(node.offered)
    value = json_value(step.value(work.elements, token))
    if not isinstance(value, list):
        raise ModelFault("adHoc", f"'{work.elements.text}' should be a list of element ids, but is {value!r}")
    chosen: list[int] = []
    for name in value:
        index = step.graph.by_id.get(name, -1) if isinstance(name, str) else -1
        if index not in node.offered:
            raise ModelFault("adHoc", f"'{work.elements.text}' names {name!r}, which is no element to begin with in it")
        if index not in chosen:
            chosen.append(index)
    return chosen


def _working(step: "Step", scope: Scope) -> bool:
    """Whether any element of it runs, its event sub-processes apart."""
    tokens, nodes = step.instance.tokens, step.graph.nodes
    return any(nodes[tokens[key].node].kind != kinds.EVENT_SUB_PROCESS for key in scope.tokens)


def _close(step: "Step", scope: Scope, host: Token, node: Node) -> None:
    """Nothing more is offered: it ends with what still runs in it."""
    collection = _work(node).output_collection
    if collection:
        loop = step.instance.loops[host.key]
        step.record(ev.VariablesSet(scope.key, {collection: list(loop.outputs or ())[: loop.done]}))
    step.record(ev.LoopClosed(host.key))
    if not scope.tokens:
        scope_done(step, scope)
