"""A form as a page shows and reads it: drawn by form-js where it is one of its schemas, plain fields for all others and
for browsers without scripts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from litestar.datastructures import FormMultiDict

from andante.languages import Language
from andante.people import AccessProblem
from andante.runtime import FormView, Problem
from andante.web.fields import Field, form_fields, legible, read_fields, typed
from andante.web.formats import json_text
from andante.web.problems import wrong
from andante.web.variables import both, columns, read_rows

FORM_JS: Final = "form-js"  # the kind of a form that the browser can draw by itself
DRAWN: Final = "drawn"  # the field in which it sends what was filled in there

# The form, where some of it is filled in already.
Asks = Callable[[Mapping[str, object] | None], Awaitable[FormView]]


class Sheet(msgspec.Struct, frozen=True):
    """A form for the templates. `drawing` is what form-js draws it from, "" where it does not."""

    fields: list[Field]
    drawing: str = ""


async def sheet(
    asks: Asks,
    variables: Mapping[str, object],
    problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
    *,
    say: Language,
    draws: bool = True,
) -> Sheet:
    """The form over `variables`; with what was `given` and the faults of `problem` where it is shown again."""
    view = await asks(None)
    data = dict(view.data)
    faults: dict[str, str] = {}
    if given is None:
        fields = form_fields(view.fields, variables)
    else:
        drawn = _drawn(given)
        sent = (
            drawn if drawn is not None else legible(form_fields(view.fields, variables, hidden=True), given, variables)
        )
        view = await asks(sent)
        fields = typed(form_fields(view.fields, variables), given, problem if isinstance(problem, Problem) else None)
        faults = _faults(say, problem)
        if drawn is not None:
            fields = [msgspec.structs.replace(field, fault=faults.get(field.name, "")) for field in fields]
            data |= drawn
    draws = draws and view.kind == FORM_JS
    return Sheet(fields, json_text({"schema": view.schema, "data": data, "faults": faults}) if draws else "")


def _faults(say: Language, problem: Problem | AccessProblem | None) -> dict[str, str]:
    details = problem.details if isinstance(problem, Problem) else []
    return {str(each.get("field")): wrong(say, str(each.get("message"))) for each in details if isinstance(each, dict)}


def _drawn(given: FormMultiDict) -> dict[str, object] | None:
    """What the browser's form has sent; None where the plain fields were used."""
    text = given.get(DRAWN, "")
    if not isinstance(text, str) or not text:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError):
        return None


async def filled_in(asks: Asks, variables: Mapping[str, object], given: FormMultiDict) -> dict[str, object]:
    """The variables of a form that was sent. Raises Problem 400."""
    rows = read_rows(*columns(given))
    drawn = _drawn(given)
    if drawn is not None:
        return both(drawn, rows)
    view = await asks(None)
    return both(read_fields(form_fields(view.fields, variables, hidden=True), given, variables), rows)
