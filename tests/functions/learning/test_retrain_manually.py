"""Manual retraining is a task of the administrator's."""

from assistant.search.embeddings.models import LOCAL

FUNCTION = "learning.retrain_manually"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person()).status == 403


def test_it_is_ordered_once_for_a_key_and_costs_nothing_by_words_alone(call, person, sent):
    admin = person(role="admin")
    answers = [call(FUNCTION, admin, headers={"idempotency-key": "t1"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202], answers[0].body
    assert answers[0].body["task_id"] == answers[1].body["task_id"]
    assert [(queue, body["task_type"]) for queue, body in sent] == [("TRAIN_RANKING_QUEUE_URL", "train_ranking")]
    assert call("budget.get_budget_status", admin).body["held"] == 0


def test_a_budget_without_room_refuses_it(call, person, sent, monkeypatch):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "openai")
    monkeypatch.setenv("EMBEDDING_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("EMBEDDING_MODEL", LOCAL)
    poor = person(role="admin", budget=1)
    judged = {"target_id": "d", "context": "search", "feedback_type": "like", "query": "the hold"}
    assert call("feedback.give_feedback", poor, json_body=judged).status == 201
    answer = call(FUNCTION, poor)
    assert (answer.status, answer.body["code"]) == (402, "budget_exceeded"), answer.body
    assert sent == []
