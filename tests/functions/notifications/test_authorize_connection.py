"""The WebSocket API's authorizer."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.identity import access_tokens
from functions.notifications.authorize_connection import handler

EVENT = json.loads((Path(__file__).parents[3] / "events/websocket_authorizer.json").read_text())


@pytest.fixture
def authorize(context):
    """The authorizer's answer to a handshake with this query and these headers: (effect, context)."""

    def ask(query=None, **headers):
        event = copy.deepcopy(EVENT)
        event["queryStringParameters"] = query
        event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = handler(event, context)
        [statement] = answer["policyDocument"]["Statement"]
        assert (statement["Action"], statement["Resource"]) == ("execute-api:Invoke", EVENT["methodArn"])
        return statement["Effect"], answer["context"]

    return ask


@pytest.fixture
def ann(person):
    return person()


@pytest.fixture
def token(ann, signed_in):
    return signed_in(ann)[0]


def test_a_handshake_without_a_token_is_denied(authorize, context):
    assert authorize() == ("Deny", {})
    assert authorize({}) == ("Deny", {})
    bare = {key: value for key, value in EVENT.items() if key not in ("headers", "queryStringParameters")}
    assert handler(bare, context)["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert handler({**bare, "headers": None}, context)["principalId"] == "nobody"


def test_the_sample_is_signed_by_nobody(context):
    assert handler(EVENT, context)["policyDocument"]["Statement"][0]["Effect"] == "Deny"


@pytest.mark.parametrize("bad", ["", "x", "a.b.c", "..", "Bearer x", "\x00", "Привет'; DROP TABLE users", "x" * 9000])
def test_what_is_no_token_is_denied(authorize, bad):
    assert authorize({"token": bad})[0] == "Deny"
    assert authorize(sec_websocket_protocol=f"bearer, {bad}")[0] == "Deny"


def test_an_expired_token_is_denied(authorize, monkeypatch, ann, signed_in):
    monkeypatch.setattr(access_tokens, "utc_now", lambda: datetime.now(UTC) - timedelta(hours=1))
    assert authorize({"token": signed_in(ann)[0]}) == ("Deny", {})


def test_a_session_that_was_ended_is_denied(authorize, token, ann, db):
    with db.transaction() as work:
        work.run("UPDATE sessions SET ended_at = now() WHERE user_id = CAST(:id AS uuid)", id=ann.user_id)
    assert authorize({"token": token}) == ("Deny", {})


def test_a_forged_token_is_denied(authorize, token):
    assert authorize({"token": token[:-8] + "AAAAAAAA"})[0] == "Deny"


def test_a_token_in_the_query_names_its_caller(authorize, token, ann):
    effect, caller = authorize({"token": token})
    assert effect == "Allow"
    assert (caller["user_id"], caller["organization_id"]) == (ann.user_id, ann.organization_id)
    assert caller["scopes"] == "basic generate search"
    assert all(isinstance(value, str) for value in caller.values())  # what API Gateway passes on


@pytest.mark.parametrize("offer", ["bearer, {}", "bearer,{}", "bearer,  {} ,chat"])
def test_a_token_as_subprotocol_names_its_caller(authorize, token, offer):
    assert authorize(Sec_WebSocket_Protocol=offer.format(token))[0] == "Allow"


@pytest.mark.parametrize("offer", ["{}", "{}, bearer", "chat, {}", "bearer"])
def test_a_token_elsewhere_in_the_offer_is_not_looked_for(authorize, token, offer):
    assert authorize(Sec_WebSocket_Protocol=offer.format(token))[0] == "Deny"
