"""Imports point down, libraries stay in their place, and each breach of it is seen."""

import pytest

from tests.architecture.rules_imports import (
    all_are_layered,
    context_graph,
    imports_point_down,
    libraries_stay_where_they_belong,
    nothing_needs_its_surroundings,
    order_of_contexts,
)
from tests.architecture.source import Source, python_files

LAYERED = python_files("functions", "layers/core")
CORE = "layers/core/assistant/"


@pytest.mark.parametrize("rule", [imports_point_down, libraries_stay_where_they_belong, all_are_layered])
def test_the_code_keeps(rule):
    assert rule(LAYERED) == []


def test_nothing_needs_its_surroundings():
    assert nothing_needs_its_surroundings([*LAYERED, *python_files("local")]) == []


@pytest.mark.parametrize(
    ("path", "code", "finding"),
    [
        ("local/x.py", "from tests.conftest import person", "only tests may"),
        ("functions/tasks/x.py", "import tests.conftest", "only tests may"),
        (f"{CORE}platform/x.py", "def f():\n    from local.settings import Settings", "only "),
    ],
)
def test_code_that_needs_its_surroundings_is_seen(path, code, finding):
    [line] = nothing_needs_its_surroundings([Source(path, code)])
    assert finding in line


@pytest.mark.parametrize(
    ("path", "code", "finding"),
    [
        (f"{CORE}platform/x.py", "from assistant.budget import ledger", "platform must not know contexts"),
        (f"{CORE}platform/x.py", "from assistant.http import app", "platform must not know adapters"),
        (f"{CORE}budget/x.py", "from assistant.http.problems import Problem", "contexts must not know adapters"),
        (f"{CORE}budget/x.py", "def f():\n    from assistant.queue import consumes", "contexts must not know adapters"),
        (f"{CORE}budget/x.py", "from ..http import problems", "contexts must not know adapters"),
        (f"{CORE}budget/__init__.py", "from ..http import problems", "contexts must not know adapters"),
        (f"{CORE}budget/x.py", "import functions.budget.get_budget_status", "contexts must not know functions"),
        (f"{CORE}http/x.py", "from assistant.websocket import caller", "adapters do not know each other"),
        ("functions/tasks/x.py", "from functions.tasks import get_task", "each function is deployed alone"),
        ("functions/tasks/x.py", "from functions.tasks.get_task import router", "each function is deployed alone"),
        ("functions/tasks/x.py", "import x", "each function is deployed alone"),
    ],
)
def test_an_import_upwards_is_seen(path, code, finding):
    [line] = imports_point_down([Source(path, code)])
    assert finding in line
    assert line.startswith(path)


@pytest.mark.parametrize(
    ("path", "code", "finding"),
    [
        (f"{CORE}budget/x.py", "import fastapi", "only assistant.http and functions may"),
        (f"{CORE}queue/x.py", "from starlette.requests import Request", "only "),
        ("functions/tasks/x.py", "from mangum import Mangum", "only assistant.http may"),
        (
            "functions/tasks/x.py",
            "from aws_lambda_powertools.utilities.batch import EventType",
            "only assistant.queue may",
        ),
        (f"{CORE}tasks/x.py", "from aws_lambda_powertools import Logger", "only assistant.platform may"),
        (f"{CORE}tasks/x.py", "def f():\n    import boto3", "only assistant.platform may"),
        (f"{CORE}tasks/x.py", "from botocore.exceptions import ClientError", "only assistant.platform may"),
        (f"{CORE}http/x.py", "import pg8000.native", "only assistant.platform may"),
        ("functions/tasks/x.py", "from redis import Redis", "only assistant.platform may"),
        ("functions/tasks/x.py", "import importlib\nimportlib.import_module('boto3')", "only "),
        (f"{CORE}http/x.py", "import jwt", "only assistant.identity may"),
        (f"{CORE}platform/x.py", "from aws_xray_sdk.core import patch_all", "only nowhere may"),
    ],
)
def test_a_library_out_of_its_place_is_seen(path, code, finding):
    [line] = libraries_stay_where_they_belong([Source(path, code)])
    assert finding in line


def test_contexts_have_an_order(capsys):
    order, findings = order_of_contexts(context_graph(LAYERED))
    assert findings == []
    with capsys.disabled():
        print(f"\ncontexts from the bottom up: {' → '.join(order)}")


def test_contexts_that_import_each_other_are_seen():
    ring = [
        Source(f"{CORE}budget/x.py", "from assistant.identity import accounts"),
        Source(f"{CORE}identity/x.py", "def f():\n    from assistant.llm import calls"),
        Source(f"{CORE}llm/x.py", "from assistant.budget import ledger"),
    ]
    order, [finding] = order_of_contexts(context_graph(ring))
    assert order == []
    assert all(name in finding for name in ("budget", "identity", "llm", "ring"))


def test_a_module_beside_the_package_is_seen():
    assert all_are_layered([Source("layers/core/stray.py", "")]) != []
