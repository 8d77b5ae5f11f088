"""Tokens, scopes, multi-instances and variables. See the package for the rules that all facts keep."""

from typing import final


@final
class ElementEntered:
    """A token arrives at a flow node, by `flow` (-1: none). A token seen before has left the node it was at.

    `loop` is the host token of the multi-instance of which this is the next inner instance (0: of none).
    """

    __slots__ = ("flow", "loop", "node", "scope", "token")

    def __init__(self, token: int, node: int, scope: int, flow: int, loop: int = 0) -> None:
        self.token = token
        self.node = node
        self.scope = scope
        self.flow = flow
        self.loop = loop


@final
class TokenJoined:
    """The token waits at a joining gateway for its partners."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenDone:
    """The work is done but the token could not leave; `mapped` tells whether the output mappings are done too."""

    __slots__ = ("mapped", "token")

    def __init__(self, token: int, mapped: bool) -> None:
        self.token = token
        self.mapped = mapped


@final
class TokenReady:
    """The token is to enter its element again (retry)."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenEnded:
    """The token is consumed: at an end event, in a join, or without a way out."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenCancelled:
    """The token was withdrawn: interrupted, or its scope or instance ended."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class ScopeOpened:
    """A sub-process began: `scope` holds its tokens and variables; `token` waits in the parent scope."""

    __slots__ = ("node", "parent", "scope", "token")

    def __init__(self, scope: int, node: int, parent: int, token: int) -> None:
        self.scope = scope
        self.node = node
        self.parent = parent
        self.token = token


@final
class ScopeClosed:
    """The sub-process ended; its variables are gone."""

    __slots__ = ("scope",)

    def __init__(self, scope: int) -> None:
        self.scope = scope


@final
class LoopOpened:
    """A multi-instance activity began with `total` items."""

    __slots__ = ("items", "sequential", "token", "total")

    def __init__(self, token: int, items: list[object], total: int, sequential: bool) -> None:
        self.token = token
        self.items = items
        self.total = total
        self.sequential = sequential


@final
class LoopItemDone:
    """One inner instance completed; `output` is its output element."""

    __slots__ = ("index", "output", "token")

    def __init__(self, token: int, index: int, output: object) -> None:
        self.token = token
        self.index = index
        self.output = output


@final
class LoopClosed:
    """The multi-instance activity has ended."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class LocalsSet:
    """Variables local to one token (input mappings, loop counter)."""

    __slots__ = ("token", "values")

    def __init__(self, token: int, values: dict[str, object]) -> None:
        self.token = token
        self.values = values


@final
class VariablesSet:
    """Variables of a scope (`holder` 0: the instance). Those of one token are LocalsSet."""

    __slots__ = ("holder", "values")

    def __init__(self, holder: int, values: dict[str, object]) -> None:
        self.holder = holder
        self.values = values
