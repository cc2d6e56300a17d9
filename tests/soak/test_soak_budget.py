"""The soak of the ledger in small: sound as it is, and each planted mistake is found."""

import pytest

from tests.soak.soak_budget import soak

SMALL = ["--clients", "16", "--wide", "0.25", "--wide-clients", "32", "--wide-processes", "1", "--day-seconds", "3",
         "--limits", "300,220,90"]  # fmt: skip


def test_nothing_is_overspent_falsely_refused_or_stranded_while_everything_breaks():
    sound, report = soak(["-n", "400", "--kill", "2", "--crash", "4", *SMALL])
    assert sound, report
    assert report["held"] > 0
    assert report["refused"] > 0


@pytest.mark.parametrize(
    ("planted", "finding"), [("check-then-add", "overspent_periods"), ("margin", "false_refusals")]
)
def test_a_planted_mistake_is_found(planted, finding):
    sound, report = soak(["-n", "300", "--kill", "1000", "--crash", "1000", "--planted", planted, *SMALL])
    assert not sound
    assert report[finding] > 0, report
