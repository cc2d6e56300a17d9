"""A training can be followed by administrators."""

import uuid

FUNCTION = "learning.get_training_status"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, path={"training_id": uuid.uuid4()}).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person(), path={"training_id": uuid.uuid4()}).status == 403


def test_it_tells_the_stage_to_the_organisations_administrators_only(call, person, sent):
    admin = person(role="admin")
    body = {"training_type": "incremental"}
    training = call("learning.train_model", admin, json_body=body).body["task_id"]
    found = call(FUNCTION, admin, path={"training_id": training}).body
    assert (found["status"], found["stage"], found["training_type"]) == ("queued", "queued", "incremental")
    assert (found["log"], found["evaluation"], found["version"]) == ([], None, None)
    colleague = person(admin.organization_id, role="admin")
    assert call(FUNCTION, colleague, path={"training_id": training}).status == 200
    assert call(FUNCTION, person(role="admin"), path={"training_id": training}).status == 404


def test_other_tasks_are_no_trainings(call, person, sent):
    admin = person(role="admin")
    rfc = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets"}}
    task = call("tasks.submit_task", admin, json_body=rfc).body["task_id"]
    assert call(FUNCTION, admin, path={"training_id": task}).status == 404
