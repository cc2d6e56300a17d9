"""Feedback by day of the organisation's clock."""

import pytest

FUNCTION = "feedback.get_feedback_trends"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person()).status == 403


def test_each_day_is_there_and_counted_on_the_organisations_clock(call, person, give, db):
    admin = person(role="admin")
    give(admin, "a", rating=4)
    late = give(admin, "b", kind="dislike")["feedback_id"]
    with db.transaction() as work:
        work.run(
            "UPDATE organizations SET time_zone = 'Pacific/Kiritimati' WHERE organization_id = CAST(:o AS uuid)",
            o=admin.organization_id,
        )
        [row] = work.run(  # the last second of the day before, there
            """UPDATE feedback SET created_at = (date_trunc('day', now() AT TIME ZONE 'Pacific/Kiritimati')
                                                 - interval '1 second') AT TIME ZONE 'Pacific/Kiritimati'
               WHERE feedback_id = CAST(:id AS uuid)
               RETURNING CAST(now() AT TIME ZONE 'Pacific/Kiritimati' AS date) AS today""",
            id=late,
        )
    days = call(FUNCTION, admin, query="days=3").body["days"]
    assert [(day["likes"], day["dislikes"]) for day in days] == [(0, 0), (0, 1), (1, 0)]
    assert days[-1]["date"] == row["today"].isoformat()
    assert (days[-1]["average_rating"], days[0]["positive_percentage"]) == (4.0, None)


def test_another_organisations_feedback_is_not_in_it(call, person, give):
    give(person())
    assert call(FUNCTION, person(role="admin"), query="days=1").body["days"][0]["likes"] == 0


@pytest.mark.parametrize("query", ["days=0", "days=366"])
def test_bad_input_is_refused(call, person, query):
    assert call(FUNCTION, person(role="admin"), query=query).status == 422
