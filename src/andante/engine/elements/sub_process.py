"""The embedded sub-process: a scope of its own for tokens and variables (BPMN 2.0.2 sections 10.2.5 and 13.3.4)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.activity import Activity
from andante.engine.elements.flows import finish
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class SubProcess(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        scope = step.key()
        step.record(ev.ScopeOpened(scope, node.index, token.scope, token.key))
        step.enter(step.key(), node.start, scope)
        return None

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node)
