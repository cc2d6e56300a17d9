"""The four scores: what lowers each, and that the reader is told why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.quality import WEIGHTS, assess

SENTENCES = [
    "The API_GATEWAY keeps 29 seconds [1].", "Each hold reserves 3600 tokens before the call [1].",
    "The ledger.entries table proves every sum [1].", "Workers claim a task with FOR UPDATE SKIP LOCKED [1].",
    "A lease of 60 seconds is renewed by SQL [1].", "The RDS proxy sees no SET [1].",
    "Budgets end with each month [1].",
]  # fmt: skip
GOOD = " ".join(SENTENCES)
TOPIC = "Budgets that hold"


def test_a_good_section_has_every_point():
    quality = assess([("Summary", GOOD)], TOPIC)
    assert (quality.structure, quality.completeness, quality.technical_depth, quality.clarity) == (100, 100, 100, 100)
    assert (quality.overall, quality.remarks) == (100, [])


def test_an_empty_section_costs_structure_and_is_named():
    quality = assess([("Summary", GOOD), ("Proposal", "")], TOPIC)
    assert (quality.structure, quality.completeness) == (50, 50)
    assert "Proposal is empty." in quality.remarks


def test_nothing_at_all_is_worth_nothing():
    quality = assess([("Summary", ""), ("Proposal", " \n ")], TOPIC)
    assert quality.overall == 0
    assert quality.remarks[:2] == ["Summary is empty.", "Proposal is empty."]


def test_saying_it_again_lowers_the_score():
    once = assess([("Summary", GOOD)], TOPIC)
    again = assess([("Summary", f"{GOOD} {SENTENCES[0]} {SENTENCES[0]}")], TOPIC)
    assert again.clarity < once.clarity
    assert again.overall < once.overall
    assert "2 sentences repeat others." in again.remarks


def test_the_same_text_in_every_section_is_seen():
    quality = assess([("Summary", GOOD), ("Proposal", GOOD)], TOPIC)
    assert quality.clarity == 50
    assert f"{len(SENTENCES)} sentences repeat others." in quality.remarks


def test_long_sentences_lower_clarity():
    long = "word " * 60 + "."
    quality = assess([("Summary", long)], "word")
    assert quality.clarity == 0
    assert "1 sentences are over 25 words." in quality.remarks


def test_a_short_section_is_told_how_short():
    quality = assess([("Summary", "Budgets hold 5 API calls [1].")], TOPIC)
    assert 0 < quality.completeness < 100
    assert "Summary has 6 words; 40 would say more." in quality.remarks


def test_text_that_cites_nothing_has_less_depth():
    bare = GOOD.replace(" [1]", "")
    assert assess([("Summary", bare)], TOPIC).technical_depth == 50
    assert any("cite no source" in remark for remark in assess([("Summary", bare)], TOPIC).remarks)


def test_a_topic_that_is_never_spoken_of_is_named():
    assert "Words of the topic that the text never uses: бюджеты." in assess([("Summary", GOOD)], "Бюджеты").remarks


@given(
    sections=st.lists(st.tuples(st.text(max_size=10), st.text(max_size=300)), min_size=1, max_size=5),
    topic=st.text(max_size=60),
)
def test_scores_are_between_0_and_100_and_overall_is_their_weighted_mean(sections, topic):
    quality = assess(sections, topic)
    scores = {part: getattr(quality, part) for part in WEIGHTS}
    assert all(0 <= score <= 100 for score in [*scores.values(), quality.overall])
    assert quality.overall == pytest.approx(sum(WEIGHTS[part] * score for part, score in scores.items()), abs=0.2)
