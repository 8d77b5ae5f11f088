"""Deploying files: apart from the other commands that speak to a server, which need no model read.

Which file goes first is found with the server's own reading of models.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.files import in_order, is_form_file
from andante.cli.output import complain, print_findings, print_json, print_table
from andante.cli.progress import Quiet, progress
from andante.cli.remote import LOCAL, tell_refusal
from andante.client import Client, Refused


def deploy(
    *files: Path, inactive: Annotated[bool, Parameter(negative=())] = False, quiet: Quiet = False,
    server: Server = LOCAL,
) -> int:  # fmt: skip
    """Deploy BPMN 2.0 XML files, DMN files, forms, or JSON definitions (files named *.json).

    Forms and DMN files come first, and each file after those that it imports. A form is a form-js schema or a JSON
    Schema, in a file named *.form or *.json; one without an id of its own goes by the name of its file.

    Parameters
    ----------
    inactive
        Do not make what is deployed the active version (XML and forms only).
    """
    if not files:
        raise ValueError("name the files to deploy")
    done: list[dict[str, Any]] = []
    failed = 0
    with server.connect() as client, progress("deploy", len(files), silent=quiet or server.json) as tell:
        for count, file in enumerate(in_order(files)):
            tell(count)
            try:
                done.append(_deploy(client, file, activate=not inactive))
            except Refused as refused:
                tell_refusal(file, refused)
                failed += 1
            except msgspec.DecodeError as fault:
                complain(f"{file}: this is no JSON definition: {fault}")
                failed += 1
            except OSError as fault:
                complain(f"{file}: it cannot be read: {fault.strerror}")
                failed += 1
    if server.json:
        print_json(done)
    elif done:
        rows = [(name, each_id, each["file"]) for each in done for name, each_id in each["ids"].items()]
        print_table(("process", "definition", "file"), rows)
    return 1 if failed else 0


def _deploy(client: Client, file: Path, *, activate: bool) -> dict[str, Any]:
    data = file.read_bytes()
    if is_form_file(file, data):
        deployment = client.deploy_form(data, name=file.name.partition(".")[0], activate=activate)
    elif file.suffix == ".json":
        deployment = client.deploy_json(msgspec.json.decode(data, type=dict[str, Any]))
    else:
        deployment = client.deploy_xml(data, activate=activate)
    warnings = [msgspec.to_builtins(warning) for warning in deployment.warnings]
    print_findings(str(file), "warning", warnings)
    return {"file": str(file), "ids": deployment.ids, "warnings": warnings}
