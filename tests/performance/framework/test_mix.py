"""Every operation of the API has a share of the load or a reason to have none."""

import copy

import pytest
import yaml

from tests.performance.framework.mix import FILE, disagreements, openapi, read
from tests.performance.framework.schedule import Stage, arrivals

DOCUMENT = openapi()
RAW = yaml.safe_load(FILE.read_text())


def test_the_mix_names_every_operation():
    assert disagreements(DOCUMENT, RAW) == []


@pytest.fixture
def raw():
    return copy.deepcopy(RAW)


def test_an_operation_without_a_share_is_seen(raw):
    del raw["operations"]["get_me"]
    assert disagreements(DOCUMENT, raw) == ["get_me has no share in mix.yaml: give it one, or exclude it with a reason"]


def test_an_unknown_operation_is_seen(raw):
    raw["operations"]["get_moon"] = {"share": 1}
    assert disagreements(DOCUMENT, raw) == ["mix.yaml names get_moon, which openapi.json does not know"]


def test_an_exclusion_without_a_reason_is_seen(raw):
    raw["excluded"]["change_password"] = "later"
    assert disagreements(DOCUMENT, raw) == ["change_password is excluded without a reason"]


def test_a_share_of_nothing_is_seen(raw):
    raw["operations"]["get_me"]["share"] = 0
    assert disagreements(DOCUMENT, raw) == ["get_me has no share above 0"]


def test_a_long_stage_asks_every_operation_and_a_schedule_is_the_same_for_the_same_seed():
    mix = read()
    stage = Stage("s", 60, users=20, tasks_per_minute=60)
    plan = arrivals(stage, mix.operations, mix.pace, seed=3)
    assert {one.operation for one in plan} == set(mix.operations)
    assert plan == arrivals(stage, mix.operations, mix.pace, seed=3)
    assert plan != arrivals(stage, mix.operations, mix.pace, seed=4)
    assert [one.at for one in plan] == sorted(one.at for one in plan)
    assert 560 < len(plan) < 760  # 20 users at one request in two seconds, and 60 tasks


def test_a_foreign_target_is_only_asked_what_changes_nothing():
    names = set(read(writes=False).operations)
    assert {"get_me", "search_documents"} <= names
    assert not names & {"register", "submit_task", "update_budget", "broadcast"}
