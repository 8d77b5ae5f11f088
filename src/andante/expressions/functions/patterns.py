"""Regular expressions that cannot run away, in the form that XPath gives them (DMN 1.5, section 10.3.4.3).

Python's matcher backtracks: a pattern such as `(a+)+$` takes time exponential in the text. A pattern is therefore
checked first, and its cost on the text bounded before it runs. Refused are repeated groups that hold a repetition or
a choice, references to groups and look-around; remedy: a class such as `[ab]+`, or two plainer patterns.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from andante.expressions.faults import EvaluationFault
from andante.expressions.functions.characters import ranges
from andante.expressions.values import Run

_MOST: Final = 30_000_000  # elementary steps, about a second
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.NOFLAG}
_COUNT: Final = re.compile(r"\{(?=[0-9,])([0-9]*)(,[0-9]*)?\}")
_BLANKS: Final = re.compile(r"(\\\S|\[\^?\]?(?:\\.|[^\]\\])*\])|\s+|(\\)\s+", re.DOTALL)
_NAMED: Final = re.compile(r"\\[pP]\{([A-Za-z0-9-]+)\}")
_SPACED: Final = re.compile(r"\\[pP]\{[^}]*\}")
_DIGITS: Final = frozenset("0123456789")


class Pattern(NamedTuple):
    """A checked pattern: `repeats` open repetitions, `ways` to go where it has a choice, and does it start with `^`?"""

    expression: re.Pattern[str]
    repeats: int
    ways: int
    anchored: bool

    def afford(self, text: str, run: Run) -> re.Pattern[str]:
        """The expression to run on the text, paid for. EvaluationFault where that may take too long."""
        size = len(text) + 1
        cost = size ** (self.repeats + (not self.anchored)) * self.ways
        if cost > _MOST:
            shown = self.expression.pattern[:60]
            raise EvaluationFault(f"The pattern '{shown}' may take too long on a string of {size - 1} characters")
        run.charge(cost // 1000 + 5)
        return self.expression


@lru_cache(maxsize=256)
def pattern(text: str, flags: str = "") -> Pattern | None:
    """The checked pattern, None where it is not well formed. EvaluationFault where it could run away."""
    if any(flag not in _FLAGS for flag in flags) or len(text) > 1000:
        return None
    if "x" in flags:  # Python's own flag would also let a quantifier stand apart from its group, and know comments
        text = _SPACED.sub(lambda match: "".join(match[0].split()), text)
        text = _BLANKS.sub(lambda match: match[1] or match[2] or "", text)
    written = _python(text, "s" in flags)
    if written is None:
        return None
    repeats, ways = _check(text)
    chosen = re.NOFLAG
    for flag in flags:
        chosen |= _FLAGS[flag]
    try:
        expression = re.compile(written, chosen)
    except (re.error, OverflowError, RecursionError):
        return None
    return Pattern(expression, repeats, ways, text.startswith("^") and "|" not in text and "m" not in flags)


def _python(text: str, every: bool) -> str | None:
    """The pattern as Python has it; None where it names a group or class of characters that there is not.

    `.` is any character but the ends of lines, unless `every`.
    """
    parts: list[str] = []
    at, groups = 0, 0
    while at < len(text):
        letter = text[at]
        if letter == "[":
            found = _class(text, at)
            if found is None:
                return None
            part, at = found
            parts.append(part)
            continue
        piece = letter
        if letter == "\\":
            named = _named(text, at)
            if named is None or text[at + 1 : at + 2] == "0" or _beyond(text[at + 1 : at + 2], groups):
                return None
            piece = f"[{named[0]}]" if named[0].startswith(("^", "\\u", "\\U")) else named[0]
            at = named[1]
        else:
            groups += letter == "(" and not text.startswith("(?", at)
            piece = "[^\n\r]" if letter == "." and not every else letter
            at += 1
        parts.append(piece)
    return "".join(parts)


def _beyond(digit: str, groups: int) -> bool:
    return digit in _DIGITS and int(digit) > groups


def _named(text: str, at: int) -> tuple[str, int] | None:
    r"""What follows a backslash, as Python has it, and where it ends: `\p{Lu}` are ranges, `^` first for `\P`."""
    if text[at + 1 : at + 2] not in ("p", "P"):
        return text[at : at + 2], at + 2
    match = _NAMED.match(text, at)
    found = None if match is None else ranges(match[1])
    if match is None or found is None:
        return None
    return ("^" if text[at + 1] == "P" else "") + found, match.end()


def _class(text: str, at: int) -> tuple[str, int] | None:
    """A class as Python has it and where it ends: one less another (`[a-z-[aeiou]]`) is two classes in a row."""
    head = "[^" if text.startswith("[^", at) else "["
    at += len(head)
    start, held, less = at, head, ""
    while at < len(text) and (text[at] != "]" or at == start):
        if text[at] == "\\":
            named = _named(text, at)
            if named is None or text[at + 1 : at + 2] in _DIGITS or named[0].startswith("^"):
                return None
            held += named[0]
            at = named[1]
        elif text.startswith("-[", at) and at > start:
            inner = _class(text, at + 1)
            if inner is None or not text.startswith("]", inner[1]):
                return None
            less = f"(?!{inner[0]})"
            at = inner[1]
        else:
            held += "\\[" if text[at] == "[" else text[at]
            at += 1
    return (f"(?:{less}{held}])" if less else f"{held}]"), at + 1


def _check(text: str) -> tuple[int, int]:
    """The number of open repetitions, and the ways through all that is optional, chosen or repeated so many times."""
    groups = [False]  # for each group open: does it hold a repetition or a choice?
    choices = [1]  # for each group open: how many alternatives?
    repeats, ways, at = 0, 1, 0
    closed: bool | None = None  # of the group that ended just before
    while at < len(text):
        letter = text[at]
        size, last = 1, None
        if letter == "\\":
            if text[at + 1 : at + 2].isdigit() and text[at + 1] != "0":
                raise _refused(text, "refers to a group")
            size = 2
        elif letter == "[":
            size = _class_end(text, at) - at
        elif letter == "(":
            if text.startswith("(?", at) and not text.startswith("(?:", at):
                raise _refused(text, "looks around or sets flags")
            size = 3 if text.startswith("(?:", at) else 1
            groups.append(False)
            choices.append(1)
        elif letter == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] = groups[-1] or last
            ways *= choices.pop()
        elif letter == "|":
            groups[-1] = True
            choices[-1] += 1
        elif letter in "*+?" or (letter == "{" and (count := _COUNT.match(text, at))):
            times = count[1] if letter == "{" and count is not None and not count[2] else ""
            size = len(count[0]) if letter == "{" and count is not None else 1
            if closed and letter != "?":
                raise _refused(text, "repeats a group that holds a repetition or a choice")
            if times:
                ways *= min(int(times[:9]), _MOST) or 1
            else:
                groups[-1] = True
                repeats += letter != "?"
                ways *= 2 if letter == "?" else 1
            if text[at + size : at + size + 1] == "?":  # as few as possible: the same cost
                size += 1
        closed = last
        at += size
    return repeats, ways * choices[0]


def _class_end(text: str, at: int) -> int:
    at += 1
    if text[at : at + 1] == "^":
        at += 1
    start = at
    while at < len(text) and (text[at] != "]" or at == start):
        if text.startswith("-[", at) and at > start:
            at = _class_end(text, at + 1)
        else:
            at += 2 if text[at] == "\\" else 1
    return at + 1


def _refused(text: str, why: str) -> EvaluationFault:
    remedy = "write a class such as [ab]+, or two plainer patterns"
    return EvaluationFault(f"The pattern '{text[:60]}' {why}, which is refused because it may never end; {remedy}")
