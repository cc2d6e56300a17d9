"""Feedback as the API takes it."""

import pytest


@pytest.fixture
def give(call):
    """Gives feedback and answers what came back."""

    def make(person, target="t1", kind="like", context="search", **more):
        body = {"target_id": target, "context": context, "feedback_type": kind, **more}
        answer = call("feedback.give_feedback", person, json_body=body)
        assert answer.status == 201, answer.body
        return answer.body

    return make
