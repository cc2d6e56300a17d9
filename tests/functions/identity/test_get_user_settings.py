"""GET /api/v1/users/current/settings."""

DEFAULTS = {
    "data_sources": [],
    "preferences": {"language": "en", "theme": "system", "default_doc_type": "rfc"},
}


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.get_user_settings").status == 401


def test_a_new_user_has_defaults(call, person):
    answer = call("identity.get_user_settings", person())
    assert (answer.status, answer.body) == (200, DEFAULTS)


def test_what_was_never_chosen_has_its_default(call, person, db):
    ann = person()
    with db.transaction() as work:
        work.run(
            """UPDATE users SET settings = '{"preferences": {"theme": "dark"}}' WHERE user_id = CAST(:id AS uuid)""",
            id=ann.user_id,
        )
    body = call("identity.get_user_settings", ann).body
    assert body == {**DEFAULTS, "preferences": {**DEFAULTS["preferences"], "theme": "dark"}}
