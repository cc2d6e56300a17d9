"""POST /api/v1/auth/logout."""

import json
import re
from pathlib import Path

import pytest

from functions.identity.authorize_request import handler as authorizer
from functions.identity.get_me import handler as get_me
from functions.identity.log_out import AUTHORIZER_CACHE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def caller_of(context):
    """What the authorizer says of an access token."""
    return lambda token: authorizer({"headers": {"authorization": f"Bearer {token}"}}, context)["context"]


@pytest.fixture
def use(call):
    return lambda body: call("identity.refresh", json_body={"refresh_token": body["refresh_token"]}).status


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.log_out").status == 401


def test_ends_the_family_at_once_and_the_access_token_when_the_gateway_asks(call, register, as_caller, caller_of, use):
    ann = register()
    assert caller_of(ann.body["access_token"])["user_id"] == ann.body["user"]["user_id"]
    answer = call("identity.log_out", as_caller(ann))
    assert (answer.status, answer.body) == (200, {"sessions_ended": 1, "access_token_ends_within": 60})
    assert use(ann.body) == 401
    assert caller_of(ann.body["access_token"]) == {"refusal": "revoked"}


def test_the_time_it_tells_is_the_gateways():
    [seconds] = re.findall(r"ReauthorizeEvery: (\d+)", (ROOT / "template.yaml").read_text())
    assert int(seconds) == AUTHORIZER_CACHE


def test_again_changes_nothing(call, register, as_caller):
    ann = as_caller(register())
    assert [call("identity.log_out", ann).body["sessions_ended"] for _ in range(2)] == [1, 0]


def test_other_sign_ins_of_the_user_stay_unless_all_shall_end(call, register, as_caller, use, sign_in):
    ann, bob = register("ann"), register("bob")
    phone, laptop = sign_in(ann).body, sign_in(ann).body
    call("identity.log_out", as_caller(ann))
    assert use(phone) == 200
    answer = call("identity.log_out", as_caller(ann, laptop), query="everywhere=true")
    assert answer.body["sessions_ended"] == 2
    assert use(laptop) == 401
    assert use(bob.body) == 200


def test_a_refused_token_is_told_why(call, context, register, as_caller):
    """The adapter turns the authorizer's refusal into a 401 that says what to do."""
    ann = as_caller(register())
    call("identity.log_out", ann)
    event = {
        "version": "2.0", "routeKey": "GET /api/v1/auth/me", "rawPath": "/api/v1/auth/me", "rawQueryString": "",
        "headers": {}, "isBase64Encoded": False,
        "requestContext": {
            "requestId": "r", "stage": "$default", "authorizer": {"lambda": {"refusal": "revoked"}},
            "http": {"method": "GET", "path": "/api/v1/auth/me", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        },
    }  # fmt: skip
    answer = get_me(event, context)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["reason"] == "revoked"


def test_the_cookie_is_dropped_and_worthless(call, register, as_caller, sign_in_with_cookie):
    ann = register()
    answer, cookie = sign_in_with_cookie(ann)
    left = call("identity.log_out", as_caller(ann, answer.body))
    [dropped] = left.cookies
    assert dropped.startswith('assistant_refresh="";')
    assert "Max-Age=0" in dropped
    assert call("identity.refresh", json_body={}, headers={"cookie": cookie}).status == 401
