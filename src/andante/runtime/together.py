"""Files that are deployed together: which kind each is, and the order in which they can be."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec

from andante.bpmn import spaces_of
from andante.decisions import imports_of, is_dmn
from andante.forms import is_form
from andante.markup.findings import ModelRefused

_JSON: Final = ".json"


def is_form_file(name: str, data: bytes) -> bool:
    """Whether it is a form: by its name, or a JSON file by what is in it."""
    if name.endswith(_JSON):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return is_form(msgspec.json.decode(data))
    return name.endswith(".form")


def is_json(name: str, data: bytes) -> bool:
    """Whether it is a definition in the JSON form, where it is no form."""
    return name.endswith(_JSON) or data.lstrip().startswith(b"{")


def in_order(files: Mapping[str, bytes]) -> list[str]:
    """Their names in the order in which they can be deployed: forms and DMN files first, each file after those that it
    imports; what cannot be read comes last."""
    decisions: dict[str, tuple[str, tuple[str, ...]]] = {}
    processes: dict[str, tuple[str, tuple[str, ...]]] = {}
    forms: list[str] = []
    for name, data in files.items():
        with suppress(ModelRefused):
            if is_form_file(name, data):
                forms.append(name)
            elif is_json(name, data):
                continue
            elif is_dmn(data):
                decisions[name] = imports_of(data)
            else:
                processes[name] = spaces_of(data)
    return list(dict.fromkeys([*forms, *_imported_first(decisions), *_imported_first(processes), *files]))


def _imported_first(files: Mapping[str, tuple[str, tuple[str, ...]]]) -> list[str]:
    """Each file after those whose namespaces it imports."""
    spaces = {space: file for file, (space, _) in files.items()}
    ordered: dict[str, None] = {}
    for file in files:
        stack = [file]
        seen = {file}
        while stack:
            missing = [spaces[each] for each in files[stack[-1]][1] if each in spaces]
            missing = [each for each in missing if each not in ordered and each not in seen]
            if missing:
                stack.append(missing[0])
                seen.add(missing[0])
            else:
                ordered.setdefault(stack.pop())
    return list(ordered)
