"""Every interleaving of three clients keeps the invariant; each planted mistake is found."""

import pytest

from tests.layers.budget.hold_model import Rules, explore


def test_every_interleaving_of_three_clients_keeps_the_invariant():
    states, found = explore(Rules())
    assert found is None
    assert states > 4_000


@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        (Rules(locks=False), "overspent"),
        (Rules(all_or_none=False), "the holds say"),
        (Rules(settles_once=False), "less than nothing|the holds say"),
        (Rules(keeps_unknown=False), "charged less than the provider billed"),
    ],
)
def test_a_planted_mistake_is_found(rules, finding):
    _, found = explore(rules)
    assert found is not None
    assert any(words in found for words in finding.split("|"))
