"""Judging an RFC of one's organisation."""

import uuid

FUNCTION = "learning.give_learning_feedback"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, json_body={"rfc_id": str(uuid.uuid4()), "feedback_type": "like"}).status == 401


def test_it_is_stored_and_counts_for_the_rfc(call, person, rfc):
    someone = person()
    made = rfc(someone)
    body = {"rfc_id": made, "feedback_type": "like", "rating": 5, "improvement_suggestions": "Say more about the cost."}
    answer = call(FUNCTION, someone, json_body=body)
    assert (answer.status, answer.body["points_earned"]) == (201, 4)
    found = call("feedback.get_feedback_statistics", someone, path={"target_id": made}).body
    assert (found["likes"], found["average_rating"]) == (1, 5.0)


def test_another_organisations_rfc_is_not_there(call, person, rfc):
    made = rfc(person())
    assert call(FUNCTION, person(), json_body={"rfc_id": made, "feedback_type": "like"}).status == 404


def test_bad_input_is_named(call, person):
    answer = call(FUNCTION, person(), json_body={"rfc_id": "x", "feedback_type": "like"})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/rfc_id")
