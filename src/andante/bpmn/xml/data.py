"""Data as XML: what a process and its elements declare, and the associations that move it (BPMN 2.0.2 section 10.4).

A data object, property, store, input or output is the variable of its name. An association between two of different
elements is a mapping, as the engines' own extensions write them. One that only leads from a shape to an element is
drawing: it names no input or output to copy to, so all keep seeing the variable itself.
"""

import json
import math
from collections.abc import Callable
from typing import Final, final

from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Assignment, Call, MultiInstance
from andante.bpmn.xml.element import BPMN, Element
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, literal, variable

_REFERENCES: Final = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}
_STORES: Final = frozenset(("dataStore", "dataStoreReference"))
_LOOPS: Final = ("inputDataItem", "outputDataItem")
_ITEMS: Final = frozenset(
    (
        "dataInput", "dataObject", "dataOutput", "property", *_LOOPS, *_REFERENCES, *_STORES,
    )
)  # fmt: skip
_OWN: Final = ("dataInput", "dataOutput", "inputSet", "outputSet", "property")
_PLACEHOLDER: Final = "__targetRef_placeholder"  # bpmn-js draws an arrow to an activity so
_DATA_ATTRIBUTES: Final = frozenset(("isCollection", "itemSubjectRef", "name"))
_EXPRESSION_ATTRIBUTES: Final = frozenset(("evaluatesToTypeRef",))


def collect_items(root: Element, reading: Reading) -> None:
    """The variable that each piece of data in the file stands for, "" where it has no name of its own."""
    items, references = reading.items, list[Element]()
    pending = [root]
    while pending:
        element = pending.pop()
        if element.space == BPMN and element.name in _ITEMS and element.id:
            name = " ".join(element.attributes.get("name", "").split())
            if element.name in _LOOPS:
                name = name or element.id
            items[element.id] = "" if name == _PLACEHOLDER else name
            if element.name in _STORES:
                reading.stores.add(element.id)
            if element.name in _REFERENCES:
                references.append(element)
        pending.extend(element.children)
    for element in references:
        target = local_name(element.attributes.get(_REFERENCES[element.name], ""))
        if target in items:
            items[target] = items[target] or items[element.id] or target
            items[element.id] = items[target]
            reading.meant[element.id] = target


@final
class LoopData:
    """What a multi-instance names by id (section 10.3.8): the collection and an item of it, and the same of what comes
    out. Taken from its element."""

    __slots__ = ("collection", "item", "output_collection", "output_item")

    def __init__(self, loop: Element) -> None:
        self.collection = loop.take_text("loopDataInputRef")
        self.output_collection = loop.take_text("loopDataOutputRef")
        self.item, self.output_item = (
            next((item.id or item.take("name") for item in loop.take_all(name)), "") for name in _LOOPS
        )


def named(id: str, reading: Reading) -> str:
    """The variable that a piece of data is."""
    return reading.items.get(id, "") or id


def referred(id: str, reading: Reading) -> Expression | None:
    """Its value; None where the file has no such data, or where its name is rather an expression."""
    name = named(id, reading)
    return variable(name) if id in reading.items and all(part.isidentifier() for part in name.split()) else None


def read_data(node: NodeDraft, element: Element, reading: Reading, loop: LoopData | None = None) -> None:
    """Adds what the element's associations move to its mappings: inputs are local to it, outputs go out of it. Those of
    a call activity say all that goes in and comes out."""
    own: set[str] = set()
    for source in [*element.take_all("ioSpecification"), element]:
        own.update(item.id for item in source.take_all(*_OWN))
    inputs = element.take_all("dataInputAssociation")
    outputs = element.take_all("dataOutputAssociation")
    if not inputs and not outputs:
        return
    moved_in = [mapping for each in inputs for mapping in _moved(node, each, own, reading, inwards=True)]
    moved_out = [mapping for each in outputs for mapping in _moved(node, each, own, reading, inwards=False)]
    if loop is not None and node.multi is not None:
        _bind(node.multi, loop, moved_in, moved_out, reading)
    if not isinstance(node.work, Call):
        node.inputs.extend(moved_in)
        node.outputs.extend(moved_out)
        return
    if moved_in:
        node.work.all_in, node.work.ins = False, tuple(moved_in)
    if moved_out:
        node.work.all_out, node.work.outs = False, tuple(moved_out)


