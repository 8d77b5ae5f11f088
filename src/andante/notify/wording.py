"""What notes say: subject, text and HTML in the reader's language, from templates that the operator may replace.

A template is looked for in the operator's folder, by language (`zh/note.txt`) and then for all, and then here; words
that the operator gives (`zh.json`) go before those here. A template of the operator that fails when it is used is
logged, and ours is taken: a note is not to be lost by a slip of the pen.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final
from urllib.parse import quote

import msgspec
import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from andante.timing.instants import contract_time

log: Final = structlog.get_logger("andante.notify")
HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "zh")
NAMES: Final = ("note.subject", "note.txt", "note.html", "digest.subject", "digest.txt", "digest.html")
LONGEST_SUBJECT: Final = 200


class Item(msgspec.Struct, frozen=True):
    """A note as it is told of. `due_at` in ms, 0 for none; `task_id` "" for one about a whole instance. `process`: what
    people call the process and its instance."""

    kind: str
    instance_id: str
    task_id: str
    task_name: str
    definition: str
    text: str
    due_at: int
    process: str


class Rendered(msgspec.Struct, frozen=True):
    """A message; the subject is one line."""

    subject: str
    text: str
    html: str


class ItemView(msgspec.Struct, frozen=True):
    """A note as templates see it: `title` is the task's name, else that of the process; `due` "" for none."""

    kind: str
    headline: str
    title: str
    text: str
    task_id: str
    task_name: str
    definition: str
    due: str
    link: str
    process: str


class Words(msgspec.Struct, frozen=True):
    """A language's words. `sentences`: what texts of the core are in that language, by a pattern."""

    headlines: dict[str, str]
    colon: str
    task: str
    process: str
    due: str
    open: str
    open_task: str
    open_process: str
    digest: str
    sentences: list[tuple[str, str]]

    def said(self, text: str) -> str:
        for pattern, sentence in self.sentences:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found:
                return sentence.format(*found.groups())
        return text


@final
class Wording:
    """`folder`: the operator's templates, "" for none; `base_url`: where people reach the server's pages.

    Raises ValueError for a base URL that is none, and for templates or words that cannot be read or fail.
    """

    def __init__(self, base_url: str, folder: str = "") -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"the base URL {base_url!r} is none: write https://andante.example.com")
        self._base_url = base_url.rstrip("/")
        self._ours = _environment([HERE / "templates"])
        self._theirs: Environment | None = None
        place: Path | None = None
        if folder:
            place = Path(folder)
            if not place.is_dir():
                raise ValueError(f"the templates' folder {folder!r} is not there")
            self._theirs = _environment([place, HERE / "templates"])
        self._words = {language: _words(language, place) for language in LANGUAGES}
        if self._theirs is not None:
            self._try_out(self._theirs)

    def note(self, item: Item, language: str, zone: str) -> Rendered:
        """One note."""
        return self._render("note", [item], language, zone)

    def digest(self, items: Sequence[Item], language: str, zone: str) -> Rendered:
        """Several in one message."""
        return self._render("digest", items, language, zone)

    def link(self, task_id: str, instance_id: str) -> str:
        """Where the task is opened, or the instance."""
        if not task_id and not instance_id:
            return f"{self._base_url}/"
        what, id = ("tasks", task_id) if task_id else ("instances", instance_id)
        return f"{self._base_url}/{what}/{quote(id, safe='')}"

    def headline(self, kind: str, language: str) -> str:
        words = self._words[language]
        return words.headlines.get(kind, words.headlines["*"])

    def _view(self, item: Item, language: str, zone: str) -> ItemView:
        return ItemView(
            item.kind, self.headline(item.kind, language), item.task_name or item.process,
            self._words[language].said(item.text), item.task_id, item.task_name, item.definition,
            f"{contract_time(item.due_at, zone)[:16]} ({zone})" if item.due_at else "",
            self.link(item.task_id, item.instance_id), item.process,
        )  # fmt: skip

    def _render(self, what: str, items: Sequence[Item], language: str, zone: str) -> Rendered:
        views = [self._view(item, language, zone) for item in items]
        values = {"item": views[0], "items": views, "language": language, "words": self._words[language]}
        if self._theirs is not None:
            try:
                return _rendered(self._theirs, what, language, values)
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as fault:
                log.error("a template of yours fails", template=what, language=language, why=str(fault))
        return _rendered(self._ours, what, language, values)

    def _try_out(self, theirs: Environment) -> None:
        some = Item(
            "reminder", "i1", "i1-1", "Approve", "Expenses", "Approve is due", 1_767_258_000_000, "Trip to Oslo"
        )
        for language in LANGUAGES:
            for item in (some, Item("slaDeadline", "i1", "", "", "Expenses", "", 0, "Trip to Oslo")):
                view = self._view(item, language, "UTC")
                values = {"item": view, "items": [view] * 2, "language": language, "words": self._words[language]}
                for what in ("note", "digest"):
                    try:
                        _rendered(theirs, what, language, values)
                    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as fault:
                        raise ValueError(f"the template {what} ({language}) fails: {fault}") from None


def _environment(folders: Sequence[Path]) -> Environment:
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _words(language: str, folder: Path | None) -> Words:
    values: dict[str, Any] = msgspec.json.decode((HERE / f"words/{language}.json").read_bytes())
    own = folder / f"{language}.json" if folder is not None else None
    try:
        if own is not None and own.exists():
            given = msgspec.json.decode(own.read_bytes(), type=dict[str, Any])
            values = {**values, **given, "headlines": {**values["headlines"], **given.get("headlines", {})}}
        found = msgspec.convert(values, Words)
        for pattern, _ in found.sentences:
            re.compile(pattern)
    except (OSError, TypeError, msgspec.DecodeError, re.error) as fault:
        raise ValueError(f"the words of {own} cannot be used: {fault}") from None
    return found


def _rendered(environment: Environment, what: str, language: str, values: dict[str, Any]) -> Rendered:
    def text(name: str, **more: str) -> str:
        return environment.select_template([f"{language}/{name}", name]).render(values, **more)

    # A name may hold line breaks; a header must not.
    subject = " ".join(text(f"{what}.subject").split())[:LONGEST_SUBJECT]
    return Rendered(subject, text(f"{what}.txt", subject=subject), text(f"{what}.html", subject=subject))
