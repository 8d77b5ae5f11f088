"""Which expression language a text in a model is written in, and its compilation with faults as findings."""

import re
from typing import Final, final

from andante.bpmn.findings import Findings
from andante.expressions import (
    Expression,
    ExpressionError,
    compile_contract,
    compile_feel,
    compile_juel,
    compile_text,
)

FEEL: Final = "feel"
JUEL: Final = "juel"
XPATH: Final = "xpath"
_REFERENCE: Final = re.compile(r"\{!([^{}]*)\}")
_FORMATS: Final = {"feel": FEEL, "application/feel": FEEL, "juel": JUEL, "application/juel": JUEL, "unified": JUEL}


def language_of(uri: str) -> str | None:
    """The language that a URI, MIME type or short name stands for; None where it is none of ours."""
    text = uri.strip().lower()
    if not text or text in _FORMATS:
        return _FORMATS.get(text, "")
    if "feel" in text:
        return FEEL
    if "juel" in text or "unified-el" in text:
        return JUEL
    return XPATH if text.rstrip("/").endswith("xpath") else None


@final
class Language:
    """Compiles the texts of one file. `default` is its declared expression language, "" where none is.

    A text tells its language by its form: `${...}` is JUEL, a leading `=` FEEL. What has neither form is plain text
    where a value stands, and an expression in the declared language, else FEEL, where a condition or script stands.
    With `references` the contract's `{!Name}` is a form of its own (contract 2.5).
    """

    __slots__ = ("default", "findings", "references")

    def __init__(self, findings: Findings, default: str = "", *, references: bool = False) -> None:
        self.findings = findings
        self.default = default
        self.references = references

    def value(self, text: str, element: str, line: int) -> Expression | None:
        """A value: an expression in one of the forms, else the text itself. None for "" and where it is faulty."""
        if not text.strip():
            return None
        try:
            if self.references and "{!" in text:
                return compile_juel(_REFERENCE.sub(r"${\1}", text.strip()))
            return compile_text(text.strip())
        except ExpressionError as fault:
            self._faulty(text, element, line, fault)
            return None

    def condition(self, text: str, element: str, line: int, language: str | None = "") -> Expression | None:
        """A condition, a number or a script: always an expression. None for "", where it is faulty, and where
        `language` is None: not ours."""
        text = text.strip()
        if not text or language is None:
            return None
        chosen = language or self.default
        try:
            if text.startswith("="):
                return compile_feel(text[1:].strip())
            if self.references and "{!" in text:
                return compile_contract(text)
            if "${" in text or "#{" in text:
                return compile_juel(text)
            if chosen == JUEL:
                return compile_juel("${" + text + "}")
            if chosen == XPATH:
                what = f"The file names XPath as its expression language, but '{text}' is read as FEEL."
                self.findings.warn("expressionLanguage", element, line, f"{what} Write ={text} to say that.")
            return compile_feel(text)
        except ExpressionError as fault:
            self._faulty(text, element, line, fault)
            return None

    def declared(self, uri: str, element: str, line: int) -> str | None:
        """The language an element names for itself, "" for none; None with a fault where we do not have it."""
        found = language_of(uri)
        if found is None:
            self.findings.fault(
                "expressionLanguage", element, line,
                f"The expression language '{uri}' is not supported. Write the expression in FEEL or as ${{...}}.",
            )  # fmt: skip
            return None
        return "" if found == XPATH else found

    def _faulty(self, text: str, element: str, line: int, fault: ExpressionError) -> None:
        shown = text if len(text) <= 200 else text[:200] + "…"
        self.findings.fault("expression", element, line, f"The expression '{shown}' cannot be read: {fault}")
