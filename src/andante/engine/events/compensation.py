"""Completed activities that can be undone, and their undoing. See the package for the rules that all facts keep."""

from typing import final


@final
class CompletionKept:
    """An activity completed that can be compensated (see engine.completions). What `takes` held is from now on held by
    this completion: the scope or multi-instance that ended with it (0: nothing)."""

    __slots__ = ("completion", "handler", "holder", "node", "takes", "variables")

    def __init__(
        self, completion: int, holder: int, node: int, handler: int, variables: dict[str, object] | None, takes: int
    ) -> None:
        self.completion = completion
        self.holder = holder
        self.node = node
        self.handler = handler
        self.variables = variables
        self.takes = takes


@final
class CompensationStarted:
    """`token` undoes these completions, the last one first, and waits. Nobody else can take them up.

    `emptied` are multi-instances, as a whole, whose instances are all among them.
    """

    __slots__ = ("completions", "emptied", "token")

    def __init__(self, token: int, completions: list[int], emptied: list[int]) -> None:
        self.token = token
        self.completions = completions
        self.emptied = emptied


@final
class CompletionUndoing:
    """The last pending completion is being undone by the token `by`. What it held goes into the scope `into`, in which
    its sub-process is opened anew (0: is dropped)."""

    __slots__ = ("by", "completion", "into", "token")

    def __init__(self, token: int, completion: int, by: int, into: int) -> None:
        self.into = into
        self.token = token
        self.completion = completion
        self.by = by


@final
class CompensationEnded:
    """All that `token` was to undo is undone."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token
