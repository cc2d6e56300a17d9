"""Zeros when empty, and counts of rows after."""

FUNCTION = "learning.get_learning_statistics"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_nothing_yet_is_no_error(call, person):
    assert call(FUNCTION, person()).body == {
        "examples": 0, "judged_queries": 0, "rated_rfcs": 0, "average_quality": None,
        "distribution": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0}, "ready": False, "active_version": 0,
        "last_retraining": None, "last_kept": None,
    }  # fmt: skip


def test_it_counts_the_organisations_feedback(call, person, rfc):
    someone = person()
    call("learning.give_learning_feedback", someone,
         json_body={"rfc_id": rfc(someone), "feedback_type": "like", "rating": 4})  # fmt: skip
    for number in range(10):
        body = {"target_id": "d", "context": "search", "feedback_type": "like", "query": f"q{number}", "rating": 5}
        call("feedback.give_feedback", someone, json_body=body)
    found = call(FUNCTION, someone).body
    assert (found["examples"], found["judged_queries"], found["rated_rfcs"], found["ready"]) == (11, 10, 1, True)
    assert (found["average_quality"], found["distribution"]["5"]) == (4.91, 10)
    assert call(FUNCTION, person()).body["examples"] == 0
