"""The script task evaluates its expression (BPMN 2.0.2 section 10.2.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node, Script
from andante.engine.elements.activity import NOTHING, Activity
from andante.engine.elements.listening import brought
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ScriptTask(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        return evaluated(step, token, node)


def evaluated(step: "Step", token: Token, node: Node) -> Mapping[str, object]:
    """What the node's script brings: its result variable, or each entry of a context. Raises ModelFault."""
    script = node.work
    return brought(step, token, script) if isinstance(script, Script) else NOTHING
