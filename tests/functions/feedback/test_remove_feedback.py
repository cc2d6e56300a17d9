"""Moderation takes feedback out of every count and keeps who did it and why."""

import uuid

FUNCTION = "feedback.remove_feedback"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, path={"feedback_id": uuid.uuid4()}, query="reason=spam").status == 401


def test_a_user_without_the_scope_is_refused(call, person, give):
    someone = person()
    given = give(someone)["feedback_id"]
    assert call(FUNCTION, someone, path={"feedback_id": given}, query="reason=spam").status == 403


def test_it_counts_nowhere_and_the_row_tells_why(call, person, give, db):
    admin = person(role="admin")
    given = give(person(admin.organization_id), reason="x")["feedback_id"]
    answer = call(FUNCTION, admin, path={"feedback_id": given}, query="reason=spam%20again")
    assert (answer.status, answer.body["removed_by"]) == (200, admin.user_id)
    assert call("feedback.get_feedback_statistics", admin, path={"target_id": "t1"}).body["likes"] == 0
    assert call("feedback.get_feedback_analytics", admin).body["total"] == 0
    with db.reading() as work:
        row = work.one(
            """SELECT CAST(removed_by AS text) AS who, removal_reason, removed_at IS NOT NULL AS at FROM feedback
               WHERE feedback_id = CAST(:id AS uuid)""",
            id=given,
        )
    assert row == {"who": admin.user_id, "removal_reason": "spam again", "at": True}
    assert call(FUNCTION, admin, path={"feedback_id": given}, query="reason=again").status == 404


def test_another_organisations_feedback_is_not_there(call, person, give):
    given = give(person())["feedback_id"]
    assert call(FUNCTION, person(role="admin"), path={"feedback_id": given}, query="reason=spam").status == 404


def test_a_reason_is_needed(call, person):
    assert call(FUNCTION, person(role="admin"), path={"feedback_id": uuid.uuid4()}).status == 422
