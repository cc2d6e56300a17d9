"""Analytics are the administrator's, and counted from rows."""

import pytest

FUNCTION = "feedback.get_feedback_analytics"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person()).status == 403


def test_without_feedback_there_are_zeros(call, person):
    found = call(FUNCTION, person(role="admin")).body
    assert (found["total"], found["coverage"], found["positive_percentage"], found["top_issues"]) == (0, None, None, [])


def test_it_counts_the_organisations_own(call, person, give, db):
    admin = person(role="admin")
    user = person(admin.organization_id)
    give(person(), kind="dislike", reason="not ours")
    give(admin, "a", kind="dislike", reason="outdated", rating=2)
    give(user, "a", kind="dislike", reason="outdated")
    give(user, "b", rating=5)
    found = call(FUNCTION, admin).body
    assert (found["total"], found["users"], found["likes"], found["dislikes"]) == (3, 2, 1, 2)
    assert (found["average_rating"], found["positive_percentage"]) == (3.5, 33.3)
    assert found["top_issues"] == [{"reason": "outdated", "count": 2}]
    assert call(FUNCTION, admin, query="context=chat").body["total"] == 0


def test_coverage_is_of_what_was_produced(call, person, give, db):
    admin = person(role="admin")
    ids = []
    with db.transaction() as work:
        for _ in range(4):
            [row] = work.run(
                """INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 't', 'c', '[]', '[]', '{}', 'm') RETURNING rfc_id""",
                o=admin.organization_id, u=admin.user_id,
            )  # fmt: skip
            ids.append(str(row["rfc_id"]))
    give(admin, ids[0], context="rfc")
    found = call(FUNCTION, admin, query="context=rfc&days=7").body
    assert (found["produced"], found["judged"], found["coverage"]) == (4, 1, 0.25)


@pytest.mark.parametrize("query", ["days=0", "days=366", "days=x", "context=A%20B"])
def test_bad_input_is_refused(call, person, query):
    assert call(FUNCTION, person(role="admin"), query=query).status == 422
