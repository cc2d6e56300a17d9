"""What was said of a target, of one's own organisation."""

FUNCTION = "feedback.get_feedback_statistics"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, path={"target_id": "t1"}).status == 401


def test_it_counts_what_people_said(call, person, give):
    first = person()
    others = [person(first.organization_id) for _ in range(3)]
    give(first, rating=5)
    give(others[0], kind="dislike", rating=2, reason="outdated")
    give(others[1], kind="dislike", reason="outdated")
    give(others[2], kind="report", reason="secret")
    assert call(FUNCTION, first, path={"target_id": "t1"}).body == {
        "target_id": "t1", "likes": 1, "dislikes": 2, "reports": 1, "ratings": 2, "average_rating": 3.5,
        "positive_percentage": 33.3, "top_reason": "outdated",
    }  # fmt: skip


def test_another_organisation_sees_none_of_it(call, person, give):
    give(person())
    found = call(FUNCTION, person(), path={"target_id": "t1"}).body
    assert (found["likes"], found["positive_percentage"], found["top_reason"]) == (0, None, None)
