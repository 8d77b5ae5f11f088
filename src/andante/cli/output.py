"""What commands print: tables and JSON on standard output, everything that went wrong on standard error."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import msgspec
from cyclopts import Parameter
from rich.table import Table

from andante.cli.screen import Screen
from andante.client import Refused

# What others wrote (labels, variables, messages) must not steer the terminal, nor break a row in two.
STEERING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


Json = Annotated[bool, Parameter(negative=(), help="Print JSON instead of words.")]


class AsJson(Protocol):
    """Options with --json among them."""

    @property
    def json(self) -> bool: ...


def plain(text: str) -> str:
    """The text in one line and without control characters."""
    return STEERING.sub(" ", text)


def complain(text: str) -> None:
    """A line on standard error."""
    print(plain(text), file=sys.stderr)


def print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_gone(what: str, server: "AsJson", word: str = "deleted") -> None:
    """What was deleted, or revoked."""
    if server.json:
        print_json({word: what})
    else:
        print(plain(f"{what} is {word}."))


def print_file(file: Path, size: int, *, json: bool) -> None:
    """That a file was written."""
    if json:
        print_json({"file": str(file), "bytes": size})
    else:
        print(f"{file}: {size} bytes.")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, heading: bool = True) -> None:
    """In a terminal it fits the width; in a file or pipe each row is one line."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=heading)
    for name in head:
        # Ids are there to be copied: they are never cut.
        table.add_column(name, overflow="fold", no_wrap=name == head[0])
    for row in rows:
        table.add_row(*map(plain, row))
    console = Screen()
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        print(line.rstrip())


def print_findings(file: str, kind: str, findings: Sequence[dict[str, Any]], *, to_error: bool = True) -> None:
    """Findings of a model, each as `file:line: kind code: element: message`; `file` where they tell none themselves."""
    for each in findings:
        name = each.get("file", file)
        place = f"{name}:{each['line']}" if each.get("line") else name
        parts = (place, f"{kind} {each.get('code', '')}", each.get("element", ""), each.get("message", ""))
        line = plain(": ".join(part for part in parts if part))
        print(line, file=sys.stderr if to_error else sys.stdout)


def print_refusal(name: str, refused: Refused) -> None:
    """Why the server said no to what was asked about `name`: all findings of a model, else its message."""
    findings = [each for each in refused.details if isinstance(each, dict) and "code" in each and "line" in each]
    if findings:
        print_findings(name, "fault", findings)
    else:
        complain(f"{name}: {refused}")
