"""One JSON object of a definition, from which readers take the fields they understand; the rest is refused."""

from collections.abc import Iterable
from typing import Final, final

from andante.bpmn.findings import Findings
from andante.bpmn.graph import Assignment
from andante.bpmn.language import Language
from andante.expressions import Expression, literal

# Where things are drawn: no effect on the run.
_DRAWING: Final = frozenset(("connectorPoint", "height", "locationX", "locationY", "width"))


@final
class Fields:
    """`where` is the element that messages name. A value of the wrong type is a fault and reads as absent."""

    __slots__ = ("findings", "language", "values", "where")

    def __init__(self, values: dict[str, object], where: str, findings: Findings, language: Language) -> None:
        self.values = dict(values)
        self.where = where
        self.findings = findings
        self.language = language

    def fault(self, code: str, message: str) -> None:
        self.findings.fault(code, self.where, 0, message)

    def has(self, *names: str) -> bool:
        """Whether one of the fields is there and says something."""
        return any(self.values.get(name) not in (None, "", [], {}) for name in names)

    def raw(self, name: str) -> object:
        return self.values.pop(name, None)

    def text(self, name: str, default: str = "") -> str:
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return value.strip() if value else default
        self._wrong(name, "a text", value)
        return default

    def number(self, name: str, default: int = 0) -> int:
        value = self.raw(name)
        if isinstance(value, str) and value.strip().lstrip("-").isdigit() and len(value) < 12:
            return int(value)
        if value is None or value == "":
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._wrong(name, "a whole number", value)
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.raw(name)
        if isinstance(value, bool):
            return value
        if value is not None and value != "":
            self._wrong(name, "true or false", value)
        return default

    def part(self, name: str) -> "Fields | None":
        value = self.raw(name)
        if isinstance(value, dict):
            return Fields(value, self.where, self.findings, self.language)
        if value not in (None, "", []):
            self._wrong(name, "an object", value)
        return None

    def items(self, name: str) -> list[object]:
        value = self.raw(name)
        if isinstance(value, list):
            return value
        if value not in (None, "", {}):
            self._wrong(name, "a list", value)
        return []

    def objects(self, name: str) -> "Iterable[Fields]":
        """The objects of a list, each named by its `name`."""
        for number, item in enumerate(self.items(name)):
            if isinstance(item, dict):
                own = item.get("name")
                where = own if isinstance(own, str) and own else f"{self.where}.{name}[{number}]"
                yield Fields(item, where, self.findings, self.language)
            else:
                self._wrong(f"{name}[{number}]", "an object", item)

    def names(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas."""
        value = self.raw(name)
        parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
        if not isinstance(value, str | list) and value is not None:
            self._wrong(name, "a list of texts", value)
        if not all(isinstance(part, str) for part in parts):
            self._wrong(name, "a list of texts", value)
            return ()
        return tuple(part.strip() for part in parts if part.strip())

    def value(self, name: str) -> Expression | None:
        """A value: a text in one of the expression forms, or any JSON for itself; None where it is absent."""
        raw = self.raw(name)
        return self.as_value(raw)

    def as_value(self, raw: object) -> Expression | None:
        if isinstance(raw, str):
            return self.language.value(raw, self.where, 0)
        return None if raw is None else literal(raw)

    def condition(self, name: str) -> Expression | None:
        """A text that is an expression in any case; true, false and numbers stand for themselves."""
        raw = self.raw(name)
        if isinstance(raw, str):
            return self.language.condition(raw, self.where, 0)
        return None if raw is None else literal(raw)

    def mappings(self, name: str) -> list[Assignment]:
        """`{"target": value, ...}`, in order."""
        values = self.raw(name)
        if values in (None, "", []):
            return []
        if not isinstance(values, dict):
            self._wrong(name, "an object of names and values", values)
            return []
        found: list[Assignment] = []
        for target, raw in values.items():
            source = self.as_value(raw)
            found.append(Assignment(target, source if source is not None else literal(raw)))
        return found

    def close(self, *ignored: str) -> None:
        """Refuse the fields nobody took. Empty ones say nothing; drawing and `ignored` ones have no effect."""
        for name, value in self.values.items():
            if name in _DRAWING or name in ignored or value in (None, "", [], {}, False):
                continue
            self.fault("unknownField", f"The field '{name}' is not known here. Remove it.")

    def _wrong(self, name: str, wanted: str, value: object) -> None:
        self.fault("fieldType", f"'{name}' must be {wanted}, but is {_shown(value)}. Correct it.")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "…"
