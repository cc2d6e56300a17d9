"""A planted preference is learned and kept; noise is rejected; what is learned is judged by what it did not see."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.learning.evaluate import Candidate, JudgedQuery, compare, fit_of, mean_fit, score
from assistant.learning.fit import CHANCE, fit, held_out
from assistant.search.ranking import DEFAULTS, Weights

WORDS = ("budget", "бюджет", "cache", "кэш", "queue", "очередь")


def judged(seed, liked_by, queries=60, documents=12, votes=4):
    """Queries whose documents are in a random order; people vote on some of them by `liked_by(candidate, chance)`."""
    chance = random.Random(seed)
    made = []
    for number in range(queries):
        lexical, semantic = list(range(1, documents + 1)), list(range(1, documents + 1))
        chance.shuffle(lexical)
        chance.shuffle(semantic)
        candidates = tuple(
            Candidate(f"d{n}", lexical[n], semantic[n], round(chance.random(), 3), round(chance.random(), 3))
            for n in range(documents)
        )
        voted = chance.sample(candidates, votes)
        liked = frozenset(c.document_id for c in voted if liked_by(c, chance))
        disliked = frozenset(c.document_id for c in voted) - liked
        made.append(JudgedQuery(f"{WORDS[number % len(WORDS)]} {seed} {number}", candidates, liked, disliked))
    return made


def fresh(candidate, chance):
    return candidate.fresh > 0.5


def in_title(candidate, chance):
    return candidate.in_title > 0.5


def by_words(candidate, chance):
    return candidate.lexical_place <= 6


def at_random(candidate, chance):
    return chance.random() < 0.5


@pytest.mark.parametrize("preference", [fresh, in_title, by_words])
def test_a_planted_preference_is_learned(preference):
    for seed in range(6):
        outcome = fit(judged(seed, preference), DEFAULTS, DEFAULTS)
        assert outcome.kept, (seed, outcome.reason)
        assert outcome.comparison.after > outcome.comparison.before + 0.05
        unseen = judged(seed + 1_000_000, preference, queries=100)
        assert mean_fit(unseen, outcome.weights) > mean_fit(unseen, DEFAULTS) + 0.05
        weights, sign = outcome.weights, {fresh: "freshness", in_title: "title", by_words: "lexical"}[preference]
        assert getattr(weights, sign) > getattr(DEFAULTS, sign)


def test_noise_is_rejected_as_often_as_promised():
    kept = sum(fit(judged(seed, at_random, queries=30), DEFAULTS, DEFAULTS).kept for seed in range(60))
    assert kept <= 60 * CHANCE * 2.5, f"{kept} of 60 trainings on noise were kept"


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_that_is_kept_is_worse_on_held_out_feedback(seed):
    outcome = fit(judged(seed, at_random, queries=30), DEFAULTS, DEFAULTS)
    if outcome.kept:
        assert outcome.comparison.after > outcome.comparison.before
    else:
        assert outcome.weights == DEFAULTS


def test_what_is_in_use_and_best_already_stays():
    queries = judged(1, fresh)
    first = fit(queries, DEFAULTS, DEFAULTS)
    again = fit(queries, first.weights, first.weights)
    assert (again.kept, again.weights) == (False, first.weights)


def test_few_queries_teach_nothing():
    outcome = fit(judged(1, fresh, queries=6), DEFAULTS, DEFAULTS)
    assert (outcome.kept, outcome.comparison) == (False, None)
    assert "5 of each are needed" in outcome.reason


def test_the_halves_do_not_touch_and_are_the_same_each_time():
    queries = [query.text for query in judged(3, fresh)]
    sides = [held_out(text) for text in queries]
    assert sides == [held_out(text) for text in queries]
    assert 15 < sum(sides) < 45


def test_multilingual_keeps_nothing_that_makes_a_language_worse():
    def torn(candidate, chance):
        return candidate.fresh > 0.5

    english = [query for query in judged(5, torn, queries=120) if query.text.isascii()]
    russian = [
        replace(query, liked=query.disliked, disliked=query.liked)
        for query in judged(5, torn, queries=60)
        if not query.text.isascii()
    ]
    both = [*english, *russian]
    assert fit(both, DEFAULTS, DEFAULTS).kept
    outcome = fit(both, DEFAULTS, DEFAULTS, every_language=True)
    assert not outcome.kept
    assert "in ru got worse" in outcome.reason


def test_the_sign_test_is_a_coins():
    queries = judged(2, fresh)
    better = fit(queries, DEFAULTS, DEFAULTS).weights
    forwards, backwards = compare(queries, DEFAULTS, better), compare(queries, better, DEFAULTS)
    assert (forwards.better, forwards.worse) == (backwards.worse, backwards.better)
    assert forwards.chance < 0.001
    assert compare(queries, DEFAULTS, DEFAULTS).chance == 1.0


def candidate(name, lexical=None, semantic=None):
    return Candidate(name, lexical, semantic, 0.0, 0.0)


@pytest.mark.parametrize(
    ("liked", "disliked", "right"),
    [
        ("a", "b", (1 + 0.25 + 0) / 1.5),  # a is above b and c, c is not above b
        ("b", "a", (0 + 0.25 + 0) / 1.5),
        ("a", "c", 1.0),
        ("a", "", 1.0),
        ("b", "", 0.5),
        ("", "", None),
    ],
)
def test_the_fit_is_the_share_of_pairs_that_stand_right(liked, disliked, right):
    found = (candidate("a", 1, 1), candidate("b", 2, 2), candidate("c", 3, 3))
    query = JudgedQuery("q", found, frozenset(liked), frozenset(disliked))
    value = fit_of(query, DEFAULTS)
    assert value is None if right is None else value == pytest.approx(right)


def test_a_score_is_the_sum_that_the_search_takes():
    one = Candidate("a", 1, 3, 0.5, 0.25)
    weights = Weights(2.0, 1.0, 0.4, 0.2, 180.0)
    fused = (2 / 61 + 1 / 63) / (3 / 61)
    assert score(one, weights, 180.0) == pytest.approx(fused * (1 + 0.4 * 0.5 + 0.2 * 0.25) / 1.6)
    assert score(one, replace(weights, half_life_days=90.0), 180.0) < score(one, weights, 180.0)
