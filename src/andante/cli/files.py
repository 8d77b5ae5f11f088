"""The commands that need no server: checking models and trying expressions."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from andante.bpmn import Finding, ModelRefused, read_json, read_xml
from andante.expressions import DEFAULT_LIMITS, ExpressionError, compile_feel, compile_juel, to_feel, to_json
from andante.runtime import SystemClock


def lint(*files: Path, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Check models as a deployment would: BPMN 2.0 XML, or JSON definitions (files named *.json).

    Parameters
    ----------
    json
        Print JSON instead of lines.
    """
    if not files:
        raise ValueError("name the files to check")
    found: list[dict[str, Any]] = []
    refused = 0
    for file in files:
        data = file.read_bytes()
        try:
            model = (
                read_json(msgspec.json.decode(data, type=dict[str, Any])) if file.suffix == ".json" else read_xml(data)
            )
            findings, kind = model.warnings, "warning"
        except ModelRefused as fault:
            findings, kind = fault.findings, "fault"
            refused += 1
        except msgspec.DecodeError as fault:
            findings, kind = (Finding("json", "", 0, f"This is no JSON definition: {fault}."),), "fault"
            refused += 1
        found += _dicts(file, kind, findings)
    if json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    else:
        for each in found:
            print(f"{each['file']}:{each['line']}: {each['kind']} {each['code']}: {each['element']}: {each['message']}")
        print(f"{len(files)} checked, {refused} with faults.")
    return 1 if refused else 0


def _dicts(file: Path, kind: str, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [{"file": str(file), "kind": kind, **finding._asdict()} for finding in findings]


def evaluate(
    expression: str,
    *,
    context: str = "{}",
    language: Literal["feel", "juel"] = "feel",
    zone: str = "UTC",
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Evaluate an expression, here and without a server.

    Parameters
    ----------
    context
        The variables, as a JSON object.
    zone
        IANA zone of times without one.
    json
        Print the value as JSON instead of as FEEL.
    """
    try:
        names = msgspec.json.decode(context, type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise ValueError(f"--context: it must be a JSON object: {fault}") from None
    compiler = compile_feel if language == "feel" else compile_juel
    try:
        value = compiler(expression, DEFAULT_LIMITS, zone).evaluate(names, SystemClock().now())
    except ExpressionError as fault:
        print(f"andante: {fault}", file=sys.stderr)
        return 1
    print(msgspec.json.encode(to_json(value)).decode() if json else to_feel(value))
    return 0
