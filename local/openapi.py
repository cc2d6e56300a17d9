"""The OpenAPI document of all endpoints: what `openapi.json` holds, and the console's client is generated from."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

NAME = "openapi.json"
SERVED = Path("layers/core/assistant/http") / NAME
"""The same without space for people: a function has only its own router, so the layer carries what it serves."""
COMMAND = "python -m local openapi"


def document(root: Path) -> dict[str, Any]:
    """The document of the routers under functions/, in the order of their paths."""
    layer = str((root / "layers" / "core").resolve())
    if layer not in sys.path:
        sys.path.insert(0, layer)
    from assistant.http import create_app

    modules = [
        importlib.import_module(f"functions.{path.parent.name}.{path.stem}")
        for path in sorted((root / "functions").glob("*/*.py"))
    ]
    routers = [module.router for module in modules if hasattr(module, "router")]
    routers.sort(key=lambda router: (router.routes[0].path, sorted(router.routes[0].methods)))
    described = create_app(*routers).openapi()
    for path in described["paths"].values():
        for operation in path.values():
            for problem in (operation["responses"][status] for status in ("4XX", "5XX")):
                # FastAPI describes every answer by the media type of the good one.
                problem["content"] = {"application/problem+json": problem["content"]["application/json"]}
    return described


def text(root: Path) -> str:
    """The document as it is committed: the same for the same code, on every machine."""
    return json.dumps(document(root), indent=2, ensure_ascii=False) + "\n"


def served_text(root: Path) -> str:
    """What GET /openapi.json answers."""
    return json.dumps(document(root), separators=(",", ":"), ensure_ascii=False) + "\n"


def write(root: Path) -> Path:
    """Write both, and return where the one for people is."""
    target = root / NAME
    target.write_text(text(root), encoding="utf-8")
    if (root / SERVED).parent.is_dir():
        (root / SERVED).write_text(served_text(root), encoding="utf-8")
    return target
