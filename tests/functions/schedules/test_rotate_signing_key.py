"""Secrets Manager's rotation of the signing key, against moto's Secrets Manager."""

import json
import uuid

import boto3
import pytest
from moto import mock_aws

from assistant.identity import access_tokens, signing_keys
from assistant.platform import aws, secrets
from functions.schedules.rotate_signing_key import handler

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@pytest.fixture
def secretsmanager(monkeypatch):
    """A Secrets Manager with one secret, `keys`, as the template makes it."""
    for name, value in (("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1"),
                        ("AWS_DEFAULT_REGION", "us-east-1")):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: secrets.value_of("keys"))
    aws.client.cache_clear()
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="keys", SecretString='{"keys": []}')
        yield client
    aws.client.cache_clear()


@pytest.fixture
def take(context):
    """Takes one step of a rotation."""
    return lambda step, token: handler({"Step": step, "SecretId": "keys", "ClientRequestToken": token}, context)


@pytest.fixture
def rotate(take):
    def run(times=1):
        token = str(uuid.uuid4())
        for step in STEPS:
            for _ in range(times):
                take(step, token)

    return run


def kids(secretsmanager):
    # Named, since moto goes on answering the first version to who names none.
    current = secretsmanager.get_secret_value(SecretId="keys", VersionStage="AWSCURRENT")["SecretString"]
    return [key["kid"] for key in json.loads(current)["keys"]]


def test_a_rotation_makes_a_key_that_signs(secretsmanager, rotate):
    rotate()
    [kid] = kids(secretsmanager)
    token = access_tokens.issue("u", "o", "user", frozenset(), "ann@test.example", "s")
    assert access_tokens.verify(token).user_id == "u"
    assert signing_keys.jwks()["keys"][0]["kid"] == kid


def test_the_newest_key_signs_and_older_ones_verify(secretsmanager, rotate):
    rotate()
    before = access_tokens.issue("u", "o", "user", frozenset(), "ann@test.example", "s")
    [first] = kids(secretsmanager)
    rotate()
    assert len(kids(secretsmanager)) == 2
    assert kids(secretsmanager)[1] == first
    assert access_tokens.verify(before).user_id == "u"


def test_only_so_many_keys_are_kept(secretsmanager, rotate):
    for _ in range(signing_keys.KEPT + 2):
        rotate()
    assert len(set(kids(secretsmanager))) == signing_keys.KEPT


def test_every_step_may_be_repeated(secretsmanager, rotate):
    rotate(times=3)
    assert len(kids(secretsmanager)) == 1


def test_a_whole_rotation_repeated_changes_nothing(secretsmanager, take):
    token = str(uuid.uuid4())
    for _ in range(2):
        for step in STEPS:
            take(step, token)
    assert len(kids(secretsmanager)) == 1


def test_nothing_is_current_before_the_last_step(secretsmanager, take):
    token = str(uuid.uuid4())
    for step in STEPS[:3]:
        take(step, token)
    assert kids(secretsmanager) == []
    take("finishSecret", token)
    assert len(kids(secretsmanager)) == 1


def test_text_that_is_no_key_set_is_replaced(secretsmanager, rotate):
    secretsmanager.put_secret_value(SecretId="keys", SecretString="random text of the template")
    rotate()
    assert len(kids(secretsmanager)) == 1


def test_an_unknown_step_is_an_error(secretsmanager, take):
    with pytest.raises(ValueError, match="'dance'"):
        take("dance", str(uuid.uuid4()))
    assert kids(secretsmanager) == []
