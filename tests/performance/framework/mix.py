"""What people ask, and how often: the shares of mix.yaml, held to openapi.json by a test."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.performance.framework.under_test import ROOT

FILE = Path(__file__).with_name("mix.yaml")
METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Operation:
    """One endpoint and how it is asked. Texts may hold {placeholders}, which world.py fills.

    `caller`: user, admin or nobody. `takes`: a pool from which one thing is used up. `keeps`: fields of the answer by
    the pool that they go to. `writes`: whether it changes something, and is left out at a foreign target.
    """

    name: str
    method: str
    path: str
    share: float
    caller: str = "user"
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    file: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    takes: str = ""
    keeps: dict[str, str] = field(default_factory=dict)
    expected: tuple[int, ...] = ()
    """Statuses beside 2xx that are no errors."""
    p95_ms: float = 50.0
    writes: bool = False


@dataclass(frozen=True)
class Mix:
    pace: float
    """Requests a second of one user."""
    operations: dict[str, Operation]
    excluded: dict[str, str]


def routes(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """(METHOD, path) by operationId."""
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def openapi(root: Path = ROOT) -> dict[str, Any]:
    return dict(json.loads((root / "openapi.json").read_text()))


def disagreements(document: dict[str, Any], raw: dict[str, Any]) -> list[str]:
    """What the mix and the API say differently, a line each; none is what the test asks for."""
    known, named = routes(document), set(raw["operations"])
    excluded = raw.get("excluded") or {}
    found = [f"{name} has no share in mix.yaml: give it one, or exclude it with a reason" for name in known
             if name not in named and name not in excluded]  # fmt: skip
    found += [f"mix.yaml names {name}, which openapi.json does not know" for name in {*named, *excluded} - set(known)]
    found += [f"{name} has a share and is excluded" for name in named & set(excluded)]
    found += [f"{name} is excluded without a reason" for name, why in excluded.items() if len(str(why or "")) < 15]
    found += [f"{name} has no share above 0" for name, one in raw["operations"].items() if not (one or {}).get("share")]
    return sorted(found)


def read(root: Path = ROOT, file: Path = FILE, writes: bool = True) -> Mix:
    """The mix for the API under `root`; of another commit only the operations that both know."""
    raw = yaml.safe_load(file.read_text())
    known = routes(openapi(root))
    operations = {}
    for name, one in raw["operations"].items():
        if name in known:
            method, path = known[name]
            settings = {**one, "expected": tuple(one.get("expected", ()))}
            settings["writes"] = one.get("writes", method != "GET")
            if writes or not settings["writes"]:
                operations[name] = Operation(name, method, one.pop("path", None) or path, **_without_path(settings))
    return Mix(float(raw["pace"]), operations, dict(raw.get("excluded") or {}))


def _without_path(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "path"}
