"""The embedded sub-process: a scope of its own for tokens and variables (BPMN 2.0.2 sections 10.2.5 and 13.3.4).

An event sub-process is one, too, once its event has occurred.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine.elements.activity import Activity
from andante.engine.elements.event_handlers import open_scope
from andante.engine.elements.flows import finish
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class SubProcess(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        scope = open_scope(step, token, node)
        step.enter(step.key(), node.start, scope.key)
        return None

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node)
