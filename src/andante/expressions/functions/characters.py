"""Classes of characters in patterns: Unicode's categories and blocks, as XML Schema names them (`\\p{Lu}`)."""

import sys
import unicodedata
from functools import lru_cache
from typing import Final

_BLOCKS: Final = {
    "BasicLatin": "\\u0000-\\u007f",
    "Latin-1Supplement": "\\u0080-\\u00ff",
    "LatinExtended-A": "\\u0100-\\u017f",
    "LatinExtended-B": "\\u0180-\\u024f",
    "IPAExtensions": "\\u0250-\\u02af",
    "CombiningDiacriticalMarks": "\\u0300-\\u036f",
    "Greek": "\\u0370-\\u03ff",
    "GreekandCoptic": "\\u0370-\\u03ff",
    "Cyrillic": "\\u0400-\\u04ff",
    "Armenian": "\\u0530-\\u058f",
    "Hebrew": "\\u0590-\\u05ff",
    "Arabic": "\\u0600-\\u06ff",
    "Devanagari": "\\u0900-\\u097f",
    "Thai": "\\u0e00-\\u0e7f",
    "LatinExtendedAdditional": "\\u1e00-\\u1eff",
    "GreekExtended": "\\u1f00-\\u1fff",
    "GeneralPunctuation": "\\u2000-\\u206f",
    "CurrencySymbols": "\\u20a0-\\u20cf",
    "LetterlikeSymbols": "\\u2100-\\u214f",
    "NumberForms": "\\u2150-\\u218f",
    "Arrows": "\\u2190-\\u21ff",
    "MathematicalOperators": "\\u2200-\\u22ff",
    "Hiragana": "\\u3040-\\u309f",
    "Katakana": "\\u30a0-\\u30ff",
    "CJKUnifiedIdeographs": "\\u4e00-\\u9fff",
    "HangulSyllables": "\\uac00-\\ud7af",
}


def ranges(name: str) -> str | None:
    """The ranges of a category ("L", "Lu") or block ("IsGreek"), as a class of Python's patterns holds them."""
    if name.startswith("Is"):
        return _BLOCKS.get(name[2:])
    return _categories().get(name)


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    """All categories of one and of two letters. Takes a fraction of a second, once."""
    spans: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code)) if code <= sys.maxunicode else ""
        if category != current:
            for name in (current, current[0]):
                spans.setdefault(name, []).append((start, code - 1))
            start, current = code, category
    return {name: "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in pairs) for name, pairs in spans.items()}
