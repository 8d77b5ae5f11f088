"""What is wrong with a model, or doubtful in it: found at deployment, all at once, each with its place and a remedy."""

from typing import Final, NamedTuple, final

MAX_FAULTS: Final = 200


class Finding(NamedTuple):
    """`code` is for programs and stays; `message` is for people and ends with the remedy. `line` counts from 1, 0 where
    there are no lines (the JSON form); `element` is the id, or the element's name where it has none."""

    code: str
    element: str
    line: int
    message: str


class ModelRefused(Exception):
    """The model cannot be deployed; nothing of it is. `findings` has every fault, at most MAX_FAULTS; those between
    elements are looked for once each element by itself is understood."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(f"line {f.line}, {f.element}: {f.message}" for f in findings))


@final
class Findings:
    """Collects while a model is read."""

    __slots__ = ("_extensions", "faults", "warnings")

    def __init__(self) -> None:
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []
        self._extensions: dict[str, tuple[str, int, str, int]] = {}

    def fault(self, code: str, element: str, line: int, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Finding(code, element, line, message))

    def warn(self, code: str, element: str, line: int, message: str) -> None:
        self.warnings.append(Finding(code, element, line, message))

    def ignored(self, what: str, element: str, line: int, why: str) -> None:
        """An extension without meaning here. A file may hold thousands of a kind: one warning tells of all."""
        known = self._extensions.get(what)
        if known is None:
            self._extensions[what] = (element, line, why, 1)
        else:
            self._extensions[what] = (known[0], known[1], known[2], known[3] + 1)

    def close(self) -> tuple[Finding, ...]:
        """The warnings. Raises ModelRefused where there are faults."""
        if self.faults:
            raise ModelRefused(tuple(self.faults))
        ignored = [
            Finding("ignored", element, line, f"{what} is ignored{f' ({count} times)' if count > 1 else ''}: {why}")
            for what, (element, line, why, count) in self._extensions.items()
        ]
        return tuple(sorted([*self.warnings, *ignored], key=lambda finding: finding.line))


def refuse(code: str, message: str, line: int = 0, element: str = "") -> ModelRefused:
    """For faults after which nothing more can be read."""
    return ModelRefused((Finding(code, element, line, message),))
