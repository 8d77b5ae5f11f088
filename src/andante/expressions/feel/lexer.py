"""FEEL text to tokens (DMN 1.5, section 10.3.1.2)."""

import re
from typing import Final

from andante.expressions.cursor import END, NAME, NUMBER, STRING, Token, number_of
from andante.expressions.faults import Limits, SyntaxFault

_FIRST = r"[^\W\d]|[$?\U00010000-\U000EFFFF]"
_TOKEN: Final = re.compile(
    rf"""(?P<space>(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<name>(?:{_FIRST})(?:{_FIRST}|\d)*)
    |`(?P<quoted>[^`\n]+)`
    |(?P<symbol>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.@])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"'\\]))")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t"}
# What other languages write, and FEEL otherwise.
_REMEDIES: Final = {
    "&": "and", "|": "or", "!": "not(...)", "%": "modulo(a, b)", "'": 'strings in "double quotes"',
    "“": 'strings in "straight quotes"', "”": 'strings in "straight quotes"',
}  # fmt: skip
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def tokens(text: str, limits: Limits, long: re.Pattern[str] | None = None) -> list[Token]:
    """All tokens and a last one of kind END. SyntaxFault for what is none, or a text longer than the limit.

    What `long` matches is one name.
    """
    if len(text) > limits.max_length:
        raise SyntaxFault(f"The expression is longer than {limits.max_length} characters", limits.max_length)
    found: list[Token] = []
    position = 0
    while position < len(text):
        name = long.match(text, position) if long is not None else None
        if name is not None:
            found.append(Token(NAME, " ".join(name[0].split()), None, position))
            position = name.end()
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            raise SyntaxFault(_unreadable(text[position]), position)
        if text.startswith("/*", position) and match[0] == "/":
            raise SyntaxFault("The comment has no closing '*/'", position)
        kind, part = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == NUMBER:
            found.append(Token(NUMBER, part, number_of(part, position), position))
        elif kind == STRING:
            found.append(Token(STRING, part, unescape(part[1:-1], position), position))
        elif kind == "quoted":
            found.append(Token("quoted", part, None, position))
        elif kind != "space":
            found.append(Token(kind, part, None, position))
        position = match.end()
    found.append(Token(END, "the end", None, len(text)))
    return found


def _unreadable(letter: str) -> str:
    if letter == '"':
        return "The string has no closing quote"
    return f"Unexpected {letter!r}" + (f"; write {_REMEDIES[letter]}" if letter in _REMEDIES else "")


def unescape(text: str, position: int) -> str:
    r"""The string a literal stands for. A backslash before any other character stands for itself, as in "\d"."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: _escaped(match, position), text)
    if _SURROGATES.search(text):
        try:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16")  # joins the two halves of a pair
        except UnicodeError:
            raise SyntaxFault("The string holds half a surrogate pair", position) from None
    return text


def _escaped(match: re.Match[str], position: int) -> str:
    if match[3]:
        return _PLAIN.get(match[3], match[3])
    code = int(match[1] or match[2], 16)
    if code > 0x10FFFF:
        raise SyntaxFault(f"There is no character {match[0]}", position)
    return chr(code)
