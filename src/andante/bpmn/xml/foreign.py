"""Scripts and conditions in languages that do not run here (JavaScript, Groovy, Python, ...).

A script that only sets variables to plain values means the same in all of them and runs here; any other is a worker's
job, in Python one of the worker that comes with the house (andante.scripting). A condition that reads like one of ours
is one; what else it may do cannot be told, and it is refused.
"""

import ast
import re
import textwrap
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import JobWork, Script
from andante.bpmn.language import language_of
from andante.bpmn.vendors.listeners import script_effects
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, ExpressionError, compile_contract, compile_juel, literal

_ALIKE: Final = frozenset(("javascript", "js", "ecmascript", "groovy"))  # conditions that are written as in JUEL
_PYTHON: Final = frozenset(("python", "python3", "py", "jython"))
_PREFIX: Final = re.compile(r"(?<![\w.])(?:this\.)?(?:environment\.)?variables\.")
_NEXT: Final = re.compile(r"next\(\s*null\s*,(?P<inner>.*)\)", re.DOTALL)
_SHORT: Final = re.compile(r"(?:text|application)/(?:x-)?")


def is_foreign(language: str) -> bool:
    """Whether a script format or language names something that does not run here."""
    return bool(language.strip()) and language_of(language) in (None, "", "xpath")


def read_foreign_script(node: NodeDraft, language: str, script: Element, element: Element, reading: Reading) -> None:
    """The script of a script task."""
    scripts = script_effects(script.text)
    if scripts is not None:
        node.work = Script(literal(None))  # such a script gives no value
        node.after.extend(scripts)
        return
    short = _SHORT.sub("", language.strip().lower())
    kind = f"script:{short}"
    node.kind = kinds.SERVICE_TASK
    node.work = JobWork(literal(kind), headers={"language": short, "script": script.text})
    if short in _PYTHON:
        _python(node, script, element, reading)
        return
    reading.findings.warn(
        "foreignScript", element.label, script.line,
        f"Scripts in {language} do not run here: the task is a job of type '{kind}' for a worker, with the script in "
        "its header 'script'. Write it in FEEL to run it here.",
    )  # fmt: skip


def _python(node: NodeDraft, script: Element, element: Element, reading: Reading) -> None:
    """Python runs in the house's own worker: what cannot be read is told here already."""
    text = script.text
    try:
        try:
            ast.parse(text)
        except IndentationError:  # the file's own indentation is gone from the first line and still before the others
            first, _, others = text.partition("\n")
            text = f"{first}\n{textwrap.dedent(others)}"
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        place = f" in its line {fault.lineno}" if isinstance(fault, SyntaxError) and fault.lineno else ""
        why = fault.msg if isinstance(fault, SyntaxError) else "it cannot be taken apart"
        reading.findings.fault(
            "script", element.label, script.line, f"The script is no Python{place}: {why}. Correct it."
        )
    node.work = JobWork(literal("script:python"), headers={"language": "python", "script": text})


def foreign_condition(language: str, source: Element, flow: str, reading: Reading) -> Expression | None:
    """A condition; None with a fault where it is more than one of ours."""
    short = _SHORT.sub("", language.strip().lower())
    text = source.text.strip().rstrip(";").strip()
    inner = _NEXT.fullmatch(text)
    if inner is not None:
        text = inner["inner"].strip()
    bare = _PREFIX.sub("", text)
    bare = bare.replace("!==", "!=").replace("===", "==")
    if short in _ALIKE and bare:
        try:
            # There, a variable that is not set counts as false when it is looked up in an object.
            found = compile_juel("${" + bare + "}") if bare == text else compile_contract(bare)
        except ExpressionError:
            found = None
        if found is not None:
            reading.findings.warn(
                "foreignCondition", flow, source.line,
                f"The condition in {language} is read as ${{{bare}}}. Write it so to say that.",
            )  # fmt: skip
            return found
    reading.findings.fault(
        "expressionLanguage", flow, source.line,
        f"The expression language '{language}' is not supported. Write the expression in FEEL or as ${{...}}.",
    )  # fmt: skip
    return None