def declare_data(draft: ProcessDraft, element: Element, scope: str, reading: Reading) -> None:
    """What a process or sub-process declares: values that an engine's extensions give data to begin with."""
    for source in [*element.take_all("ioSpecification"), element]:
        source.take_all("dataInput", "dataOutput", "inputSet", "outputSet")
    for item in element.take_all("dataObject", "property"):
        for vendor in reading.vendors_of(item):
            value = vendor.data(item, reading)
            if value is not None:
                draft.defaults.append((scope, item.id, Assignment(named(item.id, reading), value)))
        reading.leftovers(item, but=_DATA_ATTRIBUTES)
        if scope:
            draft.local_data.append((scope, item.id, named(item.id, reading)))


def keep_local(node: NodeDraft, draft: ProcessDraft, reading: Reading) -> None:
    """Data of a sub-process that has a value, or that something in it writes, is the sub-process's own."""
    firsts = {id: mapping for scope, id, mapping in draft.defaults if scope == node.id}
    nothing = literal(None)
    node.inputs[:0] = [
        firsts.get(id) or Assignment(name, nothing)
        for scope, id, name in draft.local_data
        if scope == node.id and (id in firsts or id in reading.written)
    ]


def typed(text: str, element: Element, line: int, reading: Reading) -> Expression | None:
    """A value written as text, of the type that the data's itemSubjectRef names (an XSD type)."""
    type = local_name(element.attributes.get("itemSubjectRef", "string")).lower()
    try:
        if type in ("boolean", "bool"):
            return literal({"true": True, "false": False}[text.strip().lower()])
        if type in ("int", "integer", "long", "short"):
            return literal(int(text))
        if type in ("double", "float", "decimal"):
            number = float(text)
            if not math.isfinite(number):
                raise ValueError
            return literal(int(number) if number.is_integer() else number)
        return literal(json.loads(text) if type == "json" else text)
    except (KeyError, ValueError, OverflowError, RecursionError):
        what = f"The value '{text[:80]}' is no {type}. Correct the one or the other."
        reading.findings.fault("dataValue", element.label, line, what)
        return None


def _moved(node: NodeDraft, source: Element, own: set[str], reading: Reading, *, inwards: bool) -> list[Assignment]:
    """What one association moves."""
    origins = [id for ref in source.take_all("sourceRef") if (id := local_name(ref.text))]
    target = local_name(source.take_text("targetRef"))
    for end in (*origins, target):
        if end and end not in reading.items:
            reading.findings.warn(
                "dataAssociation", node.id, source.line,
                f"A {source.name} leads to '{end}', which is no data of this file: nothing is moved. Correct it.",
            )  # fmt: skip
            return []
    transformation = source.take_one("transformation")
    assignments = source.take_all("assignment")
    reading.leftovers(source)
    found: list[Assignment] = []
    if transformation is not None:
        value = read_value(transformation, node.id, reading)
        if not transformation.text and value is None:
            reading.findings.fault(
                "dataAssociation", node.id, transformation.line, "The transformation is empty. Write an expression."
            )
        if value is not None and _named(target, node, source, reading):
            found.append(Assignment(named(target, reading), value))
    for assignment in assignments:
        made = _assigned(assignment, target, node, reading)
        if made is not None:
            found.append(made)
    if transformation is None and not assignments:
        found.extend(_copied(node, source, origins, target, own, reading, inwards=inwards))
    if found and not inwards:
        reading.written.add(reading.meant.get(target, target))
    if found and (stores := reading.stores.intersection((*origins, target))):
        reading.findings.ignored(
            "dataStore", node.id, source.line,
            f"'{named(min(stores), reading)}' is a variable of each instance; no other instance sees it.",
        )  # fmt: skip
    return found


