"""Imports between BPMN files (BPMN 2.0.2 section 8.3.3): what one file declares, another refers to by a prefix.

What is imported are declarations: messages, signals, errors, escalations, event definitions. A called process or global
task needs no import: it is looked for when it is called.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from andante.bpmn.xml.element import Element, parse
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Error, Message, Reading
from andante.bpmn.xml.spaces import is_bpmn, space_of
from andante.expressions import literal

# Target namespace -> the file.
Files = Mapping[str, bytes]
NO_FILES: Final[Files] = {}

_REFERENCES: Final = frozenset(("errorRef", "escalationRef", "messageRef", "signalRef"))
_IMPORTED: Final = frozenset((*_REFERENCES, "eventDefinitionRef"))


def read_imports(root: Element, files: Files, reading: Reading, declare: Callable[[Element, Reading], None]) -> None:
    """Adds what the imported files declare to what is known in this one, and leads its references there. `declare`
    reads the declarations of a file."""
    own = root.attributes.get("targetNamespace", "")
    wanted = {space: each for each in root.take_all("import") if is_bpmn(each) and (space := space_of(each)) != own}
    if not wanted:
        return
    prefixes = {prefix: space for prefix, space in root.prefixes.items() if prefix and space in wanted}
    references = list(_references(root, prefixes))
    for space, element in wanted.items():
        data = files.get(space)
        prefix = next((prefix for prefix, known in prefixes.items() if known == space), "")
        if data is not None:
            _import(data, prefix, reading, declare)
            continue
        used = [each for each in references if prefixes[each[1]] == space]
        if not used:
            reading.findings.warn(
                "import", root.label, element.line,
                f"No file of the namespace '{space}' is there; nothing here refers to it. Remove the import.",
            )  # fmt: skip
        for where, _, name, ref in used:
            reading.findings.fault(
                "import", where.label, where.line,
                f"{name} names '{ref}' of the namespace '{space}', but no such file is there. Deploy it first.",
            )  # fmt: skip
            _stand_in(name, _joined(*ref.split(":", 1)), reading)


def _references(root: Element, prefixes: Mapping[str, str]) -> Iterator[tuple[Element, str, str, str]]:
    """Each reference to a declaration by one of the prefixes: the element, the prefix, its name and text. It then names
    what is imported under an id that no other has."""
    pending = [(root, root)]
    while pending:
        element, owner = pending.pop()
        for name in _REFERENCES & element.attributes.keys():
            ref = element.attributes[name]
            prefix, colon, local = ref.partition(":")
            if colon and prefix in prefixes:
                element.attributes[name] = _joined(prefix, local)
                yield (element if element.id else owner), prefix, name, ref
        prefix, colon, local = element.text.partition(":")
        if colon and element.name in _IMPORTED and prefix in prefixes:
            ref, element.text = element.text, _joined(prefix, local)
            yield owner, prefix, element.name, ref
        pending.extend((child, element if element.id else owner) for child in element.children)


def _joined(prefix: str, local: str) -> str:
    return f"{prefix.strip()}.{local.strip()}"


def _import(data: bytes, prefix: str, reading: Reading, declare: Callable[[Element, Reading], None]) -> None:
    """What is wrong with the other file was told when that was deployed."""
    root = parse(data)
    other = Reading(reading.vendors)
    language = root.take("expressionLanguage")
    other.language.default = other.language.declared(language, root.label, root.line) or ""
    declare(root, other)

    def ids(id: str) -> tuple[str, ...]:
        return (_joined(prefix, id), id) if prefix else (id,)

    for id, message in other.messages.items():
        message.id = ids(id)[0]
        for each in ids(id):
            reading.messages.setdefault(each, message)
    for id, signal in other.signals.items():
        for each in ids(id):
            reading.signals.setdefault(each, signal)
    for id, error in other.errors.items():
        for each in ids(id):
            reading.errors.setdefault(each, error)
    for id, code in other.escalations.items():
        for each in ids(id):
            reading.escalations.setdefault(each, code)
    for id, definition in other.event_definitions.items():
        for name in _REFERENCES & definition.attributes.keys():
            definition.attributes[name] = ids(local_name(definition.attributes[name]))[0]
        for each in ids(id):
            reading.event_definitions.setdefault(each, definition)


def _stand_in(name: str, id: str, reading: Reading) -> None:
    """One fault is enough for what is missing."""
    if name == "messageRef":
        reading.messages[id] = Message(id, 0, literal(id))
    elif name == "signalRef":
        reading.signals[id] = literal(id)
    elif name == "errorRef":
        reading.errors[id] = Error(id)
    elif name == "escalationRef":
        reading.escalations[id] = id
