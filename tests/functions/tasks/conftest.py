"""Tasks as the API submits them."""

import pytest

RFC = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets for teams"}}


@pytest.fixture
def submitted(call, sent):
    """Submits an RFC task through the API and answers its id."""

    def make(person, **args):
        body = {**RFC, "task_args": {**RFC["task_args"], **args}}
        answer = call("tasks.submit_task", person, json_body=body)
        assert answer.status == 202, answer.body
        return answer.body["task_id"]

    return make


@pytest.fixture
def claimed(db, submitted):
    """Submits a task and claims it as a worker does."""
    from assistant.tasks.claim import claim_next

    def make(person, **args):
        with db.transaction() as work:  # no other test's task is in the way
            work.run("UPDATE tasks SET not_before = 'infinity' WHERE status = 'queued'")
        task_id = submitted(person, **args)
        claim = claim_next(db, "llm_generate_rfc")
        assert claim.task.task_id == task_id
        return claim

    return make
