"""The OpenAPI 3.1 document, made of what the routes say of themselves (`Operation`)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from andante.api.errors import CONTENT_TYPE, ERRORS, TOO_LARGE, ErrorBody
from andante.api.links import link
from andante.api.operation import Operation, operation_of
from andante.people import permissions as allow
from andante.people.faults import FORBIDDEN, TOO_FAST, UNAUTHORISED
from andante.runtime.problem import PARAMETER

REF: Final = "#/components/schemas/{name}"
JSON: Final = "application/json"
_PARAMETER: Final = re.compile(r"\{(\w+):\w+\}")
TOKEN_PATH: Final = "/baas/auth/v1.0/oauth2/token"  # noqa: S105 - an address
DESCRIPTION: Final = (
    "Runs BPMN processes and keeps people's to-do lists. Answers come as "
    '`{"resCode":"0","resMsg":"Success","result":...}`, failures as `{"resCode","resMsg","details"}` with a real HTTP '
    "status. Get a token at " + TOKEN_PATH + " and send it in the `access-token` header."
)


def operations(handlers: Iterable[HTTPRouteHandler]) -> Iterator[tuple[str, str, Operation]]:
    """Path (with `{name}` for its parameters), method in lower case, and what the route says of itself."""
    for handler in handlers:
        for path in sorted(handler.paths):
            for method in sorted(handler.http_methods):
                yield _PARAMETER.sub(r"{\1}", path), str(method).lower(), operation_of(handler)


def error_codes(path: str, operation: Operation) -> list[str]:
    """All codes the route may answer with, in the order of the table."""
    codes = set(operation.errors)
    if operation.permission != allow.PUBLIC:
        codes.update((UNAUTHORISED, FORBIDDEN))
    if operation.body is not None or operation.raw_body:
        codes.update((PARAMETER, TOO_LARGE, CONTENT_TYPE))
    if operation.query is not None:
        codes.add(PARAMETER)
    return [code for code in ERRORS if code in codes]


def document(handlers: Iterable[HTTPRouteHandler], version: str) -> dict[str, Any]:
    """The document as plain data."""
    found = list(operations(handlers))
    types: list[Any] = [ErrorBody]
    for _, _, operation in found:
        for each in (*_bodies(operation), operation.result, operation.bare):
            if each is not None and each not in types:
                types.append(each)
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = _Schemas(types, schemas)
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in found:
        paths.setdefault(path, {})[method] = _operation(path, method, operation, schema_of)
    link(paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Andante", "version": version, "description": DESCRIPTION},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "accessToken": {"type": "apiKey", "in": "header", "name": "access-token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


class _Schemas:
    """The JSON Schema of each type that was registered."""

    def __init__(self, types: list[Any], schemas: Iterable[dict[str, Any]]) -> None:
        self._pairs = list(zip(types, schemas, strict=True))

    def __call__(self, kind: Any) -> dict[str, Any]:
        return next(schema for known, schema in self._pairs if known == kind)


def _bodies(operation: Operation) -> tuple[Any, ...]:
    if operation.body is None:
        return ()
    return operation.body if isinstance(operation.body, tuple) else (operation.body,)


def _operation(path: str, method: str, operation: Operation, schema_of: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _operation_id(path, method),
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": _responses(path, operation, schema_of),
    }
    if operation.description:
        described["description"] = operation.description
    parameters = [*_path_parameters(path), *_query_parameters(operation)]
    if parameters:
        described["parameters"] = parameters
    body = _request_body(operation, schema_of)
    if body:
        described["requestBody"] = body
    if operation.permission != allow.PUBLIC:
        described["security"] = [{"accessToken": []}, {"bearer": []}]
        described["x-permission"] = operation.permission
        described["x-roles"] = [role for role in allow.ROLES if role in allow.PERMISSIONS[operation.permission]]
    return described


def _operation_id(path: str, method: str) -> str:
    words = re.findall(r"[A-Za-z]+", path.rsplit("v2.0", 1)[-1].replace("_id", ""))
    return method + "".join(word.capitalize() for word in words)


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    (schema,) = msgspec.json.schema(operation.query)["$defs"].values()
    required = schema.get("required", ())
    parameters = []
    for name, kind in schema["properties"].items():
        parameter = {"name": name, "in": "query", "required": name in required, "schema": kind}
        if "description" in kind:
            parameter["description"] = kind["description"]
        parameters.append(parameter)
    return parameters


def _request_body(operation: Operation, schema_of: _Schemas) -> dict[str, Any]:
    bodies = [schema_of(each) for each in _bodies(operation)]
    content: dict[str, Any] = {}
    if bodies:
        content[JSON] = {"schema": bodies[0] if len(bodies) == 1 else {"anyOf": bodies}}
    if operation.raw_body.endswith("urlencoded"):
        content[operation.raw_body] = content[JSON]
    elif operation.raw_body:
        for media in operation.raw_body.split(", "):
            content[media] = {"schema": {"type": "string", "format": "binary"}}
    return {"required": True, "content": content} if content else {}


def _responses(path: str, operation: Operation, schema_of: _Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.bare is not None:
        content[JSON] = {"schema": schema_of(operation.bare)}
    elif operation.result is not None or not operation.media:
        content[JSON] = {"schema": _envelope(operation, schema_of)}
    content.update({media: {"schema": {"type": "string"}} for media in operation.media.split(", ") if media})
    responses: dict[str, Any] = {"200": {"description": "Success", "content": content}}
    if path == TOKEN_PATH:
        failed = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
        for status in (400, TOO_FAST):
            code = str(ERRORS[status].status if isinstance(status, str) else status)
            responses[code] = {"description": "Refused", "content": {JSON: {"schema": failed}}}
    by_status: dict[str, list[str]] = {}
    for code in error_codes(path, operation):
        by_status.setdefault(str(ERRORS[code].status), []).append(code)
    for status_text, codes in sorted(by_status.items()):
        if status_text not in responses:
            text = " ".join(f"`{code}`: {ERRORS[code].meaning}" for code in codes)
            responses[status_text] = {"description": text, "content": {JSON: {"schema": schema_of(ErrorBody)}}}
    return responses


def _envelope(operation: Operation, schema_of: _Schemas) -> dict[str, Any]:
    properties: dict[str, Any] = {"resCode": {"const": "0"}, "resMsg": {"type": "string"}}
    if operation.result is not None:
        properties["result"] = schema_of(operation.result)
    return {"type": "object", "required": list(properties), "properties": properties}
