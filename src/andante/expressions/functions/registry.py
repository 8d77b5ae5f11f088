"""What a built-in function is: its body and the ways to call it."""

from collections.abc import Callable
from typing import Any, Final, final


@final
class Signature:
    """Parameters by name. `required` of them must be given; a `variadic` last one takes any number of arguments."""

    __slots__ = ("names", "required", "variadic")

    def __init__(self, text: str) -> None:
        parts = [part.strip() for part in text.split(",")] if text else []
        self.variadic = bool(parts) and parts[-1].endswith("*")
        self.required = sum(not part.endswith(("?", "*")) for part in parts) + self.variadic
        self.names = tuple(part.rstrip("?*") for part in parts)

    def takes(self, count: int) -> bool:
        """True when so many arguments by position fit."""
        return self.required <= count and (self.variadic or count <= len(self.names))

    def order(self, given: set[str]) -> tuple[str, ...] | None:
        """The names by position, up to the last one given; None where the names do not fit."""
        if not given.issubset(self.names) or not given.issuperset(self.names[: self.required]):
            return None
        last = max((self.names.index(name) for name in given), default=-1)
        return self.names[: last + 1]


@final
class Builtin:
    """`body` takes the arguments by position, after the run where `needs_run`. It gives None for what does not fit."""

    __slots__ = ("body", "builds", "clock", "name", "needs_run", "signatures")

    def __init__(
        self,
        name: str,
        body: Callable[..., Any],
        signatures: tuple[str, ...],
        needs_run: bool,
        builds: bool,
        clock: bool,
    ) -> None:
        self.name = name
        self.body = body
        self.signatures = tuple(Signature(text) for text in signatures)
        self.needs_run = needs_run
        self.builds = builds
        self.clock = clock

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return any(signature.takes(count) for signature in self.signatures)

    @property
    def usage(self) -> str:
        """How to call it, for messages."""
        return " or ".join(f"{self.name}({', '.join(each.names)})" for each in self.signatures)


TABLE: Final[dict[str, Builtin]] = {}


def builtin(
    name: str, *signatures: str, run: bool = False, builds: bool = False, clock: bool = False, single: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function under its FEEL name. In a signature `x?` may be left out and a last `x*` repeats.

    `run`: it takes the run first, to pay for its steps. `builds`: its result may be a list or context that shares
    parts with its arguments. `clock`: it reads the time. `single`: it takes no list, so that a list of one item is
    that item (section 10.3.2.9.4).
    """

    def enter(body: Callable[..., Any]) -> Callable[..., Any]:
        assert name not in TABLE, name
        TABLE[name] = Builtin(name, _of_single(body) if single else body, signatures, run, builds, clock)
        return body

    return enter


def _of_single(body: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        result = body(*arguments)
        if result is None and any(type(each) is list and len(each) == 1 for each in arguments):
            return body(*(each[0] if type(each) is list and len(each) == 1 else each for each in arguments))
        return result

    return call


def listed(arguments: tuple[Any, ...]) -> list[Any] | None:
    """The items of a call by one list or by any number of values (section 10.3.4.4); None for a null list."""
    if len(arguments) == 1:
        return as_list(arguments[0])
    return list(arguments)


def as_list(value: Any) -> list[Any] | None:
    """A list is itself, null none, any other value a list of it alone (section 10.3.2.9.4)."""
    if type(value) is list:
        return value
    return None if value is None else [value]
