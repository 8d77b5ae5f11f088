"""How operators change where an instance stands. See the package for the rules of all commands."""

from typing import final


@final
class MoveToken:
    """Take what stands at element `source` back and enter `target` instead, an element or a sequence flow. `token`
    tells which one where several stand there, 0 the only one. In a Modify one of the two may be empty: without a
    source the target is entered beside what stands elsewhere, without a target all that stands at the source is taken
    back, or the `token` alone."""

    __slots__ = ("reason", "source", "target", "token")

    def __init__(self, source: str, target: str, reason: str = "", token: int = 0) -> None:
        self.source = source
        self.target = target
        self.reason = reason
        self.token = token


@final
class Modify:
    """Several moves in this order: all of them, or none; `reason` is of those that have none. First the `variables`
    are set in the instance. With nothing left in it, it is terminated."""

    __slots__ = ("moves", "reason", "variables")

    def __init__(self, moves: list[MoveToken], reason: str = "", variables: dict[str, object] | None = None) -> None:
        self.moves = moves
        self.reason = reason
        self.variables = variables
