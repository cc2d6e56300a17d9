"""The examples for the model are what held-out votes prefer, and nothing less."""

import random

from assistant.learning.examples import SHOWN, Vote, choose


def votes(seed, quality, voters=12):
    chance = random.Random(seed)
    return [
        Vote(rfc, f"u{voter}", float(min(5, max(1, round(mean + chance.gauss(0, 0.5))))))
        for rfc, mean in quality.items()
        for voter in range(voters)
    ]


def test_the_best_rated_are_chosen():
    quality = {"good1": 4.8, "good2": 4.6, "good3": 4.5, "fair": 3.0, "bad": 1.2}
    choice = choose(votes(1, quality), ())
    assert choice.kept
    assert set(choice.examples) == {"good1", "good2", "good3"}
    assert len(choice.examples) == SHOWN
    assert choice.after > choice.before


def test_those_in_use_stay_when_they_are_the_best():
    quality = {"good1": 4.8, "bad": 1.2}
    assert choose(votes(1, quality), ("good1",)).kept is False


def test_one_enthusiast_makes_no_example():
    assert choose([Vote("a", "u1", 5.0)], ()).kept is False
    assert choose([], ()).kept is False


def test_bad_ones_are_never_shown():
    assert choose(votes(2, {"a": 2.0, "b": 1.5}), ()).kept is False
