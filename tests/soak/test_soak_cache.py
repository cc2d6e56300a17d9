"""The soak of the cache in small: one origin call as it is, and each planted mistake is found."""

import pytest

from tests.soak.soak_cache import EXPIRIES, PLANTED, soak


def test_many_sandboxes_at_an_expiry_make_one_origin_call():
    found = soak(runs=2 * len(EXPIRIES), readers=150)
    assert found.sound, found.examples
    assert set(found.expiries) == set(EXPIRIES)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_mistake_is_found(planted):
    found = soak(runs=2 * len(EXPIRIES), readers=60, planted=planted)
    assert not found.sound
    assert max(found.calls) > 1
