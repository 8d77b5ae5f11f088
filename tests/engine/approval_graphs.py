"""Processes in which several people decide, and send back what they do not like: for the properties of all."""

from andante.bpmn.graph import MultiInstance, ProcessGraph
from andante.bpmn.voting import ANY_ONE, EVERY_ONE, SEQUENTIAL, ApprovalPolicy
from andante.expressions import compile_feel
from andante.testing import ProcessBuilder
from andante.testing.process import message, timer

OUTCOMES = ("yes", "no", "maybe")
ACTIONS = ("complete", "addSigner", "return")


def deciding_together() -> ProcessGraph:
    """All kinds of approvals, one in a multi-instance, and ways back over a fork."""
    return (
        ProcessBuilder()
        .start()
        .user_task("write", users="ann, bob", actions=ACTIONS)
        .parallel("fork")
        .user_task(
            "every", users="ann, bob, ina", groups="law", outcomes=OUTCOMES, actions=ACTIONS, outputs={"x": "x"},
            approval=ApprovalPolicy(
                EVERY_ONE, threshold=50, default_outcome="no", terminating=("maybe",), automatic=("initiator",)
            ),
        )
        .boundary("late", "every", timer("PT1H"))
        .boundary("told", "every", message("m"), interrupting=False)
        .user_task(
            "turn", users="bob, ann, ina", outcomes=OUTCOMES, actions=ACTIONS,
            approval=ApprovalPolicy(SEQUENTIAL, default_outcome="no", automatic=("approved",)),
        )
        .parallel("join")
        .user_task(
            "each", users="ann, bob", outcomes=OUTCOMES, actions=ACTIONS,
            multi=MultiInstance(cardinality=compile_feel("2")),
            approval=ApprovalPolicy(EVERY_ONE, default_outcome="no"),
        )
        .user_task("one", users="ann, bob", outcomes=OUTCOMES, actions=ACTIONS, approval=ApprovalPolicy(ANY_ONE))
        .exclusive("again", default="end")
        .end()
        .path("start", "write", "fork", "every", "join", "each", "one", "again")
        .path("fork", "turn", "join")
        .path("late", "join")
        .path("told", "end")
        .flow("again", "write", '$BP.TaskOutcome = "no"')
        .flow("again", "end")
        .graph()
    )  # fmt: skip


def sent_back() -> ProcessGraph:
    """Approvals and returns in a sub-process that may be interrupted, and what asks who has approved before."""
    agreed = ApprovalPolicy(EVERY_ONE, default_outcome="no", automatic=("approved",))
    return (
        ProcessBuilder()
        .start()
        .sub_process("sub")
        .start("s", inside="sub")
        .user_task("a", users="ann, bob", outcomes=OUTCOMES, actions=ACTIONS, approval=agreed, inside="sub")
        .user_task("b", assignee="ann", outcomes=OUTCOMES, actions=ACTIONS, inside="sub")
        .end("e", inside="sub")
        .path("s", "a", "b", "e")
        .boundary("stop", "sub", message("m", "x"))
        .user_task("c", users="ann, bob, cid", outcomes=OUTCOMES, actions=ACTIONS, approval=agreed)
        .user_task("d", actions=ACTIONS)
        .end()
        .path("start", "sub", "c", "d", "end")
        .path("stop", "c")
        .graph()
    )


MAKERS = (deciding_together, sent_back)
