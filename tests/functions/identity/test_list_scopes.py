"""GET /api/v1/auth/scopes."""

import pytest

from assistant.identity.accounts import SCOPES


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.list_scopes").status == 401


@pytest.mark.parametrize("role", ["user", "admin"])
def test_every_scope_is_described_and_the_callers_are_marked(call, person, role):
    scopes = call("identity.list_scopes", person(role=role)).body["scopes"]
    assert {scope["scope"] for scope in scopes if scope["granted"]} == set(SCOPES[role])
    assert {scope["scope"] for scope in scopes} == set(SCOPES["admin"])
    assert all(len(scope["description"]) > 20 for scope in scopes)
