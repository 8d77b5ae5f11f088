"""What is said anywhere in pages and notes, and the catalogues that say it in other languages.

`python -m andante.languages.messages` brings the catalogues up to date: new messages come in without a translation,
those that nobody says any more go. A test holds that nothing is left without one.
"""

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from andante.languages.language import CODES, DEFAULT, HERE

ROOMS: Final = ("languages", "notify", "tenants", "web")
METHODS: Final = [("**/templates/**", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS: Final = {"**/templates/**": {"newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS: Final = {
    "_": None, "mark": None, "text": None, "plural": (1, 2), "gettext": None, "ngettext": (1, 2),
}  # fmt: skip
FOREIGN: Final = tuple(code for code in CODES if code != DEFAULT)


def path(code: str) -> Path:
    return HERE / f"{code}.po"


def said() -> Catalog:
    """All messages, without translations, with the files in which they are."""
    found = Catalog(project="andante", charset="utf-8")
    for room in ROOMS:
        for file, _, message, _, context in extract_from_dir(HERE.parent / room, METHODS, OPTIONS, KEYWORDS):
            found.add(message, locations=[(f"{room}/{file}", 0)], context=context)
    return found


def catalogue(code: str) -> Catalog:
    with path(code).open("rb") as file:
        return read_po(file, locale=code)


def update(code: str) -> int:
    """Bring one catalogue up to date; how many messages have no translation."""
    found = catalogue(code)
    since = found.creation_date
    found.update(said(), no_fuzzy_matching=True)
    found.creation_date = since  # or the file changes whenever it is looked at
    found.obsolete.clear()
    with path(code).open("wb") as file:
        write_po(file, found, width=120, sort_output=True, include_lineno=False, omit_header=False)
    return sum(1 for message in found if message.id and not all(forms(message)))


def forms(message: Message) -> list[str]:
    """The translations of a message: one, or those of its plurals."""
    if isinstance(message.string, str):
        return [message.string]
    return [form or "" for form in message.string or ("",)]


if __name__ == "__main__":
    for each in FOREIGN:
        print(f"{each}: {update(each)} messages without a translation")
