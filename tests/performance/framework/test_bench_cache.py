"""The cache's benchmark in small: nothing wrong while Valkey dies, and no more hits than are possible."""

from tests.performance.bench_cache import Replay, replay
from tests.performance.cache_outage import outage
from tests.soak.soak_cache import server


def test_the_replay_is_never_better_than_the_best_and_as_outdated_as_it_may_be():
    with server() as real:
        plain = replay(Replay("plain", 100, 3000), real, seed=1)
        near = replay(Replay("near", 100, 3000, near=5.0), real, seed=2)
    assert plain["outdated"] == 0
    assert 0.9 < plain["hit_rate"] <= plain["best"]
    assert near["outdated"] > 0
    assert near["oldest_outdated_s"] <= 5.0


def test_no_answer_is_wrong_when_valkey_dies_and_comes_back():
    found = outage(1.0)
    assert found.wrong == 0
    before, down, _, after = found.phases
    assert before.hits > 0
    assert after.hits > 0
    assert down.hits == 0
    assert down.origin_calls >= down.reads - 24 > 0  # those who began before it died
