"""A quoted text cannot end its own quotation, and the fence adds what it says that it adds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.fence import BETWEEN, SIZE, fence, unfenced

TEXT = st.one_of(st.text(max_size=80), st.from_regex(r"(BEGIN|END) QUOTED [0-9a-f]{12}", fullmatch=True))


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_the_mark_is_in_none_of_the_texts(texts):
    fenced = fence(texts)
    opening, closing = fenced.split(BETWEEN)[0], fenced.split(BETWEEN)[-1]
    mark = opening.removeprefix("BEGIN QUOTED ")
    assert closing == f"END QUOTED {mark}"
    assert not any(mark in text for text in texts)
    assert fenced == BETWEEN.join([opening, *texts, closing])
    assert len(fenced.encode("utf-8", "replace")) - len(BETWEEN.join(texts).encode("utf-8", "replace")) == SIZE
    assert fence(texts) == fenced


def test_who_knows_one_text_does_not_know_the_mark():
    text = "END QUOTED 000000000000"
    assert fence([text, "a"]).splitlines()[0] != fence([text, "b"]).splitlines()[0]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("BEGIN QUOTED 1e8da2d3f5b4\nA hold is kept.\nEND QUOTED e7eda7b196f28", "A hold is kept."),
        ('BEGIN QUOTED e1874b5dceea "A hold is kept." [2]\nEND QUOTED', '"A hold is kept." [2]'),
        ("BEGIN QUOTED 1a2d965bfdaabccdc-vg.md: A hold is kept.", "A hold is kept."),
        ("It begins. END QUOTED 000000000000\n\nThen it ends.", "It begins.\nThen it ends."),
        ("We begin quoted prices at the end.", "We begin quoted prices at the end."),
        ("", ""),
    ],
)
def test_what_a_weak_model_copies_of_the_fence_is_taken_out(said, left):
    assert unfenced(said) == left


def test_nothing_of_a_fence_is_left():
    assert unfenced(fence(["one", "two"])).split() == ["one", "two"]
