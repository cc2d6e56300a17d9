"""An organisation's own prices: tiers, dates, audit, and what is then held and charged."""

from datetime import timedelta

import pytest

from assistant.llm.port import Usage
from assistant.llm.prices import price_of
from assistant.platform.clock import utc_now
from tests.layers.llm import provider_server as ps

CHANGE = {
    "provider": "openai",
    "model": "gpt-4o",
    "tiers": [{"above": 0, "input": 1.5, "output": 6}, {"above": 1000, "input": 3, "output": 12, "cached": 0.3}],
    "source": "contract 12",
    "reason": "the new contract",
}


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.set_price", json_body=CHANGE).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call("llm.set_price", person(), json_body=CHANGE).status == 403


def test_the_price_counts_with_its_tiers_in_its_organisation(call, person, db):
    admin, stranger = person(role="admin"), person()
    body = call("llm.set_price", admin, json_body=CHANGE).body
    assert body["old_tiers"] == [{"above": 0, "input": 2.5, "output": 10, "cached": 1.25, "written": 2.5}]
    assert body["tiers"][1] == {"above": 1000, "input": 3, "output": 12, "cached": 0.3, "written": 3}
    assert (body["valid_from"], body["updated_by"]) == (utc_now().date().isoformat(), admin.user_id)
    with db.reading() as work:
        ours = price_of(work, "openai", "gpt-4o", admin.organization_id)
        theirs = price_of(work, "openai", "gpt-4o", stranger.organization_id)
    assert ours.cost(Usage(1000, 1000)) == 1500 + 6000
    assert ours.cost(Usage(2000, 1000, 1000)) == 3000 + 300 + 12_000
    assert ours.worst_case(1000, 10) == 1500 + 60
    assert ours.worst_case(1001, 10) == 3003 + 120
    assert theirs.cost(Usage(1000, 1000)) == 12_500


def test_a_model_that_nobody_knew_can_then_be_called(call, person, db, providers):
    admin = person(role="admin")
    price = {**CHANGE, "model": "nobody-knows", "tiers": [{"input": 1, "output": 1}]}
    assert call("llm.set_price", admin, json_body=price).body["old_tiers"] is None
    providers["unpriced"].default = ps.normal("ok", usage=ps.usage_of(100, 1))
    question = {"prompt": "x", "provider": providers["ids"]["unpriced"]}
    assert call("llm.try_model", admin, json_body=question).body["cost"] == 0.000101


def test_a_later_price_waits_for_its_day_and_the_newest_counts(call, person, db):
    admin = person(role="admin")
    later = (utc_now().date() + timedelta(days=3)).isoformat()
    call("llm.set_price", admin, json_body=CHANGE)
    call("llm.set_price", admin, json_body={**CHANGE, "tiers": [{"input": 9, "output": 9}], "valid_from": later})
    with db.reading() as work:
        assert price_of(work, "openai", "gpt-4o", admin.organization_id).tiers[0].input == 1_500_000
    again = {**CHANGE, "tiers": [{"input": 2, "output": 2}], "source": "contract 13"}
    assert call("llm.set_price", admin, json_body=again).body["old_tiers"][0]["input"] == 1.5
    with db.reading() as work:
        ours = price_of(work, "openai", "gpt-4o", admin.organization_id)
        assert (ours.tiers[0].input, ours.source) == (2_000_000, "contract 13")


def test_it_is_written_down_and_stays(call, person, db):
    admin = person(role="admin")
    call("llm.set_price", admin, json_body=CHANGE)
    with db.reading() as work:
        [row] = work.run(
            "SELECT * FROM llm_changes WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id
        )
    assert (row["subject"], row["reason"], str(row["user_id"])) == ("price", "the new contract", admin.user_id)
    assert row["before"]["tiers"][0]["input"] == 2_500_000
    assert row["after"]["tiers"][1] == {
        "above": 1000, "input": 3_000_000, "output": 12_000_000, "cached": 300_000, "written": 3_000_000,
    }  # fmt: skip
    with pytest.raises(Exception, match="permission denied"), db.transaction() as work:
        work.run("DELETE FROM llm_changes WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"tiers": []}, "/tiers"),
        ({"tiers": [{"above": 5, "input": 1, "output": 1}]}, "/tiers"),
        ({"tiers": [{"input": 1, "output": 1}, {"above": 0, "input": 1, "output": 1}]}, "/tiers"),
        ({"tiers": [{"input": -1, "output": 1}]}, "/tiers/0/input"),
        ({"tiers": [{"input": "0.0000001", "output": 1}]}, "/tiers/0/input"),
        ({"tiers": [{"input": 1e12, "output": 1}]}, "/tiers/0/input"),
        ({"tiers": [{"input": 1}]}, "/tiers/0/output"),
        ({"valid_from": "2020-01-01"}, "/valid_from"),
        ({"valid_from": "soon"}, "/valid_from"),
        ({"provider": "Open AI"}, "/provider"),
        ({"model": ""}, "/model"),
        ({"reason": ""}, "/reason"),
        ({"source": " "}, "/source"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(call, person, db, change, pointer):
    admin = person(role="admin")
    answer = call("llm.set_price", admin, json_body={**CHANGE, **change})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    with db.reading() as work:
        assert price_of(work, "openai", "gpt-4o", admin.organization_id).tiers[0].input == 2_500_000
