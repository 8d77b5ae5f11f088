"""Text with `${...}` or `#{...}` in it to its parts: plain text, and the tokens of each expression (JSR 245)."""

import re
from typing import Final

from andante.expressions.cursor import END, NAME, NUMBER, STRING, Token, number_of
from andante.expressions.faults import SyntaxFault

REFERENCE: Final = "reference"

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[^\W\d]\w*|\$[\w$]*)
    |(?P<symbol>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}=])""",
    re.VERBOSE | re.DOTALL,
)
_NAME_REST: Final = re.compile(r"[\w$]*")
_REFERENCE: Final = re.compile(r"\{!\s*([^{}]*?)\s*\}")
_OPENING: Final = re.compile(r"\\?[$#]\{")
_ESCAPE: Final = re.compile(r"\\([\\\"'])")


def parts(text: str) -> list[str | list[Token]]:
    """Plain text and the tokens of the expressions, in order. A `\\` before `${` makes it plain text."""
    found: list[str | list[Token]] = []
    plain = ""
    at = 0
    while match := _OPENING.search(text, at):
        plain += text[at : match.start()]
        at = match.end()
        if match[0].startswith("\\"):
            plain += match[0][1:]
            continue
        if plain:
            found.append(plain)
            plain = ""
        inner, at = tokens(text, at, closing=True)
        found.append(inner)
    plain += text[at:]
    if plain or not found:
        found.append(plain)
    return found


def tokens(text: str, at: int, *, closing: bool, references: bool = False) -> tuple[list[Token], int]:
    """The tokens from `at` to the `}` that closes the expression, or to the end, and where they stop.

    With `references`, `{!Name}` is a token of its own, whose value is the name.
    """
    found: list[Token] = []
    start = at
    while at < len(text):
        if references and (match := _REFERENCE.match(text, at)):
            found.append(Token(REFERENCE, match[0], match[1], at))
            at = match.end()
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            what = "The string has no closing quote" if text[at] in "'\"" else f"Unexpected {text[at]!r}"
            raise SyntaxFault(what, at)
        kind, part = match.lastgroup or "", match[0]
        if closing and part == "}":
            found.append(Token(END, "}", None, at))
            return found, match.end()
        end = match.end()
        if kind == NUMBER:
            found.append(Token(NUMBER, part, number_of(part, at), at))
        elif kind == STRING:
            found.append(Token(STRING, part, _ESCAPE.sub(r"\1", part[1:-1]), at))
        elif kind == NAME:
            rest = _NAME_REST.match(text, end)
            end = rest.end() if rest else end
            found.append(Token(NAME, text[at:end], None, at))
        elif kind != "space":
            found.append(Token(kind, part, None, at))
        at = end
    if closing:
        raise SyntaxFault("The expression has no closing '}'", start)
    found.append(Token(END, "the end", None, at))
    return found, at
