"""Our signatures are botocore's."""

from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from assistant.platform import sigv4, valkey
from assistant.platform.db.iam_token import iam_token

NOW = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture(params=[None, "session/token+with=odd characters"])
def by_botocore(request, monkeypatch):
    """Signs an address with botocore at NOW, by credentials with and without a session."""
    session = request.param
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if session:
        monkeypatch.setenv("AWS_SESSION_TOKEN", session)
    else:
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: NOW.replace(tzinfo=None))
    monkeypatch.setattr(sigv4, "utc_now", lambda: NOW)

    def sign(service, address):
        request = AWSRequest("GET", f"https://{address}")
        SigV4QueryAuth(Credentials(KEY, SECRET, session), service, "eu-central-1", expires=900).add_auth(request)
        return request.url.removeprefix("https://")

    return sign


def parts(address):
    """Host, and the parameters whatever their order."""
    host, _, query = address.partition("/?")
    return host, sorted(query.split("&"))


def test_the_token_of_the_cache_is_botocores(by_botocore):
    theirs = by_botocore(
        "elasticache", "assistant/?Action=connect&ResourceType=ServerlessCache&User=assistant-functions"
    )
    assert parts(valkey.iam_token("assistant", "assistant-functions")) == parts(theirs)


def test_the_token_of_the_database_is_botocores(by_botocore):
    host = "proxy.example.eu-central-1.rds.amazonaws.com"
    theirs = by_botocore("rds-db", f"{host}:5432/?Action=connect&DBUser=assistant")
    assert parts(iam_token(host, 5432, "assistant")) == parts(theirs)


def test_another_host_is_another_signature(by_botocore):
    assert valkey.iam_token("one", "u").rpartition("=")[2] != valkey.iam_token("two", "u").rpartition("=")[2]
