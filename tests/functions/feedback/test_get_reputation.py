"""Reputation: from rows, by the formula that is written down."""

import uuid

FUNCTION = "feedback.get_reputation"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, path={"user_id": uuid.uuid4()}).status == 401


def test_who_gave_nothing_has_none(call, person):
    someone = person()
    found = call(FUNCTION, someone, path={"user_id": someone.user_id}).body
    assert (found["score"], found["given"], found["points"]) == (0.0, 0, 0)


def test_it_is_what_the_formula_says(call, person, give):
    someone = person()
    others = [person(someone.organization_id) for _ in range(3)]
    give(someone, "a", rating=5)  # agrees with both others
    give(someone, "b", kind="dislike")  # against both
    give(someone, "c")  # nobody else voted
    for other in others[:2]:
        give(other, "a")
        give(other, "b")
    found = call(FUNCTION, someone, path={"user_id": someone.user_id}).body
    assert (found["given"], found["detailed"], found["compared"], found["agreed"]) == (3, 1, 2, 1)
    assert found["score"] == round(10 * (0.3 * 3 / 50 + 0.3 / 3 + 0.4 * 0.5), 1)
    assert found["points"] == 4


def test_removed_feedback_costs_reputation(call, person, give):
    admin = person(role="admin")
    someone = person(admin.organization_id)
    removed = give(someone, "a", rating=5)["feedback_id"]
    give(someone, "b", rating=5)
    before = call(FUNCTION, someone, path={"user_id": someone.user_id}).body["score"]
    assert call("feedback.remove_feedback", admin, path={"feedback_id": removed}, query="reason=spam").status == 200
    after = call(FUNCTION, someone, path={"user_id": someone.user_id}).body
    assert (after["given"], after["removed"]) == (1, 1)
    assert after["score"] < before


def test_others_are_not_told_but_the_administrator_is(call, person):
    someone = person()
    path = {"user_id": someone.user_id}
    assert call(FUNCTION, person(someone.organization_id), path=path).status == 404
    assert call(FUNCTION, person(role="admin"), path=path).status == 404
    assert call(FUNCTION, person(someone.organization_id, role="admin"), path=path).status == 200
