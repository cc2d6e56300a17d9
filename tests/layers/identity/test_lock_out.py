"""Guessing stays slow without Valkey: wrong passwords are counted in PostgreSQL, also those tried at once."""

import threading
import uuid

import pytest

from assistant.identity import accounts, lock_out
from assistant.identity.accounts import WrongCredentials
from assistant.identity.lock_out import FIRST_WAIT, FREE, LONGEST_WAIT
from assistant.platform.db import Database
from assistant.platform.errors import TooManyRequests


@pytest.fixture
def email():
    return f"{uuid.uuid4().hex}@test.example"


@pytest.fixture(autouse=True)
def checks(monkeypatch):
    """Passwords that were really checked; the check itself is left out, it takes its time."""
    checked = []
    monkeypatch.setattr(accounts, "matches", lambda stored, password: checked.append(password) or password == "right")
    return checked


def attempt(db, email):
    """What an attempt is answered: the seconds to wait, None for a wrong password."""
    with db.work(autocommit=False) as work:
        try:
            accounts.log_in(work, email, "wrong")
        except WrongCredentials:
            work.commit()
            return None
        except TooManyRequests as refusal:
            return refusal.extra["retry_after"]
    raise AssertionError("signed in")


def let_pass(db, email, seconds):
    with db.transaction() as work:
        work.run(
            """UPDATE sign_in_failures SET locked_until = locked_until - make_interval(secs => :s),
               last_failed_at = last_failed_at - make_interval(secs => :s) WHERE account = :account""",
            s=seconds,
            account=lock_out._account(email),
        )


def test_some_mistakes_are_free_then_each_doubles_the_wait(db, email, checks):
    assert [attempt(db, email) for _ in range(FREE)] == [None] * FREE
    waits = []
    for _ in range(8):
        wait = attempt(db, email)
        waits.append(wait)
        let_pass(db, email, wait)
        assert attempt(db, email) is None
    assert waits == [min(LONGEST_WAIT, FIRST_WAIT * 2**n) for n in range(8)]
    assert len(checks) == FREE + 8


def test_knocking_on_a_locked_account_checks_and_counts_nothing(db, email, checks):
    for _ in range(FREE):
        attempt(db, email)
    checks.clear()
    assert {attempt(db, email) for _ in range(20)} <= {FIRST_WAIT, FIRST_WAIT - 1}
    assert checks == []
    let_pass(db, email, FIRST_WAIT)
    assert attempt(db, email) is None


def test_the_letter_case_of_an_address_makes_no_other_account(db, email):
    for n in range(FREE):
        attempt(db, email.upper() if n % 2 else email)
    assert attempt(db, email.title()) == FIRST_WAIT


def test_guesses_at_once_cannot_overtake_the_count(connect, db, email, checks):
    attempt(db, email)
    start, answers, lock = threading.Barrier(12), [], threading.Lock()

    def guess():
        own = Database(connect)
        with own.reading() as work:
            work.run("SELECT 1 AS ready")
        start.wait()
        answer = attempt(own, email)
        own.discard()
        with lock:
            answers.append(answer)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == FREE - 1
    assert len(checks) == FREE


def test_the_right_password_forgets_the_mistakes(db, person, monkeypatch):
    from assistant.identity import signing_keys

    keys = signing_keys.rotated(None)
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: keys)
    ann = person()
    for _ in range(3):
        for _ in range(FREE - 1):
            assert attempt(db, ann.email) is None
        with db.transaction() as work:
            assert accounts.log_in(work, ann.email, "right").user.user_id == ann.user_id


def test_old_mistakes_are_forgotten_and_removed(db, email):
    for _ in range(FREE - 1):
        attempt(db, email)
    let_pass(db, email, lock_out.FORGOTTEN_AFTER + 1)
    assert [attempt(db, email) for _ in range(FREE)] == [None] * FREE
    let_pass(db, email, lock_out.FORGOTTEN_AFTER + 1)
    attempt(db, f"{uuid.uuid4().hex}@test.example")
    with db.reading() as work:
        assert work.run("SELECT 1 FROM sign_in_failures WHERE account = :a", a=lock_out._account(email)) == []
