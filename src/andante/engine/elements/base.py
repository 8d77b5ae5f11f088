"""The verbs of a behaviour. A behaviour is stateless: it reads the state, records facts and asks for effects."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from andante.bpmn.graph import Assignment, Flow, Node
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


class FlowNode:
    """One kind of flow node. Each verb is a phrase of BPMN 2.0.2 chapter 13."""

    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        """A token arrives. Raises ModelFault where the model cannot go on; the token then waits before the node."""
        raise AssertionError(f"{node.kind_name} takes no tokens")

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """The event this node waits for occurs at `token`; `values` are what it brings."""
        raise AssertionError(f"{node.kind_name} waits for nothing")

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """What `token` hosts (a scope, a called instance) ended well; `values` are its variables."""
        raise AssertionError(f"{node.kind_name} has no children")

    def path_done(self, step: "Step", scope: Scope, ended: Token) -> None:
        """A token of the scope that this node hosts is consumed."""
        raise AssertionError("only an ad-hoc sub-process asks after each path")

    def again(self, step: "Step", token: Token, node: Node) -> None:
        """An incident of a token that waits is resolved."""

    def item_done(self, step: "Step", token: Token, node: Node) -> None:
        """One inner instance of a multi-instance ended well. Raises ModelFault before anything has changed."""
        raise AssertionError(f"{node.kind_name} is no activity")

    def outputs(self, node: Node) -> Sequence[Assignment]:
        """What leaves the node, evaluated over what is local to its token."""
        return node.outputs

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        """The flows a token leaves by; none ends it. Raises ModelFault."""
        flows = step.graph.flows
        return [flows[index] for index in node.outgoing]


# Kind -> behaviour. Filled by `table`, read by the core's loop.
BEHAVIOURS: Final[dict[int, FlowNode]] = {}
