"""A schema from strangers, read with care: texts, numbers and FEEL in it, and the lines of a file."""

import json
import re
from typing import Any, Final, final

from andante.expressions import Expression, ExpressionError, compile_feel, literal
from andante.markup.findings import Findings

MOST_FIELDS: Final = 2_000
DEEPEST: Final = 20


@final
class Reading:
    """`text` is the file, "" where a schema is part of another; `line` the line it begins at; `owner` what has it."""

    def __init__(self, findings: Findings, owner: str, text: str = "", line: int = 0) -> None:
        self.findings = findings
        self.owner = owner
        self.text = text
        self.line = line
        self.fields = 0

    def line_of(self, *marks: str) -> int:
        """Where the first of these texts that is a value in the file stands; the beginning, where none is."""
        for mark in marks:
            found = re.search(re.escape(json.dumps(mark, ensure_ascii=False)), self.text) if mark else None
            if found is not None:
                return self.line + self.text.count("\n", 0, found.start())
        return self.line

    def fault(self, code: str, message: str, *marks: str) -> None:
        self.findings.fault(code, next(filter(None, marks), self.owner), self.line_of(*marks), message)

    def warn(self, code: str, message: str, *marks: str) -> None:
        self.findings.warn(code, next(filter(None, marks), self.owner), self.line_of(*marks), message)

    def setting(self, value: object, what: str, *marks: str) -> Expression | None:
        """A value that may be FEEL after a leading `=`; None for null and where it is faulty."""
        if value is None:
            return None
        if isinstance(value, str) and value.lstrip().startswith("="):
            return self.feel(value, what, *marks)
        return literal(value)

    def feel(self, text: object, what: str, *marks: str) -> Expression | None:
        """FEEL, with or without the `=`."""
        if not isinstance(text, str) or not text.strip():
            if text not in (None, ""):
                self.fault("formExpression", f"{what} is {str(text)[:60]!r}. Write a FEEL expression.", *marks)
            return None
        try:
            return compile_feel(text.strip().removeprefix("="))
        except ExpressionError as fault:
            self.fault("formExpression", f"{what} '{text[:200]}' cannot be read: {fault}", *marks, text)
            return None


def part(value: object) -> dict[str, Any]:
    """An object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
