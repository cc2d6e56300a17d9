"""Feedback is stored once a target; what it adds earns points."""

import pytest

FUNCTION = "feedback.give_feedback"
BODY = {"target_id": "t1", "context": "search", "feedback_type": "like"}
ODD = "Привет'; DROP TABLE feedback; -- <script>alert(1)</script> 😀 =cmd()"


def rows(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT feedback_type, rating, comment, points FROM feedback WHERE user_id = CAST(:id AS uuid) ORDER BY 1",
            id=person.user_id,
        )


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, json_body=BODY).status == 401


def test_it_is_stored_as_it_is_written(call, person, db):
    someone = person()
    answer = call(FUNCTION, someone, json_body={**BODY, "rating": 5, "reason": "exact", "comment": ODD})
    assert (answer.status, answer.body["points_earned"], answer.body["replaced"]) == (201, 5, False)
    assert rows(db, someone) == [{"feedback_type": "like", "rating": 5, "comment": ODD, "points": 5}]


def test_a_later_vote_replaces_the_earlier_and_saying_it_again_earns_nothing(call, person, db, give):
    someone = person()
    assert give(someone)["points_earned"] == 1
    again = give(someone, kind="dislike")
    assert (again["points_earned"], again["replaced"]) == (0, True)
    assert give(someone, kind="dislike", rating=1)["points_earned"] == 1
    assert [row["feedback_type"] for row in rows(db, someone)] == ["dislike"]


def test_a_report_stands_beside_a_vote_and_another_query_is_another_vote(call, person, db, give):
    someone = person()
    give(someone)
    give(someone, kind="report", reason="secret")
    give(someone, query="other words")
    assert [row["feedback_type"] for row in rows(db, someone)] == ["like", "like", "report"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"feedback_type": "love"}, "/feedback_type"), ({"rating": 6}, "/rating"), ({"rating": 0}, "/rating"),
     ({"target_id": " "}, "/target_id"), ({"context": "X; DROP"}, "/context"), ({"comment": "x" * 1001}, "/comment"),
     ({"comment": "a\u0000b"}, "/comment")],
)  # fmt: skip
def test_bad_input_is_named_and_nothing_is_stored(call, person, db, change, pointer):
    someone = person()
    answer = call(FUNCTION, someone, json_body={**BODY, **change})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert rows(db, someone) == []
