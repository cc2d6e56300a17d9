"""File names can hold anything; keys cannot."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.filenames import displayed, in_key


@pytest.mark.parametrize(
    ("name", "key"),
    [("../../etc/passwd.md", "passwd.md"), ("C:\\docs\\a b.md", "a-b.md"), ("бюджет.md", "document.md"),
     ("a\x00b\n.md", "ab.md"), ("..", "document"), (".md", "document.md"), ("\u202egnp.md", "gnp.md"),
     ("Zürich.md", "Zurich.md"), ("a" * 500 + ".json", "a" * 95 + ".json"), ("", "document"),
     ("a?b#c%d&e.md", "a-b-c-d-e.md")],
)  # fmt: skip
def test_keys(name, key):
    assert in_key(name) == key


@given(st.text())
def test_a_key_is_one_safe_part_of_a_path(name):
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", in_key(name))


@given(st.text())
def test_what_is_displayed_is_one_line_and_no_path(name):
    assert not re.search(r"[/\\\x00-\x1f\x7f\u202a-\u202e]", displayed(name))
    assert len(displayed(name)) <= 255


def test_letters_of_any_language_are_displayed():
    assert displayed("docs/Бюджет и холды – 2026 😀.md") == "Бюджет и холды – 2026 😀.md"
