"""Tasks that need no person: script, service, send, receive (BPMN 2.0.2 sections 10.2.3 and 13.3.3).

A manual task and an untyped task have no work here: the token passes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import JobWork, Node, Script
from andante.engine.elements.activity import NOTHING, Activity, create_job
from andante.engine.elements.message import subscribe, throw_message
from andante.engine.scoping import json_value
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ScriptTask(Activity):
    """Evaluates its expression."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        script = node.work
        if not isinstance(script, Script):
            return NOTHING
        value = json_value(step.value(script.expression, token))
        if script.result_variable:
            return {script.result_variable: value}
        return value if isinstance(value, dict) else NOTHING


@final
class ServiceTask(Activity):
    """A job for a worker. Also the send task's form that a worker carries out."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
            return None
        return SCRIPT.work(step, token, node)


@final
class SendTask(Activity):
    """Throws its message, or leaves it to a worker."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
            return None
        if node.event is not None:
            throw_message(step, token, node, node.event)
        return NOTHING


@final
class ReceiveTask(Activity):
    """Waits for its message."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        if node.event is None:
            return NOTHING
        subscribe(step, token, node, node.event)
        return None


SCRIPT = ScriptTask()
