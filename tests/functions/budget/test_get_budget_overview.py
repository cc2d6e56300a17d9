"""GET /api/v1/budget/overview."""


def overview(call, person):
    return call("budget.get_budget_overview", person)


def test_an_anonymous_caller_is_refused(call):
    assert overview(call, None).status == 401


def test_a_user_is_refused(call, person):
    assert overview(call, person()).status == 403


def test_totals_counts_and_lists_come_from_the_organizations_rows(call, person, spend):
    admin = person(role="admin", organization_budget=100_000_000, budget=1_000_000)
    spent = [1_000_000, 960_000, 850_000, 100_000] + [10_000] * 9
    people = [person(admin.organization_id, budget=1_000_000) for _ in spent]
    for someone, amount in zip(people, spent, strict=True):
        spend(someone, amount)
    spend(people[3], 50_000, settle=False)
    spend(person(), 777_000)
    body = overview(call, admin).body
    assert body["users"] == len(spent) + 1
    assert body["users_usage"] == body["organization_usage"] == sum(spent) / 1e6
    assert (body["organization_limit"], body["organization_held"]) == (100, 0.05)
    assert (body["users_at_80_percent"], body["users_at_95_percent"], body["users_at_100_percent"]) == (3, 2, 1)
    assert [spender["user_id"] for spender in body["top_spenders"][:4]] == [one.user_id for one in people[:4]]
    assert len(body["top_spenders"]) == 10
    assert body["top_spenders"][3]["held"] == 0.05
    risky = [spender["user_id"] for spender in body["at_risk"]]
    assert risky[:3] == [one.user_id for one in people[:3]]
    assert len(risky) <= 10


def test_nobody_has_spent_anything(call, person):
    body = overview(call, person(role="admin")).body
    assert (body["users"], body["users_usage"], body["top_spenders"], body["at_risk"]) == (1, 0, [], [])
