"""GET /api/v1/budget/alerts."""


def alerts(call, person, query=""):
    answer = call("budget.list_budget_alerts", person, query=query)
    assert answer.status == 200, answer.body
    return answer.body["alerts"]


def test_an_anonymous_caller_is_refused(call):
    assert call("budget.list_budget_alerts").status == 401


def test_nothing_was_raised_yet(call, person):
    assert alerts(call, person()) == []


def test_each_mark_is_raised_once_with_what_it_was_then(call, person, spend, rows):
    someone = person(budget=1_000_000)
    plant_period(rows, someone, "-300 days", "1 hour")  # nearly over: what was spent is no forecast of more
    for amount in (790_000, 20_000, 10_000, 140_000, 30_000, 10_000):
        spend(someone, amount)
    found = alerts(call, someone)
    assert [(alert["alert_type"], alert["threshold"], alert["current_usage"]) for alert in reversed(found)] == [
        ("used_80", 80, 0.81),
        ("used_95", 95, 0.96),
        ("used_100", 100, 1),
    ]
    assert {alert["level"] for alert in found} == {"user"}
    assert not any(alert["resolved"] for alert in found)


def plant_period(rows, person, starts, ends):
    """Open the period of the person's budgets that began and ends when the test says, with its grant."""
    rows(
        """WITH opened AS (
               INSERT INTO budget_periods (budget_id, organization_id, period_start, period_end, granted)
               SELECT budget_id, organization_id, now() + CAST(:starts AS interval), now() + CAST(:ends AS interval),
                      limit_microdollars
               FROM budgets WHERE organization_id = CAST(:id AS uuid)
               RETURNING budget_id, organization_id, period_start, granted)
           INSERT INTO ledger_entries (organization_id, budget_id, period_start, from_account, to_account, amount)
           SELECT organization_id, budget_id, period_start, 'granted', 'free', granted FROM opened""",
        id=person.organization_id,
        starts=starts,
        ends=ends,
    )


def test_a_pace_that_passes_the_limit_is_foretold_once(call, person, spend, rows):
    someone = person(budget=1_000_000)
    plant_period(rows, someone, "-30 days", "30 days")
    spend(someone, 490_000)
    assert alerts(call, someone) == []
    spend(someone, 20_000)
    spend(someone, 20_000)
    assert [(alert["alert_type"], alert["threshold"]) for alert in alerts(call, someone)] == [("forecast", None)]


def test_a_higher_limit_resolves(call, person, spend, rows):
    admin = person(role="admin")
    someone = person(admin.organization_id, budget=1_000_000)
    spend(someone, 850_000)
    assert {alert["alert_type"] for alert in alerts(call, someone, "resolved=false")} >= {"used_80"}
    change = {"user_id": someone.user_id, "new_budget_limit": 100, "reason": "enough"}
    assert call("budget.update_budget", admin, json_body=change).status == 200
    assert alerts(call, someone, "resolved=false") == []
    assert {alert["alert_type"] for alert in alerts(call, someone, "resolved=true")} >= {"used_80"}


def test_an_administrator_sees_the_own_organizations_and_a_user_the_own(call, person, spend):
    admin = person(role="admin")
    someone, colleague = person(admin.organization_id, budget=100), person(admin.organization_id, budget=100)
    foreign = person(budget=100)
    for spender in (someone, foreign):
        spend(spender, 100)
    assert alerts(call, colleague) == []
    assert {alert["level"] for alert in alerts(call, someone)} == {"user"}
    seen = alerts(call, admin)
    assert {alert["alert_id"] for alert in seen} == {alert["alert_id"] for alert in alerts(call, someone)}
    assert alerts(call, foreign)[0]["alert_id"] not in {alert["alert_id"] for alert in seen}


def test_whoever_is_concerned_is_told_by_notification_once(call, person, spend, rows):
    admin = person(role="admin", organization_budget=1000)
    someone = person(admin.organization_id, budget=100_000)
    spend(someone, 850)
    spend(someone, 10)
    told = rows(
        """SELECT CAST(user_id AS text) AS user_id, data FROM notifications
           WHERE organization_id = CAST(:id AS uuid) AND type = 'budget_alert'""",
        id=admin.organization_id,
    )
    assert {row["user_id"] for row in told} == {admin.user_id}
    kinds = [row["data"]["alert_type"] for row in told]
    assert sorted(kinds) == sorted(set(kinds))
    assert "used_80" in kinds
    assert told[0]["data"]["level"] == "organization"
