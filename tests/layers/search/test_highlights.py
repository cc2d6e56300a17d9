"""Highlights show the original text, marked where it matched."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.search.highlights import START, STOP, highlights
from assistant.search.words import PLAIN


def mark(content, word):
    return content.translate(PLAIN).replace(word, f"{START}{word}{STOP}")


def test_a_match_is_marked_in_the_text_as_it_was_written():
    assert highlights("See src/app/hold.py", mark("See src/app/hold.py", "hold")) == ["See src/app/⟦hold⟧.py"]


def test_brackets_in_the_text_are_not_taken_for_marks():
    assert highlights("⟦x⟧ hold", mark("⟦x⟧ hold", "hold")) == ["[x] ⟦hold⟧"]


def test_the_three_richest_stretches_in_the_order_of_the_text():
    far = " filler" * 60
    content = f"hold one{far} hold hold two{far} hold hold three{far} hold hold four"
    shown = highlights(content, mark(content, "hold"))
    assert [stretch.count("⟦hold⟧") for stretch in shown] == [2, 2, 2]
    assert ["two" in shown[0], "three" in shown[1], "four" in shown[2]] == [True, True, True]
    assert all(len(stretch) < 230 for stretch in shown)
    assert shown[0].startswith("… ")
    assert shown[0].endswith(" …")
    assert not shown[2].endswith("…")


def test_nothing_matched_in_the_text():
    assert highlights("words", "words") == []


def test_a_text_that_postgresql_shortened_gets_no_marks_in_the_wrong_place():
    assert highlights("long words hold", f"words {START}hold{STOP}") == []


@given(st.text(max_size=600), st.text(alphabet="abc", min_size=1, max_size=2))
def test_without_marks_a_stretch_is_part_of_the_text(content, word):
    plain = " ".join(content.replace("⟦", "[").replace("⟧", "]").split())
    for stretch in highlights(content, mark(content, word)):
        inner = stretch.replace("⟦", "").replace("⟧", "").removeprefix("… ").removesuffix(" …").strip()
        assert inner in plain
        assert f"⟦{word}⟧" in stretch
