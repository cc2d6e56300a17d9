"""Calls functions as API Gateway does: an HTTP API event in, a proxy response out."""

import base64
import importlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.identity import access_tokens, sessions, signing_keys
from assistant.platform import queues
from assistant.platform.db import unit_of_work

EVENTS = Path(__file__).parents[2] / "events"
LIMITS = ("basic", "search", "documentation", "llm", "login", "register")
SCOPES = {"user": "basic generate search", "admin": "admin basic generate search"}


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: Any
    cookies: list[str] = field(default_factory=list)
    """The Set-Cookie headers."""


@pytest.fixture
def context():
    return SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
        aws_request_id="request",
        get_remaining_time_in_millis=lambda: 30_000,
    )


@pytest.fixture(autouse=True)
def sandbox(db, valkey, monkeypatch):
    """The function's sandbox: its database is the test's, its signing key a fresh one, its rate limits far away."""
    monkeypatch.setenv("CACHE_HOST", valkey.host)
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    monkeypatch.setenv("CACHE_USER", "")
    monkeypatch.setenv("RATE_LIMITS", ",".join(f"{name}=100000" for name in LIMITS))
    monkeypatch.setattr(unit_of_work, "_database", db)
    monkeypatch.setenv("SIGNING_KEY_SECRET", "signing-key")
    keys = signing_keys.rotated(None)
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: keys)
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    monkeypatch.setenv("LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("LLM_MODEL", "SmolLM2-135M-Instruct")


@pytest.fixture
def signed_in(db):
    """Opens a session of a person: (access token, session id)."""

    def make(person):
        with db.transaction() as work:
            session_id = sessions.start(work, person.organization_id, person.user_id)
        scopes = frozenset(SCOPES[person.role].split())
        token = access_tokens.issue(
            person.user_id, person.organization_id, person.role, scopes, person.email, session_id
        )
        return token, session_id

    return make


@pytest.fixture
def sent(monkeypatch):
    """What was sent to queues: a list of (setting, body), and of (setting, group, body) for ordered ones."""
    messages = []
    monkeypatch.setattr(queues, "send", lambda queue, body, delay_seconds=0: messages.append((queue, body)))
    monkeypatch.setattr(
        queues,
        "send_ordered",
        lambda queue, entries: messages.extend((queue, group, body) for group, _, body in entries),
    )
    return messages


@pytest.fixture
def scheduled():
    """The event of a schedule."""
    return json.loads((EVENTS / "schedule.json").read_text())


@pytest.fixture
def call(context):
    """Call an endpoint: `call("budget.get_budget_status", person)`."""

    def call(
        function, person=None, *, json_body=None, body=None, path=None, query="", headers=None, address="192.0.2.1"
    ):
        module = importlib.import_module(f"functions.{function}")
        [route] = module.router.routes
        [method] = route.methods
        raw_path = route.path
        for name, value in (path or {}).items():
            raw_path = raw_path.replace("{" + name + "}", str(value))
        content = json.dumps(json_body).encode() if json_body is not None else body or b""
        event = {
            "version": "2.0",
            "routeKey": f"{method} {route.path}",
            "rawPath": raw_path,
            "rawQueryString": query,
            "headers": {"host": "test", "content-type": "application/json", **(headers or {})},
            "requestContext": {
                "requestId": "request",
                "stage": "$default",
                "http": {"method": method, "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": address},
                **({"authorizer": {"lambda": authorizer(person)}} if person else {}),
            },
            "body": base64.b64encode(content).decode(),
            "isBase64Encoded": True,
        }
        answer = module.handler(event, context)
        text = answer.get("body") or "null"
        return Response(answer["statusCode"], answer["headers"], json.loads(text), answer.get("cookies", []))

    return call


def authorizer(person):
    return {
        "user_id": person.user_id,
        "organization_id": person.organization_id,
        "role": person.role,
        "scopes": SCOPES[person.role],
        "token_id": "token",
        "email": person.email,
        "session_id": getattr(person, "session_id", ""),
    }
