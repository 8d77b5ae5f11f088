"""Any schema of a form, told by what is in it."""

import json
from typing import Any, NamedTuple

from andante.forms.form import Form
from andante.forms.formjs import read_form_js
from andante.forms.reading import Reading
from andante.forms.schema import read_json_schema
from andante.markup.findings import Finding, Findings

_TELLING = frozenset(("$schema", "$id", "properties", "allOf", "anyOf", "oneOf", "$ref", "$defs", "required"))


class FormRead(NamedTuple):
    """A form and what is doubtful in it."""

    form: Form
    warnings: tuple[Finding, ...]


def is_form(body: object) -> bool:
    """Whether a JSON value looks like a schema of a form, and not like a definition."""
    if not isinstance(body, dict):
        return False
    return "components" in body or "$schema" in body or body.get("type") in ("default", "object")


def read_form(data: bytes | str | dict[str, Any], *, owner: str = "", line: int = 1) -> FormRead:
    """A form-js schema or a JSON Schema: the text of a file, or an object of another. `owner` has it, from `line` on.

    Raises ModelRefused with every fault, each with its line where there are any.
    """
    findings = Findings()
    form = read_into(data, findings, owner=owner, line=line)
    warnings = findings.close()
    if form is None:
        raise AssertionError("a form without faults cannot be read")
    return FormRead(form, warnings)


def read_into(data: bytes | str | dict[str, Any], findings: Findings, *, owner: str = "", line: int = 1) -> Form | None:
    """The same, with findings added to those of a model; None for what is no schema at all."""
    if isinstance(data, dict):
        text, body, line = "", data, 0
    else:
        try:
            text = data.decode() if isinstance(data, bytes) else data
            body = json.loads(text, parse_constant=_constant)
        except UnicodeDecodeError:
            findings.fault("form", owner, line, "The form is no text in UTF-8. Save it as UTF-8.")
            return None
        except json.JSONDecodeError as fault:
            findings.fault(
                "form", owner, line + fault.lineno - 1, f"The form is no JSON: {fault.msg}. Export it again."
            )
            return None
        except (ValueError, RecursionError) as fault:
            findings.fault("form", owner, line, f"The form cannot be read: {fault}. Export it again.")
            return None
    reading = Reading(findings, owner, text, line)
    if not isinstance(body, dict):
        findings.fault("form", owner, line, "The form is no JSON object. Export it again.")
        return None
    if "components" in body:
        return read_form_js(body, reading)
    if body.get("type") == "default" or "schemaVersion" in body:
        return read_form_js(body, reading)
    if _TELLING.isdisjoint(body) and body.get("type") != "object":
        findings.fault(
            "form", owner, line,
            "This is neither a form-js schema (it has components) nor a JSON Schema (it has properties). Write one.",
        )  # fmt: skip
        return None
    return read_json_schema(body, reading)


def _constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")
