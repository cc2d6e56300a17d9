"""What a function finds in its environment locally, over what the template gives it."""

import json
import os

from local.addresses import Addresses
from local.demo_accounts import ADMIN_EMAIL, USER_EMAIL, USER_PASSWORD
from local.deploy import Deployment
from local.lambda_host.function import Function
from local.parts import embeddings
from local.parts.model import CONTEXT_TOKENS, NAME
from local.template import Expansion

MIGRATION = "MigrateDatabaseFunction"
OWNERS = {MIGRATION, "CreateIndexesFunction"}
DEMO_USERS = "ListDemoUsersFunction"
MODEL_KEY_SECRET = "local/model-api-key"  # noqa: S105 - the name of a secret
EMBEDDING_KEY_SECRET = "local/embedding-api-key"  # noqa: S105


def overrides(addresses: Addresses, logical_id: str) -> dict[str, str]:
    """Return the variables that point a function at the parts of this machine."""
    values = {
        "STAGE": "local",
        "AWS_ENDPOINT_URL": addresses.aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "DATABASE_HOST": addresses.database_host,
        "DATABASE_PORT": str(addresses.database_port),
        "DATABASE_NAME": addresses.database_name,
        "DATABASE_USER": addresses.database_user,
        "DATABASE_AUTHENTICATION": "trust",
        "DATABASE_TLS": "off",
        "CACHE_HOST": addresses.cache_host,
        "CACHE_PORT": str(addresses.cache_port),
        "CACHE_TLS": "off",
        "CACHE_USER": "",
        "LLM_PROVIDER": "openai",
        "LLM_MODEL": addresses.model_name,
        **({"LLM_CONTEXT_TOKENS": str(CONTEXT_TOKENS)} if addresses.model_name == NAME else {}),
        "LLM_BASE_URL": addresses.model_url,
        "LLM_API_KEY_SECRET": MODEL_KEY_SECRET,
        "WEBSOCKET_ENDPOINT": addresses.connections_url,
        "EMBEDDING_PROVIDER": "openai" if addresses.embeddings_url else "off",
        "EMBEDDING_MODEL": embeddings.NAME,
        "EMBEDDING_BASE_URL": addresses.embeddings_url,
        "EMBEDDING_API_KEY_SECRET": EMBEDDING_KEY_SECRET,
    }
    if limits := os.environ.get("RATE_LIMITS"):
        values["RATE_LIMITS"] = limits
    if logical_id == DEMO_USERS:
        values["DEMO_USERS"] = json.dumps(
            [
                {"email": USER_EMAIL, "role": "user", "password": USER_PASSWORD},
                {"email": ADMIN_EMAIL, "role": "admin", "password_secret": addresses.resources["AdminPasswordSecret"]},
            ]
        )
    if logical_id in OWNERS:
        # They create what the pooled user may only use, and take locks that pin: they go to the server itself.
        values |= {
            "DATABASE_HOST": addresses.database_direct_host,
            "DATABASE_DIRECT_HOST": addresses.database_direct_host,
            "DATABASE_PORT": str(addresses.database_direct_port),
            "DATABASE_USER": addresses.database_owner,
        }
    return values


def functions(expansion: Expansion, deployment: Deployment, addresses: Addresses) -> list[Function]:
    """Join what the template says, what the deployment resolved and what this machine changes."""
    root = addresses.root
    return [
        Function(
            logical_id=logical_id,
            name=deployment.resources[logical_id],
            handler=source.handler,
            code=f"{root}/{source.code}".rstrip("/"),
            timeout=source.timeout,
            memory=source.memory,
            environment={**deployment.environments.get(logical_id, {}), **overrides(addresses, logical_id)},
            reserved_concurrency=source.reserved_concurrency,
            log_group=deployment.log_groups.get(logical_id, ""),
        )
        for logical_id, source in expansion.functions.items()
    ]
