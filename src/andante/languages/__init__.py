"""The languages that people are spoken to in: texts, dates, lengths of time, numbers.

English is what the sources say; the other languages are catalogues beside this module, in gettext's format. Below all
other rooms: pages and notes use it alike.
"""

from andante.languages.language import CODES, DEFAULT, NAMES, Language, chosen, language, mark

__all__ = ["CODES", "DEFAULT", "NAMES", "Language", "chosen", "language", "mark"]
