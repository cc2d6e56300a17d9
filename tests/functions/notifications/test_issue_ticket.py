"""POST /api/v1/notifications/ticket, and what the authorizer makes of a ticket."""

import copy
import json
import threading
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.identity import connection_tickets, sessions
from assistant.identity.caller import Caller
from assistant.platform.db import Database
from functions.notifications.authorize_connection import handler as authorizer

EVENT = json.loads((Path(__file__).parents[3] / "events/websocket_authorizer.json").read_text())


@pytest.fixture
def signed_in(person, db):
    """Makes a user with an open session."""

    def make():
        ann = person()
        with db.transaction() as work:
            session_id = sessions.start(work, ann.organization_id, ann.user_id)
        return SimpleNamespace(**asdict(ann), session_id=session_id)

    return make


@pytest.fixture
def arrive(context):
    """The authorizer's (effect, user id) for a ticket in the query or as subprotocol."""

    def ask(ticket, *, as_subprotocol=False):
        event = copy.deepcopy(EVENT)
        event["queryStringParameters"] = None if as_subprotocol else {"ticket": ticket}
        if as_subprotocol:
            event["headers"]["Sec-WebSocket-Protocol"] = f"ticket, {ticket}"
        answer = authorizer(event, context)
        return answer["policyDocument"]["Statement"][0]["Effect"], answer["context"].get("user_id")

    return ask


def test_an_anonymous_caller_is_refused(call):
    assert call("notifications.issue_ticket").status == 401


@pytest.mark.parametrize("as_subprotocol", [False, True])
def test_a_ticket_lets_its_owner_in_once(call, signed_in, arrive, as_subprotocol):
    ann = signed_in()
    answer = call("notifications.issue_ticket", ann)
    assert answer.status == 201
    assert answer.body["expires_in"] == 60
    assert arrive(answer.body["ticket"], as_subprotocol=as_subprotocol) == ("Allow", ann.user_id)
    assert arrive(answer.body["ticket"], as_subprotocol=as_subprotocol) == ("Deny", None)


def test_an_expired_ticket_is_denied(call, signed_in, arrive, db):
    ticket = call("notifications.issue_ticket", signed_in()).body["ticket"]
    with db.transaction() as work:
        work.run("UPDATE connection_tickets SET expires_at = now() - interval '1 second'")
    assert arrive(ticket) == ("Deny", None)


@pytest.mark.parametrize("ticket", ["", "x", "x" * 5000, "'; DROP TABLE users", "\ud800", "Привет"])
def test_what_is_no_ticket_is_denied(arrive, ticket):
    assert arrive(ticket)[0] == "Deny"


def test_the_ticket_itself_is_not_kept(call, signed_in, db):
    ticket = call("notifications.issue_ticket", signed_in()).body["ticket"]
    with db.reading() as work:
        rows = work.run("SELECT CAST(t AS text) AS text FROM connection_tickets t")
    assert not any(ticket in row["text"] for row in rows)


def test_a_ticket_of_someone_who_was_deactivated_is_denied(call, signed_in, arrive, db):
    ann = signed_in()
    ticket = call("notifications.issue_ticket", ann).body["ticket"]
    with db.transaction() as work:
        work.run("UPDATE users SET is_active = false WHERE user_id = CAST(:id AS uuid)", id=ann.user_id)
    assert arrive(ticket) == ("Deny", None)


def test_a_ticket_of_a_sign_in_that_has_ended_is_denied(call, signed_in, arrive, db):
    ann = signed_in()
    ticket = call("notifications.issue_ticket", ann).body["ticket"]
    with db.transaction() as work:
        work.run(
            """UPDATE sessions SET ended_at = now(), end_reason = 'logout'
               WHERE organization_id = CAST(:o AS uuid) AND session_id = CAST(:s AS uuid)""",
            o=ann.organization_id,
            s=ann.session_id,
        )
    assert arrive(ticket) == ("Deny", None)


def test_of_eight_racing_uses_one_wins(signed_in, db, connect):
    ann = signed_in()
    caller = Caller(ann.user_id, ann.organization_id, "user", frozenset(), "t", ann.email, ann.session_id)
    with db.transaction() as work:
        ticket = connection_tickets.issue(work, caller)
    start, won = threading.Barrier(8), []

    def use():
        own = Database(connect)
        start.wait()
        with own.transaction() as work:
            won.append(connection_tickets.redeem(work, ticket))
        own.discard()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [caller.user_id for caller in won if caller] == [ann.user_id]
