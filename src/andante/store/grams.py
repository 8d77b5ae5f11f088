"""What a search looks for: pieces of the words in a text, so that a part of a word finds it, in any script.

A text of letters is cut at each of its places into pieces of three; Chinese, Japanese and Korean, where two characters
make a word, into pieces of two. Each is written in plain letters and digits: both databases' indexes of words take it
as it is, whatever their locale.
"""

from typing import Final

NARROW: Final = 3
WIDE: Final = 2
FIRST_WIDE: Final = 0x2E80  # CJK radicals: from here on characters are words or parts of few
BACKSLASH: Final = r"'\'"
LIKE: Final = f"like ? escape {BACKSLASH}"
LONGEST: Final = 400  # characters of a text that are looked at


def folded(text: str) -> str:
    """As texts are compared: capitals and small letters are the same."""
    return text.casefold()


def pattern(text: str) -> str:
    """What contains `text`, for LIKE; what was folded is compared."""
    plain = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def grams(text: str) -> str:
    """The pieces of a text, separated by blanks."""
    found: dict[str, None] = {}
    for run in _runs(folded(text)[:LONGEST]):
        size = WIDE if ord(run[0]) >= FIRST_WIDE else NARROW
        for start in range(len(run)):
            found[_spelled(run[start : start + size])] = None
    return " ".join(found)


def wanted(text: str) -> list[tuple[str, bool]]:
    """The pieces that a text has which contains this one, and whether only their beginning is known."""
    found: dict[str, bool] = {}
    for run in _runs(folded(text)[:LONGEST]):
        size = WIDE if ord(run[0]) >= FIRST_WIDE else NARROW
        if len(run) < size:
            found[_spelled(run)] = True
        for start in range(len(run) - size + 1):
            found[_spelled(run[start : start + size])] = False
    return list(found.items())


def _runs(text: str) -> list[str]:
    """What stands together: letters and digits of one kind."""
    found: list[str] = []
    run = ""
    wide = False
    for character in text:
        if not character.isalnum():
            if run:
                found.append(run)
            run = ""
            continue
        now = ord(character) >= FIRST_WIDE
        if run and now != wide:
            found.append(run)
            run = ""
        wide = now
        run += character
    if run:
        found.append(run)
    return found


def _spelled(piece: str) -> str:
    if piece.isascii():
        return "q" + piece
    return "q" + "".join([each if each.isascii() else f"x{ord(each):x}x" for each in piece])
