"""Files that are deployed together: which kind each is, the order in which they can be, and what each would make."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Final

import msgspec

from andante.bpmn import read_json, read_xml, spaces_of
from andante.decisions import DmnFiles, imports_of, is_dmn
from andante.forms import is_form, read_form
from andante.markup.findings import Finding, ModelRefused

_JSON: Final = ".json"


def is_form_file(name: str, data: bytes) -> bool:
    """Whether it is a form: by its name, or a JSON file by what is in it."""
    if name.endswith(_JSON):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return is_form(msgspec.json.decode(data))
    return name.endswith(".form")


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
            elif name.endswith(_JSON):
                continue
            elif is_dmn(data):
                decisions[name] = imports_of(data)
            else:
                processes[name] = spaces_of(data)
    return list(dict.fromkeys([*forms, *_imported_first(decisions), *_imported_first(processes), *files]))


def made_of(files: Mapping[str, bytes], name: str, zone: str) -> list[tuple[str, str]]:
    """The names of what this file would define, each with its kind ("": a process). Nothing of a file that imports one
    which is not among the files. Raises ModelRefused for one that cannot be deployed."""
    data = files[name]
    if is_form_file(name, data):
        return [(read_form(data).form.id or PurePath(name).name.partition(".")[0], "form")]
    if name.endswith(_JSON):
        try:
            body = msgspec.json.decode(data, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise ModelRefused((Finding("json", "", 0, f"This is no JSON definition: {fault}."),)) from None
        return [(graph.process_id, "") for graph in read_json(body).processes]
    if is_dmn(data):
        others = [each for other, each in files.items() if _is_xml(other, each) and is_dmn(each)]
        if not set(imports_of(data)[1]) <= {imports_of(each)[0] for each in others}:
            return []
        return [(decision.id, "dmn") for decision in DmnFiles(others, zone).read(data).decisions]
    spaces = {
        spaces_of(each)[0]: each for other, each in files.items()
        if other != name and _is_xml(other, each) and not is_dmn(each)
    }  # fmt: skip
    wanted = spaces_of(data)[1]
    if not set(wanted) <= set(spaces):
        return []
    return [(graph.process_id, "") for graph in read_xml(data, {space: spaces[space] for space in wanted}).processes]


def _is_xml(name: str, data: bytes) -> bool:
    return not name.endswith(_JSON) and not is_form_file(name, data)


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
