"""Regular expressions that cannot run away.

Python's matcher backtracks: a pattern such as `(a+)+$` takes time exponential in the text. A pattern is therefore
checked first, and its cost on the text bounded before it runs. Refused are repeated groups that hold a repetition or
a choice, references to groups and look-around; remedy: a class such as `[ab]+`, or two plainer patterns.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from andante.expressions.faults import EvaluationFault
from andante.expressions.values import Run

_MOST: Final = 30_000_000  # elementary steps, about a second
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.NOFLAG}
_COUNT: Final = re.compile(r"\{(?=[0-9,])([0-9]*)(,[0-9]*)?\}")
_BLANKS: Final = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\s", re.DOTALL)


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
        text = _BLANKS.sub(lambda match: match[1] or "", text)
    repeats, ways = _check(text)
    chosen = re.NOFLAG
    for flag in flags:
        chosen |= _FLAGS[flag]
    try:
        expression = re.compile(text, chosen)
    except (re.error, OverflowError, RecursionError):
        return None
    return Pattern(expression, repeats, ways, text.startswith("^") and "|" not in text and "m" not in flags)


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
        at += 2 if text[at] == "\\" else 1
    return at + 1


def _refused(text: str, why: str) -> EvaluationFault:
    remedy = "write a class such as [ab]+, or two plainer patterns"
    return EvaluationFault(f"The pattern '{text[:60]}' {why}, which is refused because it may never end; {remedy}")
