"""POST /api/v1/budget/update."""

import uuid

import pytest

from assistant.budget.proof import discrepancies


def update(call, caller, **body):
    return call("budget.update_budget", caller, json_body={"reason": "a bigger project", **body})


@pytest.fixture
def admin(person):
    return person(role="admin")


def test_an_anonymous_caller_is_refused(call, person):
    assert update(call, None, user_id=person().user_id, new_budget_limit=5).status == 401


def test_a_user_may_not_raise_the_own_limit(call, person):
    someone = person()
    answer = update(call, someone, user_id=someone.user_id, new_budget_limit=5000)
    assert (answer.status, answer.body["missing_scopes"]) == (403, ["admin"])


def test_a_change_counts_at_once_and_is_stored_with_who_and_why(call, person, admin, spend, rows, db):
    someone = person(admin.organization_id, budget=1_000_000)
    spend(someone, 900_000)
    answer = update(call, admin, user_id=someone.user_id, new_budget_limit="2.5")
    assert answer.status == 200, answer.body
    assert (answer.body["old_budget_limit"], answer.body["new_budget_limit"]) == (1, 2.5)
    assert answer.body["updated_by"] == admin.user_id
    [audited] = rows(
        """SELECT c.changed_by, c.reason, c.old_limit, c.new_limit FROM budget_changes c
           JOIN budgets b USING (budget_id) WHERE b.owner_id = CAST(:id AS uuid)""",
        id=someone.user_id,
    )
    assert (str(audited["changed_by"]), audited["reason"]) == (admin.user_id, "a bigger project")
    assert (audited["old_limit"], audited["new_limit"]) == (1_000_000, 2_500_000)
    assert call("budget.get_budget_status", someone).body["remaining_budget"] == 1.6
    with db.reading() as work:
        assert discrepancies(work) == []


@pytest.mark.parametrize(("level", "told"), [("user", "someone"), ("organization", "admin")])
def test_whom_a_change_concerns_is_told_in_the_same_transaction(call, person, admin, rows, level, told):
    someone = person(admin.organization_id)
    answer = update(call, admin, level=level, user_id=someone.user_id, new_budget_limit=7)
    assert answer.status == 200, answer.body
    notices = rows("SELECT user_id, data FROM notifications WHERE type = 'budget_updated' ORDER BY user_id")
    mine = [row for row in notices if str(row["user_id"]) in (someone.user_id, admin.user_id)]
    assert [str(row["user_id"]) for row in mine] == [{"someone": someone, "admin": admin}[told].user_id]
    assert (mine[0]["data"]["level"], mine[0]["data"]["new_budget_limit"]) == (level, 7)
    refused = update(call, admin, user_id=str(uuid.uuid4()), new_budget_limit=7)
    assert refused.status == 404
    assert len(rows("SELECT 1 FROM notifications WHERE type = 'budget_updated'")) == len(notices)


def test_a_limit_below_the_usage_stops_everything_and_the_ledger_still_adds_up(call, person, admin, spend, db):
    someone = person(admin.organization_id, budget=1_000_000)
    spend(someone, 600_000)
    spend(someone, 200_000, settle=False)
    assert update(call, admin, user_id=someone.user_id, new_budget_limit="0.5").status == 200
    assert call("budget.get_budget_status", someone).body["remaining_budget"] == -0.3
    assert call("budget.check_budget", someone, path={"estimated_cost": "0.000001"}).body["can_proceed"] is False
    with db.reading() as work:
        assert discrepancies(work) == []


def test_the_audit_cannot_be_rewritten(call, person, admin, rows):
    update(call, admin, user_id=admin.user_id, new_budget_limit=7)
    for change in ("UPDATE budget_changes SET reason = 'none'", "DELETE FROM budget_changes"):
        with pytest.raises(Exception, match=r"permission denied|never changed"):
            rows(change)


def test_a_foreign_organizations_user_is_not_there(call, person, admin, rows):
    stranger = person(budget=1_000_000)
    assert update(call, admin, user_id=stranger.user_id, new_budget_limit=9).status == 404
    assert update(call, admin, user_id=str(uuid.uuid4()), new_budget_limit=9).status == 404
    assert call("budget.get_budget_status", stranger).body["budget_limit"] == 1


def test_the_organizations_own_limit_and_mode(call, admin, rows):
    answer = update(call, admin, level="organization", new_budget_limit=50, mode="soft")
    assert (answer.body["old_mode"], answer.body["new_mode"]) == ("hard", "soft")
    [budget] = rows(
        "SELECT limit_microdollars, mode FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=admin.organization_id
    )
    assert (budget["limit_microdollars"], budget["mode"]) == (50_000_000, "soft")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"new_budget_limit": 0}, "/new_budget_limit"),
        ({"new_budget_limit": -5}, "/new_budget_limit"),
        ({"new_budget_limit": "0.0000001"}, "/new_budget_limit"),
        ({"new_budget_limit": 5, "user_id": "me"}, "/user_id"),
        ({"new_budget_limit": 5, "user_id": None}, "/user_id"),
        ({"new_budget_limit": 5, "level": "team"}, "/team_id"),
        ({"new_budget_limit": 5, "mode": "lenient"}, "/mode"),
        ({"new_budget_limit": 5, "reason": " "}, "/reason"),
    ],
)
def test_what_is_wrong_is_named(call, admin, body, pointer):
    answer = update(call, admin, **{"user_id": admin.user_id, **body})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == pointer
