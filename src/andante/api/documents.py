"""The API's own description: /openapi.json, and /docs for people."""

import re
from html import escape
from typing import Any, Final

from litestar import Response, get
from litestar.enums import MediaType

from andante.api.operation import Operation
from andante.api.services import Call
from andante.people.permissions import PUBLIC

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430;"
    "background:#fff}code{font-size:.9em}h2{margin-top:2.5rem;border-bottom:1px solid #d5dae1}"
    "details{border:1px solid #d5dae1;border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}"
    "summary{cursor:pointer}summary b{display:inline-block;min-width:4.5rem;color:#0b57d0}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .8rem .25rem 0;"
    "border-bottom:1px solid #eceff3;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{background:#12161c;color:#dfe5ec}summary b{color:#8ab4f8}"
    "details,h2,td,th{border-color:#2c343f}a{color:#8ab4f8}}"
)
# It may be looked at, and nothing else: no script, and no frame of another page.
SAFE: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


@get("/openapi.json", operation=Operation("This API as OpenAPI 3.1", PUBLIC, bare=dict[str, Any], tag="operation"))
async def openapi(request: Call) -> Response[bytes]:
    return Response(request.app.state.openapi, media_type=MediaType.JSON)


@get("/docs", operation=Operation("This API for people", PUBLIC, media="text/html", tag="operation"))
async def docs(request: Call) -> Response[bytes]:
    return Response(request.app.state.docs, media_type=MediaType.HTML, headers=SAFE)


def page(document: dict[str, Any]) -> bytes:
    """/docs: one page that needs nothing else."""
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{_prose(info['description'])}</p>",
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>. For people: <a href="/">the pages</a>.</p>',
    ]
    for tag, operations in by_tag.items():
        parts.append(f"<h2>{escape(tag.capitalize())}</h2>{''.join(operations)}")
    parts.append("</body></html>")
    return "".join(parts).encode()


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    roles = ", ".join(operation.get("x-roles", ["no token needed"]))
    parts = [
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}",
        "</summary>",
        f"<p>{_prose(operation.get('description', ''))}</p><p>Who: {escape(roles)}</p>",
    ]
    rows = [
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{p['in']}{', required' if p['required'] else ''}</td>"
        f"<td>{_prose(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", ())
    ]
    if rows:
        parts.append(f"<table><tr><th>Parameter</th><th></th><th></th></tr>{''.join(rows)}</table>")
    body = operation.get("requestBody")
    if body:
        parts.append(f"<p>Body: {escape(', '.join(f'{kind} {_name(c)}' for kind, c in body['content'].items()))}</p>")
    answers = "".join(
        f"<tr><td>{status}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    parts.append(f"<table><tr><th>Answer</th><th></th></tr>{answers}</table></details>")
    return "".join(parts)


def _prose(text: str) -> str:
    """Text of the OpenAPI document, which is Markdown: here only its code is more than words."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _name(content: dict[str, Any]) -> str:
    schema = content["schema"]
    names = [each.get("$ref", "").rsplit("/", 1)[-1] for each in (schema, *schema.get("anyOf", ()))]
    return " or ".join(name for name in names if name)


HANDLERS: Final = (openapi, docs)
