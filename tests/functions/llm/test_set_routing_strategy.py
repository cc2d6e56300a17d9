"""The strategy: stored for all sandboxes, audited, the organisation's own."""

import pytest

from assistant.llm.routing import STRATEGIES
from tests.layers.llm import provider_server as ps


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.set_routing_strategy", json_body={"strategy": "priority"}).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call("llm.set_routing_strategy", person(), json_body={"strategy": "priority"}).status == 403


@pytest.mark.parametrize("body", [{}, {"strategy": "random"}, {"strategy": None}])
def test_an_unknown_strategy_is_named(call, person, body):
    answer = call("llm.set_routing_strategy", person(role="admin"), json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/strategy")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_strategy_can_be_set_and_is_shown(call, person, strategy):
    admin, stranger = person(role="admin"), person(role="admin")
    body = call("llm.set_routing_strategy", admin, json_body={"strategy": strategy}).body
    assert (body["old_strategy"], body["strategy"], body["updated_by"]) == ("priority", strategy, admin.user_id)
    assert body["description"]
    assert call("llm.get_llm_stats", admin).body["strategy"] == strategy
    assert call("llm.get_llm_stats", stranger).body["strategy"] == "priority"


def test_it_is_written_down_who_changed_it(call, person, db):
    admin = person(role="admin")
    for strategy in ("balanced", "ab_test"):
        call("llm.set_routing_strategy", admin, json_body={"strategy": strategy, "reason": "a trial"})
    with db.reading() as work:
        rows = work.run(
            """SELECT before, after, reason FROM llm_changes
               WHERE organization_id = CAST(:id AS uuid) ORDER BY change_id""",
            id=admin.organization_id,
        )
    assert [(row["before"]["strategy"], row["after"]["strategy"], row["reason"]) for row in rows] == [
        ("priority", "balanced", "a trial"),
        ("balanced", "ab_test", "a trial"),
    ]


def test_calls_follow_it_at_once_in_this_sandbox(call, person, providers):
    admin = person(role="admin")
    for name in ("first", "second"):
        providers[name].default = ps.normal("ok")
    assert call("llm.try_model", admin, json_body={"prompt": "x"}).body["provider"] == providers["ids"]["first"]
    call("llm.set_routing_strategy", admin, json_body={"strategy": "cost_optimized"})
    assert call("llm.try_model", admin, json_body={"prompt": "x"}).body["provider"] == providers["ids"]["second"]
