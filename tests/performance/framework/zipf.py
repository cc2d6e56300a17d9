"""What many people ask for, most of them for the same few things, and the most that any cache could answer of it."""

import heapq

import numpy as np

from tests.performance.framework.quantiles import Array


def zipf(keys: int, requests: int, seed: int, exponent: float = 0.99) -> Array:
    """Which key each request asks for: the n-th most popular in proportion to 1 / n ** exponent, in a drawn order."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, keys + 1) ** exponent
    return np.asarray(rng.permutation(keys)[rng.choice(keys, requests, p=weights / weights.sum())])


def best_hits(asked: Array, changed: dict[int, int], room: int) -> int:
    """Hits of the best cache with room for so many entries, which knows what will be asked (Belady) and never expires.

    `changed`: by the number of a request, the key whose truth changed just before it. What changed must be loaded anew.
    """
    following = np.full(len(asked), len(asked))
    next_of: dict[int, int] = {}
    for at in range(len(asked) - 1, -1, -1):
        if at + 1 in changed:  # what is asked after a change is no use of what was loaded before it
            next_of.pop(changed[at + 1], None)
        following[at] = next_of.get(int(asked[at]), len(asked))
        next_of[int(asked[at])] = at
    hits, held, farthest = 0, dict[int, int](), list[tuple[int, int]]()
    for at, key in enumerate(asked.tolist()):
        if at in changed:
            held.pop(changed[at], None)
        hits += key in held
        held[key] = int(following[at])
        heapq.heappush(farthest, (-held[key], key))
        while len(held) > room:
            until, victim = heapq.heappop(farthest)
            if held.get(victim) == -until:
                del held[victim]
    return hits
