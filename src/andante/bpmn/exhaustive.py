"""Whether two conditions cover every case: one is the other's opposite, as far as their texts tell."""

import re
from collections.abc import Sequence
from typing import Final

from andante.bpmn.graph import Flow, Node
from andante.expressions import Expression

# Comparison -> the one that it is told by, and whether it is its opposite.
_TOLD_BY: Final = {
    "==": ("==", True), "!=": ("==", False), "<": ("<", True), ">=": ("<", False), "<=": ("<=", True),
    ">": ("<=", False),
}  # fmt: skip
_WORDS: Final = {" eq ": "==", " ne ": "!=", " lt ": "<", " le ": "<=", " gt ": ">", " ge ": ">="}
_SIMPLE: Final = re.compile(r"""([^=<>!&|?]+?)\s*(==|!=|<=|>=|<|>)\s*([^=<>!&|?]+)""")
_JOINED: Final = re.compile(r"\b(?:and|or|not|if|then|else|in|between|for|some|every|return|satisfies)\b")
_NOT: Final = re.compile(r"(?:!|not\s+|not(?=\())(.+)")
_WHOLE: Final = re.compile(r"[\w.$\[\]]+(?:\(\))?")


def open_choice(node: Node, flows: Sequence[Flow]) -> bool:
    """Whether it may be that none of the node's conditions is true: two that exclude each other cover all."""
    conditions = [flow.condition for index in node.outgoing if (flow := flows[index]).condition is not None]
    known = {found for each in conditions if (found := told(each)) is not None}
    return not any((what, not holds) in known for what, holds in known)


def told(condition: Expression) -> tuple[str, bool] | None:
    """What it is about, and whether it holds when that is true; None where that cannot be told. Of two that are about
    the same, and hold when it is true and when it is not, one holds whatever the variables are, null apart."""
    text = _plain(condition)
    return _told(text) if text else None


def _plain(expression: Expression) -> str:
    """The text without the marks of its language; "" where it is more than one expression."""
    text = expression.text.strip()
    if text[:2] in ("${", "#{"):
        if not text.endswith("}") or "${" in text[2:] or "#{" in text[2:]:
            return ""
        text = text[2:-1]
    for word, sign in _WORDS.items():
        text = text.replace(word, sign)
    if expression.language == "feel":
        text = re.sub(r"(?<![<>=!])=(?!=)", "==", text)
    return re.sub(r"\s+", " ", text)


def _told(text: str) -> tuple[str, bool]:
    """As `told`, in one spelling."""
    text = _bare(text)
    found = _NOT.fullmatch(text)
    if found is not None:
        inner = found[1].strip()
        if _WHOLE.fullmatch(inner) or (inner.startswith("(") and inner.endswith(")") and _closed(inner[1:-1])):
            what, holds = _told(inner)
            return what, not holds
    simple = _SIMPLE.fullmatch(text)
    if simple is None or _JOINED.search(text):
        return text, True
    left, right = simple[1].strip(), simple[3].strip()
    sign, holds = _TOLD_BY[simple[2]]
    if sign == "==" and right in ("true", "false"):
        return left, holds == (right == "true")
    return f"{left}{sign}{right}", holds


def _bare(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _closed(text[1:-1]):
        text = text[1:-1].strip()
    return text


def _closed(text: str) -> bool:
    """Whether the brackets in it are its own."""
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return depth == 0
