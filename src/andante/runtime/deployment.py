"""What all kinds of definitions have in common when they are deployed: versions, names, findings."""

import asyncio
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

from andante.markup.findings import Finding, ModelRefused
from andante.runtime.draft import Draft
from andante.runtime.problem import DEFINITION_EXISTS, MODEL_REFUSED, PARAMETER, Problem
from andante.runtime.shelf import KINDS, PROCESS, Shelf
from andante.runtime.sight import demand_deploy
from andante.store.definitions import Statement
from andante.store.records import DefinitionRecord
from andante.timing.instants import TimingError
from andante.timing.keeping import checked_keeping

M = TypeVar("M")
FIRST_VERSION: Final = "1.0.0"


class Deployment(msgspec.Struct, frozen=True):
    """What was deployed: `id` of the first definition, `ids` of all by the id of process or decision, and the findings
    that only warn."""

    id: str
    ids: dict[str, str]
    warnings: list[Finding]


def chosen_version(shelf: Shelf, name: str, wanted: str, own: str, warnings: list[Finding]) -> str:
    """The version of a new definition: the one that is asked for, or that the model gives itself, else the next.

    Modelers save again under the same tag, so a model's own version that is taken makes a warning. Raises Problem where
    the version asked for is taken, or where the name is one of the other kind.
    """
    if wanted:
        if shelf.named(name, wanted) is not None:
            raise exists(name, wanted)
        return wanted
    if own and shelf.named(name, own) is None:
        return own
    if own:
        text = f"The version '{own}' is taken: this one gets the next number. Give the model a new version."
        warnings.append(Finding("version", name, 0, text))
    return next_version(shelf, name)


def keeping(text: str) -> str:
    """How long instances are kept when they are over. Raises Problem."""
    try:
        return checked_keeping(text)
    except TimingError as fault:
        raise Problem(PARAMETER, 400, f"retention: {fault}.") from None


def check_kind(shelf: Shelf, name: str, kind: str = "") -> None:
    """Processes, decisions and forms share their names. Raises Problem where one of another kind has it, and 403 where
    who asks may not deploy it."""
    demand_deploy(name)
    known = shelf.versions(name)
    mine, other = (KINDS.get(each, PROCESS) for each in (kind, known[0].kind if known else kind))
    if mine != other:
        raise Problem(DEFINITION_EXISTS, 409, f"A {other} is named '{name}' already. Rename the {mine}.")


def source_of(data: bytes, imported: Iterable[str] = ()) -> str:
    """The id of a source: with other files imported it is another one, though its text is the same."""
    own, others = sha256(data).hexdigest(), sorted(imported)
    return sha256("\n".join([own, *others]).encode()).hexdigest() if others else own


def again(
    draft: Draft, source_id: str, arm: Callable[[DefinitionRecord], Iterable[Statement]] = lambda _: ()
) -> dict[str, str]:
    """The ids of a file's definitions by name, where it was deployed before and no other version of it is asked for:
    no more is changed than which of them are active, and what `arm` tells for each. Raises Problem (403)."""
    ids = {} if draft.version else draft.made_from(source_id)
    for name, id in ids.items() if draft.activate else ():
        demand_deploy(name)
        record = draft.one(id)
        if record is not None and not record.active:
            draft.let_run(record, arm(record))
    return ids


def numbered(shelf: Shelf, name: str, version: str) -> DefinitionRecord | None:
    """The n-th version in the order of deployment, as Camunda 7 counts; None where `version` is no such number."""
    if not version.isdecimal() or len(version) > 9:
        return None
    known, number = shelf.versions(name), int(version)
    return known[-number] if 0 < number <= len(known) else None


async def read_model(reader: Callable[..., M], data: object, *more: object) -> M:
    """What `reader` makes of a model, in a thread of its own. Raises Problem for one that cannot be deployed."""
    try:
        return await asyncio.to_thread(reader, data, *more)
    except ModelRefused as refused:
        raise _not_deployable(refused) from None


def next_version(shelf: Shelf, name: str) -> str:
    known = {record.version for record in shelf.versions(name)}
    if not known:
        return FIRST_VERSION
    numbers = [tuple(int(part) for part in text.split(".")) for text in known if _is_number(text)]
    *head, last = max(numbers, default=(1, 0, 0))
    while (text := ".".join(str(part) for part in (*head, last + 1))) in known:
        last += 1
    return text


def exists(name: str, version: str) -> Problem:
    return Problem(DEFINITION_EXISTS, 409, f"'{name}' has a version '{version}' already. Choose another version.")


def _is_number(text: str) -> bool:
    return all(part.isdigit() for part in text.split(".")) and len(text) < 40


def _not_deployable(refused: ModelRefused) -> Problem:
    """What is wrong with a model, as a problem."""
    findings = [{"code": f.code, "element": f.element, "line": f.line, "message": f.message} for f in refused.findings]
    first = refused.findings[0] if refused.findings else None
    text = str(refused)
    if first:
        place = ", ".join(filter(None, (f"line {first.line}" if first.line else "", first.element)))
        text = f"{place}: {first.message}" if place else first.message
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Problem(MODEL_REFUSED, 422, f"The model cannot be deployed: {text}{more}", findings)
