"""POST /api/v1/auth/password."""

import pytest

from assistant.identity.lock_out import FREE

NEW = "Other-horse-2"


@pytest.fixture
def change(call):
    return lambda caller, current, new=NEW: call(
        "identity.change_password", caller, json_body={"current_password": current, "new_password": new}
    )


def test_an_anonymous_caller_is_refused(change):
    assert change(None, "x").status == 401


def test_the_new_password_signs_in_and_the_old_one_does_not(change, register, as_caller, sign_in):
    ann = register()
    assert change(as_caller(ann), ann.password).status == 200
    assert (sign_in(ann).status, sign_in(ann, NEW).status) == (401, 200)


def test_ends_the_other_sign_ins_and_not_this_one(change, call, register, as_caller, sign_in):
    ann, bob = register("ann"), register("bob")
    other = sign_in(ann).body
    assert change(as_caller(ann), ann.password).body == {"other_sessions_ended": 1}
    uses = [other, ann.body, bob.body]
    statuses = [call("identity.refresh", json_body={"refresh_token": u["refresh_token"]}).status for u in uses]
    assert statuses == [401, 200, 200]


def test_a_wrong_current_password_changes_nothing_and_counts_as_a_guess(change, register, as_caller, sign_in):
    ann = register()
    for _ in range(FREE):
        assert change(as_caller(ann), "Wrong-horse-1").status == 401
    assert change(as_caller(ann), ann.password).status == 429
    assert sign_in(ann).status == 429


@pytest.mark.parametrize("new", ["short1A", "alllowercase1", "ALLUPPERCASE1", "NoDigitsHere", "Aa1" * 43])
def test_an_easy_or_endless_password_is_refused(change, register, as_caller, sign_in, new):
    ann = register()
    answer = change(as_caller(ann), ann.password, new)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/new_password")
    assert sign_in(ann).status == 200
