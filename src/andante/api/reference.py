"""docs/reference/errors.md, api.md, metrics.md and events.md, made of the code.

`python -m andante.api.reference errors|api|metrics|events > FILE` makes one anew.
"""

import sys
from typing import Any

import msgspec

from andante.api.errors import reference as errors
from andante.api.metrics import reference as metrics
from andante.api.openapi import error_codes, operations
from andante.api.operation import Operation
from andante.api.routes import api_handlers
from andante.notify.cloud_events import PREFIX, SCHEMAS
from andante.people.permissions import PERMISSIONS, PUBLIC, ROLES
from andante.runtime.occurrences import KINDS, Data


def api() -> str:
    """Every route: who may call it, what it takes, which errors it knows."""
    lines = [
        "# The HTTP API",
        "",
        "<!-- Made from src/andante/api by `python -m andante.api.reference api`. -->",
        "",
        'Answers come as `{"resCode":"0","resMsg":"Success","result":...}`; failures as [errors](errors.md) tell. '
        "Send the token in the `access-token` header (or `Authorization: Bearer`). "
        "Times are `YYYY-MM-DD HH:MM:SS` in the server's zone; their twins `...At` are ISO 8601 UTC. "
        "Routes marked * belong to the published contract, the others are Andante's own. `/openapi.json` describes "
        "every shape.",
        "",
        "| method and path | what | roles |",
        "|---|---|---|",
    ]
    found = sorted(operations(api_handlers(test_clock=True)), key=lambda each: (each[2].tag, each[0], each[1]))
    for path, method, operation in found:
        mark = "" if operation.own else " *"
        lines.append(f"| `{method.upper()} {path}`{mark} | {operation.summary} | {_roles(operation)} |")
    for path, method, operation in found:
        lines += ["", f"## {method.upper()} {path}", "", f"{operation.summary}. {operation.description}".strip()]
        if operation.query is not None:
            lines += ["", "Query:", "", *_fields(operation.query)]
        bodies = operation.body if isinstance(operation.body, tuple) else (operation.body,)
        for body in bodies:
            if isinstance(body, type) and issubclass(body, msgspec.Struct):
                lines += ["", "Body:", "", *_fields(body)]
        codes = error_codes(path, operation)
        if codes:
            lines += ["", "Errors: " + ", ".join(f"`{code}`" for code in codes) + "."]
    return "\n".join(lines) + "\n"


def _roles(operation: Operation) -> str:
    if operation.permission == PUBLIC:
        return "no token needed"
    return ", ".join(role for role in ROLES if role in PERMISSIONS[operation.permission])


def _fields(kind: type[msgspec.Struct]) -> list[str]:
    schemas: dict[str, Any] = msgspec.json.schema(kind)["$defs"]
    schema = schemas[kind.__name__]
    required = schema.get("required", ())
    lines = [" ".join(schema["description"].split()), ""] if "description" in schema else []
    for name, field in schema["properties"].items():
        need = "required" if name in required else f"default `{field.get('default', '')!r}`"
        if "default" not in field and name not in required:
            need = "optional"
        text = f": {field['description']}" if "description" in field else ""
        lines.append(f"- `{name}` ({need}){text}")
    return lines


def events() -> str:
    """docs/reference/events.md."""
    lines = [
        "# Events", "",
        "<!-- Made from src/andante/runtime/occurrences.py by `python -m andante.api.reference events`. -->", "",
        "What [programs are told](../how-to/events.md) of instances and tasks, as CloudEvents 1.0. The `type` is",
        f"`{PREFIX}` and one of these; `subject` is the instance. The JSON schema of `data` is served at",
        f"`{SCHEMAS}/TYPE.json`, without a token. Fields may be added; none is taken away without a new type.",
        "", "Every event has:", "", *_fields(Data)[2:],
    ]  # fmt: skip
    common = set(msgspec.json.schema(Data)["$defs"]["Data"]["properties"])
    for kind, data in KINDS.items():
        about, _, *fields = _fields(data)
        own = [line for line in fields if line.split("`")[1] not in common]
        lines += ["", f"## {kind}", "", about, *(["", *own] if own else [])]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    made = {"errors": errors, "api": api, "metrics": metrics, "events": events}
    sys.stdout.write(made[sys.argv[1]]())
