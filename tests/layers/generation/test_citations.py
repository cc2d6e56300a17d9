"""A citation stays only where the passage bears it out: whatever the text, no other one survives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.citations import CITATION, LITERAL, check, stems_of

PASSAGES = {
    1: "A hold reserves the worst case before the call is made, for 15 minutes. See budget/ledger.py and MAX_TOKENS.",
    2: "Резерв бюджета держится до вызова модели. Уведомления хранятся сутки.",
}


@pytest.mark.parametrize(
    "text",
    [
        "A hold reserves the worst case [1].", "A hold reserves the worst case. [1]", "Holds reserve worst cases [1].",
        'It says "the worst case before the call" [1].', "It lasts 15 minutes before the call [1].",
        "The hold is in budget/ledger.py before the call [1].",
        "Резервы бюджетов держатся до вызова [2].", "«держится до вызова модели» сказано о резерве бюджета [2].",
    ],
)  # fmt: skip
def test_what_the_passage_says_keeps_its_citation(text):
    checked = check(text, PASSAGES)
    assert (checked.text, checked.removed) == (text, [])
    assert checked.kept == 1


@pytest.mark.parametrize(
    ("text", "bare", "reason"),
    [
        ("The moon is made of cheese [1].", "The moon is made of cheese.", "something else"),
        ("A hold reserves the worst case [7].", "A hold reserves the worst case.", "no such passage"),
        ("A hold reserves worst cases for 90 days [1].", "A hold reserves worst cases for 90 days.", "'90'"),
        ("A hold reserves MIN_TOKENS in the worst case [1].", "A hold reserves MIN_TOKENS in the worst case.",
         "'MIN_TOKENS'"),
        ('A hold "never costs more" in the worst case [1].', 'A hold "never costs more" in the worst case.',
         "'never costs more'"),
        ("Резерв бюджета держится неделю после обеда, говорят люди [2].",
         "Резерв бюджета держится неделю после обеда, говорят люди.", "something else"),
        ("A hold reserves the worst case [2].", "A hold reserves the worst case.", "something else"),
    ],
)  # fmt: skip
def test_what_it_does_not_say_loses_it_and_the_reason_is_told(text, bare, reason):
    checked = check(text, PASSAGES)
    assert checked.text == bare
    [removed] = checked.removed
    assert reason in removed.reason
    assert removed.sentence == bare


def test_each_sentence_is_judged_for_itself():
    checked = check("A hold reserves the worst case [1]. The moon is made of green cheese [1]. Yes.", PASSAGES)
    assert checked.text == "A hold reserves the worst case [1]. The moon is made of green cheese. Yes."
    assert (checked.kept, len(checked.removed), checked.uncited, checked.numbers) == (1, 1, 1, {1})


def test_two_passages_may_back_one_sentence_together():
    text = "The hold reserves the worst case, и резерв бюджета держится [1][2]."
    assert check(text, PASSAGES).numbers == {1, 2}


def test_what_was_copied_without_a_mark_gets_one():
    checked = check("A hold reserves the worst case before the call is made.\nThat is all.", PASSAGES)
    assert checked.text == "A hold reserves the worst case before the call is made. [1]\nThat is all."
    assert (checked.added, checked.numbers) == (1, {1})


TEXT = st.text(alphabet=st.sampled_from('ab hold worst case 15 90 [1][2][9].!?\n"«»_/'), max_size=160)


@given(text=TEXT, passage=TEXT)
def test_whatever_is_written_only_what_is_backed_stays(text, passage):
    checked = check(text, {1: passage, 2: PASSAGES[1]})
    assert checked.numbers <= {1, 2}
    again = check(checked.text, {1: passage, 2: PASSAGES[1]})
    assert not [one for one in again.removed if one.number == 9]
    assert CITATION.sub("", checked.text).split() == CITATION.sub("", text).split()


@given(st.text(max_size=200))
def test_nothing_is_cited_where_there_are_no_passages(text):
    checked = check(text, {})
    assert checked.numbers == set()
    assert checked.kept == checked.added == 0


def test_a_passage_backs_itself():
    for number, passage in PASSAGES.items():
        for sentence in re.split(r"(?<=\.)\s", passage):
            assert check(f"{sentence[:-1]} [{number}].", PASSAGES).kept == 1
    assert LITERAL.findall(PASSAGES[1])
    assert "worst" in stems_of(PASSAGES[1])
