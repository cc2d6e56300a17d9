"""Hunks turn a text into what was written for it, one by one or all."""

import random

import pytest

from assistant.enhancement.hunks import Hunk, apply, compare
from assistant.enhancement.structure import broken

BEFORE = "One. Two is 2. Three!\n\nFour?"


def words(text):
    return text.split()


@pytest.mark.parametrize(
    "after",
    [
        "One. Two is 2. Three!\n\nFour?",
        "Uno. Two is 2. Three!\n\nFour?",
        "Two is 2. Three!\n\nFour?",
        "One. Two is 2. Three!",
        "Zero. One. Two is 2. Three!\n\nFour?",
        "One. Two is 2. And more. Three!\n\nFour?",
        "One. Two is 2. Three!\n\nFour?\n\nFive.",
        "Four? Three! Two is 2. One.",
        "All in one sentence with 2.",
    ],
)
def test_all_hunks_together_give_what_was_written(after):
    text = f"Before it. {BEFORE} After it."
    start = text.index("One")
    hunks = compare(text, start, start + len(BEFORE), after, preserve_structure=False)
    assert words(apply(text, hunks)) == words(f"Before it. {after} After it.")
    assert all(text[hunk.start : hunk.end] == hunk.before for hunk in hunks)


@pytest.mark.parametrize("seed", range(30))
def test_any_choice_of_hunks_can_be_applied(seed):
    chance = random.Random(seed)
    sentences = [f"S{chance.randrange(9)} w{n}." for n in range(12)]
    rewritten = [sentences[0], *(s for s in sentences[1:] if chance.random() > 0.2)]
    rewritten = [s if chance.random() > 0.3 else s.replace("w", "v") for s in rewritten]
    text = " ".join(sentences)
    hunks = compare(text, 0, len(text), " ".join(rewritten), preserve_structure=False)
    ends = 0
    for hunk in hunks:
        assert hunk.start >= ends
        ends = hunk.end
    assert words(apply(text, hunks)) == words(" ".join(rewritten))
    chosen = [hunk for hunk in hunks if chance.random() > 0.5]
    expected = list(text)
    for hunk in reversed(chosen):
        expected[hunk.start : hunk.end] = hunk.after
    assert apply(text, chosen) == "".join(expected)


def test_a_number_that_moved_to_another_sentence_makes_one_hunk_of_both():
    text = "We have 3 teams. They are busy."
    [hunk] = compare(text, 0, len(text), "We have teams. All 3 are busy.", preserve_structure=True)
    assert hunk == Hunk(0, len(text), text, "We have teams. All 3 are busy.")


def test_a_sentence_that_was_left_out_does_not_take_the_corrected_one_along():
    text = "Before a call is make, the most it can cost are held. If there is no room, it is refused with `402`."
    first, second = compare(text, 0, len(text), "Before a call is made, the most it can cost is held.",
                            preserve_structure=True)  # fmt: skip
    assert (first.after, first.dropped) == ("Before a call is made, the most it can cost is held.", None)
    assert (second.after, second.dropped) == ("", "code lost: 402")


def test_only_the_broken_hunk_is_dropped():
    text = "We has 3 teams. They is busy."
    first, second = compare(text, 0, len(text), "We have some teams. They are busy.", preserve_structure=True)
    assert first.dropped == "numbers lost: 3"
    assert second.dropped is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("see `x.y`", "see x.y", "code lost: x.y"),
        ("see [a](b.md)", "see [a](c.md)", "links lost: b.md"),
        ("- a\n- b", "- a and b", "list items lost: -"),
        ("- a\n  - b", "- a\n- b", "list items lost:   -"),
        ("text", "```\ntext\n```", "code fences invented: ```"),
        ("1.5 GB at 10:30", "1.6 GB at 10:30", "numbers lost: 1.5"),
        ("a note[^1]", "a note", "links lost: [^1]"),
    ],
)
def test_what_is_lost_or_invented_is_named(before, after, said):
    assert said in broken(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1. a\n2. b", "1. c\n2. d"),
        ("see https://a.b/c2.", "look at https://a.b/c2, please"),
        ("utf8 and v2 names", "names like utf8"),
        ("[text](a.md)", "[текст](a.md)"),
    ],
)
def test_other_words_break_nothing(before, after):
    assert broken(before, after) == []
