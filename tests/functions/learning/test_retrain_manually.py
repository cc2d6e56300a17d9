"""Manual retraining is a task of the administrator's."""

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
