"""Guessing a password stays slow whoever asks from wherever: wrong ones are counted by account, in PostgreSQL.

The rate limits in Valkey come first and are cheaper; this holds when Valkey is down and against many addresses. An
attempt is counted before its password is checked, so guesses in parallel cannot overtake the count. Addresses without
an account are counted and locked alike, so a lock tells nothing.
"""

import hashlib
from math import ceil

from assistant.platform.db import UnitOfWork
from assistant.platform.errors import TooManyRequests

FREE = 5  # wrong passwords before the first wait
FIRST_WAIT, LONGEST_WAIT = 30, 900  # seconds; each further wrong password doubles the wait
FORGOTTEN_AFTER = 3600  # seconds without a wrong password


def count_attempt(work: UnitOfWork, email: str) -> None:
    """Count an attempt as failed until `forget` says otherwise; TooManyRequests while the account is locked.

    Attempts on one account wait for each other here, and those on a locked account count nothing: nobody can keep a
    lock alive by knocking. Commit a failure, or it is not counted.
    """
    account = _account(email)
    counted = work.one(
        """INSERT INTO sign_in_failures AS f (account, failures, last_failed_at) VALUES (:account, 1, clock_timestamp())
           ON CONFLICT (account) DO UPDATE SET
               failures = CASE WHEN f.last_failed_at > clock_timestamp() - make_interval(secs => :forgotten)
                               THEN f.failures + 1 ELSE 1 END,
               last_failed_at = clock_timestamp()
           WHERE f.locked_until IS NULL OR f.locked_until <= clock_timestamp()
           RETURNING failures""",
        account=account,
        forgotten=FORGOTTEN_AFTER,
    )
    if counted is None:
        locked = work.one(
            """SELECT extract(epoch FROM locked_until - clock_timestamp()) AS seconds
               FROM sign_in_failures WHERE account = :account""",
            account=account,
        )
        wait = max(1, ceil(locked["seconds"])) if locked else 1
        raise TooManyRequests(
            f"Too many wrong passwords for this address. Wait {wait} seconds, then try again.", retry_after=wait
        )
    if counted["failures"] >= FREE:
        work.run(
            """UPDATE sign_in_failures SET locked_until = clock_timestamp() + make_interval(secs => :wait)
               WHERE account = :account""",
            account=account,
            wait=min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(counted["failures"] - FREE, 10)),
        )


def forget(work: UnitOfWork, email: str) -> None:
    """The password was right: the account begins anew."""
    work.run("DELETE FROM sign_in_failures WHERE account = :account", account=_account(email))


def forget_old(work: UnitOfWork) -> None:
    """Remove some counts that mean nothing any more; each failure removes more rows than it adds."""
    work.run(
        """DELETE FROM sign_in_failures WHERE account IN (
               SELECT account FROM sign_in_failures
               WHERE last_failed_at < clock_timestamp() - make_interval(secs => :forgotten)
               ORDER BY last_failed_at LIMIT 10 FOR UPDATE SKIP LOCKED)""",
        forgotten=FORGOTTEN_AFTER,
    )


def _account(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()
