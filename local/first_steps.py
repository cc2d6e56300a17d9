"""What CloudFormation and Secrets Manager do on AWS right after a deployment: migrate, and make the first key."""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

from local.addresses import Addresses
from local.demo_accounts import ADMIN_EMAIL, DEMO_DOMAIN
from local.deploy import Deployment, client
from local.environment import MIGRATION
from local.errors import CloudError

ROTATION = "RotateSigningKeyFunction"
SIGNING_KEY = "SigningKeySecret"
_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_INVOKE_SECONDS = 660


def migrate(addresses: Addresses) -> None:
    """Bring the database to the newest schema, by the function that does it on AWS."""
    if MIGRATION in addresses.resources:
        event = {
            "RequestType": "Create",
            "LogicalResourceId": "DatabaseMigration",
            "ResourceType": "Custom::DatabaseMigration",
            "RequestId": str(uuid.uuid4()),
            "ResourceProperties": {
                "OrganizationName": "Demo company",
                "TimeZone": "UTC",
                "MonthlyBudget": "1000",
                "AdminEmail": ADMIN_EMAIL,
                "AdminPasswordSecret": addresses.resources.get("AdminPasswordSecret", ""),
                "RegistrationDomains": DEMO_DOMAIN,
            },
        }
        invoke(addresses, MIGRATION, event)


def rotate_if_empty(addresses: Addresses, deployment: Deployment) -> None:
    """Make the first signing key. The emulator's RotateSecret calls no function: its four steps are taken here."""
    if ROTATION not in deployment.resources or SIGNING_KEY not in deployment.resources:
        return
    name = deployment.resources[SIGNING_KEY]
    manager = client("secretsmanager", addresses.aws_endpoint_url)
    if not _empty(manager.get_secret_value(SecretId=name)["SecretString"]):
        return
    token = str(uuid.uuid4())
    for step in _STEPS:
        invoke(addresses, ROTATION, {"Step": step, "SecretId": name, "ClientRequestToken": token})
    if _empty(manager.get_secret_value(SecretId=name)["SecretString"]):
        raise CloudError(f"{ROTATION} left no signing key: see its log under {addresses.state}/logs.")


def _empty(value: str) -> bool:
    try:
        keys = json.loads(value or "null")
    except ValueError:
        return False
    return not keys or keys == {"keys": []}


def invoke(addresses: Addresses, function: str, event: object) -> Any:
    """Invoke a function by logical id and return its answer; an error of the function is a CloudError."""
    url = f"{addresses.lambda_endpoint_url}/2015-03-31/functions/{urllib.parse.quote(function)}/invocations"
    request = urllib.request.Request(url, data=json.dumps(event).encode(), method="POST")  # noqa: S310 - our own host
    try:
        with urllib.request.urlopen(request, timeout=_INVOKE_SECONDS) as answer:  # noqa: S310
            payload = json.loads(answer.read() or b"null")
            failed = answer.headers.get("X-Amz-Function-Error")
    except urllib.error.HTTPError as error:
        raise CloudError(f"{function} was not run: {error.read().decode('utf-8', 'replace')}") from error
    if failed:
        words = f"{payload.get('errorType', 'Error')}: {payload.get('errorMessage', '')}".replace("\n", " ")
        raise CloudError(f"{function} failed: {words} - see {addresses.state}/logs/{function}.log")
    return payload
