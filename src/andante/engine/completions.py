"""What an instance keeps of activities that are complete and can be undone, and compensation under way (BPMN 2.0.2
sections 10.7 and 13.5.5). Plain slotted classes (see events.py); only `apply` changes them."""

from typing import final


@final
class Completion:
    """An activity that completed and can be undone.

    `holder` is the key of what it completed in: a scope, the host token of a running multi-instance, or another
    completion, of the sub-process or multi-instance that contained it.
    `handler` is the node that undoes it; -1 for a sub-process or multi-instance without a handler of its own, which is
    undone by undoing what it holds. The handler of a sub-process may be an event sub-process in it. `variables` are
    those of the completed scope or inner instance, so that a handler sees them as they were; None where there are none
    of its own, and for a multi-instance as a whole.
    """

    __slots__ = ("handler", "holder", "key", "node", "variables")

    def __init__(self, key: int, holder: int, node: int, handler: int, variables: dict[str, object] | None) -> None:
        self.key = key
        self.holder = holder
        self.node = node
        self.handler = handler
        self.variables = variables


@final
class Compensation:
    """What `token` undoes: the `pending` completions one after the other, the last one first, each in the scope that
    holds it; `running` is the token that undoes one now (0: none)."""

    __slots__ = ("pending", "running", "token")

    def __init__(self, token: int, pending: list[int], running: int = 0) -> None:
        self.token = token
        self.pending = pending
        self.running = running
