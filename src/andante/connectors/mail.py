"""Service tasks that send mail, by the mail server that notes to people go by.

Three spellings: Andante's own (`andante:mail`), Flowable's mail task (`flowable:type="mail"`) and `mail-send` of
Camunda 7's mail connector. The sender is always the server's own; another one is where answers go.
"""

from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from typing import Any, Final

import msgspec

from andante.connectors.faults import Wrong
from andante.notify.mail import Enclosure, Letter
from andante.runtime import AttachmentRow, JobView, Runtime

OWN: Final = "andante:mail"
FLOWABLE: Final = "mail"
CAMUNDA_7: Final = "mail-send"
OTHERS: Final = (FLOWABLE, CAMUNDA_7)
MOST_RECIPIENTS: Final = 100
MOST_ENCLOSED: Final = 20 * 1024 * 1024  # bytes
LONGEST_SUBJECT: Final = 1_000
ALL: Final = "all"
Fields = Mapping[str, Any]


class Wanted(msgspec.Struct, frozen=True):
    """A letter without its enclosures, and their names."""

    letter: Letter
    enclosed: list[str]


def fields_of(job: JobView) -> dict[str, Any]:
    """What the model maps, and its fixed texts; no other variable of the process."""
    return {**job.headers, **job.own}


def wanted(job: JobView) -> Wanted:
    """Raises Wrong."""
    fields = fields_of(job)
    to, cc, bcc = (_addresses(fields, name) for name in ("to", "cc", "bcc"))
    if not to + cc + bcc:
        raise Wrong("to: there is no recipient")
    if len(to + cc + bcc) > MOST_RECIPIENTS:
        raise Wrong(f"to: at most {MOST_RECIPIENTS} recipients")
    reply = _addresses(fields, "replyTo") or _addresses(fields, "from")
    subject = _text(fields, "subject")
    if len(subject) > LONGEST_SUBJECT or not (subject + "x").isprintable():
        raise Wrong("subject: one line of at most 1000 characters, without signs that nobody can see")
    text, html = _body(job, fields, "text"), _body(job, fields, "html")
    if not text and not html:
        raise Wrong("text: the mail is empty; give text, html, or both")
    letter = Letter(to=to, cc=cc, bcc=bcc, reply_to=reply, subject=subject, text=text, html=html)
    return Wanted(letter, _names(fields.get("attachments") or fields.get("fileNames")))


def _body(job: JobView, fields: Fields, name: str) -> str:
    """Flowable's textVar and htmlVar name the variable that has it."""
    variable = fields.get(f"{name}Var")
    if isinstance(variable, str) and variable and not fields.get(name):
        return _text(job.variables, variable)
    return _text(fields, name)


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise Wrong(f"{name}: it should be a text")
    return str(value)


def _addresses(fields: Fields, name: str) -> list[Address]:
    """Of a text with commas, or a list of texts."""
    given = fields.get(name)
    if given in (None, "", []):
        return []
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in texts):
        raise Wrong(f"{name}: it should be an address, or a list of them")
    if any(sign in each for each in texts for sign in "\r\n\0"):
        raise Wrong(f"{name}: an address has no line breaks")
    found = []
    for display, plain in getaddresses([each.replace(";", ",") for each in texts]):
        try:
            address = Address(display, addr_spec=plain)
        except (ValueError, IndexError, MessageError):
            address = Address()
        if not address.username or not address.domain:
            raise Wrong(f"{name}: {plain or display or ', '.join(texts)!r} is no mail address")
        found.append(address)
    return found


def _names(given: Any) -> list[str]:
    if given in (None, "", []):
        return []
    names = given if isinstance(given, list) else str(given).split(",")
    if not all(isinstance(each, str) for each in names):
        raise Wrong(f"attachments: names of files at the instance, or {ALL}")
    return [each.strip() for each in names]


async def enclosures(runtime: Runtime, instance_id: str, names: Sequence[str]) -> list[Enclosure]:
    """Files of the instance by their names, of several of one name the last; `all` of them. Raises Wrong."""
    if not names:
        return []
    kept = {row.name: row for row in await runtime.attachments.many(instance_id)}
    rows: list[AttachmentRow] = list(kept.values()) if ALL in names and ALL not in kept else []
    for name in names if not rows else ():
        if name not in kept:
            raise Wrong(f"attachments: the instance has no file '{name}'")
        rows.append(kept[name])
    if sum(row.size for row in rows) > MOST_ENCLOSED:
        raise Wrong(f"attachments: they have more than {MOST_ENCLOSED} bytes together")
    return [Enclosure(row.name, row.type, await runtime.attachments.content(row)) for row in rows]


def excused(job: JobView, fault: str) -> dict[str, object] | None:
    """What to set where Flowable's ignoreException lets the process go on without the mail; None: it must not."""
    fields = fields_of(job)
    if job.type != FLOWABLE or str(fields.get("ignoreException", "")).lower() != "true":
        return None
    name = fields.get("exceptionVariableName")
    return {name: fault} if isinstance(name, str) and name else {}