def _copied(
    node: NodeDraft, source: Element, origins: list[str], target: str, own: set[str], reading: Reading, *, inwards: bool
) -> list[Assignment]:
    """A plain copy, where both ends have a name. What has none is the same variable as its other end."""
    if len(origins) > 1:
        reading.findings.warn(
            "dataAssociation", node.id, source.line,
            f"A {source.name} has several sources and no transformation: nothing is moved. Write one, or an "
            "association for each of them.",
        )  # fmt: skip
        return []
    if not origins or not target or (target if inwards else origins[0]) not in own:
        return []
    if not reading.items[target] or not reading.items[origins[0]]:
        return []
    # Data that is not there is not moved (10.4.2); within the element it is then null.
    return [Assignment(named(target, reading), variable(named(origins[0], reading)), optional=not inwards)]


def _assigned(source: Element, target: str, node: NodeDraft, reading: Reading) -> Assignment | None:
    """`from` gives the value; `to` names what gets it, by id or name."""
    value, to = source.take_one("from"), source.take_one("to")
    reading.leftovers(source)
    if value is None or not value.text:
        reading.findings.fault(
            "dataAssociation", node.id, source.line, "The assignment has no value. Write an expression in from."
        )
        return None
    expression = read_value(value, node.id, reading)
    text = to.text.removeprefix("=").strip() if to is not None else ""
    inner = text.removeprefix("${").removesuffix("}").strip()
    if to is not None:
        to.take("language")
        reading.leftovers(to, but=_EXPRESSION_ATTRIBUTES)
    name = named(local_name(inner), reading) if inner in reading.items else inner
    if not inner:
        if not _named(target, node, source, reading):
            return None
        name = named(target, reading)
    elif inner not in reading.items and not all(part.isidentifier() for part in inner.split()):
        reading.findings.fault(
            "dataAssociation", node.id, source.line,
            f"The assignment writes to '{text}', which is no data of this file and no name. Name the whole variable, "
            "and put what it holds into from.",
        )  # fmt: skip
        return None
    return None if expression is None else Assignment(name, expression)


def _named(target: str, node: NodeDraft, source: Element, reading: Reading) -> bool:
    if target:
        return True
    reading.findings.fault(
        "dataAssociation", node.id, source.line, "It does not say where the value goes. Write a targetRef."
    )
    return False


def read_value(source: Element, owner: str, reading: Reading) -> Expression | None:
    """An expression, or the id of a piece of data. None where there is none, or where it is faulty."""
    formal = source.take_one("formalExpression") or source
    stated = reading.language.declared(formal.take("language"), owner, formal.line)
    reading.leftovers(formal, but=_EXPRESSION_ATTRIBUTES)
    text = formal.text
    if text in reading.items:
        return variable(named(text, reading))
    return reading.language.condition(text, owner, formal.line, stated)


def _bind(
    multi: MultiInstance, loop: LoopData, inputs: list[Assignment], outputs: list[Assignment], reading: Reading
) -> None:
    """What comes in as a whole is the collection, what goes out as a whole that of the outputs: these associations are
    no mappings of each instance. Another engine's extension may have named another collection."""
    collection = named(loop.collection, reading)
    if multi.collection is not None and multi.collection.text == collection:
        whole = _taken(inputs, lambda mapping: mapping.target == collection)
        multi.collection = multi.collection if whole is None else whole.source
    gathered = named(loop.output_collection, reading)
    if gathered and multi.output_collection == gathered:
        whole = _taken(outputs, lambda mapping: mapping.source.text == gathered)
        multi.output_collection = multi.output_collection if whole is None else whole.target
    item = named(loop.output_item, reading)
    if multi.output_element is not None and multi.output_element.text == item:
        one = _taken(outputs, lambda mapping: mapping.target == item)
        if one is not None:
            multi.output_element = one.source
            inputs.extend(Assignment(name, literal(None)) for name in one.source.names)  # each instance has its own


def _taken(mappings: list[Assignment], wanted: Callable[[Assignment], bool]) -> Assignment | None:
    for mapping in mappings:
        if wanted(mapping):
            mappings.remove(mapping)
            return mapping
    return None
