"""The page at /docs, made from the OpenAPI document: no script at all, and a style that its policy knows by hash."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from assistant.http.described import description

STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); text-transform: capitalize; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
summary span { color: var(--dim); } code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; }
td { border-top: 1px solid var(--line); vertical-align: top; } nav a { margin-right: 1rem; }
"""
METHODS = ("get", "post", "put", "patch", "delete")
Json = Mapping[str, Any]


def policy() -> str:
    """The page's own Content-Security-Policy: its style by hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def page() -> bytes:
    """HTML in UTF-8."""
    document = json.loads(description())
    areas: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                part = "".join(_operation(document, method, path, operation))
                areas.setdefault((operation.get("tags") or ["other"])[0], []).append(part)
    links = "".join(f'<a href="#{escape(area)}">{escape(area)}</a>' for area in sorted(areas))
    sections = "".join(f'<h2 id="{escape(area)}">{escape(area)}</h2>{"".join(areas[area])}' for area in sorted(areas))
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><h1>{title}</h1>'
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>. Sign in with '
        "<code>POST /api/v1/auth/login</code> and send <code>Authorization: Bearer …</code>. "
        "A refusal is a problem (RFC 9457): what is wrong, where, and what to do.</p>"
        f"<nav>{links}</nav>{sections}</body></html>"
    ).encode()


def _operation(document: Json, method: str, path: str, operation: Json) -> Iterator[str]:
    closed = "" if operation.get("security") else " · no token"
    yield f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> "
    yield f"<span>{escape(operation.get('summary', ''))}{closed}</span></summary>"
    parameters = [
        (one["name"], one["in"], one.get("required", False), _kind(one.get("schema", {})), one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    yield _table("Parameters", parameters)
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield _table(f"Body: {kind}", _fields(document, content.get("schema", {})))
    for status, answer in operation.get("responses", {}).items():
        for content in answer.get("content", {}).values():
            if status.startswith("2"):
                yield _table(f"Answer {status}", _fields(document, content.get("schema", {})))
    yield "</details>"


def _fields(document: Json, schema: Json) -> list[tuple[str, str, bool, str, str]]:
    schema = _resolved(document, schema)
    required = schema.get("required", ())
    said = schema.get("description", "")
    rows = [("", "", False, "", said)] if said else []
    return rows + [
        (name, "", name in required, _kind(one), one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]


def _resolved(document: Json, schema: Json) -> Json:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Json = document["components"]["schemas"].get(name, schema)
    return found


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if "enum" in schema:
        return " · ".join(str(value) for value in schema["enum"])
    kind = str(schema.get("format") or schema.get("type") or "any")
    return f"{kind} of {_kind(schema['items'])}" if schema.get("type") == "array" and "items" in schema else kind


def _table(title: str, rows: list[tuple[str, str, bool, str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code>{' (required)' if needed else ''}</td>"
        f"<td>{escape(place)} {escape(kind)}</td><td>{escape(said)}</td></tr>"
        for name, place, needed, kind, said in rows
    )
    return f"<table><tr><th>{escape(title)}</th><th></th><th></th></tr>{lines}</table>"
