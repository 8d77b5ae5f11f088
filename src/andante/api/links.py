"""What an answer leads to: links of the OpenAPI document, by which programs, and tests, go from call to call."""

import re
from typing import Any, Final

from andante.api.operation import BASE

# By method and address: where the answer has the id, and the addresses that take it.
SOURCES: Final = {
    ("post", f"{BASE}/runtime/instances"): ("$response.body#/result/id", f"{BASE}/runtime/instances/{{instance_id}}"),
    ("get", f"{BASE}/runtime/instances"): (
        "$response.body#/result/0/id", f"{BASE}/runtime/instances/{{instance_id}}",
    ),
    ("get", f"{BASE}/query/tasks"): ("$response.body#/result/Recs/0/id", f"{BASE}/runtime/tasks/{{task_id}}"),
    ("get", f"{BASE}/metadata/definitions"): (
        "$response.body#/result/0/id", f"{BASE}/metadata/definitions/{{definition_id}}",
    ),
    ("post", f"{BASE}/runtime/views"): ("$response.body#/result/id", f"{BASE}/runtime/views/{{view_id}}"),
    ("get", f"{BASE}/runtime/batches"): ("$response.body#/result/Recs/0/id", f"{BASE}/runtime/batches/{{batch_id}}"),
    ("post", f"{BASE}/runtime/groups"): ("$request.body#/name", f"{BASE}/runtime/groups/{{name}}"),
}  # fmt: skip


def link(paths: dict[str, Any]) -> None:
    """Write them into the document's paths."""
    for (method, path), (place, target) in SOURCES.items():
        found = paths.get(path, {}).get(method)
        if found is None:
            continue
        (name,) = re.findall(r"\{(\w+)\}", target)
        links = {
            operation["operationId"]: {"operationId": operation["operationId"], "parameters": {name: place}}
            for each, methods in paths.items() if each == target or each.startswith(f"{target}/")
            for operation in methods.values() if "{" not in each.removeprefix(target)
        }  # fmt: skip
        if links:
            found["responses"]["200"]["links"] = links
