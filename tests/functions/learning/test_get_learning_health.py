"""Health is looked at, not assumed."""

FUNCTION = "learning.get_learning_health"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_without_vectors_it_says_that_nothing_is_learned(call, person, monkeypatch):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "off")
    found = call(FUNCTION, person()).body
    assert (found["status"], found["vectors_configured"], found["weights_in_use"]) == ("degraded", False, True)
    assert found["database_ms"] > 0


def test_weights_that_no_version_explains_are_noticed(call, person, db):
    someone = person()
    with db.transaction() as work:
        work.run(
            """INSERT INTO search_weights (organization_id, lexical, semantic, title, freshness, half_life_days)
               VALUES (CAST(:o AS uuid), 3, 1, 0, 0, 30)""",
            o=someone.organization_id,
        )
    found = call(FUNCTION, someone).body
    assert found["weights_in_use"] is False
    assert any("active version" in problem for problem in found["problems"])


def test_a_training_that_died_is_told(call, person, db, sent):
    admin = person(role="admin")
    task = call("learning.train_model", admin).body["task_id"]
    with db.transaction() as work:
        work.run("UPDATE tasks SET status = 'dead', finished_at = now() WHERE task_id = CAST(:id AS uuid)", id=task)
    assert call(FUNCTION, admin).body["dead_trainings_last_day"] == 1
