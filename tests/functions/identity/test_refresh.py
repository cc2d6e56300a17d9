"""POST /api/v1/auth/refresh."""

import threading

import pytest

from assistant.identity import accounts
from assistant.identity.access_tokens import verify
from assistant.identity.refresh_tokens import RefreshTokenReused
from assistant.platform.db import Database


@pytest.fixture
def use(call):
    return lambda token: call("identity.refresh", json_body={"refresh_token": token})


def test_a_token_that_nobody_gave_is_refused(use):
    answer = use("x" * 43)
    assert (answer.status, answer.body["code"]) == (401, "unauthenticated")
    assert "/api/v1/auth/login" in answer.body["detail"]


def test_a_refresh_gives_new_tokens_of_the_same_user(use, register):
    ann = register()
    answer = use(ann.body["refresh_token"])
    assert answer.status == 200
    assert verify(answer.body["access_token"]).user_id == ann.body["user"]["user_id"]
    assert answer.body["refresh_token"] != ann.body["refresh_token"]
    assert use(answer.body["refresh_token"]).status == 200


def test_an_access_token_is_no_refresh_token(use, register):
    assert use(register().body["access_token"]).status in (401, 422)


def test_only_hashes_are_kept(use, register, db):
    ann = register()
    token = use(ann.body["refresh_token"]).body["refresh_token"]
    with db.reading() as work:
        rows = work.run("SELECT * FROM refresh_tokens")
    assert rows
    assert token not in str(rows)


def test_using_an_old_token_ends_the_sign_in_and_only_that(use, register):
    ann, bob = register("ann"), register("bob")
    newest = use(ann.body["refresh_token"]).body["refresh_token"]
    answer = use(ann.body["refresh_token"])
    assert answer.status == 401
    assert "sign-in was ended" in answer.body["detail"]
    assert use(newest).status == 401
    assert use(bob.body["refresh_token"]).status == 200


def test_of_two_racing_uses_one_wins_and_the_sign_in_is_over(use, register, connect):
    for number in range(5):
        ann = register(f"ann-{number}")
        start, outcomes, lock = threading.Barrier(2), [], threading.Lock()

        def race(token=ann.body["refresh_token"], start=start, outcomes=outcomes, lock=lock):
            own = Database(connect)
            with own.work(autocommit=False) as work:
                work.run("SELECT 1 AS ready")
                start.wait()
                try:
                    outcome = accounts.refresh(work, token).refresh_token
                except RefreshTokenReused as refusal:
                    outcome = refusal
                work.commit()
            own.discard()
            with lock:
                outcomes.append(outcome)

        threads = [threading.Thread(target=race) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [won] = [outcome for outcome in outcomes if isinstance(outcome, str)]
        [lost] = [outcome for outcome in outcomes if not isinstance(outcome, str)]
        assert lost.commits
        assert use(won).status == 401


def test_an_expired_token_is_refused(use, register, db):
    ann = register()
    with db.transaction() as work:
        work.run(
            "UPDATE refresh_tokens SET expires_at = now() WHERE user_id = CAST(:id AS uuid)",
            id=ann.body["user"]["user_id"],
        )
    assert use(ann.body["refresh_token"]).status == 401


def test_a_refresh_has_the_scopes_of_now(use, register, db):
    ann = register()
    with db.transaction() as work:
        work.run("UPDATE users SET scopes = '{basic}' WHERE email = :email", email=ann.email)
    assert verify(use(ann.body["refresh_token"]).body["access_token"]).scopes == {"basic"}


def test_an_account_that_is_switched_off_gets_nothing(use, register, db):
    ann = register()
    with db.transaction() as work:
        work.run("UPDATE users SET is_active = false WHERE email = :email", email=ann.email)
    assert use(ann.body["refresh_token"]).status == 401


@pytest.mark.parametrize("token", ["'; DROP TABLE refresh_tokens; --", "Привет", "\u0000", " "])
def test_odd_text_is_only_wrong(use, token):
    assert use(token).status == 401


@pytest.mark.parametrize("token", ["", "x" * 201, 5, None, [], {"a": 1}])
def test_a_wrong_field_is_named(use, token):
    answer = use(token)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/refresh_token")


@pytest.fixture
def use_cookie(call):
    return lambda cookie: call("identity.refresh", json_body={}, headers={"cookie": cookie})


def test_without_a_token_and_without_a_cookie_it_is_refused(call):
    answer = call("identity.refresh", json_body={})
    assert (answer.status, answer.body["reason"]) == (401, "missing")


def test_a_cookie_is_a_refresh_token_and_is_renewed(use_cookie, register, sign_in_with_cookie):
    ann = register()
    _, cookie = sign_in_with_cookie(ann)
    answer = use_cookie(cookie)
    assert (answer.status, answer.body["refresh_token"]) == (200, None)
    assert verify(answer.body["access_token"]).user_id == ann.body["user"]["user_id"]
    [renewed] = answer.cookies
    assert renewed.partition(";")[0] != cookie
    assert use_cookie(renewed.partition(";")[0]).status == 200


def test_a_page_that_is_reloaded_while_it_refreshes_stays_signed_in(use_cookie, register, sign_in_with_cookie):
    _, cookie = sign_in_with_cookie(register())
    assert use_cookie(cookie).status == 200
    assert use_cookie(cookie).status == 200  # the same cookie, sent before the answer had come


def test_an_old_cookie_ends_the_sign_in(use_cookie, register, sign_in_with_cookie, db):
    ann = register()
    _, cookie = sign_in_with_cookie(ann)
    newest = use_cookie(cookie).cookies[0].partition(";")[0]
    with db.transaction() as work:
        work.run(
            """UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'
               WHERE user_id = CAST(:id AS uuid) AND used_at IS NOT NULL""",
            id=ann.body["user"]["user_id"],
        )
    assert use_cookie(cookie).status == 401
    assert use_cookie(newest).status == 401


def test_the_grace_is_for_cookies_alone(use, use_cookie, register, sign_in_with_cookie):
    _, cookie = sign_in_with_cookie(register())
    assert use_cookie(cookie).status == 200
    assert use(cookie.partition("=")[2]).status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null"])
def test_what_is_not_a_json_object_is_refused(call, body):
    assert call("identity.refresh", body=body).status == 422
