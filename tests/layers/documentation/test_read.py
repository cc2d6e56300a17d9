"""Every language that is claimed is read for real: functions, types, imports, docstrings, complexity."""

import random

import pytest

from assistant.documentation.code.languages import BY_NAME, LANGUAGES, language_of
from assistant.documentation.code.read import read_file
from tests.layers.documentation.samples import SAMPLES


def test_every_language_has_a_sample():
    assert set(BY_NAME) - {"tsx"} == set(SAMPLES)  # tsx is TypeScript with another grammar


@pytest.mark.parametrize("language", SAMPLES)
def test_a_file_is_read_as_a_reader_counts(parsed, language):
    text, functions, types, imports, docstring, private = SAMPLES[language]
    found = parsed(language, text)
    assert found.syntax_errors == 0
    assert {one.qualified: one.complexity for one in found.functions} == functions
    assert {one.name: (one.kind, one.bases) for one in found.types} == types
    assert [one.module for one in found.imports] == imports
    assert docstring in [one.docstring for one in found.functions]
    assert [one.name for one in [*found.functions, *found.types] if not one.is_public] == private
    lines = text.splitlines()
    for one in [*found.functions, *found.types]:
        assert one.name.rpartition(".")[2] in lines[one.line - 1]
        assert one.name.rpartition(".")[2] in one.signature


def test_a_nested_function_has_its_own_complexity(parsed):
    found = parsed("python", "def a():\n    def b():\n        if x: pass\n    for i in y: pass\n")
    assert {one.name: one.complexity for one in found.functions} == {"a": 2, "b": 2}


def test_foreign_keys_are_references(parsed):
    [_, table, _] = parsed("sql", SAMPLES["sql"][0]).types
    assert (table.name, table.references) == ("t", ["q"])


def test_a_broken_file_gives_what_could_be_read(parsed):
    found = parsed("python", "def good(): pass\ndef broken(((:\n    x = = 1\n")
    assert found.syntax_errors > 0
    assert "good" in [one.name for one in found.functions]


@pytest.mark.parametrize("language", SAMPLES)
def test_deep_nesting_and_noise_end(language):
    noise = random.Random(1)
    alphabet = "(){}[]<>;:,.\"'`=#/\\*@$ \n\tabcdef0123привет\u0000😀"
    for text in ("(" * 5_000, "{" * 2_000 + "}" * 2_000, "".join(noise.choices(alphabet, k=5_000)), "", "\n"):
        found = read_file("x", text, BY_NAME[language])
        assert found.lines == text.count("\n") + (bool(text) and not text.endswith("\n"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.PY", "python"),
        ("x.tsx", "tsx"),
        ("a.h", "c"),
        ("README", None),
        ("a.md", None),
        (".py", "python"),
        ("", None),
    ],
)
def test_the_suffix_tells_the_language(path, name):
    found = language_of(path)
    assert (found.name if found else None) == name


def test_no_suffix_belongs_to_two_languages():
    suffixes = [suffix for language in LANGUAGES for suffix in language.suffixes]
    assert len(suffixes) == len(set(suffixes))
