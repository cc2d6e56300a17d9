"""A family ends as a whole, whatever is being given out at that moment."""

import threading

import pytest

from assistant.identity import refresh_tokens, sessions
from assistant.identity.refresh_tokens import RefreshTokenReused
from assistant.platform.db import Database
from assistant.platform.errors import Unauthenticated


@pytest.fixture
def family(db, person):
    """A new sign-in: its user, session and first refresh token."""
    ann = person()
    with db.transaction() as work:
        session_id = sessions.start(work, ann.organization_id, ann.user_id)
        token = refresh_tokens.issue(work, ann.organization_id, ann.user_id, session_id)
    return ann, session_id, token


def rotate(work, token):
    """Use a refresh token and get the next one."""
    return refresh_tokens.issue(work, *refresh_tokens.redeem(work, token))


def test_a_token_given_out_while_the_family_ends_is_dead(db, connect, family):
    """The reuse of the first token ends the family while the second one is just being exchanged for a third."""
    _, _, first = family
    with db.transaction() as work:
        second = rotate(work, first)
    thief = Database(connect)
    with db.work(autocommit=False) as work:
        third = rotate(work, second)
        with thief.work(autocommit=False) as other, pytest.raises(RefreshTokenReused):
            try:
                refresh_tokens.redeem(other, first)
            finally:
                other.commit()
        work.commit()
    thief.discard()
    with db.transaction() as work, pytest.raises(Unauthenticated):
        rotate(work, third)


def test_many_clients_racing_with_one_token_end_the_family(connect, db, family):
    """Eight at once: at most one gets a token, the others end the family, and that token is dead too."""
    _, session_id, token = family
    start, won, lost, lock = threading.Barrier(8), [], [], threading.Lock()

    def race():
        own = Database(connect)
        with own.work(autocommit=False) as work:
            work.run("SELECT 1 AS ready")
            start.wait()
            try:
                outcome, outcomes = rotate(work, token), won
            except RefreshTokenReused as refusal:
                outcome, outcomes = refusal, lost
            work.commit()
        own.discard()
        with lock:
            outcomes.append(outcome)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    with db.transaction() as work:
        [row] = work.run(
            "SELECT end_reason FROM sessions WHERE session_id = CAST(:id AS uuid) AND ended_at IS NOT NULL",
            id=session_id,
        )
        assert row["end_reason"] == "reuse"
        with pytest.raises(Unauthenticated):
            rotate(work, won[0])


def test_ending_is_for_ones_own_organization(db, person, family):
    _, session_id, token = family
    with db.transaction() as work:
        assert sessions.end(work, person().organization_id, session_id, "logout") == 0
        assert rotate(work, token)
