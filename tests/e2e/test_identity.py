"""Sign-ins through the gateway: they end when they should, and a new signing key ends none."""

import time
import uuid

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed

from local.first_steps import ROTATION, SIGNING_KEY, invoke
from local.seed import USER_EMAIL, USER_PASSWORD
from tests.e2e.client import Client

AUTHORIZER_CACHE = 60  # seconds; a cloud that keeps nothing is sooner


@pytest.fixture
def http(cloud):
    with httpx.Client(base_url=cloud.addresses.api_url, timeout=60) as client:
        yield client


@pytest.fixture
def sign_in(http):
    def attempt(email=USER_EMAIL, password=USER_PASSWORD):
        answer = http.post("/api/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return attempt


@pytest.fixture
def me(http):
    return lambda body: http.get("/api/v1/auth/me", headers={"authorization": f"Bearer {body['access_token']}"})


def kid(body):
    return jwt.get_unverified_header(body["access_token"])["kid"]


def test_the_demo_users_can_sign_in_as_it_says(http, sign_in):
    users = http.get("/api/v1/auth/demo-users").json()["users"]
    roles = {user["role"]: sign_in(user["email"], user["password"])["user"]["role"] for user in users}
    assert roles == {"user": "user", "admin": "admin"}


def test_a_new_signing_key_ends_no_session(cloud, http, sign_in, me):
    before = sign_in()
    step_token = str(uuid.uuid4())
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        name = cloud.addresses.resources[SIGNING_KEY]
        invoke(cloud.addresses, ROTATION, {"Step": step, "SecretId": name, "ClientRequestToken": step_token})
    assert me(before).status_code == 200
    answer = http.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    refreshed = http.post("/api/v1/auth/refresh", json={"refresh_token": before["refresh_token"]}).json()
    assert [me(body).status_code for body in (before, refreshed)] == [200, 200]
    assert kid(before) in {key["kid"] for key in answer.json()["keys"]}


def test_signing_out_ends_the_family_at_once_and_token_and_socket_within_a_minute(cloud, http, sign_in, me):
    body = sign_in()
    assert me(body).status_code == 200
    with Client(cloud.addresses, body["access_token"]).socket() as socket:
        answer = http.post("/api/v1/auth/logout", headers={"authorization": f"Bearer {body['access_token']}"})
        assert answer.json()["sessions_ended"] == 1
        assert http.post("/api/v1/auth/refresh", json={"refresh_token": body["refresh_token"]}).status_code == 401
        began = time.monotonic()
        while (refused := me(body)).status_code == 200:
            time.sleep(0.2)
            assert time.monotonic() - began < AUTHORIZER_CACHE + 10
        assert (refused.status_code, refused.json()["reason"]) == (401, "revoked")
        socket.hear("closing", within=30, code="signed_out")
        with pytest.raises(ConnectionClosed):
            socket.connection.recv(timeout=30)


def test_every_answer_says_how_often_one_may_ask(http, sign_in, me):
    answer = me(sign_in())
    assert answer.headers["ratelimit-policy"].startswith('"basic";q=')
    assert answer.headers["ratelimit"].startswith('"basic";r=')
