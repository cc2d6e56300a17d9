"""GET /api/v1/auth/profile."""

from assistant.budget import ledger


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.get_profile").status == 401


def test_is_the_caller_with_budget_and_settings(call, register, spend, as_caller):
    ann = as_caller(register())
    spend(ann, "profile-1", 250_000)
    body = call("identity.get_profile", ann).body
    assert (body["user_id"], body["email"], body["is_active"]) == (ann.user_id, ann.email, True)
    assert body["budget"] == {"limit": 100.0, "current_usage": 0.25, "held": 0.0, "remaining": 99.75}
    assert body["settings"]["preferences"]["language"] == "en"
    assert "password" not in str(body)


def test_somebody_who_is_gone_is_not_found(call, person, db):
    ann = person()
    with db.transaction() as work:
        work.run("DELETE FROM users WHERE user_id = CAST(:id AS uuid)", id=ann.user_id)
    assert call("identity.get_profile", ann).status == 404


def test_a_kept_profile_follows_settings_and_charges(call, person, db):
    someone = person(budget=1_000_000)
    call("identity.get_profile", someone)
    assert call("identity.get_profile", someone).headers["cache-status"] == "assistant; hit"
    settings = {"data_sources": [], "preferences": {"language": "ru"}}
    assert call("identity.update_user_settings", someone, json_body=settings).status == 200
    assert call("identity.get_profile", someone).body["settings"]["preferences"]["language"] == "ru"
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, f"profile-{someone.user_id}", 300_000, "test")
    assert call("identity.get_profile", someone).body["budget"]["held"] == 0.3
