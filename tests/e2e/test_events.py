"""Every sample of events/ through boto3's Lambda client to the function as deployed.

The endpoint is LAMBDA_ENDPOINT_URL, or the local cloud's. The samples' caller is made a user of the database first.
"""

import copy
import json
import re
import uuid

import pytest

from tests.e2e.client import Client, until
from tests.e2e.conftest import ROOT

EVENTS = {path.name: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
ROWS = dict(re.findall(r"^\| (\S+\.json) \| (.+) \|$", (ROOT / "events/README.md").read_text(), re.MULTILINE))
CALLER = EVENTS["http_api.json"]["requestContext"]["authorizer"]["lambda"]
ACCEPTED = {"batchItemFailures": []}


@pytest.fixture(scope="module", autouse=True)
def caller(cloud):
    """The user whom the samples name, with a budget."""
    from tests.e2e.client import owner_of_database

    with owner_of_database(cloud.addresses) as database:
        who = {"organization": CALLER["organization_id"], "user": CALLER["user_id"]}
        database.run(
            "INSERT INTO organizations (organization_id, name) VALUES (:id, 'Samples')", id=who["organization"]
        )
        database.run(
            """INSERT INTO users (user_id, organization_id, email, name, password_hash)
               VALUES (:user, :organization, 'sample@samples.example', 'Sample', '-')""",
            **who,
        )
        for level, owner in who.items():
            database.run(
                """INSERT INTO budgets (organization_id, level, owner_id, limit_microdollars)
                   VALUES (:organization, :level, :owner, 1000000)""",
                organization=who["organization"], level=level, owner=owner,
            )  # fmt: skip


@pytest.fixture
def invoke(functions):
    def send(function, event):
        answer = functions.invoke(FunctionName=function, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    return send


def body(answer, status):
    assert answer["statusCode"] == status, answer
    return json.loads(answer["body"])


def test_every_function_of_the_table_is_sent_its_sample():
    named = {name: set(re.findall(r"\w+Function", row)) for name, row in ROWS.items()}
    assert named == {name: set(TAKEN.get(name, ())) for name in EVENTS}


def test_http_api(invoke):
    answer = body(invoke("GetBudgetStatusFunction", EVENTS["http_api.json"]), 200)
    assert (answer["user_id"], answer["budget_limit"]) == (CALLER["user_id"], 1.0)


def test_http_api_post(invoke):
    event = EVENTS["http_api_post.json"]
    submitted = body(invoke("SubmitTaskFunction", event), 202)
    assert body(invoke("SubmitTaskFunction", event), 202)["task_id"] == submitted["task_id"]  # its Idempotency-Key
    path = f"/api/v1/async-tasks/{submitted['task_id']}"
    cancel = copy.deepcopy(EVENTS["http_api.json"])
    cancel |= {"routeKey": "DELETE /api/v1/async-tasks/{task_id}", "rawPath": path}
    cancel["requestContext"]["http"] |= {"method": "DELETE", "path": path}
    assert body(invoke("CancelTaskFunction", cancel), 200)["task_id"] == submitted["task_id"]


def test_http_api_upload(invoke):
    stored = body(invoke("UploadDocumentFunction", EVENTS["http_api_upload.json"]), 201)
    assert (stored["title"], stored["filename"]) == ("Session storage", "session-storage.md")
    assert stored["chunks"] >= 1


def test_http_api_authorizer(invoke):
    assert invoke("AuthorizeRequestFunction", EVENTS["http_api_authorizer.json"]) == {"isAuthorized": False}


def test_http_api_authorizer_with_a_genuine_token(invoke, user):
    event = copy.deepcopy(EVENTS["http_api_authorizer.json"])
    event["headers"]["authorization"] = f"Bearer {user.access_token}"
    answer = invoke("AuthorizeRequestFunction", event)
    assert answer["isAuthorized"] is True
    assert answer["context"]["user_id"] == user.get("/auth/me")["user_id"]


def test_websocket_authorizer(invoke):
    answer = invoke("AuthorizeConnectionFunction", EVENTS["websocket_authorizer.json"])
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def test_a_websocket_opens_speaks_and_closes(invoke, database):
    socket = EVENTS["websocket_connect.json"]["requestContext"]["connectionId"]

    def known():
        return database.run("SELECT user_id::text FROM connections WHERE connection_id = :id", id=socket)

    assert invoke("OnConnectFunction", EVENTS["websocket_connect.json"])["statusCode"] == 200
    # Nobody is behind the sample's connection: the greeting finds it gone, and what is gone is forgotten.
    until("the gone connection to be forgotten", lambda: not known(), within=60)
    assert invoke("OnMessageFunction", EVENTS["websocket_message.json"])["statusCode"] == 401
    assert invoke("OnDisconnectFunction", EVENTS["websocket_disconnect.json"])["statusCode"] == 200


def test_a_message_of_a_known_socket_is_taken(invoke, database):
    database.run(
        "INSERT INTO connections (connection_id, organization_id, user_id) VALUES (:id, :organization, :user)",
        id=EVENTS["websocket_message.json"]["requestContext"]["connectionId"],
        organization=CALLER["organization_id"],
        user=CALLER["user_id"],
    )
    assert invoke("OnMessageFunction", EVENTS["websocket_message.json"])["statusCode"] == 200


def test_sqs_ticket(invoke):
    assert invoke("LlmGenerateRfcFunction", EVENTS["sqs_ticket.json"]) == ACCEPTED


def test_sqs_fifo_delivery(invoke):
    assert invoke("DeliverNotificationsFunction", EVENTS["sqs_fifo_delivery.json"]) == ACCEPTED


def test_sqs_gone_connection(invoke):
    assert invoke("RemoveGoneConnectionsFunction", EVENTS["sqs_gone_connection.json"]) == ACCEPTED


@pytest.mark.parametrize(
    ("function", "keys"),
    [
        ("SweepTasksFunction", {"released", "ticketed", "expired"}),
        ("RelayNotificationsFunction", {"sent", "forgotten"}),
    ],
)
def test_schedule(invoke, function, keys):
    assert invoke(function, EVENTS["schedule.json"]).keys() == keys


def test_secrets_rotation(cloud, invoke, user):
    """A whole rotation while people are signed in: the new key signs, and nobody is thrown out."""
    before = {key["kid"] for key in user.http.get("/.well-known/jwks.json").json()["keys"]}
    event = {
        **EVENTS["secrets_rotation.json"],
        "SecretId": cloud.addresses.resources["SigningKeySecret"],
        "ClientRequestToken": str(uuid.uuid4()),
    }
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        assert invoke("RotateSigningKeyFunction", {**event, "Step": step}) is None
    for function in ("LogInFunction", "GetJwksFunction"):  # what each sandbox remembers for five minutes
        cloud.kill_sandboxes(function)
    from local.seed import USER_EMAIL, USER_PASSWORD

    again = Client.sign_in(cloud.addresses, USER_EMAIL, USER_PASSWORD)
    after = {key["kid"] for key in user.http.get("/.well-known/jwks.json").json()["keys"]}
    assert len(after - before) == 1
    assert again.get("/auth/me") == user.get("/auth/me")


def test_custom_resource(invoke):
    event = {key: value for key, value in EVENTS["custom_resource.json"].items() if key != "ResponseURL"}
    assert invoke("MigrateDatabaseFunction", event) == {"applied": ""}


TAKEN = {
    "http_api.json": ["GetBudgetStatusFunction"],
    "http_api_post.json": ["SubmitTaskFunction"],
    "http_api_upload.json": ["UploadDocumentFunction"],
    "http_api_authorizer.json": ["AuthorizeRequestFunction"],
    "websocket_authorizer.json": ["AuthorizeConnectionFunction"],
    "websocket_connect.json": ["OnConnectFunction"],
    "websocket_message.json": ["OnMessageFunction"],
    "websocket_disconnect.json": ["OnDisconnectFunction"],
    "sqs_ticket.json": ["LlmGenerateRfcFunction"],
    "sqs_fifo_delivery.json": ["DeliverNotificationsFunction"],
    "sqs_gone_connection.json": ["RemoveGoneConnectionsFunction"],
    "schedule.json": ["SweepTasksFunction", "RelayNotificationsFunction"],
    "secrets_rotation.json": ["RotateSigningKeyFunction"],
    "custom_resource.json": ["MigrateDatabaseFunction"],
}
