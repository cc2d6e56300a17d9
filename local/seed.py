"""The demo organisation that a fresh local cloud begins with: its administrator and one user."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from local.addresses import Addresses
from local.demo_accounts import ADMIN_EMAIL, USER_EMAIL, USER_PASSWORD
from local.deploy import client

ALREADY_THERE = 409


@dataclass(frozen=True)
class Account:
    email: str
    password: str


def accounts(addresses: Addresses) -> tuple[Account, Account]:
    """The administrator, whose first password the deployment made, and the demo user."""
    secrets = client("secretsmanager", addresses.aws_endpoint_url)
    password = secrets.get_secret_value(SecretId=addresses.resources["AdminPasswordSecret"])["SecretString"]
    return Account(ADMIN_EMAIL, password), Account(USER_EMAIL, USER_PASSWORD)


def seed(addresses: Addresses) -> list[str]:
    """Register the demo user through the API unless it is there; lines for the terminal."""
    if "AdminPasswordSecret" not in addresses.resources:  # a template that is not the product's
        return []
    admin, user = accounts(addresses)
    try:
        post(addresses, "/api/v1/auth/register", {"email": user.email, "password": user.password, "name": "Demo user"})
    except urllib.error.HTTPError as error:
        if error.code != ALREADY_THERE:
            raise
    body = json.dumps({"email": user.email, "password": user.password})
    return [
        f"admin    {admin.email}  {admin.password}",
        f"user     {user.email}  {user.password}",
        f"try      curl -H 'content-type: application/json' -d '{body}' {addresses.api_url}/api/v1/auth/login",
    ]


def post(addresses: Addresses, path: str, body: dict[str, Any]) -> Any:
    """POST JSON to the API; the answer's JSON."""
    request = urllib.request.Request(  # noqa: S310 - our own API
        addresses.api_url + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)
