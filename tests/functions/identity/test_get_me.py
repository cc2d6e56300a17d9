"""GET /api/v1/auth/me."""

from dataclasses import replace


def test_an_anonymous_caller_is_refused(call):
    answer = call("identity.get_me")
    assert (answer.status, answer.body["reason"]) == (401, "missing")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_caller_of_another_organization_is_not_found(call, person):
    ann, bob = person(), person()
    assert call("identity.get_me", replace(ann, organization_id=bob.organization_id)).status == 404


def test_tells_who_the_caller_is(call, register):
    ann = register()
    user = ann.body["user"]

    class Ann:
        user_id, organization_id, role, email = user["user_id"], user["organization_id"], user["role"], user["email"]

    answer = call("identity.get_me", Ann)
    assert answer.status == 200
    assert answer.body == user
    assert (user["email"], user["scopes"], user["is_active"]) == (ann.email, ["basic", "generate", "search"], True)


def test_a_user_who_is_gone_is_not_found(call, person):
    someone = replace(person(), user_id="00000000-0000-0000-0000-000000000000")
    answer = call("identity.get_me", someone)
    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_what_the_request_says_of_itself_does_not_count(call, person):
    ann, bob = person(), person()
    answer = call("identity.get_me", ann, headers={"x-user-id": bob.user_id, "user_id": bob.user_id})
    assert answer.body["user_id"] == ann.user_id
