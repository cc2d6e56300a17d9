"""Files, functions, routes and tests have one name each and everywhere; what breaks the house rules is seen."""

import pytest

from tests.architecture.rules_names import (
    files_are_short,
    functions_have_tests,
    modules_say_what_they_are,
    one_route_of_the_same_name,
    waits_look_often,
    words_say_something,
)
from tests.architecture.source import Source, python_files

FUNCTIONS = python_files("functions")
TESTS = python_files("tests")
CODE = [*FUNCTIONS, *python_files("layers", "local")]
EVERYTHING = [*CODE, *TESTS]


def test_each_endpoint_has_one_name():
    assert one_route_of_the_same_name(FUNCTIONS) == []


ROUTER = '"""GET /a: what."""\nfrom fastapi import APIRouter\nrouter = APIRouter()\n'


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (ROUTER, "has 0 routes"),
        (f'{ROUTER}@router.get("/a")\nasync def fetch(): ...', "serves fetch: call the function get_a"),
        (f'{ROUTER}@router.post("/a")\nasync def get_a(): ...', "begin its docstring with `POST /a: `"),
        (f'{ROUTER}@router.get("/a")\n@router.get("/b")\nasync def get_a(): ...', "has 2 routes"),
    ],
)
def test_an_endpoint_of_two_names_is_seen(code, finding):
    assert any(finding in line for line in one_route_of_the_same_name([Source("functions/a/get_a.py", code)]))


def test_a_good_endpoint_is_accepted():
    good = Source("functions/a/get_a.py", f'{ROUTER}@router.get("/a")\nasync def get_a(): ...')
    assert one_route_of_the_same_name([good]) == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda source: source.path)
def test_a_function_has_its_test(function):
    assert [line for line in functions_have_tests([function], TESTS) if function.path in line] == []


def test_each_test_of_a_function_mirrors_one():
    assert [line for line in functions_have_tests(FUNCTIONS, TESTS) if "mirrors no function" in line] == []


def test_a_function_without_a_test_and_a_test_without_a_function_are_seen():
    function, test = Source("functions/a/get_a.py", ""), Source("tests/functions/a/test_get_b.py", "")
    aspect = Source("tests/functions/a/test_get_a_late.py", "")
    assert functions_have_tests([function], [test, aspect]) == [
        "functions/a/get_a.py has no test: write tests/functions/a/test_get_a.py",
        "tests/functions/a/test_get_b.py mirrors no function: name it after the one it tests",
    ]


def test_words_say_something():
    assert words_say_something(EVERYTHING) == []


@pytest.mark.parametrize(
    ("path", "code", "word"),
    [
        ("layers/core/assistant/tasks/utils.py", "", "utils"),
        ("local/db_helpers.py", "", "helpers"),
        ("functions/common/get_a.py", "", "common"),
        ("local/x.py", "class CacheManager: ...", "manager"),
        ("local/x.py", "class HTTPProcessor: ...", "processor"),
        ("local/x.py", "def enhanced_search(): ...", "enhanced"),
        ("local/x.py", "class A:\n    async def run_optimized(self): ...", "optimized"),
    ],
)
def test_a_word_that_fits_everything_is_seen(path, code, word):
    [line] = words_say_something([Source(path, code)])
    assert f"says {word}" in line


def test_what_others_call_so_may_be_imported():
    text = "from aws_lambda_powertools.utilities.batch import BatchProcessor\nuncommon = BatchProcessor()"
    assert words_say_something([Source("layers/core/assistant/queue/x.py", text)]) == []


def test_modules_say_what_they_are():
    assert modules_say_what_they_are(EVERYTHING) == []
    assert len(modules_say_what_they_are([Source("local/x.py", "x = 1"), Source("local/y.py", '"""Y."""')])) == 2


@pytest.mark.parametrize("source", EVERYTHING, ids=lambda source: source.path)
def test_a_file_is_short(source):
    assert files_are_short([source]) == []


def test_a_long_file_is_seen():
    [line] = files_are_short([Source("local/x.py", "x\n" * 251), Source("local/y.py", "y\n" * 250)])
    assert line.startswith("local/x.py has 251 lines")


def test_waits_look_often():
    assert waits_look_often(TESTS) == []


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("import time\ntime.sleep(1)", 1),
        ("from time import sleep\nsleep(1)", 1),
        ("import time\nwhile waiting():\n    time.sleep(1)", 1),
        ("import time\nwhile waiting():\n    time.sleep(0.05)", 0),
        ("import time\ntime.sleep(1.2)  # the start has to be half way", 0),
    ],
)
def test_a_test_that_sleeps_is_seen(code, findings):
    assert len(waits_look_often([Source("tests/test_x.py", code)])) == findings
