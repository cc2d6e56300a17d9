"""The verdicts on differences that are known, and the intervals beneath them."""

from math import inf

import numpy as np
import pytest

from tests.performance.framework.quantiles import Arm, Change, Interval, interval, quantile, student
from tests.performance.framework.verdicts import compare, trend, verdict, widening

RNG = np.random.default_rng(5)
PAIRS = np.repeat(np.arange(60), 14)


def drawn(factor: float = 1.0, spread: float = 0.3) -> Arm:
    return Arm(5 * factor * RNG.lognormal(0, spread, len(PAIRS)), PAIRS)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.98, 1.02, "same"),
        (1.01, 1.02, "same"),
        (1.01, 1.2, "slower"),
        (0.7, 0.99, "faster"),
        (0.9, 1.1, "cannot tell"),
    ],
)
def test_a_verdict_says_what_the_interval_supports(low, high, said):
    assert verdict(Interval(1.0, low, high), 0.03) == said
    assert verdict(None, 0.03) == "cannot tell"


def test_five_percent_is_never_the_same():
    """An interval around +5 % that lies within 3 % does not contain it."""
    assert verdict(Interval(1.029, 1.028, 1.0299), 0.03) == "same"
    assert verdict(Interval(1.05, 1.04, 1.06), 0.03) == "slower"


def test_slower_faster_and_the_same_are_found():
    sides = {
        "slower": (drawn(spread=0.05), drawn(1.2, 0.05), drawn(spread=0.05)),
        "faster": (drawn(spread=0.05), drawn(0.8, 0.05), drawn(spread=0.05)),
        "same": (drawn(spread=0.05), drawn(1.0, 0.05), drawn(spread=0.05)),
    }
    found, widened = compare(sides, 60)
    assert {(one.operation, one.verdict) for one in found} == {(name, name) for name in sides}
    assert widened < 1.5


def test_too_little_is_not_told():
    few = Arm(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 2]))
    [one] = compare({"rare": (few, few, few)}, 60, shares=(0.5,))[0]
    assert (one.verdict, one.interval) == ("cannot tell", None)


def test_a_control_that_differs_widens_everything():
    noisy = [Change(0.3, 0.05, 10), Change(-0.2, 0.05, 10), Change(0.4, 0.05, 10), Change(0.1, 0.05, 10)]
    assert widening(noisy) > 3
    assert widening([Change(0.02, 0.05, 10)] * 4) == 1
    assert widening([]) == 1


def test_quantiles_are_values_that_were_measured():
    values = np.arange(1.0, 101.0)
    assert [quantile(values, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]


def test_students_quantile():
    known = {(0.95, 10): 2.228, (0.99, 20): 2.845, (0.999, 30): 3.646}
    for (confidence, degrees), value in known.items():
        assert student(confidence, degrees) == pytest.approx(value, rel=0.01)


def test_an_interval_covers_the_truth_and_few_blocks_bound_nothing():
    covered = 0
    for trial in range(60):
        rng = np.random.default_rng(trial)
        found = interval(rng.lognormal(0, 0.3, 400), np.repeat(np.arange(20), 20), 0.5, 0.99, rng)
        covered += found.low <= 1.0 <= found.high
    assert covered >= 58
    assert interval(np.ones(4), np.arange(4), 0.5, 0.99, RNG).high == inf


def test_growth_is_told_from_breathing():
    times = np.arange(60) * 5.0
    breath = 3 * ((times / 37) % 1)
    grown = trend(times, 90 + breath + times / 30, np.random.default_rng(1))
    assert grown.low > 0.02
    flat = trend(times, 90 + breath, np.random.default_rng(1))
    assert flat.low < 0.01 < flat.high + 0.01
