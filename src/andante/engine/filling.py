"""What people send is checked by the form of the task or start: whoever sends it, and by whichever way.

The form is either in the graph, or found by a function that the shell hands in, as decisions are (docs/decisions).
"""

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import FormUse, Node, ProcessGraph
from andante.engine.faults import FORM, Rejected
from andante.engine.scoping import system_variables, visible
from andante.engine.state import Instance, Token
from andante.forms.form import Form

if TYPE_CHECKING:
    from andante.engine.step import Step

# A form that is deployed by itself, for the definition of this id that uses it; None where there is none: then what is
# sent is not checked.
FindForm = Callable[[FormUse, str], Form | None]
_TOLD = 3


def no_forms(use: FormUse, definition_id: str) -> Form | None:
    return None


def of_forms(forms: Mapping[str, Form]) -> FindForm:
    """These forms by their ids, each the active version."""
    known = dict(forms)

    def find(use: FormUse, definition_id: str) -> Form | None:
        return known.get(use.key)

    return find


def known_to(graph: ProcessGraph, instance: Instance, place: Token | None) -> Mapping[str, object]:
    """What the expressions of a form may read, beside the form's own fields."""
    return ChainMap(dict(visible(instance, place)), dict(graph.constants), system_variables(instance))


def filled_in(
    step: "Step",
    node: Node,
    sent: Mapping[str, object],
    known: Mapping[str, object],
    definition_id: str,
    *,
    partial: bool = False,
) -> dict[str, object]:
    """The variables that are to be set where a person sends these. Raises Rejected, with every field that is wrong."""
    use = node.form
    if use is None:
        return dict(sent)
    form = use.form
    if form is None:
        form = step.settings.forms(use, definition_id)
    if form is None:
        return dict(sent)
    checked = form.check(sent, known, step.now, strict=use.strict, partial=partial)
    if not checked.faults:
        return checked.values
    told = [f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in checked.faults[:_TOLD]]
    more = len(checked.faults) - len(told)
    text = f"{'; '.join(told)}{f' (and {more} more)' if more else ''}."
    details: list[object] = [
        {"field": fault.field, "code": fault.code, "message": fault.message} for fault in checked.faults
    ]
    raise Rejected(FORM, text, details=details)
