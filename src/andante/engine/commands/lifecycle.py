"""What is asked of an instance as a whole. See the package for the rules that all commands keep."""

from typing import final


@final
class Suspend:
    """`held`: from the parent."""

    __slots__ = ("held", "reason")

    def __init__(self, held: bool = False, reason: str = "") -> None:
        self.held = held
        self.reason = reason


@final
class Resume:
    """`held`: from the parent."""

    __slots__ = ("held", "reason")

    def __init__(self, held: bool = False, reason: str = "") -> None:
        self.held = held
        self.reason = reason


@final
class Terminate:
    """`state` 'User Terminated' (a person, the API) or 'Terminated' (the engine); `from_caller`: the instance that
    called this one wants it no more, and need not be told."""

    __slots__ = ("from_caller", "reason", "state")

    def __init__(self, state: str = "User Terminated", reason: str = "", from_caller: bool = False) -> None:
        self.state = state
        self.reason = reason
        self.from_caller = from_caller


@final
class Retry:
    """Try again whatever stands at an incident, or at the one whose key is `incident` alone."""

    __slots__ = ("incident", "reason")

    def __init__(self, reason: str = "", incident: int = 0) -> None:
        self.reason = reason
        self.incident = incident
