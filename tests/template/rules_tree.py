"""The template, the tree and the routers say the same. Each rule returns what differs, one line a finding."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.template.document import AREAS, Document

# Runs in a process with an empty environment, as no setting may be read before it is needed.
_IMPORTER = """
import importlib.util, json, pathlib, sys
root, failures = pathlib.Path(sys.argv[1]), {}
sys.path[:0] = sys.argv[2:]
for path in sorted(root.glob("*/*.py")):
    spec = importlib.util.spec_from_file_location(f"function_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        assert callable(module.handler), "handler is not callable"
    except Exception as error:
        failures[f"{path.parent.name}/{path.stem}"] = f"{type(error).__name__}: {error}"
print(json.dumps(failures))
"""


def resource_name(stem: str) -> str:
    return "".join(word.capitalize() for word in stem.split("_")) + "Function"


def files_and_functions_agree(document: Document, paths: Iterable[Path]) -> list[str]:
    """Each file under functions/ is one function of the template at its CodeUri and Handler, and vice versa."""
    found = []
    files = {resource_name(path.stem): path for path in paths}
    for name in sorted(files.keys() - document.functions.keys()):
        found.append(f"{files[name].parent.name}/{files[name].name} is not in the template as {name}")
    for name, function in document.functions.items():
        path = files.get(name)
        if path is None:
            found.append(f"{name} has no file under functions/")
            continue
        if function["CodeUri"] != f"functions/{path.parent.name}/":
            found.append(f"{name} takes its code from {function['CodeUri']}")
        if function["Handler"] != f"{path.stem}.handler":
            found.append(f"{name} starts {function['Handler']}")
        if path.parent.name not in AREAS:
            found.append(f"{path.parent.name} is not an area")
    return found


def folders_hold_functions_only(paths: Iterable[Path]) -> list[str]:
    """No requirements.txt (each would be a build of its own), no __init__.py, nothing that is not a function."""
    return [f"{path.parent.name}/{path.name} is no function" for path in paths if not _is_function(path)]


def _is_function(path: Path) -> bool:
    return path.suffix == ".py" and not path.name.startswith("_")


def routes_agree(document: Document, declared: Mapping[str, str]) -> list[str]:
    """`declared` is the route of each router, "METHOD /path", by the function's name."""
    templated = {name: route for route, name in document.routes.items()}
    return [
        f"{name} is {templated.get(name, 'nowhere')} in the template and {declared.get(name, 'nowhere')} in its router"
        for name in sorted(templated.keys() | declared.keys())
        if templated.get(name) != declared.get(name)
    ]


def import_failures(functions: Path, *search: Path) -> dict[str, str]:
    """What keeps each function from being imported with an empty environment."""
    run = subprocess.run(
        [sys.executable, "-c", _IMPORTER, str(functions), *map(str, search)],
        env={},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    failures: dict[str, str] = json.loads(run.stdout.splitlines()[-1])
    return failures
