"""Any text is a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.words import MOST_PHRASES, MOST_WORDS, words_of


@pytest.mark.parametrize(
    ("query", "words", "phrases"),
    [
        ("Hold  the hold", ("hold", "the"), ()),
        ("src/app/main.py take_hold()", ("src", "app", "main", "py", "take", "hold"), ()),
        ('"real cost" settle', ("real", "cost", "settle"), ("real cost",)),
        ("«настоящая цена» ёлка", ("настоящая", "цена", "елка"), ("настоящая цена",)),
        ('an "unfinished quote', ("an", "unfinished", "quote"), ()),
        ("print(\"hello\", 'x')", ("print", "hello", "x"), ()),
        ("'; DROP TABLE chunks; --", ("drop", "table", "chunks"), ()),
        ("find -name x | !a & (b", ("find", "name", "x", "a", "b"), ()),
        ('"" "  " "&|!"', (), ()),
        ("😀", ("😀",), ()),
        ("", (), ()),
    ],
)
def test_words(query, words, phrases):
    assert words_of(query).words == words
    assert words_of(query).phrases == phrases


@given(st.text(max_size=3000))
def test_there_is_an_end_to_it(query):
    found = words_of(query)
    assert len(found.words) <= MOST_WORDS
    assert len(found.phrases) <= MOST_PHRASES
