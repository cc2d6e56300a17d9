"""What the OpenAPI document says of each operation. A line for each thing that is wrong."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

METHODS = {"get", "put", "post", "delete", "patch"}
Document = Mapping[str, Any]


def operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """("METHOD /path", operation)."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def every_operation_is_described(document: Document) -> list[str]:
    """A summary in words of our own, a tag, and the problem that a refusal is."""
    found = []
    for route, operation in operations(document):
        summary = operation.get("summary", "")
        if not summary or summary.lower() == operation["operationId"].replace("_", " "):
            found.append(f"{route} has no summary: say after `{route}: ` in its file's docstring what it does")
        if not operation.get("tags"):
            found.append(f'{route} has no tag: give its APIRouter tags=["area"]')
        problem = operation["responses"].get("4XX", {}).get("content", {}).get("application/problem+json", {})
        if problem.get("schema") != {"$ref": "#/components/schemas/Problem"}:
            found.append(f"{route} does not say that a refusal is a Problem: build its app with create_app")
    return found


def only_public_operations_need_no_token(document: Document, public: Collection[str]) -> list[str]:
    """Each operation asks for the bearer token, except those that the template opens."""
    bearers = {
        name
        for name, scheme in document.get("components", {}).get("securitySchemes", {}).items()
        if (scheme["type"], scheme.get("scheme")) == ("http", "bearer")
    }
    found = []
    for route, operation in operations(document):
        asks = any(bearers & set(requirement) for requirement in operation.get("security", []))
        if asks and route in public:
            found.append(
                f"{route} is public in template.yaml and asks for a token here: take the caller off one of them"
            )
        if not asks and route not in public:
            found.append(f"{route} asks for no token: take a Caller in its function, or open it in template.yaml")
    return found


def operations_are_named_after_functions(document: Document, stems: Collection[str]) -> list[str]:
    """The operationId is the function's name, which the generated client takes its names from."""
    return [
        f"{route} is the operation {operation['operationId']}: call its function like its file"
        for route, operation in operations(document)
        if operation["operationId"] not in stems
    ]
