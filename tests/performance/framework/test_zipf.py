"""The replay's requests and the optimum they are compared with."""

from itertools import product

import numpy as np
import pytest

from tests.performance.framework.zipf import best_hits, zipf


def test_the_most_popular_key_has_its_share():
    asked = zipf(1000, 50_000, seed=3)
    share = np.bincount(asked).max() / len(asked)
    assert share == pytest.approx(1 / (1 / np.arange(1, 1001) ** 0.99).sum(), rel=0.05)


def most_hits(asked, changed, room):
    """By trying everything: after each request, any of the keys may be thrown away."""
    states = {frozenset(): 0}
    for at, key in enumerate(asked):
        following = {}
        for held, hits in states.items():
            kept = held - {changed[at]} if at in changed else held
            found = hits + (key in kept)
            full = kept | {key}
            for thrown in (None, *full):
                left = full - {thrown}
                if len(left) <= room:
                    following[left] = max(found, following.get(left, -1))
        states = following
    return max(states.values())


@pytest.mark.parametrize("room", [1, 2, 3])
def test_no_cache_has_more_hits_than_the_best(room):
    for asked in product(range(3), repeat=6):
        for changed in ({}, {3: asked[2]}):
            assert best_hits(np.array(asked), changed, room) == most_hits(asked, changed, room)
