"""The service task: a worker's job, or an expression to evaluate (BPMN 2.0.2 section 10.2.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import JobWork, Node
from andante.engine.elements.activity import Activity, create_job
from andante.engine.elements.script_task import evaluated
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ServiceTask(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
            return None
        return evaluated(step, token, node)
