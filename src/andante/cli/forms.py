"""`andante form`: what a task or a start asks for."""

from typing import Annotated

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, print_json, print_table
from andante.cli.remote import LOCAL, json_text
from andante.client.forms import Field, Form


def form(
    target: str,
    *,
    start: Annotated[bool, Parameter(negative=())] = False,
    server: Server = LOCAL,
) -> int:
    """Show the form of a task, or of a start: its fields, what they demand, and their values.

    Parameters
    ----------
    target
        The id of a task; with --start the name of a process.
    start
        What a start of the process of this name asks for.
    """
    with server.connect() as client:
        if start:
            found = client.definitions(name=target, active=True)
            if not found:
                complain(f"andante: no version of '{target}' is active. Deploy it, or activate one.")
                return 1
            shown = client.start_form(found[0].id)
        else:
            shown = client.task_form(target)
    if server.json:
        print_json(shown)
        return 0
    print(_title(shown))
    if shown.fields:
        print_table(("field", "type", "label", "value", "what it demands"), _rows(shown.fields, ""))
    return 0


def _title(form: Form) -> str:
    if form.kind == "none":
        return "It has no form: any variables may be sent."
    if form.kind == "external":
        return f"Its form '{form.key}' is not deployed here: what is sent is not checked."
    return " ".join(filter(None, (f"{form.kind} form", form.key, form.version)))


def _rows(fields: list[Field], within: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for field in fields:
        if field.visible:
            value = "" if field.value is None else json_text(field.value)
            rows.append((within + field.key, field.type, field.label, value, _demands(field)))
            rows.extend(_rows(field.fields, f"{within}{field.key}[]."))
    return rows


def _demands(field: Field) -> str:
    parts = ["required"] if field.required else []
    if field.read_only:
        parts.append("read only")
    parts += [f"{name} {json_text(limit)}" for name, limit in field.constraint.items()]
    if field.options:
        parts.append("one of " + ", ".join(json_text(option.value) for option in field.options))
    return ", ".join(parts)
