"""The send task throws its message, or leaves it to a worker (BPMN 2.0.2 section 10.2.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import JobWork, Node
from andante.engine.elements.activity import NOTHING, Activity, create_job
from andante.engine.elements.message import throw_message
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class SendTask(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
            return None
        if node.event is not None:
            throw_message(step, token, node, node.event)
        return NOTHING
