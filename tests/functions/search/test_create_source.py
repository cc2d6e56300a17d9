"""POST /api/v1/sources."""

import boto3
import pytest

CREATE = "search.create_source"


def secrets():
    return {entry["Name"] for entry in boto3.client("secretsmanager").list_secrets()["SecretList"]}


def test_anonymous(call, a_source):
    assert call(CREATE, json_body=a_source).status == 401


def test_an_ordinary_user(call, person, a_source):
    assert call(CREATE, person(), json_body=a_source).status == 403
    assert secrets() == set()


def test_a_source_is_stored_and_really_connected_to(call, person, a_source, jira):
    admin = person(role="admin")
    answer = call(CREATE, admin, json_body=a_source)
    assert answer.status == 201
    assert (answer.body["connection_test_passed"], answer.body["connection_error"]) == (True, None)
    assert jira.requests[0].path == "/rest/api/2/project/DEV"
    made = answer.body["source"]
    assert (made["name"], made["is_enabled"], made["schedule"], made["has_secret"]) == ("Issues", True, "manual", True)
    assert "right" not in str(answer.body)
    assert secrets() == {f"test/sources/{admin.organization_id}/{made['source_id']}"}


def test_a_source_that_refuses_is_stored_and_said_so(call, person, a_source):
    answer = call(CREATE, person(role="admin"), json_body={**a_source, "secret": "wrong"})
    assert answer.status == 201
    assert not answer.body["connection_test_passed"]
    assert "does not accept the secret" in answer.body["connection_error"]


def test_an_address_inside_the_network_is_not_connected_to(call, person, a_source, jira, monkeypatch):
    monkeypatch.setenv("OUTBOUND_ALLOWED_HOSTS", "other.example")
    answer = call(CREATE, person(role="admin"), json_body=a_source)
    assert not answer.body["connection_test_passed"]
    assert jira.requests == []


def test_a_name_is_taken_once(call, person, a_source, source):
    admin = person(role="admin")
    source(admin)
    assert call(CREATE, admin, json_body={**a_source, "name": "ISSUES"}).status == 409
    assert call(CREATE, person(role="admin"), json_body=a_source).status == 201


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"source_type": "sharepoint"}, "/source_type"),
        ({"name": ""}, "/name"),
        ({"config": {}}, "/config/base_url"),
        ({"config": {"base_url": "https://a.example", "projects": ["A"], "token": "x"}}, "/config/token"),
        ({"schedule": "sometimes"}, "/schedule"),
        ({"team_ids": ["00000000-0000-0000-0000-000000000000"]}, "no team"),
        ({"password": "x"}, "/password"),
    ],
)
def test_malformed(call, person, a_source, changed, says):
    answer = call(CREATE, person(role="admin"), json_body={**a_source, **changed})
    assert answer.status == 422
    assert says in answer.body["detail"]
    assert secrets() == set()
