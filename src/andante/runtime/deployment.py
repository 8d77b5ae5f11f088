"""What all kinds of definitions have in common when they are deployed: versions, names, findings."""

from typing import Final

import msgspec

from andante.markup.findings import Finding, ModelRefused
from andante.runtime.problem import DEFINITION_EXISTS, MODEL_REFUSED, Problem
from andante.store import definitions as rows
from andante.store.store import Store

FIRST_VERSION: Final = "1.0.0"
DMN: Final = "dmn"


class Deployment(msgspec.Struct, frozen=True):
    """What was deployed: `id` of the first definition, `ids` of all by the id of process or decision, and the findings
    that only warn."""

    id: str
    ids: dict[str, str]
    warnings: list[Finding]


def chosen_version(store: Store, name: str, wanted: str, own: str, warnings: list[Finding]) -> str:
    """The version of a new definition: the one that is asked for, or that the model gives itself, else the next.

    Modelers save again under the same tag, so a model's own version that is taken makes a warning. Raises Problem where
    the version asked for is taken, or where the name is one of the other kind.
    """
    if wanted:
        if rows.named(store, name, wanted) is not None:
            raise exists(name, wanted)
        return wanted
    if own and rows.named(store, name, own) is None:
        return own
    if own:
        text = f"The version '{own}' is taken: this one gets the next number. Give the model a new version."
        warnings.append(Finding("version", name, 0, text))
    return next_version(store, name)


def check_kind(store: Store, name: str, *, decision: bool) -> None:
    """Processes and decisions share their names. Raises Problem where one of the other kind has it."""
    known = rows.versions(store, name)
    if known and (known[0].kind == DMN) is not decision:
        mine, other = ("decision", "process") if decision else ("process", "decision")
        raise Problem(DEFINITION_EXISTS, 409, f"A {other} is named '{name}' already. Rename the {mine}.")


def next_version(store: Store, name: str) -> str:
    known = {record.version for record in rows.versions(store, name)}
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


def not_deployable(refused: ModelRefused) -> Problem:
    """What is wrong with a model, as a problem."""
    findings = [{"code": f.code, "element": f.element, "line": f.line, "message": f.message} for f in refused.findings]
    first = refused.findings[0] if refused.findings else None
    text = str(refused)
    if first:
        place = ", ".join(filter(None, (f"line {first.line}" if first.line else "", first.element)))
        text = f"{place}: {first.message}" if place else first.message
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Problem(MODEL_REFUSED, 422, f"The model cannot be deployed: {text}{more}", findings)
