"""What differs between two files of one process: elements by their id, and of each what is written otherwise. Drawings
are left out."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from andante.markup.element import Element, parse

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"

_HOME: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DRAWING: Final = frozenset((
    "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
))  # fmt: skip
_HOLDERS: Final = frozenset((
    "definitions", "process", "subProcess", "transaction", "adHocSubProcess", "collaboration", "laneSet", "childLaneSet"
))  # fmt: skip
# Within a holder these say something of it, and are no elements themselves.
_PARTS: Final = frozenset((
    "documentation", "extensionElements", "ioSpecification", "multiInstanceLoopCharacteristics", "property",
    "standardLoopCharacteristics", "auditing", "monitoring", "completionCondition", "relationship", "import",
))  # fmt: skip
_IMPLIED: Final = frozenset(("incoming", "outgoing"))  # flows say it


class Change(msgspec.Struct, frozen=True):
    """Of an element: what is written, before and after ("" where it was not there)."""

    what: str
    before: str
    after: str


class Difference(msgspec.Struct, frozen=True):
    """An element that was added, removed or changed, by its id; `element` is its kind as the file calls it."""

    id: str
    name: str
    element: str
    kind: str
    changes: list[Change]


class _Told(msgspec.Struct, frozen=True):
    element: str
    name: str
    texts: dict[str, str]


def compare(old: bytes, new: bytes) -> list[Difference]:
    """In the order of the new file, what was removed last. Both are BPMN XML or the JSON form. Raises ModelRefused."""
    before, after = _elements(old), _elements(new)
    found = []
    for id, told in after.items():
        was = before.get(id)
        if was is None:
            found.append(Difference(id, told.name, told.element, ADDED, []))
        elif changes := _changes(was, told):
            found.append(Difference(id, told.name or was.name, told.element, CHANGED, changes))
    gone = [(id, told) for id, told in before.items() if id not in after]
    return found + [Difference(id, told.name, told.element, REMOVED, []) for id, told in gone]


def _changes(was: _Told, told: _Told) -> list[Change]:
    names = dict.fromkeys((*was.texts, *told.texts))
    found = [Change(name, was.texts.get(name, ""), told.texts.get(name, "")) for name in names]
    if was.element != told.element:
        found.insert(0, Change("", was.element, told.element))
    return [each for each in found if each.before != each.after]


def _elements(data: bytes) -> dict[str, _Told]:
    if data.lstrip().startswith(b"{"):
        return dict(_of_json(msgspec.json.decode(data, type=dict[str, object])))
    root = parse(data, _HOME, _DRAWING)
    prefixes = {space: prefix for prefix, space in root.prefixes.items() if prefix}
    return dict(_of_xml(root, prefixes))


def _of_xml(holder: Element, prefixes: Mapping[str, str]) -> Iterator[tuple[str, _Told]]:
    for child in holder.children:
        if child.space != _HOME or child.name in _PARTS:
            continue
        if child.id:
            texts = dict(_texts(child, prefixes, "", child.name in _HOLDERS))
            yield child.id, _Told(child.name, child.attributes.get("name", ""), texts)
        if child.name in _HOLDERS:
            yield from _of_xml(child, prefixes)


def _texts(element: Element, prefixes: Mapping[str, str], path: str, holds: bool) -> Iterator[tuple[str, str]]:
    """Every attribute and text in it, by the way that leads there."""
    for name, value in element.attributes.items():
        if name != "id":
            yield f"{path}{_short(name, prefixes)}", value
    if element.text:
        yield path.rstrip("/ ") or "text", element.text
    times: dict[str, int] = {}
    for child in (*element.extensions, *element.children):
        if child.name in _IMPLIED or (holds and child.space == _HOME and child.name not in _PARTS):
            continue
        name = child.name if child.space == _HOME else _short(f"{{{child.space}}}{child.name}", prefixes)
        times[name] = times.get(name, 0) + 1
        step = name if times[name] == 1 else f"{name} {times[name]}"
        yield f"{path}{step}", ""  # that it is there at all
        yield from _texts(child, prefixes, f"{path}{step} / ", holds=False)


def _short(name: str, prefixes: Mapping[str, str]) -> str:
    space, _brace, local = name.rpartition("}")
    prefix = prefixes.get(space[1:], "")
    return f"{prefix}:{local}" if prefix else local


def _of_json(body: dict[str, object]) -> Iterator[tuple[str, _Told]]:
    """The process itself, and whatever its lists name: elements, variables, lanes."""
    own: dict[str, str] = {}
    named: list[tuple[str, dict[str, object]]] = []
    for kind, value in body.items():
        inner = value.get("lanes") if kind == "laneSet" and isinstance(value, dict) else value
        if isinstance(inner, list) and inner and all(isinstance(each, dict) and each.get("name") for each in inner):
            named.extend((kind.removesuffix("s"), each) for each in inner)
        elif kind != "name":
            own[kind] = _written(value)
    yield str(body.get("name", "")), _Told("process", str(body.get("label", "")), own)
    for kind, each in named:
        texts = {name: _written(value) for name, value in each.items() if name != "name"}
        yield str(each["name"]), _Told(kind, str(each.get("label", "")), texts)


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
