"""Run the public DMN TCK's cases: `python tests/decisions/tck.py TestCases [PATTERN]` on a checkout of dmn-tck/tck.

Its models call functions that are none, or with wrong arguments, and expect null. Deployment refuses such models; here
they are read leniently, and the last line tells how many these are.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from andante.decisions import Decision, DecisionFault, DecisionModel, DmnFiles, NoDecision
from andante.expressions import compile_feel, to_feel
from andante.markup.findings import ModelRefused

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
FEEL = {
    "string": None, "boolean": "{}", "decimal": "{}", "double": "{}", "integer": "{}", "int": "{}", "long": "{}",
    "float": "{}", "date": 'date("{}")', "time": 'time("{}")', "dateTime": 'date and time("{}")',
    "duration": 'duration("{}")',
}  # fmt: skip


def cases(file: Path) -> Iterator[tuple[str, bool, str]]:
    """Each expectation of a test file: its name, whether it is met, and what came instead."""
    root = etree.parse(str(file)).getroot()
    name = next(each.text for each in root if _tag(each) == "modelName")
    try:
        model: DecisionModel | None = _read(file.parent / str(name), lenient=True)
    except (ModelRefused, OSError) as fault:
        model, why = None, str(fault).splitlines()[0]
    for case in (each for each in root if _tag(each) == "testCase"):
        given = {each.get("name", ""): _value(each) for each in case if _tag(each) == "inputNode"}
        for node in (each for each in case if _tag(each) == "resultNode"):
            label = f"{file.stem}/{case.get('id')}/{node.get('name')}"
            expected = next((_value(each) for each in node if _tag(each) == "expected"), None)
            asked = str(case.get("invocableName") or node.get("name", ""))
            if model is None:
                yield label, node.get("errorResult") == "true", why
                continue
            try:
                found = _find(model, asked, str(node.get("name", ""))).evaluate(given).value
                met = _same(found, expected)
            except (DecisionFault, NoDecision) as fault:
                found, met = str(fault), node.get("errorResult") == "true" and expected is None
            yield label, met, f"expected {_shown(expected)}, got {_shown(found)}"


def is_refused(file: Path) -> bool:
    """Whether deployment would refuse the model of a test file."""
    name = next(each.text for each in etree.parse(str(file)).getroot() if _tag(each) == "modelName")
    try:
        _read(file.parent / str(name), lenient=False)
    except (ModelRefused, OSError):
        return True
    return False


def _read(model: Path, *, lenient: bool) -> DecisionModel:
    """A model, which may import those in its folder."""
    others = [each.read_bytes() for each in sorted(model.parent.rglob("*.dmn")) if each != model]
    data = model.read_bytes()
    return DmnFiles([*others, data], lenient=lenient).read(data)


def _find(model: DecisionModel, asked: str, result: str) -> Decision:
    """What a case asks for; some name a service that is not there."""
    try:
        return model.find(asked)
    except NoDecision:
        return model.find(result)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Any) -> Any:
    """What a node, component or item holds."""
    parts = [each for each in element if _tag(each) in ("value", "list", "component")]
    if not parts:
        return None
    if _tag(parts[0]) == "component":
        return {each.get("name", ""): _value(each) for each in parts}
    part = parts[0]
    if part.get(NIL) == "true":
        return None
    if _tag(part) == "list":
        return [_value(each) for each in part]
    text, kind = part.text or "", str(part.get(TYPE, "string")).rpartition(":")[2]
    form = FEEL.get(kind)
    return text if form is None else compile_feel(form.format(text.strip())).evaluate({}, None)


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(_same(found[name], expected[name]) for name in expected)
    if isinstance(found, bool) or isinstance(expected, bool) or found is None or expected is None:
        return found is expected
    try:
        return bool(abs(found - expected) < 1e-8)
    except TypeError:
        return bool(found == expected)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else to_feel(value)


def main(folder: str, pattern: str = "") -> int:
    met = total = 0
    files = sorted(Path(folder).rglob(f"*{pattern}-test-*.xml" if pattern else "*-test-*.xml"))
    for file in files:
        for label, good, what in cases(file):
            met, total = met + good, total + 1
            if not good:
                print(f"{label}: {what}")
    refused = sum(map(is_refused, files))
    print(f"{met} of {total} expectations are met; deployment refuses {refused} of {len(files)} files")
    return 0 if met == total else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
