"""The commands that need no server: checking models, trying expressions and decisions."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from cyclopts import Parameter

from andante.bpmn import Finding, Model, ModelRefused, read_json, read_xml, spaces_of
from andante.bpmn.work import JobWork
from andante.cli.output import complain, print_findings, print_json, print_table
from andante.decisions import DecisionFault, DmnFiles, NoDecision, is_dmn
from andante.expressions import DEFAULT_LIMITS, ExpressionError, compile_feel, compile_juel, to_feel, to_json
from andante.forms import read_form
from andante.runtime import together

JSON: Final = (".json", ".form")
# In what is published the examples are within the package; in a checkout they are beside it.
EXAMPLES: Final = (Path(__file__).parents[1] / "examples", Path(__file__).parents[3] / "examples")


def examples(to: Path = Path("examples"), *, json: Annotated[bool, Parameter(negative=())] = False) -> None:
    """Write the example models and their tests into the folder TO. Files that are there already stay as they are.

    Parameters
    ----------
    json
        Print JSON instead of lines.
    """
    (source, *_) = [folder for folder in EXAMPLES if folder.is_dir()]
    to.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    for file in sorted(source.iterdir()):
        target = to / file.name
        if file.is_file() and not target.exists():  # an installation may compile what it has, into a folder beside it
            target.write_bytes(file.read_bytes())
            written.append(str(target))
    if json:
        print_json(written)
    else:
        print(f"{len(written)} files written to {to}. Try them: andante serve --examples {to}")


def lint(
    *files: Path,
    strict: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Check models as a deployment would: BPMN 2.0 XML, DMN, forms, or JSON definitions (files named *.json).

    Files may import others that are given together with them, and name forms that are.

    Parameters
    ----------
    strict
        Warnings count as faults: exit 1.
    json
        Print JSON instead of lines.
    """
    if not files:
        raise ValueError("name the files to check")
    found: list[dict[str, Any]] = []
    refused = warned = 0
    decisions, processes, forms = dmn_files(files), bpmn_files(files), form_ids(files)
    for file in files:
        kind, findings = _check(file, decisions, processes, forms)
        refused += kind == "fault"
        warned += kind == "warning" and bool(findings)
        told = [finding._asdict() for finding in findings]
        found += [{"file": str(file), "kind": kind, **each} for each in told]
        if not json:
            print_findings(str(file), kind, told, to_error=False)
    if json:
        print_json(found)
    else:
        print(f"{len(files)} checked, {refused} with faults{f', {warned} with warnings' if warned else ''}.")
    return 1 if refused or (strict and warned) else 0


def dmn_files(files: Sequence[Path], zone: str = "UTC") -> DmnFiles:
    """Those of the files that are DMN and can be read, which may import each other."""
    found: list[bytes] = []
    for file in files:
        with suppress(ModelRefused, OSError):
            data = file.read_bytes()
            if file.suffix not in JSON and is_dmn(data):
                found.append(data)
    return DmnFiles(found, zone)


def bpmn_files(files: Sequence[Path]) -> dict[str, bytes]:
    """Those of the files that are BPMN, by their target namespace; of several the first."""
    found: dict[str, bytes] = {}
    for file in files:
        with suppress(OSError):
            data = file.read_bytes()
            space, _ = spaces_of(data) if file.suffix not in JSON else ("", ())
            if space:
                found.setdefault(space, data)
    return found


def is_form_file(file: Path, data: bytes) -> bool:
    """Whether it is a form: by its name, or a JSON file by what is in it."""
    return together.is_form_file(file.name, data)


def form_ids(files: Sequence[Path]) -> set[str]:
    """The ids of those of the files that are forms."""
    found: set[str] = set()
    for file in files:
        with suppress(ModelRefused, OSError):
            data = file.read_bytes()
            if file.suffix in JSON and is_form_file(file, data):
                found.add(read_form(data).form.id or file.name.partition(".")[0])
    return found


