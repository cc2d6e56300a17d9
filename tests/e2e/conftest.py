"""The whole local cloud on the product's template, once for this folder, and the people who use it."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import jwt
import pg8000.native
import pytest
from botocore.config import Config

from assistant.identity import access_tokens, signing_keys
from local.cloud import LocalCloud
from local.deploy import client
from local.seed import USER_EMAIL, USER_PASSWORD, accounts, seed
from tests.e2e.client import Client, owner_of_database

ROOT = Path(__file__).parents[2]
LIMITS = ("basic", "search", "documentation", "llm", "login", "register")
SECOND = ("second@demo.example", "Second-pass-1")


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """The clouds of this folder let everyone ask as often as tests do."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RATE_LIMITS", ",".join(f"{name}=100000" for name in LIMITS))
        yield


@pytest.fixture(scope="session")
def cloud(patient: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud with the demo's accounts; after all tests, nothing that they did may have pinned a session."""
    with LocalCloud(ROOT, tmp_path_factory.mktemp("e2e") / "state", seed=seed) as started:
        yield started
        report = started.pins()
        assert report["pins"] == [], "RDS Proxy would have pinned these sessions"
        assert started.failure is None


@pytest.fixture(scope="session")
def user(cloud: LocalCloud) -> Client:
    return Client.sign_in(cloud.addresses, USER_EMAIL, USER_PASSWORD)


@pytest.fixture(scope="session")
def second(cloud: LocalCloud) -> Client:
    """Another user of the same organisation."""
    email, password = SECOND
    body = {"email": email, "password": password, "name": "Second user"}
    answer = httpx.post(f"{cloud.addresses.api_url}/api/v1/auth/register", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    return Client(cloud.addresses, answer.json()["access_token"])


@pytest.fixture(scope="session")
def admin(cloud: LocalCloud) -> Client:
    account, _ = accounts(cloud.addresses)
    return Client.sign_in(cloud.addresses, account.email, account.password)


@pytest.fixture
def database(cloud: LocalCloud) -> Iterator[pg8000.native.Connection]:
    """The database past the proxy: to look, and to let time pass."""
    with owner_of_database(cloud.addresses) as connection:
        yield connection


@pytest.fixture(scope="session")
def functions(cloud: LocalCloud) -> Any:
    """boto3's Lambda client, at LAMBDA_ENDPOINT_URL (as `sam local start-lambda` prints it) or at the cloud."""
    return boto3.client(
        "lambda",
        endpoint_url=os.environ.get("LAMBDA_ENDPOINT_URL") or cloud.addresses.lambda_endpoint_url,
        region_name=cloud.addresses.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(read_timeout=120, retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def charged(database: pg8000.native.Connection) -> Callable[[str], list[int]]:
    """What the ledger says that a request was charged, at each level, in micro-dollars."""

    def read(request_id: str) -> list[int]:
        rows = database.run(
            """SELECT sum(amount)::bigint FROM ledger_entries WHERE request_id = :id AND to_account = 'spent'
               GROUP BY budget_id""",
            id=request_id,
        )
        return [row[0] for row in rows or []]

    return read


@pytest.fixture
def expired(cloud: LocalCloud, user: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """A token of the demo user that is genuine, signed with the cloud's own key, and an hour old."""
    manager = client("secretsmanager", cloud.addresses.aws_endpoint_url)
    keys = manager.get_secret_value(SecretId=cloud.addresses.resources["SigningKeySecret"])["SecretString"]
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: keys)
    monkeypatch.setattr(access_tokens, "utc_now", lambda: datetime.now(UTC) - timedelta(hours=1))
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    scopes = frozenset(claims["scope"].split())
    return access_tokens.issue(claims["sub"], claims["org"], claims["role"], scopes, claims["email"], claims["sid"])
