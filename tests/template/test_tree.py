"""functions/, the routers and template.yaml agree, and a difference between them is seen."""

import importlib
from pathlib import Path

import pytest

from tests.template.document import ROOT, Document
from tests.template.rules_tree import (
    files_and_functions_agree,
    folders_hold_functions_only,
    import_failures,
    resource_name,
    routes_agree,
)

PATHS = sorted((ROOT / "functions").glob("*/*.py"))


@pytest.fixture(scope="module")
def document() -> Document:
    return Document.read()


@pytest.fixture(scope="module")
def declared() -> dict[str, str]:
    """The one route of each router under functions/, by the function's name."""
    found = {}
    for path in PATHS:
        module = importlib.import_module(f"functions.{path.parent.name}.{path.stem}")
        if router := getattr(module, "router", None):
            [route] = router.routes
            [method] = route.methods
            assert route.name == path.stem, f"{path} serves {route.name}: one name everywhere"
            found[resource_name(path.stem)] = f"{method} {route.path}"
    return found


def test_every_file_is_a_function_of_the_template(document):
    assert files_and_functions_agree(document, PATHS) == []


def test_a_file_that_the_template_does_not_know_is_seen(document):
    assert "tasks/new_one.py is not in the template as NewOneFunction" in files_and_functions_agree(
        document, [*PATHS, Path("functions/tasks/new_one.py")]
    )


def test_a_function_without_its_file_is_seen(document):
    others = [path for path in PATHS if path.stem != "get_me"]
    assert "GetMeFunction has no file under functions/" in files_and_functions_agree(document, others)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("CodeUri: functions/budget/", "CodeUri: functions/tasks/", "CheckBudgetFunction takes its code from"),
        ("get_budget_status.handler", "get_status.handler", "GetBudgetStatusFunction starts get_status.handler"),
    ],
)
def test_a_function_that_points_elsewhere_is_seen(document, old, new, finding):
    paths = [Path("functions/budget/check_budget.py"), Path("functions/budget/get_budget_status.py")]
    findings = files_and_functions_agree(document.planted(old, new), paths)
    assert any(line.startswith(finding) for line in findings)


def test_folders_hold_functions_only():
    everything = [path for path in (ROOT / "functions").glob("*/*") if path.name != "__pycache__"]
    assert folders_hold_functions_only(everything) == []


@pytest.mark.parametrize("name", ["requirements.txt", "__init__.py", "notes.md"])
def test_what_is_no_function_is_seen(name):
    assert folders_hold_functions_only([Path("functions/tasks") / name]) == [f"tasks/{name} is no function"]


def test_routers_and_template_agree(document, declared):
    assert routes_agree(document, declared) == []


def test_a_router_with_another_route_is_seen(document, declared):
    moved = {**declared, "GetMeFunction": "GET /api/v1/me"}
    assert any(
        line.startswith("GetMeFunction is GET /api/v1/auth/me in the template")
        for line in routes_agree(document, moved)
    )


def test_a_route_in_the_template_only_is_seen(document, declared):
    fewer = {name: route for name, route in declared.items() if name != "GetMeFunction"}
    assert any("GetMeFunction" in line and "nowhere in its router" in line for line in routes_agree(document, fewer))


@pytest.fixture(scope="module")
def failures() -> dict[str, str]:
    return import_failures(ROOT / "functions", ROOT / "layers" / "core")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_function_imports_with_an_empty_environment(path, failures):
    assert failures.get(f"{path.parent.name}/{path.stem}") is None


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("import os\nURL = os.environ['QUEUE_URL']\ndef handler(e, c): ...", "KeyError: 'QUEUE_URL'"),
        ("router = None", "AttributeError"),
        ("handler = 1", "AssertionError: handler is not callable"),
    ],
)
def test_a_function_that_needs_its_environment_too_early_is_seen(tmp_path, code, finding):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "too_early.py").write_text(code)
    assert import_failures(tmp_path)["tasks/too_early"].startswith(finding)
