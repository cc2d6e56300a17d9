"""Three providers to ask, and rows to count."""

import uuid

import pytest

from assistant.llm.calls import begin_call, finish_call
from assistant.llm.port import Usage
from tests.functions.three_providers import forget, running


@pytest.fixture(autouse=True)
def fresh(sandbox):
    """Nothing is remembered of another test's providers."""
    forget()
    yield
    forget()


@pytest.fixture
def providers(monkeypatch):
    with running(monkeypatch) as servers:
        yield servers


@pytest.fixture
def made(db):
    """Writes a call of the log as it would have ended."""

    def make(who, provider_id, outcome="succeeded", cost=100, usage=(10, 5), first=20, duration=100, reserved=1000,
             model="m", request_id=None, **more):  # fmt: skip
        with db.transaction() as work:
            call = begin_call(work, who.organization_id, who.user_id, request_id or uuid.uuid4().hex, "test", "openai",
                              model, reserved, provider_id=provider_id, strategy="priority")  # fmt: skip
            if outcome != "started":
                known = outcome != "unknown"
                finish_call(work, who.organization_id, call, Usage(*usage) if known else None, cost if known else None,
                            outcome, first, duration, **more)  # fmt: skip

    return make
