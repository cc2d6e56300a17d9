"""What each function imports before its first event. A cold start is little else, so what is allowed is written down.

Functions are imported as in Lambda: with an empty environment, and with nothing but what the dependencies layer holds.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

TABLE = Path(__file__).with_name("import_budget.json")
LOCK = ROOT / "layers/dependencies/lock.txt"
# Too slow for any cold start: boto3's clients 176 ms, X-Ray 261 ms even when it is off. They are imported where used.
NEVER = ("boto3", "botocore.session", "botocore.client", "aws_xray_sdk", "redis", "httpx", "openai", "litellm")

# A process that has imported what many functions begin with is forked for each of them, since FastAPI alone takes half
# a second. That is exact: the function itself imports the same first.
_CHILD = """
import importlib.util, json, os, pathlib, sys

before = set(sys.modules)  # what the interpreter's own start brings
wanted = json.loads(sys.stdin.read())
sys.path[:0] = wanted["search"]
shipped = set(wanted["shipped"])

class OnlyTheLayer:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if path is None and top in wanted["installed"] and top not in shipped:
            raise ModuleNotFoundError(f"No module named {name!r} in the dependencies layer", name=name)

sys.meta_path.insert(0, OnlyTheLayer())

def forked(work):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            try:
                answer = work()
            except BaseException as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(answer))
            out.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)

def load(path):
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return sorted(set(sys.modules) - before)

def group(first, paths):
    for module in first:
        importlib.import_module(module)
    return {path: forked(lambda: load(path)) for path in paths}

found = {}
for first, paths in wanted["groups"]:
    found.update(forked(lambda: group(first, paths)))
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Imported:
    """A function's modules after its import, or why that failed."""

    modules: frozenset[str] = frozenset()
    error: str = ""

    @property
    def libraries(self) -> frozenset[str]:
        """The top-level names of what is not ours and not Python's."""
        return frozenset(name.partition(".")[0] for name in self.modules) & set(installed())


@cache
def installed() -> Mapping[str, list[str]]:
    """The distributions of each installed top-level module."""
    return importlib.metadata.packages_distributions()


def shipped(lock: str | None = None) -> set[str]:
    """The top-level modules of the dependencies layer."""
    text = LOCK.read_text(encoding="utf-8") if lock is None else lock
    locked = {plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    return {module for module, names in installed().items() if any(plain(name) in locked for name in names)}


def plain(distribution: str) -> str:
    """A distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def imports_of(paths: Iterable[Path], *search: Path) -> dict[str, Imported]:
    """What each function imports, by `area/stem`."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        groups.setdefault("assistant.http" if "from assistant.http import" in text else "", []).append(str(path))
    wanted = {
        "search": [str(path) for path in search],
        "shipped": sorted(shipped()),
        "installed": sorted(installed()),
        "groups": [[[first] if first else [], names] for first, names in groups.items()],
    }
    run = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps(wanted), env={}, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(run.stdout)
    return {
        f"{Path(path).parent.name}/{Path(path).stem}": Imported(error=answer["error"])
        if isinstance(answer, dict)
        else Imported(frozenset(answer))
        for path, answer in found.items()
    }


def over_budget(name: str, imported: Imported, table: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    """What a function imports beyond its budget, and what its budget has that it no longer needs."""
    if imported.error:
        return [f"{name} cannot be imported with what the dependencies layer holds: {imported.error}"]
    never = [f"{name} imports {module}: import it where it is used" for module in NEVER if module in imported.modules]
    if name not in table["functions"]:
        return [*never, f"{name} has no budget: write down in {TABLE.name} which bundles it imports, as few as it can"]
    bundles = table["functions"][name]
    allowed = {library for bundle in bundles for library in table["bundles"][bundle]}
    more = sorted(imported.libraries - allowed)
    if more:
        never.append(
            f"{name} imports {', '.join(more)} at import, which makes its cold start longer. Import it where it is "
            f"used, or split the module that brings it; if it must be, add its bundle in {TABLE.name}"
        )
    unused = [bundle for bundle in bundles if table["bundles"][bundle][0] not in imported.libraries]
    return never + [f"{name} no longer imports {bundle}: take it off in {TABLE.name}" for bundle in unused]
