"""GET /api/v1/auth/demo-users."""

import json

import pytest

from assistant.identity import demo
from local.demo_accounts import USER_EMAIL, USER_PASSWORD

NAMED = json.dumps(
    [
        {"email": USER_EMAIL, "role": "user", "password": USER_PASSWORD},
        {"email": "admin@demo.example", "role": "admin", "password_secret": "the-secret"},
    ]
)


def test_the_local_cloud_tells_everyone(call, monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("DEMO_USERS", NAMED)
    monkeypatch.setattr(demo, "value_of", {"the-secret": "Made-at-deploy-1"}.get)
    answer = call("identity.list_demo_users")
    assert answer.status == 200
    assert answer.body["users"] == [
        {"email": USER_EMAIL, "password": USER_PASSWORD, "role": "user"},
        {"email": "admin@demo.example", "password": "Made-at-deploy-1", "role": "admin"},
    ]


@pytest.mark.parametrize("stage", ["dev", "staging", "prod", "", None, "Local"])
def test_elsewhere_there_is_no_such_thing(call, monkeypatch, stage):
    if stage is None:
        monkeypatch.delenv("STAGE", raising=False)
    else:
        monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("DEMO_USERS", NAMED)
    monkeypatch.setattr(demo, "value_of", lambda name: pytest.fail("read a password"))
    answer = call("identity.list_demo_users")
    assert answer.status == 404
    assert USER_PASSWORD not in str(answer.body)


def test_a_local_stage_that_names_nobody_has_none(call, monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.delenv("DEMO_USERS", raising=False)
    assert call("identity.list_demo_users").status == 404