def _check(
    file: Path, decisions: DmnFiles, processes: Mapping[str, bytes], forms: Collection[str]
) -> tuple[Literal["warning", "fault"], Sequence[Finding]]:
    try:
        data = file.read_bytes()
        if is_form_file(file, data):
            return "warning", read_form(data).warnings
        if file.suffix != ".json" and is_dmn(data):
            return "warning", decisions.read(data).warnings
        model = _model(file, data, processes)
    except ModelRefused as fault:
        return "fault", fault.findings
    except msgspec.DecodeError as fault:
        return "fault", [Finding("json", "", 0, f"This is no JSON definition: {fault}.")]
    except OSError as fault:
        return "fault", [Finding("file", "", 0, f"It cannot be read: {fault.strerror}.")]
    return "warning", [*model.warnings, *_unknown_forms(model, forms)]


def _model(file: Path, data: bytes, processes: Mapping[str, bytes]) -> Model:
    if file.suffix == ".json":
        return read_json(msgspec.json.decode(data, type=dict[str, Any]))
    return read_xml(data, processes)


def _unknown_forms(model: Model, forms: Collection[str]) -> Iterator[Finding]:
    """Forms that are named and not among the files. What may be a page of another product is left alone."""
    for graph in model.processes:
        for node in graph.nodes:
            use = node.form
            if use is None or use.form is not None or use.external or use.key in forms:
                continue
            text = f"The form '{use.key}' is not among the files: what is filled in may not be checked. Deploy it, too."
            yield Finding("unknownForm", node.id, node.line, text)


def jobs(*files: Path, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """List the types of jobs that models need workers for, and which element each is of.

    Among them is what a model of another engine left to a class, a bean or a script that does not run here. Types that
    begin with "andante:", "http-connector" and "script:python" are done by the server itself.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    if not files:
        raise ValueError("name the models")
    processes = bpmn_files(files)
    found: list[tuple[str, str, str, str]] = []
    refused = False
    for file in files:
        try:
            model = _model(file, file.read_bytes(), processes)
        except (ModelRefused, msgspec.DecodeError):
            complain(f"{file}: it has faults, which `andante lint` tells.")
            refused = True
            continue
        for node in (each for graph in model.processes for each in graph.nodes):
            if isinstance(node.work, JobWork):
                found.append((node.work.type.text, node.id, node.name, str(file)))
    found.sort()
    if json:
        print_json([dict(zip(("type", "element", "name", "file"), each, strict=True)) for each in found])
    else:
        print_table(("type", "element", "name", "file"), found)
    return 1 if refused else 0


def evaluate(
    expression: Annotated[str, Parameter(allow_leading_hyphen=True)],
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
    names = _names(context)
    compiler = compile_feel if language == "feel" else compile_juel
    try:
        value = compiler(expression, DEFAULT_LIMITS, zone).evaluate(names, _now())
    except ExpressionError as fault:
        complain(f"andante: {fault}")
        return 1
    if json:
        print_json(to_json(value))
    else:
        print(to_feel(value))
    return 0


def decide(
    file: Path,
    *,
    decision: str = "",
    context: str = "{}",
    imports: Annotated[list[Path] | None, Parameter(consume_multiple=True, negative=())] = None,
    zone: str = "UTC",
    trace: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Evaluate a decision of a DMN file, here and without a server.

    Parameters
    ----------
    decision
        Its id or name; a file with one decision needs none.
    context
        The variables, as a JSON object.
    imports
        The DMN files that it imports.
    zone
        IANA zone of times without one.
    trace
        Tell which rules of which tables matched.
    json
        Print the value as JSON instead of as FEEL.
    """
    names = _names(context)
    try:
        model = dmn_files([file, *(imports or [])], zone).read(file.read_bytes())
        outcome = model.find(decision).evaluate(names, _now(), zone_name=zone)
        shown = to_json(outcome.value) if json else to_feel(outcome.value)
    except ModelRefused as refused:
        print_findings(str(file), "fault", [finding._asdict() for finding in refused.findings])
        return 1
    except (NoDecision, DecisionFault, ExpressionError) as fault:
        complain(f"andante: {fault}")
        return 1
    for message in outcome.messages:
        complain(f"andante: {message}")
    if trace:
        for table in outcome.applied:
            inputs = ", ".join(f"{name} = {to_feel(value)}" for name, value in table.inputs)
            rules = ", ".join(str(rule.number) for rule in table.rules) or "none"
            complain(f"{table.decision}: {inputs or 'no input'}; rules that match: {rules}")
    print_json(shown) if json else print(shown)
    return 0


def _names(context: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(context, type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise ValueError(f"--context: it must be a JSON object: {fault}") from None


def _now() -> int:
    return time.time_ns() // 1_000_000
