"""The receive task waits for its message, unless the instance began with it (BPMN 2.0.2 section 10.2.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine.elements.activity import NOTHING, Activity
from andante.engine.elements.instantiation import begin, begun_by
from andante.engine.elements.message import subscribe
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ReceiveTask(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if node.event is None:
            return NOTHING
        if begun_by(token, node):
            begin(step, node)
            return NOTHING
        subscribe(step, token, node, node.event)
        return None
