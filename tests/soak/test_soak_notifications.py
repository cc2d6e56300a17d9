"""The soak in small, and that its check finds known bugs. `make soak-notifications` is the same code at full size."""

from dataclasses import replace

import pytest

from tests.soak.databases import fresh_database
from tests.soak.notification_bugs import PLANTS
from tests.soak.soak_notifications import LOSSLESS_PLANTS, Plan, lossless, soak

SMALL = Plan(
    seed=7,
    sockets=16,
    cuts=80,
    messages_per_cut=1,
    absent=0.04,
    restored=0.02,
    ping_seconds=0.7,
    settle_seconds=8,
)
NONE = {"silent gaps": 0, "duplicates": 0, "swaps": 0, "foreign": 0}


@pytest.fixture(scope="module")
def connect(postgres):
    with fresh_database(postgres.host, postgres.port) as opened:
        yield opened


@pytest.mark.parametrize("seed", [7, 8])
def test_nothing_is_lost_silently_shown_twice_or_swapped(connect, seed):
    result = soak(connect, replace(SMALL, seed=seed))
    assert (result["problems"], result["settled"]) == (NONE, True)
    assert result["cuts"] == SMALL.cuts
    assert result["shown"] > SMALL.sockets  # few, where a busy machine makes of many a lost history
    assert result["announced"] >= bool(result["absences"])


def test_without_losses_nobody_has_to_ask_by_ping(connect):
    result = soak(connect, lossless(SMALL))
    assert (result["problems"], result["settled"], result["announced"]) == (NONE, True, 0)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("epoch_not_checked", "silent gaps"),
        ("gap_not_noticed", "silent gaps"),
        ("duplicate_not_dropped", "duplicates"),
        ("registered_too_late", "silent gaps"),
    ],
)
def test_a_known_bug_is_found(connect, plant, found):
    plan = replace(SMALL, settle_seconds=3, restored=0.05)
    if plant in LOSSLESS_PLANTS:
        plan = lossless(replace(plan, cuts=480))  # it ends at the first gap
    assert plan.seed == SMALL.seed
    assert soak(connect, plan, plant)["problems"][found] > 0


def test_every_plant_is_tried():
    assert len(PLANTS) == 4
