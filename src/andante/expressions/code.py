"""Python source under construction, from checked trees only.

No character of a user's text gets into the source: its names and strings are bound as constants, so what is compiled
consists of our own templates, whole numbers and generated identifiers. `N` is the mapping of variables, `R` the run
that pays, `tN` a temporary, `vN` a variable of the expression, `kN` a constant, `fN` a generated function.
"""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final, final

from andante.expressions.faults import EvaluationFault, Limits
from andante.expressions.values import Run

Evaluate = Callable[[Mapping[str, object], int | None], object]
EvaluatePart = Callable[[Mapping[str, Any], Run], Any]

# Python refuses 200 nested parentheses and a template adds at most three: what is deeper becomes a function of its own.
_DEEPEST: Final = 24


@final
class Code:
    """A Python expression in parentheses or atomic.

    `free` are the expression's own variables it reads; `native` is true when its value is surely a FEEL value, false
    when it may still be raw JSON; `kind` is the class of its value where that is known; `constant` marks a literal.
    """

    __slots__ = ("constant", "depth", "free", "kind", "native", "text")

    def __init__(
        self,
        text: str,
        *,
        depth: int = 0,
        free: frozenset[str] = frozenset(),
        native: bool = True,
        kind: type | None = None,
        constant: bool = False,
    ) -> None:
        self.text = text
        self.depth = depth
        self.free = free
        self.native = native
        self.kind = kind
        self.constant = constant


@final
class Source:
    """The functions and constants of one expression. `support` are the functions its code may call."""

    def __init__(self, support: Mapping[str, object], limits: Limits, zone: tzinfo) -> None:
        self.limits = limits
        self.zone = zone
        self.names: set[str] = set()
        self.uses_run = False
        self.uses_clock = False
        self.builds = False
        self._globals: dict[str, object] = {"__builtins__": {}, **support}
        self._functions: list[str] = []
        self._count = 0

    def fresh(self, letter: str) -> str:
        """An identifier not used yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def bind(self, value: object) -> str:
        """The identifier of a constant that the code may use."""
        name = self.fresh("k")
        self._globals[name] = value
        return name

    def constant(self, value: object) -> Code:
        """A literal value."""
        kind = type(value)
        if value is None or kind is bool:
            return Code(repr(value), kind=kind, constant=True)
        if kind is int:
            return Code(f"({value})", kind=kind, constant=True)
        return Code(self.bind(value), kind=kind if kind in (str, Decimal) else None, constant=True)

    def run(self) -> str:
        """The run, for code that has to pay."""
        self.uses_run = True
        return "R"

    def write(self, template: str, *parts: Code, native: bool = True, kind: type | None = None) -> Code:
        """The template with each {n} replaced by a part's text."""
        parts = tuple(self._shallow(part) for part in parts)
        return Code(
            template.format(*[part.text for part in parts]),
            depth=max((part.depth for part in parts), default=0) + 3,
            free=frozenset[str]().union(*[part.free for part in parts]),
            native=native,
            kind=kind,
        )

    def sequence(self, first: Code, rest: list[tuple[str, Code]]) -> Code:
        """A chain from the left, each template filled with what came before ({0}) and its operand ({1})."""
        if len(rest) <= 4:
            for template, operand in rest:
                first = self.write(template, first, operand)
            return first
        kept = Code(self.fresh("t"))
        # The steps assign to `kept`, so they must stay in this function: their operands go out of it instead.
        steps = [self.write(f"({kept.text} := {{0}})", self._shallow(first, 6))]
        for template, operand in rest:
            steps.append(self.write(f"({kept.text} := {template})", kept, self._shallow(operand, 6)))
        return self.write("(" + ", ".join(f"{{{n}}}" for n in range(len(steps))) + ")[-1]", *steps)

    def _shallow(self, part: Code, room: int = 0) -> Code:
        if part.depth <= _DEEPEST - room:
            return part
        name = self.fresh("f")
        arguments = ", ".join(["N", "R", *sorted(part.free)])
        self._functions.append(f"def {name}({arguments}):\n return {part.text}\n")
        return Code(f"{name}({arguments})", free=part.free, native=part.native, kind=part.kind)

    def build(self, result: Code, unknown: Callable[[KeyError], Exception] | None = None) -> Evaluate:
        """Compile to a function of (names, now). `unknown` makes the fault of a name that `N` lacks."""
        self._globals |= {
            "RecursionError": RecursionError,
            "KeyError": KeyError,
            "Run": Run,
            "nested": _nested,
            "unknown": unknown,
            "limits": self.limits,
            "zone": self.zone,
        }
        result = self._shallow(result)
        run = "Run(limits, now, zone)" if self.uses_run else "None"
        source = "".join(self._functions) + (
            f"def evaluate(N, now):\n R = {run}\n try:\n  return {result.text}\n"
            " except RecursionError:\n  raise nested() from None\n"
        )
        if unknown is not None:
            source += " except KeyError as error:\n  raise unknown(error) from None\n"
        evaluate: Evaluate = self._compiled(source)
        return evaluate

    def build_part(self, result: Code) -> EvaluatePart:
        """Compile to a function of (names, run), for a whole of many expressions that pays from one run."""
        self._globals |= {"limits": self.limits, "zone": self.zone}
        result = self._shallow(result)
        part: EvaluatePart = self._compiled("".join(self._functions) + f"def evaluate(N, R):\n return {result.text}\n")
        return part

    def _compiled(self, source: str) -> Any:
        exec(compile(source, "<expression>", "exec"), self._globals)  # noqa: S102 # our own templates, see above
        return self._globals["evaluate"]


def _nested() -> EvaluationFault:
    return EvaluationFault("The values are nested too deep")


def is_plain(name: str, value: Code, constant: Code) -> str:
    """The test whether {0}, kept as `name`, compares to a constant as Python compares."""
    kind = constant.kind.__name__ if constant.kind is not None else ""
    test = f"({name} := {{0}}).__class__ is {kind}"
    exact = constant.kind is int and abs(int(constant.text[1:-1])) < 2**53
    # A float is read as the decimal that it is written as. That decimal rounds to it, and so is on the same side of
    # any whole number that is itself a float. The difference leaves out infinity and NaN.
    return f"{test} or {name}.__class__ is float and {name} - {name} == 0" if exact and not value.native else test


def free_of(code: Code, *bound: str) -> Code:
    """The same code where its variables are bound around it."""
    code.free = code.free.difference(bound)
    return code
