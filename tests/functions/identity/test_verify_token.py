"""GET /api/v1/auth/verify."""


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.verify_token").status == 401


def test_says_whose_the_token_is_and_what_is_left(call, person, spend):
    ann = person(budget=2_000_000)
    spend(ann, "verify-1", 500_000)
    answer = call("identity.verify_token", ann)
    assert answer.status == 200
    assert answer.body == {
        "valid": True,
        "user_id": ann.user_id,
        "organization_id": ann.organization_id,
        "session_id": "",
        "email": ann.email,
        "role": "user",
        "scopes": ["basic", "generate", "search"],
        "budget": {"limit": 2.0, "current_usage": 0.5, "held": 0.0, "remaining": 1.5},
    }


def test_a_user_without_a_budget_is_still_verified(call, person, db):
    ann = person()
    with db.transaction() as work:
        work.run("DELETE FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=ann.user_id)
    answer = call("identity.verify_token", ann)
    assert (answer.status, answer.body["valid"], answer.body["budget"]) == (200, True, None)
